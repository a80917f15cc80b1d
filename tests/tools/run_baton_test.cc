// The program as a whole: arguments in, exit code and text out.
#include "tools/run_baton.h"

#include <catch2/catch.hpp>
#include <sstream>

#include "absl/strings/match.h"
#include "serialize/writer.h"
#include "tests/tools/sample_files.h"
#include "tests/tools/temporary_folder.h"
#include "tools/npy.h"

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

std::string WriteStreamProgram(const TemporaryFolder& folder) {
  REQUIRE(WriteExecutable(MakeStreamExecutable(), folder.File("m.baton")).ok());
  return folder.File("m.baton");
}

std::string WriteFloats(const TemporaryFolder& folder, const std::string& name,
                        const std::vector<int64_t>& dims, const std::vector<float>& values) {
  return folder.Write(name, SerializeNpy(*Tensor::FromValues<float>(dims, values)).value());
}

TEST_CASE("baton: help is printed with examples and exit code 0", "[tools]") {
  for (const std::string command : {"compile", "run", "inspect", "disasm", "asm", "verify", "bench",
                                    "profile", "conformance", "fmt", "operators"}) {
    CAPTURE(command);
    const Outcome outcome = Baton({command, "--help"});
    CHECK(outcome.code == 0);
    CHECK(absl::StrContains(outcome.out, "Examples:\n  baton " + command));
    CHECK(outcome.err.empty());
    CHECK(absl::StrContains(Baton({"--help"}).out, command));
  }
  CHECK(absl::StartsWith(Baton({"--version"}).out, "baton "));
}

TEST_CASE("baton: wrong command lines end with exit code 2 and a hint", "[tools]") {
  for (const std::vector<std::string>& args :
       std::vector<std::vector<std::string>>{{},
                                             {"fly"},
                                             {"run"},
                                             {"run", "m", "--fast"},
                                             {"compile", "m.onnx", "-O9"},
                                             {"run", "m", "--threads", "0"},
                                             {"run", "m", "--threads", "1,2"},
                                             {"bench", "m", "--threads", "1,0"},
                                             {"run", "m", "--dispatch", "queue"},
                                             {"run", "m", "--dispatch", "register,stack"},
                                             {"run", "m", "--chunk", "4"},
                                             {"run", "m", "--scan", "a=b"},
                                             {"run", "m", "--scan", "a=b", "--chunk", "0"},
                                             {"bench", "m", "--repeat", "2", "--seconds", "1"},
                                             {"conformance", "d", "--mode", "quick"},
                                             {"run", "m", "--timeout", "-1"}}) {
    CAPTURE(args);
    const Outcome outcome = Baton(args);
    CHECK(outcome.code == 2);
    CHECK(absl::StartsWith(outcome.err, "baton: "));
    CHECK(absl::StrContains(outcome.err, "--help'"));
    CHECK(outcome.out.empty());
  }
}

TEST_CASE("baton: usage errors found later are exit code 2 too", "[tools]") {
  const TemporaryFolder folder;
  const std::string model = WriteStreamProgram(folder);
  CHECK(Baton({"run", model, "--max-memory", "lots"}).code == 2);
  CHECK(Baton({"run", model, "--entry", "other"}).err ==
        "baton: no entry point 'other'; the model has: main\n");
  CHECK(Baton({"run", model, "--set", "foo=1"}).err ==
        "baton: no input 'foo'; the model has: input, state, sr\n");
  CHECK(Baton({"compile", model, "--dump-after", "no_such_pass"}).code == 2);
  CHECK(Baton({"compile", "m.onnx", "--shape", "x=1,y"}).code == 2);
  CHECK(Baton({"conformance", folder.File(""), "--filter", "("}).code == 2);
  CHECK(Baton({"verify", folder.Write("m.txt", "text")}).code == 2);
}

TEST_CASE("baton: files that are missing or damaged are exit code 1", "[tools]") {
  const TemporaryFolder folder;
  for (const char* command : {"run", "inspect", "disasm", "verify", "bench"}) {
    CAPTURE(command);
    CHECK(Baton({command, folder.File("none.baton")}).code == 1);
    CHECK(Baton({command, folder.File("none.onnx")}).code == 1);
    const Outcome damaged = Baton({command, folder.Write("bad.baton", "not a program")});
    CHECK(damaged.code == 1);
    CHECK(absl::StrContains(damaged.err, "bad.baton"));
  }
}

TEST_CASE("baton run: without inputs it prints the signature", "[tools]") {
  const TemporaryFolder folder;
  const Outcome outcome = Baton({"run", WriteStreamProgram(folder)});
  CHECK(outcome.code == 2);
  CHECK(absl::StrContains(outcome.out, "    input: Tensor[(batch, length), float32]\n"));
  CHECK(absl::StrContains(outcome.out, "    sr: Tensor[(), int64]\n"));
  CHECK(outcome.err == "baton: 'main' needs 3 input(s)\n");
}

TEST_CASE("baton run: missing inputs are listed", "[tools]") {
  const TemporaryFolder folder;
  const Outcome outcome = Baton({"run", WriteStreamProgram(folder), "--set", "sr=1"});
  CHECK(outcome.code == 2);
  CHECK(outcome.err ==
        "baton: missing inputs: input: Tensor[(batch, length), float32], state: Tensor[(2, batch, other), "
        "float32]\n");
}

TEST_CASE("baton run: results are printed, written, or given as JSON", "[tools]") {
  const TemporaryFolder folder;
  const std::string model = WriteStreamProgram(folder);
  const std::string x = WriteFloats(folder, "x.npy", {1, 2}, {1, 2}),
                    s = WriteFloats(folder, "s.npy", {2, 1, 1}, {3, 4});
  const std::vector<std::string> args = {"run",     model,        "--input", "input=" + x,
                                         "--input", "state=" + s, "--set",   "sr=1"};
  Outcome outcome = Baton(args);
  CHECK(outcome.code == 0);
  CHECK(outcome.out ==
        "output: Tensor[(1, 2), float32] = [[1, 2]]\nstateN: Tensor[(2, 1, 1), float32] = [[[3]], [[4]]]\n");

  std::vector<std::string> more = args;
  more.insert(more.end(), {"--output", "stateN=" + folder.File("out.npy"), "--json"});
  outcome = Baton(more);
  CHECK(outcome.code == 0);
  CHECK(absl::StrContains(outcome.out, "\"data\": [1.0, 2.0]"));
  CHECK(absl::StrContains(outcome.out, "out.npy"));
  CHECK(folder.Read("out.npy") == folder.Read("s.npy"));
}

TEST_CASE("baton run: the session's objections are exit code 1", "[tools]") {
  const TemporaryFolder folder;
  const std::string model = WriteStreamProgram(folder);
  const std::string x = WriteFloats(folder, "x.npy", {1, 2}, {1, 2}),
                    s = WriteFloats(folder, "s.npy", {2, 5, 1}, std::vector<float>(10));
  const Outcome outcome =
      Baton({"run", model, "--input", "input=" + x, "--input", "state=" + s, "--set", "sr=1"});
  CHECK(outcome.code == 1);
  CHECK(absl::StrContains(outcome.err, "state"));
}

TEST_CASE("baton run: a stream is cut into windows, states carried", "[tools]") {
  const TemporaryFolder folder;
  const std::string model = WriteStreamProgram(folder);
  const std::string x = WriteFloats(folder, "x.npy", {5}, {1, 2, 3, 4, 5});
  const std::string s = WriteFloats(folder, "s.npy", {2, 1, 1}, {6, 7});
  const Outcome outcome = Baton({"run", model, "--scan", "input=" + x, "--chunk", "2", "--context", "1",
                                 "--carry", "stateN=state", "--init", "state=" + s, "--set", "sr=16000",
                                 "--output", "stateN=" + folder.File("end.npy")});
  CHECK(outcome.code == 0);
  CHECK(outcome.out == "output: Tensor[(3, 3), float32] = [[0, 1, 2], [2, 3, 4], [4, 5, 0]]\n");
  CHECK(absl::StartsWith(outcome.err, "baton: 3 chunks in "));
  CHECK(folder.Read("end.npy") == folder.Read("s.npy"));
}

TEST_CASE("baton inspect, disasm, verify: describe a program", "[tools]") {
  const TemporaryFolder folder;
  const std::string model = WriteStreamProgram(folder);
  const Outcome text = Baton({"inspect", model});
  CHECK(text.code == 0);
  CHECK(absl::StrContains(text.out, "1 functions, 1 instructions, 0 constants (0 bytes)"));
  CHECK(absl::StrContains(text.out, "    state: Tensor[(2, batch, other), float32]\n"));
  CHECK(absl::StrContains(text.out, "  main: 1 register instructions, 8 bytes, 3 registers\n"));
  const Outcome json = Baton({"inspect", model, "--json"});
  CHECK(json.code == 0);
  CHECK(absl::StrContains(json.out, "\"shape\": [2, \"batch\", \"other\"]"));
  CHECK(absl::StrContains(Baton({"disasm", model}).out, "Return"));
  CHECK(Baton({"verify", model}).out ==
        model + ": ok (1 functions, 1 instructions, 0 constants (0 bytes))\n");
}

TEST_CASE("baton: --dispatch chooses the code that is compiled and run", "[tools]") {
  const TemporaryFolder folder;
  const std::string text =
      folder.Write("twice.rly", "#[version = \"0.0.5\"]\ndef @main(%n: int64) { %n + %n }\n");
  const std::string both = folder.File("both.baton"), stack = folder.File("stack.baton");
  CHECK(absl::StrContains(Baton({"compile", text, "--dispatch", "register,stack", "-o", both}).out,
                          " register and "));
  CHECK(Baton({"compile", "--dispatch", "stack", text, "-o", stack}).code == 0);
  for (const std::string& file : {text, both, stack}) {
    CAPTURE(file);
    CHECK(absl::StrContains(Baton({"run", file, "--set", "n=21", "--dispatch", "stack"}).out, "42"));
  }
  CHECK(absl::StrContains(Baton({"run", both, "--set", "n=21"}).out, "42"));
  CHECK(absl::StrContains(Baton({"run", stack, "--set", "n=21"}).out, "42"));
  const Outcome missing = Baton({"run", stack, "--set", "n=21", "--dispatch", "register"});
  CHECK(missing.code == 1);
  CHECK(absl::StrContains(missing.err, "holds no register code"));
  CHECK(absl::StrContains(Baton({"disasm", stack}).out, "stack function main"));
  const Outcome bench = Baton(
      {"bench", both, "--set", "n=1", "--dispatch", "register,stack", "--repeat", "2", "--warmup", "0"});
  CHECK(absl::StrContains(bench.out, " register "));
  CHECK(absl::StrContains(bench.out, " stack "));
}

TEST_CASE("baton bench: measures with random inputs", "[tools]") {
  const TemporaryFolder folder;
  const std::string model = WriteStreamProgram(folder);
  const Outcome outcome = Baton({"bench", model, "--repeat", "3", "--warmup", "1", "--shapes", "batch=1,2",
                                 "--shapes", "length=4", "--json", folder.File("r.json")});
  CHECK(outcome.code == 0);
  CHECK(absl::StrContains(outcome.out, "warm-up 1 runs, then 3 runs"));
  CHECK(absl::StrContains(outcome.out, "batch=2,length=4"));
  CHECK(absl::StrContains(outcome.err, "took 1 for other"));
  CHECK(absl::StrContains(folder.Read("r.json"), "\"instructions\": 1"));
}

TEST_CASE("baton bench: runs forks, counts them and compares the bits of runs", "[tools]") {
  const TemporaryFolder folder;
  const std::string text = folder.Write("m.s", R"(types
  0: Tensor[(), int64]
entry points
  main(n: Tensor[(), int64]) -> (output: Tensor[(), int64]) = main#1
function twice#0(r0: i64) -> (i64)
  registers r0: i64
  r0 = AddI64 r0, r0
  Return (r0)
function main#1(r0: tensor) -> (tensor)
  registers r0: tensor, r1-r3: i64, r4: future
  r1 = GetElementI64 r0!, 0
  r2 = AddImm r1, 0
  r4 = Fork twice#0, r2 (r1)
  Await r4!, twice#0 (r3)
  r0 = MakeTensor Tensor[(), int64]#0 (r3)
  Return (r0!)
)");
  const std::string model = folder.File("m.baton");
  REQUIRE(Baton({"asm", text, "-o", model}).code == 0);
  const Outcome outcome = Baton({"bench", model, "--set", "n=3", "--threads", "1,2", "--repeat", "2",
                                 "--warmup", "1", "--same-bits", "--json", "-"});
  CHECK(outcome.code == 0);
  CHECK(absl::StrContains(outcome.out, "\"forks\": 1,"));
  CHECK(absl::StrContains(outcome.out, "\"shared_forks_per_run\": 0"));
}

TEST_CASE("baton bench: one row for each number of threads", "[tools]") {
  const TemporaryFolder folder;
  const std::string model = WriteStreamProgram(folder);
  const Outcome outcome = Baton({"bench", "--threads", "1,2", model, "--repeat", "2", "--warmup", "0",
                                 "--json", folder.File("r.json")});
  CHECK(outcome.code == 0);
  const std::string json = folder.Read("r.json");
  CHECK(absl::StrContains(json, "\"threads\": 1,"));
  CHECK(absl::StrContains(json, "\"threads\": 2,"));
  CHECK(absl::StrContains(json, "\"forks\": 0,"));
  CHECK(Baton({"bench", model, "--threads", "2,1", "--kernel-threads", "2"}).code == 2);
  CHECK(Baton({"run", model, "--kernel-threads", "2"}).code == 2);
}

}  // namespace
}  // namespace baton
