// baton conformance as a command, on models of one node.
#include <algorithm>
#include <catch2/catch.hpp>
#include <sstream>

#include "absl/strings/match.h"
#include "tests/tools/sample_files.h"
#include "tests/tools/temporary_folder.h"
#include "tools/run_baton.h"

namespace baton {
namespace {

struct Ending {
  int code = 0;
  std::string out, err;
};

Ending Baton(const std::vector<std::string>& args) {
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

// One test that passes, one that fails, one that is not supported.
void WriteThree(const TemporaryFolder& folder) {
  const std::vector<float> relu = {0, 2, 0, 4, 0, 6};
  WriteCase(folder, "tests/good", "Relu", relu);
  WriteCase(folder, "tests/wrong", "Neg", relu);
  WriteCase(folder, "tests/strange", "NoSuchOperator", relu);
}

TEST_CASE("baton conformance: counts what passes, fails and is not supported", "[tools]") {
  const TemporaryFolder folder;
  WriteThree(folder);
  const Ending ending = Baton({"conformance", folder.File("tests"), "--jobs", "2", "--json",
                               folder.File("r.json"), "--junit", folder.File("r.xml")});
  CHECK(ending.code == 1);
  CHECK(absl::EndsWith(ending.out, "\n1 passed, 1 failed, 1 unsupported\n"));
  CHECK(
      absl::StrContains(ending.out,
                        "failed wrong (wrong-value): output 0 'y': 5 of 6 elements differ, first at [0, 0]: "
                        "got 1, expected 0"));
  CHECK(absl::StrContains(ending.out, "unsupported strange: "));
  CHECK(absl::StrContains(ending.out, "operator NoSuchOperator"));
  CHECK(std::count(ending.out.begin(), ending.out.end(), '\n') == 3);
  CHECK(absl::StrContains(folder.Read("r.json"), "\"passed\": 1"));
  CHECK(absl::StrContains(folder.Read("r.xml"), "failures=\"1\" skipped=\"1\""));
}

TEST_CASE("baton conformance: every mode runs a test", "[tools]") {
  const TemporaryFolder folder;
  WriteCase(folder, "good", "Relu", {0, 2, 0, 4, 0, 6});
  for (const char* mode : {"static", "dynamic", "nofold", "reuse"}) {
    CAPTURE(mode);
    const Ending ending =
        Baton({"conformance", folder.File("good"), "--mode", mode, "--dispatch", "register,stack"});
    CHECK(ending.code == 0);
    CHECK(ending.out == "1 passed, 0 failed, 0 unsupported\n");
  }
}

TEST_CASE("baton conformance: several modes have a line each, and count a test once", "[tools]") {
  const TemporaryFolder folder;
  WriteThree(folder);
  const Ending ending = Baton({"conformance", folder.File("tests"), "--mode", "reuse,static"});
  CHECK(ending.code == 1);
  CHECK(absl::EndsWith(ending.out,
                       "reuse: 1 passed, 1 failed, 1 unsupported\n"
                       "static: 1 passed, 1 failed, 1 unsupported\n"
                       "1 passed, 1 failed, 1 unsupported\n"));
  CHECK(Baton({"conformance", folder.File("tests"), "--mode", "static,static"}).code == 2);
}

TEST_CASE("baton conformance: the shape is compared too", "[tools]") {
  const TemporaryFolder folder;
  WriteCase(folder, "flat", "Relu", {0, 2, 0, 4, 0, 6});
  folder.Write("flat/test_data_set_0/output_0.pb", OnnxTensor({6}, {0, 2, 0, 4, 0, 6}));
  const Ending ending = Baton({"conformance", folder.File("flat")});
  CHECK(ending.code == 1);
  CHECK(absl::StrContains(ending.out,
                          "failed flat (wrong-type): output 0 'y': got Tensor[(2, 3), float32], "
                          "expected Tensor[(6), float32]; test_data_set_0"));
}

TEST_CASE("baton conformance: what cannot be read fails and says where", "[tools]") {
  const TemporaryFolder folder;
  WriteCase(folder, "t/model", "Relu", {});
  folder.Write("t/model/model.onnx", "no model");
  WriteCase(folder, "t/data", "Relu", {});
  folder.Write("t/data/test_data_set_0/input_0.pb", "no tensor");
  folder.Write("t/none/model.onnx", OnnxUnaryModel("Relu"));
  const Ending ending = Baton({"conformance", folder.File("t")});
  CHECK(ending.code == 1);
  CHECK(absl::StrContains(ending.out, "failed model (compile-error): model.onnx: "));
  CHECK(absl::StrContains(ending.out, "failed data (run-error): input_0.pb: not an ONNX tensor; "));
  CHECK(absl::StrContains(ending.out, "failed none (compile-error): has no test_data_set_* folder"));
}

TEST_CASE("baton conformance: expectations decide the exit code", "[tools]") {
  const TemporaryFolder folder;
  WriteThree(folder);
  const auto run = [&](absl::string_view expectations) {
    return Baton({"conformance", folder.File("tests"), "--expectations", folder.Write("e", expectations)});
  };
  const std::string all = "wrong * wrong-value Neg is no Relu\nstr* * unsupported no such operator\n";
  const Ending kept = run(all);
  CHECK(kept.code == 0);
  CHECK(kept.out == "0 not as " + folder.File("e") + " expects\n1 passed, 1 failed, 1 unsupported\n");
  const Ending worse = run("str* * unsupported no such operator\n");
  CHECK(worse.code == 1);
  CHECK(absl::StartsWith(worse.out, "failed wrong (wrong-value): output 0"));
  const Ending better = run(all + "good * crash long ago\n");
  CHECK(better.code == 1);
  CHECK(absl::StartsWith(better.out, "passed good (expected crash)\n1 not as "));
  CHECK(run("wrong * strange what\n").code == 1);
}

TEST_CASE("baton conformance: expectations can be written, and then hold", "[tools]") {
  const TemporaryFolder folder;
  WriteThree(folder);
  const std::string file = folder.Write("e", "# About these.\ngood static,nofold crash long ago\n");
  const std::vector<std::string> run = {"conformance",    folder.File("tests"), "--mode",
                                        "static,dynamic", "--expectations",     file};
  std::vector<std::string> write = run;
  write.insert(write.end(), {"--write-expectations", file});
  CHECK(Baton(write).code == 1);
  CHECK(absl::StartsWith(folder.Read("e"),
                         "# About these.\nstrange  static,dynamic  unsupported  model.onnx: "));
  CHECK(Baton(run).code == 0);
}

TEST_CASE("baton conformance: limits that cannot be are refused", "[tools]") {
  const TemporaryFolder folder;
  WriteCase(folder, "good", "Relu", {0, 2, 0, 4, 0, 6});
  for (const char* option : {"--timeout", "--memory", "--jobs"})
    CHECK(Baton({"conformance", folder.File("good"), option, "0"}).code == 2);
  CHECK(Baton({"conformance", folder.File("good"), "--expectations", folder.File("none")}).code == 1);
}

TEST_CASE("baton conformance: the filter selects by name", "[tools]") {
  const TemporaryFolder folder;
  WriteCase(folder, "tests/test_relu", "Relu", {0, 2, 0, 4, 0, 6});
  WriteCase(folder, "tests/test_neg", "Neg", {});
  CHECK(Baton({"conformance", folder.File("tests"), "--filter", "_re(lu|x)$"}).code == 0);
  CHECK(Baton({"conformance", folder.File("tests"), "--filter", "none"}).code == 2);
}

}  // namespace
}  // namespace baton
