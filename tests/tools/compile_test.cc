// baton compile on models of one node.
#include <catch2/catch.hpp>
#include <sstream>

#include "absl/strings/match.h"
#include "compiler/compiler.h"
#include "tests/tools/sample_files.h"
#include "tests/tools/temporary_folder.h"
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

}  // namespace
}  // namespace baton
