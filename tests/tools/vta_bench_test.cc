// On the cost model: the RTL's figures are checked by `baton vta bench` itself, against the model chip.
#include <catch2/catch.hpp>
#include <sstream>

#include "tools/run_baton.h"
#include "tools/vta_bench_report.h"

namespace baton {
namespace {

struct Result {
  int code;
  std::string out, err;
};

Result RunBench(std::vector<std::string> args) {
  args.insert(args.begin(), {"vta", "bench"});
  std::ostringstream out, err;
  const int code = RunBaton(args, {out, err, false});
  return {code, out.str(), err.str()};
}

TEST_CASE("vta bench: layers, contexts and products are listed") {
  const Result result = RunBench({"--chip", "none"});
  CAPTURE(result.err);
  CHECK(result.code == 0);
  for (const char* text : {"cost model, configuration default, bus of 8 bytes, latency 16", "C2 ", "C11 ",
                           "451584", "gemm 256, initial sums", "weights stay"}) {
    CHECK_THAT(result.out, Catch::Contains(text));
  }
}

TEST_CASE("vta bench: the table has the bounds of the contract") {
  const Result result = RunBench({"--chip", "none", "--table"});
  CHECK(result.code == 0);
  CHECK_THAT(result.out, Catch::Contains("ResNet-18 C2-C11, two contexts") && Catch::Contains(">= 92") &&
                             Catch::Contains("<= 9"));
  CHECK_THAT(result.out, !Catch::Contains("misses MUST"));
}

TEST_CASE("vta bench: as JSON, everything") {
  const Result result = RunBench({"--chip", "none", "--latency", "100", "--json", "-"});
  CHECK(result.code == 0);
  for (const char* key :
       {"\"contract\"", "\"runs\"", "\"predicted_cycles\"", "\"latency_sweep\"", "\"read_latency\": 100"}) {
    CHECK_THAT(result.out, Catch::Contains(key));
  }
}

TEST_CASE("vta bench: other configurations") {
  const Result result = RunBench({"--chip", "none", "--config", "block32"});
  CHECK(result.code == 0);
  CHECK_THAT(result.out, Catch::Contains("configuration block32"));
}

TEST_CASE("vta bench: what the command line cannot ask for") {
  CHECK(RunBench({"--chip", "fpga"}).code == 2);
  CHECK_THAT(RunBench({"--chip", "fpga"}).err, Catch::Contains("--chip: found fpga, expected rtl or none"));
  CHECK(RunBench({"--bus", "7"}).code == 2);
  CHECK(RunBench({"--chip", "none", "--config", "huge"}).code == 2);
}

TEST_CASE("vta bench: a bound that is missed is named") {
  std::ostringstream out;
  PrintVtaContract({{"slow", "cycles", 9.0, 9.0, 3.0, true, 10},
                    {"so-so", "cycles", 9.0, 9.0, 3.0, true, 5},
                    {"share", "%", 74.4, 74.0, 90.0, false, 95}},
                   out);
  const std::string text = out.str();
  CHECK(text.find("misses MUST") < text.find("so-so"));
  CHECK(text.find("misses the goal") > text.find("so-so"));
  CHECK(text.find("misses the goal") < text.find("share"));
}

}  // namespace
}  // namespace baton
