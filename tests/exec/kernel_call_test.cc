#include "vm/exec/kernel_call.h"

#include "tests/exec/exec_fixture.h"

namespace baton::test {
namespace {

const std::vector<CodeRegister> kNone;

// main(a, b): out of type f32[out_extent]; add(a, b) into it.
void AddAddProgram(ExecFixture* fixture, int64_t out_extent) {
  const int type = fixture->builder.Add(AllocType{DType::kFloat32, {out_extent}});
  const int add = fixture->AddKernel("add", 2);
  FunctionBuilder f("main", {kT, kT}, {kT});
  const CodeRegister out = f.NewRegister(kT);
  f.Append("AllocTensor", {out, type, kNone});
  f.Append("CallKernel", {add, {f.parameter(0), f.parameter(1)}, {out}});
  f.Append("Return", {{out.Last()}});
  fixture->AddMain(std::move(f), 2, 1);
}

// main(inputs...) = op(inputs...) with outputs allocated by the call.
void AddAllocatingProgram(ExecFixture* fixture, const std::string& op, int num_inputs, int num_outputs,
                          DType input = DType::kFloat32) {
  const int kernel = fixture->AddKernel(op, num_inputs, num_outputs);
  FunctionBuilder f("main", std::vector<SlotKind>(num_inputs, kT), std::vector<SlotKind>(num_outputs, kT));
  std::vector<CodeRegister> inputs, outputs, moved;
  for (int i = 0; i < num_inputs; ++i) inputs.push_back(f.parameter(i).Last());
  for (int i = 0; i < num_outputs; ++i) {
    outputs.push_back(f.NewRegister(kT));
    moved.push_back(outputs.back().Last());
  }
  f.Append("CallKernelAlloc", {kernel, inputs, outputs});
  f.Append("Return", {moved});
  fixture->AddEntry("main", fixture->builder.Add(std::move(f).Build()), std::vector<DType>(num_inputs, input),
                    std::vector<DType>(num_outputs, DType::kFloat32));
}

}  // namespace

TEST_CASE("kernel call: the rule runs once per signature", "[exec]") {
  ExecFixture fixture;
  AddAllocatingProgram(&fixture, "add", 2, 1);
  CHECK(FloatsOf(fixture.Run({Floats({1, 2}), Floats({3, 4})})[0]) == std::vector<float>{4, 6});
  CHECK(fixture.resolver.rule_calls == 1);
  CHECK(FloatsOf(fixture.Run({Floats({5, 6}), Floats({3, 4})})[0]) == std::vector<float>{8, 10});
  CHECK(fixture.resolver.rule_calls == 1);
  CHECK(FloatsOf(fixture.Run({Floats({5}), Floats({3})})[0]) == std::vector<float>{8});
  CHECK(fixture.resolver.rule_calls == 2);
  CHECK(fixture.session().counts().kernel_calls == 1);
}

TEST_CASE("kernel call: outputs must have the types that the rule gives", "[exec]") {
  ExecFixture fixture;
  AddAddProgram(&fixture, 2);
  CHECK(FloatsOf(fixture.Run({Floats({1, 2}), Floats({3, 4})})[0]) == std::vector<float>{4, 6});
  CHECK_THAT(
      fixture.Message({Floats({1, 2, 3}), Floats({3, 4, 5})}),
      Catch::StartsWith("output 0 of add is Tensor[(2), float32], the rule gives Tensor[(3), float32]; at"));
  // The refused signature is not taken for an accepted one.
  CHECK_THAT(fixture.Message({Floats({1, 2, 3}), Floats({3, 4, 5})}),
             Catch::StartsWith("output 0 of add is"));
  CHECK_THAT(fixture.Message({Floats({1, 2}), Floats({3})}),
             Catch::StartsWith("fake: shapes differ; at function 'main'"));
  CHECK(FloatsOf(fixture.Run({Floats({1, 2}), Floats({3, 4})})[0]) == std::vector<float>{4, 6});
}

TEST_CASE("kernel call: a call site's signature includes values that decide the shape", "[exec]") {
  ExecFixture fixture;
  AddAllocatingProgram(&fixture, "ones", 1, 1, DType::kInt64);
  CHECK(fixture.Run({Ints({2, 3})})[0].type().ToString() == "Tensor[(2, 3), float32]");
  CHECK(fixture.Run({Ints({2, 3})})[0].type().ToString() == "Tensor[(2, 3), float32]");
  CHECK(fixture.resolver.rule_calls == 1);
  CHECK(fixture.Run({Ints({3, 2})})[0].type().ToString() == "Tensor[(3, 2), float32]");
  CHECK(fixture.resolver.rule_calls == 2);
  CHECK_THAT(fixture.Message({Ints({3, -2})}),
             Catch::StartsWith("output 0 of ones would be Tensor[(3, -2), float32], which no tensor can be"));
  CHECK_THAT(fixture.Message({Ints({INT64_MAX, 2})}), Catch::Contains("no tensor can be"));
  CHECK_THAT(fixture.Message({Ints(std::vector<int64_t>(9, 1))}), Catch::Contains("no tensor can be"));
}

TEST_CASE("kernel call: long shape operands are not remembered", "[exec]") {
  ExecFixture fixture;
  fixture.resolver.ops["ones"].rule = [](auto inputs, TensorTypes* types) {
    types->push_back({DType::kFloat32, {Dim(inputs[0]->template As<int64_t>()[inputs[0]->dims[0] - 1])}});
    return absl::OkStatus();
  };
  AddAllocatingProgram(&fixture, "ones", 1, 1, DType::kInt64);
  std::vector<int64_t> values(65, 3);
  CHECK(fixture.Run({Ints(values)})[0].num_elements() == 3);
  values[64] = 4;
  CHECK(fixture.Run({Ints(values)})[0].num_elements() == 4);
  values.assign(64, 5);
  for (int i = 0; i < 2; ++i) CHECK(fixture.Run({Ints(values)})[0].num_elements() == 5);
  CHECK(fixture.resolver.rule_calls == 3);
}

TEST_CASE("kernel call: outputs whose extents data decide", "[exec]") {
  ExecFixture fixture;
  AddAllocatingProgram(&fixture, "positive", 1, 1);
  CHECK(FloatsOf(fixture.Run({Floats({-1, 2, 3})})[0]) == std::vector<float>{2, 3});
  CHECK(FloatsOf(fixture.Run({Floats({-1, 2, -3})})[0]) == std::vector<float>{2});
  CHECK(fixture.Run({Floats({-1, -2, -3})})[0].num_elements() == 0);
  CHECK(fixture.resolver.rule_calls == 1);
}

TEST_CASE("kernel call: a kernel's mistakes with its outputs are internal errors", "[exec]") {
  ExecFixture fixture;
  AddAllocatingProgram(&fixture, "lazy", 1, 1);
  CHECK(fixture.Error({Floats({1})}).code() == absl::StatusCode::kInternal);
  for (const auto& dims : std::vector<std::vector<int64_t>>{{1, 1}, {-1}}) {
    fixture.resolver.ops["lazy"].run = [dims](KernelContext& context, auto, auto) {
      return context.AllocateOutput(0, DType::kFloat32, dims);
    };
    CHECK(fixture.Error({Floats({1})}).code() == absl::StatusCode::kInternal);
  }
  fixture.resolver.ops["lazy"].run = [](KernelContext& context, auto, auto) {
    BATON_RETURN_IF_ERROR(context.AllocateOutput(0, DType::kFloat32, {1}));
    return context.AllocateOutput(0, DType::kFloat32, {1});
  };
  CHECK(fixture.Error({Floats({1})}).code() == absl::StatusCode::kInternal);
  fixture.DropSession();
  CHECK(fixture.device.live_bytes == 0);
}

TEST_CASE("kernel call: a given output cannot have an extent that data decide", "[exec]") {
  ExecFixture fixture;
  const int type = fixture.builder.Add(AllocType{DType::kFloat32, {1}});
  const int kernel = fixture.AddKernel("positive", 1);
  FunctionBuilder f("main", {kT}, {kT});
  const CodeRegister out = f.NewRegister(kT);
  f.Append("AllocTensor", {out, type, kNone});
  f.Append("CallKernel", {kernel, {f.parameter(0)}, {out}});
  f.Append("Return", {{out}});
  fixture.AddMain(std::move(f), 1, 1);
  CHECK_THAT(fixture.Message({Floats({1})}), Catch::Contains("only the kernel can allocate it"));
}

TEST_CASE("kernel call: several outputs", "[exec]") {
  ExecFixture fixture;
  AddAllocatingProgram(&fixture, "halves", 1, 2);
  const auto outputs = fixture.Run({Floats({1, 2, 3, 4})});
  CHECK(FloatsOf(outputs[0]) == std::vector<float>{1, 2});
  CHECK(FloatsOf(outputs[1]) == std::vector<float>{3, 4});
}

TEST_CASE("kernel call: constants and absent inputs are bound at load", "[exec]") {
  ExecFixture fixture;
  fixture.resolver.ops["offset"] = {
      [](auto inputs, TensorTypes* types) { return SameAsFirst(inputs.first(1), types); },
      [](KernelContext& context, auto inputs, auto outputs) {
        if (inputs.size() != 3 || inputs[2] != nullptr) {
          return absl::InternalError("inputs");
        }
        return AddFloats(context, inputs, outputs);
      }};
  const int constant = fixture.builder.Add(Floats({10, 20}));
  const int kernel = fixture.builder.Add(
      KernelReference{"offset", {}, {KernelReference::kPassed, constant, KernelReference::kAbsent}});
  FunctionBuilder f("main", {kT}, {kT});
  const CodeRegister out = f.NewRegister(kT);
  f.Append("CallKernelAlloc", {kernel, {f.parameter(0)}, {out}});
  f.Append("Return", {{out}});
  fixture.AddMain(std::move(f), 1, 1);
  CHECK(FloatsOf(fixture.Run({Floats({1, 2})})[0]) == std::vector<float>{11, 22});
}

TEST_CASE("kernel call: state and scratch memory belong to the session", "[exec]") {
  ExecFixture fixture;
  AddAllocatingProgram(&fixture, "copy", 1, 1);
  for (int i = 0; i < 3; ++i) CHECK(FloatsOf(fixture.Run({Floats({1, 2})})[0]) == std::vector<float>{1, 2});
  const int64_t allocations = fixture.device.allocations;
  fixture.Run({Floats({1, 2})});
  CHECK(fixture.device.allocations == allocations);
  Limits limits;
  limits.max_memory_bytes = 3 << 20;  // room for the output and one piece of scratch memory
  const Tensor large = Tensor::Allocate(DType::kFloat32, {1 << 18}).value();
  CHECK_THAT(fixture.Message({large}, limits), Catch::StartsWith("no scratch"));
}

TEST_CASE("kernel call: a kernel's error is returned with its place", "[exec]") {
  ExecFixture fixture;
  AddAllocatingProgram(&fixture, "fail", 1, 1);
  CHECK(fixture.Message({Floats({1})}) ==
        std::string("fail: as asked; at function 'main', ") + (RunsStackCode() ? "byte 2" : "word 0"));
  fixture.DropSession();
  CHECK(fixture.device.live_bytes == 0);
}

TEST_CASE("kernel call: outputs that are not the session's alone are refused", "[exec]") {
  // main(a) = copy(a) into what `make` gives; `reads_other`: `other` is still needed then.
  const auto message = [](auto make, bool reads_other = false) {
    ExecFixture fixture;
    const int copy = fixture.AddKernel("copy", 1);
    const int constant = fixture.builder.Add(Floats({1, 2}));
    const int type = fixture.builder.Add(AllocType{DType::kFloat32, {2}});
    FunctionBuilder f("main", {kT}, {kT});
    const CodeRegister source = f.NewRegister(kT), out = f.NewRegister(kT), other = f.NewRegister(kT);
    f.Append("AllocTensor", {source, type, kNone});
    make(f, out, other, constant, type);
    f.Append("CallKernel", {copy, {source}, {out}});
    if (reads_other) f.Append("GetDim", {f.NewRegister(kI), other, 0});
    f.Append("Return", {{out}});
    fixture.AddMain(std::move(f), 1, 1);
    const Tensor input = Floats({5, 6});
    const auto result = fixture.session().Invoke("main", {input});
    CHECK(FloatsOf(input) == std::vector<float>{5, 6});
    return result.ok() ? std::string() : std::string(result.status().message());
  };
  const auto refused = Catch::Matchers::Contains("output 0 of copy is shared or read-only memory");
  using F = FunctionBuilder&;
  using R = CodeRegister;
  CHECK_THAT(message([](F f, R out, R, int constant, int) {
               f.Append("LoadConst", {out, constant});
             }),
             refused);
  CHECK_THAT(message([](F f, R out, R, int, int) {
               f.Append("Move", {out, f.parameter(0).Last()});
             }),
             refused);
  CHECK_THAT(message([](F f, R out, R other, int constant, int type) {
               f.Append("LoadConst", {other, constant});
               f.Append("View", {out, other.Last(), type, kNone});
             }),
             refused);
  CHECK_THAT(message([](F f, R out, R, int, int type) {
               f.Append("View", {out, f.parameter(0).Last(), type, kNone});
             }),
             refused);
  CHECK_THAT(message(
                 [](F f, R out, R other, int, int type) {
                   f.Append("AllocTensor", {other, type, kNone});
                   f.Append("Move", {out, other});
                 },
                 true),
             refused);
  CHECK_THAT(message(
                 [](F f, R out, R other, int, int type) {
                   f.Append("AllocTensor", {other, type, kNone});
                   f.Append("View", {out, other, type, kNone});
                 },
                 true),
             refused);
  CHECK(message([](F f, R out, R other, int, int type) {
          f.Append("AllocTensor", {other, type, kNone});
          f.Append("View", {out, other.Last(), type, kNone});
        }).empty());
}

TEST_CASE("kernel call: an output of an earlier invocation is not writable as an input", "[exec]") {
  ExecFixture fixture;
  const int copy = fixture.AddKernel("copy", 1);
  const int type = fixture.builder.Add(AllocType{DType::kFloat32, {2}});
  FunctionBuilder f("main", {kT}, {kT});
  const CodeRegister fresh = f.NewRegister(kT);
  f.Append("AllocTensor", {fresh, type, kNone});
  f.Append("CallKernel", {copy, {f.parameter(0)}, {fresh}});
  f.Append("Return", {{fresh.Last()}});
  fixture.AddMain(std::move(f), 1, 1);
  FunctionBuilder g("overwrite", {kT}, {kT});
  const CodeRegister out = g.NewRegister(kT);
  g.Append("AllocTensor", {out, type, kNone});
  g.Append("CallKernel", {copy, {out}, {g.parameter(0)}});
  g.Append("Return", {{g.parameter(0)}});
  fixture.AddEntry("overwrite", fixture.builder.Add(std::move(g).Build()), {DType::kFloat32},
                   {DType::kFloat32});
  const Tensor mine = fixture.Run({Floats({1, 2})})[0];
  const auto result = fixture.session().Invoke("overwrite", {mine});
  CHECK_THAT(std::string(result.status().message()), Catch::Contains("shared or read-only"));
  CHECK(FloatsOf(mine) == std::vector<float>{1, 2});
}

TEST_CASE("kernel call: overlapping arguments are refused", "[exec]") {
  // Tensors of 32 floats (128 bytes) at two offsets of an arena: copy(a) into b, or halves(input) into a, b.
  const auto message = [](int64_t first, int64_t second, bool outputs) {
    ExecFixture fixture;
    const int type = fixture.builder.Add(AllocType{DType::kFloat32, {32}});
    const int kernel = outputs ? fixture.AddKernel("halves", 1, 2) : fixture.AddKernel("copy", 1);
    FunctionBuilder f("main", {kT}, {});
    const CodeRegister bytes = f.NewRegister(kI), at_a = f.NewRegister(kI), at_b = f.NewRegister(kI);
    const CodeRegister a = f.NewRegister(kT), b = f.NewRegister(kT);
    f.Append("LoadSmallInt", {bytes, 1024});
    f.Append("LoadInt", {at_a, first});
    f.Append("LoadInt", {at_b, second});
    f.Append("EnterArena", {bytes});
    f.Append("AllocInArena", {a, type, at_a, kNone});
    f.Append("AllocInArena", {b, type, at_b, kNone});
    if (outputs) {
      f.Append("CallKernel", {kernel, {f.parameter(0)}, {a, b}});
    } else {
      f.Append("CallKernel", {kernel, {a}, {b}});
    }
    f.Append("LeaveArena", {});
    f.Append("Return", {kNone});
    fixture.AddMain(std::move(f), 1, 0);
    const auto result = fixture.session().Invoke("main", {Floats(std::vector<float>(64))});
    const std::string text(result.status().message());
    return text.substr(0, text.find(';'));
  };
  CHECK(message(0, 128, false).empty());
  CHECK(message(128, 0, false).empty());
  CHECK(message(0, 64, false) == "output 0 of copy overlaps input 0");
  CHECK(message(64, 0, false) == "output 0 of copy overlaps input 0");
  CHECK(message(0, 0, false) == "output 0 of copy overlaps input 0");
  CHECK(message(0, 128, true).empty());
  CHECK(message(0, 64, true) == "output 1 of halves overlaps output 0");
}

TEST_CASE("kernel call: the same register as input and output is refused, unless it is empty", "[exec]") {
  if (SkipsStackCode("the operand stack holds both, so that the output is shared")) return;
  for (const int64_t extent : {2, 0}) {
    ExecFixture fixture;
    const int type = fixture.builder.Add(AllocType{DType::kFloat32, {extent}});
    const int copy = fixture.AddKernel("copy", 1);
    FunctionBuilder f("main", {}, {});
    const CodeRegister a = f.NewRegister(kT);
    f.Append("AllocTensor", {a, type, kNone});
    f.Append("CallKernel", {copy, {a}, {a}});
    f.Append("Return", {kNone});
    fixture.AddMain(std::move(f), 0, 0);
    const auto result = fixture.session().Invoke("main", {});
    CHECK(result.ok() == (extent == 0));
  }
}

}  // namespace baton::test
