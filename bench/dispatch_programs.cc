#include "bench/dispatch_programs.h"

#include <cmath>
#include <filesystem>
#include <map>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "bench/kernel_calls.h"
#include "compiler/compiler.h"
#include "compiler/import/onnx.h"
#include "compiler/text/parameters.h"
#include "compiler/text/reader.h"
#include "tools/file_io.h"
#include "vm/core/status.h"

namespace baton {
namespace {

using Extents = std::vector<int64_t>;
using Parameters = std::map<std::string, Tensor>;

const CompileOptions kBothEncodings = {.register_code = true, .stack_code = true, .dump_after = {}};

absl::StatusOr<Executable> CompileRelay(const std::string& name, const std::string& text,
                                        Parameters parameters = {}) {
  RelayReadOptions options;
  options.parameters = std::move(parameters);
  BATON_ASSIGN_OR_RETURN(std::unique_ptr<ir::Module> module, ReadRelay(name, text, options));
  return Compile(std::move(module), kBothEncodings);
}

std::function<absl::StatusOr<Executable>()> RelayFile(const std::string& path, Parameters parameters = {}) {
  return [=]() -> absl::StatusOr<Executable> {
    BATON_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
    return CompileRelay(path, text, parameters);
  };
}

// Uniform in [-1, 1) / sqrt(last extent), so that activations neither vanish nor saturate. The same on every
// machine: the engine's sequence is in the C++ standard, the library's distributions are not.
Parameters RandomParameters(const std::vector<std::pair<std::string, Extents>>& shapes) {
  std::mt19937 random(1);
  Parameters parameters;
  for (const auto& [name, dims] : shapes) {
    Tensor tensor = Tensor::Allocate(DType::kFloat32, dims).value();
    const float scale = 1.0F / std::sqrt(static_cast<float>(dims.back()));
    for (float& value : tensor.values<float>()) {
      value = scale * (static_cast<float>(random() >> 8) * 0x1p-23F - 1.0F);
    }
    parameters[name] = std::move(tensor);
  }
  return parameters;
}

int64_t FibCalls(int64_t n) {
  return n < 2 ? 1 : 1 + FibCalls(n - 1) + FibCalls(n - 2);
}

int64_t Tak(int64_t x, int64_t y, int64_t z, int64_t* num_calls) {
  ++*num_calls;
  if (y >= x) return z;
  const int64_t a = Tak(x - 1, y, z, num_calls);
  const int64_t b = Tak(y - 1, z, x, num_calls);
  return Tak(a, b, Tak(z - 1, x, y, num_calls), num_calls);
}

int64_t TakCalls(int64_t n) {
  int64_t num_calls = 0;
  Tak(3 * n, 2 * n, n, &num_calls);
  return num_calls;
}

// A program of bench/programs over one number.
BenchProgram NumberProgram(const ProgramOptions& options, const std::string& name, int64_t n) {
  BenchProgram program;
  program.name = name;
  program.compile = RelayFile(absl::StrCat(options.root, "/bench/programs/", name, ".rly"));
  program.inputs.values = {absl::StrCat("n=", n)};
  const std::string lua = absl::StrCat(options.root, "/bench/programs/", name, ".lua");
  if (std::filesystem::exists(lua)) {
    program.lua_script = lua;
    program.lua_argument = n;
  }
  return program;
}

void AddScalarPrograms(const ProgramOptions& options, std::vector<BenchProgram>* programs) {
  const auto add = [&](const std::string& name, int64_t n, absl::string_view description,
                       absl::string_view unit, int64_t num_units) {
    BenchProgram program = NumberProgram(options, name, n);
    program.description = absl::StrCat(description);
    program.unit = absl::StrCat(unit);
    program.num_units = num_units;
    programs->push_back(std::move(program));
  };
  const bool quick = options.quick;
  const int64_t loop = quick ? 100000 : 10000000, fib = quick ? 18 : 30, tak = quick ? 4 : 8;
  const int64_t cells = quick ? 1000 : 100000, closures = quick ? 10000 : 1000000, depth = quick ? 10 : 16;
  add("loop", loop, absl::StrCat("integer loop, ", loop, " iterations"), "iteration", loop);
  add("fib", fib, absl::StrCat("fib(", fib, ")"), "call", FibCalls(fib));
  add("tak", tak, absl::StrCat("tak(", 3 * tak, ", ", 2 * tak, ", ", tak, ")"), "call", TakCalls(tak));
  add("fold", cells, absl::StrCat("list of ", cells, ": built, mapped, folded"), "cell", cells);
  add("closures", closures, absl::StrCat("composed closure, applied ", closures, " times"), "closure call",
      3 * closures);
  add("tree_walk", depth, absl::StrCat("expression tree of depth ", depth, ": built, evaluated by match"),
      "node", (int64_t{2} << depth) - 1);
}

std::string ChainText(int64_t length) {
  std::string text =
      "#[version = \"0.0.5\"]\ndef @main(%x0: Tensor[(8), float32]) -> Tensor[(8), float32] {\n";
  for (int64_t i = 0; i < length; ++i) absl::StrAppend(&text, "  let %x", i + 1, " = tanh(%x", i, ");\n");
  return absl::StrCat(text, "  %x", length, "\n}\n");
}

void AddKernelPrograms(const ProgramOptions& options, std::vector<BenchProgram>* programs) {
  const int64_t length = options.quick ? 50 : 1000;
  programs->push_back({.name = "chain",
                       .description = absl::StrCat(length, " x tanh of 8 floats, outputs planned"),
                       .unit = "kernel",
                       .num_units = length,
                       .compile = [=] { return CompileRelay("chain", ChainText(length)); },
                       .inputs = {}});
  programs->push_back({.name = "kernel_calls",
                       .description = absl::StrCat(length, " x tanh of 8 floats, into two tensors"),
                       .unit = "kernel",
                       .num_units = length,
                       .compile = [=] { return MakeKernelCalls(length); },
                       .inputs = {}});
}

BenchProgram TreeLstm(const ProgramOptions& options) {
  const std::string folder = absl::StrCat(options.root, "/examples/tree_lstm/");
  BenchProgram program{.name = "tree_lstm",
                       .description = "Tree-LSTM, hidden 32, a tree of 99 nodes",
                       .unit = "node",
                       .num_units = 99,
                       .compile = {},
                       .inputs = {.files = {absl::StrCat("tree=", folder, "tree_3.rly")}, .values = {}}};
  program.compile = [=]() -> absl::StatusOr<Executable> {
    BATON_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(folder + "tree_lstm.params"));
    BATON_ASSIGN_OR_RETURN(Parameters parameters, text::ReadParameters(bytes));
    return RelayFile(folder + "tree_lstm.rly", std::move(parameters))();
  };
  return program;
}

BenchProgram Silero(const ProgramOptions& options) {
  const std::string data = (std::filesystem::path(options.silero).parent_path() / "test_data_set_1").string();
  BenchProgram program{.name = "silero",
                       .description = "Silero VAD, a chunk of 512 samples",
                       .unit = "chunk",
                       .num_units = 1,
                       .compile = {},
                       .inputs = {}};
  program.inputs.files = {absl::StrCat("input=", data, "/input_0.pb"),
                          absl::StrCat("state=", data, "/input_1.pb"),
                          absl::StrCat("sr=", data, "/input_2.pb")};
  program.optional_file = options.silero;
  program.compile = [path = options.silero]() -> absl::StatusOr<Executable> {
    BATON_ASSIGN_OR_RETURN(std::unique_ptr<ir::Module> module, ImportOnnxFile(path));
    return Compile(std::move(module), kBothEncodings);
  };
  return program;
}

void AddModels(const ProgramOptions& options, std::vector<BenchProgram>* programs) {
  programs->push_back(TreeLstm(options));
  programs->push_back(Silero(options));
  programs->push_back(
      {.name = "lstm",
       .description = "LSTM of 512, 32 steps, in Relay text",
       .unit = "step",
       .num_units = 32,
       .compile = RelayFile(options.root + "/bench/programs/lstm.rly",
                            RandomParameters({{"w", {2048, 512}}, {"u", {2048, 512}}, {"b", {2048}}})),
       .inputs = {}});
  programs->push_back({.name = "transformer",
                       .description = "transformer block, 64 positions x 256, 4 heads",
                       .unit = "block",
                       .num_units = 1,
                       .compile = RelayFile(options.root + "/bench/programs/transformer.rly",
                                            RandomParameters({{"wq", {256, 256}},
                                                              {"wk", {256, 256}},
                                                              {"wv", {256, 256}},
                                                              {"wo", {256, 256}},
                                                              {"gamma1", {256}},
                                                              {"beta1", {256}},
                                                              {"w1", {1024, 256}},
                                                              {"b1", {1024}},
                                                              {"w2", {256, 1024}},
                                                              {"b2", {256}},
                                                              {"gamma2", {256}},
                                                              {"beta2", {256}}})),
                       .inputs = {}});
}

}  // namespace

std::vector<BenchProgram> DispatchPrograms(const ProgramOptions& options) {
  std::vector<BenchProgram> programs;
  AddScalarPrograms(options, &programs);
  AddKernelPrograms(options, &programs);
  AddModels(options, &programs);
  return programs;
}

}  // namespace baton
