// What the verifier says about everything that is not code.
#include <catch2/catch.hpp>
#include <functional>

#include "tests/bytecode/verifier_support.h"
#include "tests/support/sample_executable.h"

namespace baton {
namespace {

// The message for the sample executable after `change`.
std::string After(const std::function<void(Executable&)>& change) {
  Executable executable = SampleExecutable();
  change(executable);
  return VerifyMessage(std::move(executable));
}

TEST_CASE("verifier: a sound executable is accepted and kept as it is", "[bytecode]") {
  const absl::StatusOr<VerifiedExecutable> verified = Verify(SampleExecutable());
  REQUIRE(verified.ok());
  CHECK((*verified)->functions.size() == 4);
  CHECK((**verified).metadata == SampleExecutable().metadata);
  CHECK(VerifyMessage(Executable()) == "ok");
}

TEST_CASE("verifier: constants are not null", "[bytecode]") {
  CHECK(After([](Executable& e) { e.constants[1] = Tensor(); }) == "constant 1: is null");
}

TEST_CASE("verifier: allocation types have possible shapes", "[bytecode]") {
  const auto with = [](std::vector<int64_t> dims) {
    return After([&](Executable& e) { e.types[1].dims = dims; });
  };
  CHECK(with({-1, 0, kMaxExtent, -1}) == "ok");
  CHECK(with({1, 1, 1, 1, 1, 1, 1, 1}) == "ok");
  CHECK(with({1, 1, 1, 1, 1, 1, 1, 1, 1}) == "type 1: rank is 9, at most 8");
  CHECK(with({3, -2}) == "type 1: extent is -2, expected -1 (dynamic) or more");
  CHECK(with({int64_t{1} << 32, int64_t{1} << 31}) == "type 1: has more bytes than 64 bits can count");
  CHECK(After([](Executable& e) { e.types[1].dtype = static_cast<DType>(200); }) ==
        "type 1: element type has code 200");
}

TEST_CASE("verifier: MakeTensor needs a static type", "[bytecode]") {
  ExecutableBuilder program;
  FunctionBuilder f("f", {SlotKind::kF64}, {SlotKind::kTensor});
  const CodeRegister t = f.NewRegister(SlotKind::kTensor);
  f.Append(Opcode::kMakeTensor, {t, 0, {f.parameter(0)}});
  f.Append(Opcode::kReturn, {{t}});
  program.Add(std::move(f).Build());
  program.Add(AllocType{DType::kFloat32, {kDynamicExtent}});
  CHECK(VerifyMessage(std::move(program).Build()) ==
        "f+0 MakeTensor: operand 'type' is 0, a type with dynamic extents");
}

TEST_CASE("verifier: kernels refer to constants and have results", "[bytecode]") {
  CHECK(After([](Executable& e) { e.kernels[1].inputs[1] = 5; }) ==
        "kernel 1: input 1 is constant 5, the executable has 5");
  CHECK(After([](Executable& e) { e.kernels[1].inputs[0] = -3; }) ==
        "kernel 1: input 0 is constant -3, the executable has 5");
  CHECK(After([](Executable& e) { e.kernels[1].num_outputs = 0; }) ==
        "kernel 1: has 0 outputs, expected 1 to 900");
  CHECK(After([](Executable& e) { e.kernels[1].num_outputs = 901; }) ==
        "kernel 1: has 901 outputs, expected 1 to 900");
  CHECK(After([](Executable& e) { e.kernels[1].op.clear(); }) == "kernel 1: names no operator");
  CHECK(After([](Executable& e) { e.kernels[1].inputs.assign(4097, KernelReference::kAbsent); }) ==
        "kernel 1: has 4097 inputs, at most 4096 are allowed");
}

TEST_CASE("verifier: function headers are consistent", "[bytecode]") {
  CHECK(After([](Executable& e) { e.functions[0].num_parameters = 6; }) ==
        "countdown: has 6 parameters and 5 registers");
  CHECK(After([](Executable& e) { e.functions[0].num_parameters = -1; }) ==
        "countdown: has -1 parameters and 5 registers");
  CHECK(After([](Executable& e) { e.functions[0].register_kinds.resize(0x8000); }) ==
        "countdown: has 32768 registers, at most 32767 are allowed");
  CHECK(After([](Executable& e) { e.functions[0].register_kinds[2] = static_cast<SlotKind>(9); }) ==
        "countdown: register 2 has kind code 9, which does not exist");
  CHECK(After([](Executable& e) { e.functions[0].result_kinds[0] = static_cast<SlotKind>(9); }) ==
        "countdown: result 0 has kind code 9, which does not exist");
}

TEST_CASE("verifier: debug tables ascend and stay in range", "[bytecode]") {
  const auto with = [](std::vector<DebugEntry> debug) {
    return After([&](Executable& e) { e.functions[0].debug = debug; });
  };
  CHECK(with({{0, 0}, {1, 1}, {3, 0}}) == "ok");
  CHECK(with({{100, 0}}) == "countdown: debug entry 0 is for word 100, the function has 8 words");
  CHECK(with({{2, 0}, {2, 1}}) ==
        "countdown: debug entry 1 is for word 2, not after that of the entry before, 2");
  CHECK(with({{0, 2}}) == "countdown: debug entry 0 has location 2, the executable has 2");
}

TEST_CASE("verifier: entry points fit their functions", "[bytecode]") {
  CHECK(After([](Executable& e) { e.entry_points[0].function = 4; }) ==
        "entry point 'main': is function 4, the executable has 4");
  CHECK(After([](Executable& e) { e.entry_points[0].function = -1; }) ==
        "entry point 'main': is function -1, the executable has 4");
  CHECK(After([](Executable& e) { e.entry_points[0].inputs.clear(); }) ==
        "entry point 'main' inputs: the function has 1, the entry point 0");
  CHECK(After([](Executable& e) {
          e.entry_points[0].outputs.push_back({"z", {DType::kFloat32, Shape()}});
        }) == "entry point 'main' outputs: the function has 1, the entry point 2");
  CHECK(After([](Executable& e) {
          e.entry_points[0].function = 0;
          e.entry_points[0].inputs.push_back({"n", {DType::kFloat32, Shape()}});
        }) == "entry point 'main' inputs: number 1 of the function is of kind i64, expected tensor");
}

TEST_CASE("verifier: entry points and parameters have names of their own", "[bytecode]") {
  CHECK(After([](Executable& e) { e.entry_points[1].name = ""; }) == "entry point 1: has no name");
  CHECK(After([](Executable& e) { e.entry_points[1].name = "main"; }) ==
        "entry point 'main': has the name of another");
  CHECK(After([](Executable& e) { e.entry_points[0].outputs[0].name = ""; }) ==
        "entry point 'main': output 0 '' has no name");
  ExecutableBuilder program;
  FunctionBuilder f("f", {SlotKind::kTensor, SlotKind::kTensor}, {});
  f.Append(Opcode::kReturn, {{}});
  program.Add(std::move(f).Build());
  program.Add(EntryPoint{"f", 0, {{"x", {DType::kFloat32, Shape()}}, {"x", {}}}, {}});
  CHECK(VerifyMessage(std::move(program).Build()) == "entry point 'f': input 1 'x' has the name of another");
}

TEST_CASE("verifier: input extents are constants or symbols", "[bytecode]") {
  const auto with = [](Shape shape) {
    return After([&](Executable& e) { e.entry_points[0].inputs[0].type = Type(DType::kFloat32, shape); });
  };
  const Dim n = Dim::Symbol("n");
  CHECK(with(Shape{n, n, 0}) == "ok");
  CHECK(with(Shape::Unranked()) == "ok");
  CHECK(with(Shape{n + 1}) ==
        "entry point 'main': input 0 'x': extent of axis 0 is n + 1, expected a constant of at least 0 or a "
        "symbol");
  CHECK_THAT(with(Shape{2, -1}), Catch::Contains("extent of axis 1 is -1"));
  CHECK_THAT(with(Shape{Dim::Symbol("s", false)}), Catch::Contains("extent of axis 0 is signed(s)"));
  CHECK_THAT(with(Shape{Dim(INT64_MAX) + Dim(INT64_MAX)}), Catch::Contains("extent of axis 0"));
  CHECK_THAT(with(Shape{1, 1, 1, 1, 1, 1, 1, 1, 1}), Catch::Contains("rank is 9"));
}

TEST_CASE("verifier: metadata keys ascend", "[bytecode]") {
  CHECK(After([](Executable& e) { std::swap(e.metadata[0], e.metadata[1]); }) ==
        "metadata: key 'model' is not in ascending order");
  CHECK(After([](Executable& e) { e.metadata[1].first = "model"; }) ==
        "metadata: key 'model' is not in ascending order");
}

TEST_CASE("verifier: names from files are escaped and cut in messages", "[bytecode]") {
  CHECK(After([](Executable& e) {
          e.functions[0].name = "a\x1b[31m\n";
          e.functions[0].code.clear();
        }) == "a\\033[31m\\n: has no code");
  CHECK(After([](Executable& e) {
          e.functions[0].name = std::string(1000, 'a');
          e.functions[0].code.clear();
        }) == std::string(100, 'a') + "...: has no code");
  CHECK(After([](Executable& e) {
          e.functions[0].name.clear();
          e.functions[0].code.clear();
        }) == "function 0: has no code");
}

}  // namespace
}  // namespace baton
