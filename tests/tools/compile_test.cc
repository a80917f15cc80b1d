// baton compile and baton conformance on models of one node.
#include <algorithm>
#include <catch2/catch.hpp>
#include <sstream>

#include "absl/strings/match.h"
#include "compiler/compiler.h"
#include "tests/tools/sample_files.h"
#include "tests/tools/temporary_folder.h"
#include "tools/conformance_case.h"
#include "tools/run_baton.h"

namespace baton {
namespace {

struct Outcome {
  int code = 0;
  std::string out, err;
};

Outcome Baton(const std::vector<std::string>& args) {
  std::ostringstream out, err;
  const int code = RunBaton(args, {out, err, false});
  return {code, out.str(), err.str()};
}

// A test folder for y := op(x) whose reference is `expected`.
void WriteCase(const TemporaryFolder& folder, const std::string& name, absl::string_view op,
               const std::vector<float>& expected) {
  folder.Write(name + "/model.onnx", OnnxUnaryModel(op));
  folder.Write(name + "/test_data_set_0/input_0.pb", OnnxTensor({2, 3}, {-1, 2, -3, 4, 0, 6}));
  folder.Write(name + "/test_data_set_0/output_0.pb", OnnxTensor({2, 3}, expected));
}

TEST_CASE("baton compile: writes a program that runs", "[tools]") {
  const TemporaryFolder folder;
  const std::string model = folder.Write("m.onnx", OnnxUnaryModel("Relu")), program = folder.File("m.baton");
  const Outcome compiled = Baton({"compile", model, "-o", program, "-O1"});
  CHECK(compiled.code == 0);
  CHECK(absl::StartsWith(compiled.out, program + ": "));
  CHECK(absl::StrContains(compiled.out, " instructions, "));
  const std::string x = folder.Write("x.pb", OnnxTensor({2, 3}, {-1, 2, -3, 4, 0, 6}));
  for (const std::string& runnable : {program, model}) {
    const Outcome run = Baton({"run", runnable, "--input", "x=" + x});
    CHECK(run.err.empty());
    CHECK(run.out == "y: Tensor[(2, 3), float32] = [[0, 2, 0], [4, 0, 6]]\n");
  }
}

TEST_CASE("baton compile: passes can be printed, unknown ones are listed", "[tools]") {
  const TemporaryFolder folder;
  const std::string model = folder.Write("m.onnx", OnnxUnaryModel("Relu"));
  const Outcome unknown = Baton({"compile", model, "-o", folder.File("m.baton"), "--dump-after", "nothing"});
  CHECK(unknown.code == 2);
  CHECK(absl::StrContains(unknown.err, "there are: "));
  const Outcome dumped =
      Baton({"compile", model, "-o", folder.File("m.baton"), "--dump-after", PassNames().front()});
  CHECK(dumped.code == 0);
  CHECK(absl::StartsWith(dumped.out, "// after " + PassNames().front() + "\n"));
}

TEST_CASE("baton conformance: counts what passes, fails and is not supported", "[tools]") {
  const TemporaryFolder folder;
  const std::vector<float> relu = {0, 2, 0, 4, 0, 6};
  WriteCase(folder, "tests/good", "Relu", relu);
  WriteCase(folder, "tests/wrong", "Neg", relu);
  WriteCase(folder, "tests/strange", "NoSuchOperator", relu);
  const Outcome outcome = Baton({"conformance", folder.File("tests"), "--jobs", "2", "--json",
                                 folder.File("r.json"), "--junit", folder.File("r.xml")});
  CHECK(outcome.code == 1);
  CHECK(absl::EndsWith(outcome.out, "\n1 passed, 1 failed, 1 unsupported\n"));
  CHECK(absl::StrContains(
      outcome.out, "failed wrong: output 0 'y': 5 of 6 elements differ, first at [0, 0]: got 1, expected 0"));
  CHECK(absl::StrContains(outcome.out, "unsupported strange: "));
  CHECK(std::count(outcome.out.begin(), outcome.out.end(), '\n') == 3);
  CHECK(absl::StrContains(folder.Read("r.json"), "\"passed\": 1"));
  CHECK(absl::StrContains(folder.Read("r.xml"), "failures=\"1\" skipped=\"1\""));
}

TEST_CASE("baton conformance: every mode runs a test", "[tools]") {
  const TemporaryFolder folder;
  WriteCase(folder, "good", "Relu", {0, 2, 0, 4, 0, 6});
  for (const char* mode : {"static", "dynamic", "nofold", "reuse"}) {
    CAPTURE(mode);
    const Outcome outcome = Baton({"conformance", folder.File("good"), "--mode", mode});
    CHECK(outcome.code == 0);
    CHECK(outcome.out == "1 passed, 0 failed, 0 unsupported\n");
  }
}

TEST_CASE("conformance cases: dynamic mode makes every extent of an input a symbol", "[tools]") {
  const TemporaryFolder folder;
  WriteCase(folder, "good", "Relu", {0, 2, 0, 4, 0, 6});
  const ConformanceCase test = FindConformanceCases(folder.File("good"))->front();
  const auto input_shape = [&](ConformanceMode mode) {
    return (*BuildConformanceProgram(test, mode, {}))->entry_points[0].inputs[0].type.tensor().shape;
  };
  CHECK(input_shape(ConformanceMode::kStatic) == Shape({2, 3}));
  const Shape dynamic = input_shape(ConformanceMode::kDynamic);
  REQUIRE(dynamic.rank() == 2);
  CHECK_FALSE(dynamic[0].symbol().empty());
  CHECK_FALSE(dynamic[1].symbol().empty());
  CHECK_FALSE(dynamic[0] == dynamic[1]);
}

TEST_CASE("baton conformance: the filter selects by name", "[tools]") {
  const TemporaryFolder folder;
  WriteCase(folder, "tests/test_relu", "Relu", {0, 2, 0, 4, 0, 6});
  WriteCase(folder, "tests/test_neg", "Neg", {});
  CHECK(Baton({"conformance", folder.File("tests"), "--filter", "_re(lu|x)$"}).code == 0);
  CHECK(Baton({"conformance", folder.File("tests"), "--filter", "none"}).code == 2);
}

TEST_CASE("conformance cases: found at most two levels down, data sets by number", "[tools]") {
  const TemporaryFolder folder;
  folder.Write("a/b/model.onnx", "");
  folder.Write("a/b/other.onnx", "");
  folder.Write("c/only.onnx", "");
  folder.Write("d/e/f/model.onnx", "");
  for (const char* number : {"10", "2", "0"})
    folder.Write(std::string("a/b/test_data_set_") + number + "/input_0.pb", "");
  const auto cases = FindConformanceCases(folder.File(""));
  REQUIRE(cases.ok());
  REQUIRE(cases->size() == 2);
  CHECK((*cases)[0].name == "b");
  CHECK(absl::EndsWith((*cases)[0].model, "model.onnx"));
  REQUIRE((*cases)[0].data_sets.size() == 3);
  CHECK(absl::EndsWith((*cases)[0].data_sets[1], "test_data_set_2"));
  CHECK(absl::EndsWith((*cases)[1].model, "only.onnx"));
  CHECK(FindConformanceCases(folder.File("c/"))->front().name == "c");
  CHECK_FALSE(FindConformanceCases(folder.File("d/e/f/model.onnx")).ok());
  CHECK_FALSE(FindConformanceCases(folder.File("none")).ok());
}

}  // namespace
}  // namespace baton
