#include "vm/exec/session.h"

#include <optional>

#include "tests/exec/exec_fixture.h"
#include "tests/exec/sized_program.h"

namespace baton::test {
namespace {

// main(state f32[2, batch, 128], b f32[4?batch], length i64[]) = state; nothing is computed.
void AddSignatureProgram(ExecFixture* fixture) {
  FunctionBuilder f("main", {kT, kT, kT}, {kT});
  f.Append("Return", {{f.parameter(0)}});
  EntryPoint entry{"main", fixture->builder.Add(std::move(f).Build()), {}, {}};
  const TensorType state{DType::kFloat32, {2, Dim::Symbol("batch"), 128}};
  entry.inputs = {
      {"state", state}, {"b", {DType::kFloat32, {Dim::Symbol("batch")}}}, {"length", {DType::kInt64, {}}}};
  entry.outputs = {{"out", state}};
  fixture->builder.Add(std::move(entry));
}

Tensor Zeros(DType dtype, std::vector<int64_t> dims) {
  Tensor tensor = Tensor::Allocate(dtype, dims).value();
  std::memset(tensor->data, 0, static_cast<size_t>(tensor->num_bytes()));
  return tensor;
}

// main() = a constant; main2(a) = a.
void AddPassThroughProgram(ExecFixture* fixture) {
  const int constant = fixture->builder.Add(Floats({7}));
  const int type = fixture->builder.Add(AllocType{DType::kFloat32, {1, 1}});
  FunctionBuilder f("main", {}, {kT, kT});
  const CodeRegister a = f.NewRegister(kT), view = f.NewRegister(kT);
  f.Append("LoadConst", {a, constant});
  f.Append("View", {view, a, type, std::vector<CodeRegister>{}});
  f.Append("Return", {{a, view}});
  fixture->AddMain(std::move(f), 0, 2);
  FunctionBuilder g("same", {kT}, {kT, kT});
  g.Append("Return", {{g.parameter(0), g.parameter(0)}});
  fixture->AddEntry("same", fixture->builder.Add(std::move(g).Build()), {DType::kFloat32},
                    {DType::kFloat32, DType::kFloat32});
}

}  // namespace

TEST_CASE("invoke: inputs that fit", "[exec]") {
  ExecFixture fixture;
  AddSignatureProgram(&fixture);
  const Tensor length = Tensor::Scalar<int64_t>(1);
  for (const int64_t batch : {3, 0, 5}) {
    const Tensor state = Zeros(DType::kFloat32, {2, batch, 128});
    CHECK(fixture.Run({state, Zeros(DType::kFloat32, {batch}), length})[0].get() == state.get());
  }
}

TEST_CASE("invoke: inputs that do not fit are named", "[exec]") {
  ExecFixture fixture;
  AddSignatureProgram(&fixture);
  const Tensor state = Zeros(DType::kFloat32, {2, 3, 128}), b = Zeros(DType::kFloat32, {3});
  const Tensor length = Tensor::Scalar<int64_t>(1);
  CHECK(fixture.Message({state}) == "entry 'main' takes 3 inputs, found 1; missing: 'b', 'length'");
  CHECK(fixture.Message({state, b, length, b}) == "entry 'main' takes 3 inputs, found 4");
  CHECK(fixture.Message({state, Tensor(), length}) == "input 'b' is null");
  CHECK(fixture.Message({Zeros(DType::kFloat32, {2, 3, 64}), b, length}) ==
        "input 'state' is Tensor[(2, 3, 64), float32], expected Tensor[(2, batch, 128), float32]: extent 2 "
        "is 64, "
        "expected 128");
  CHECK(fixture.Message({Zeros(DType::kFloat64, {2, 3, 128}), b, length}) ==
        "input 'state' is Tensor[(2, 3, 128), float64], expected Tensor[(2, batch, 128), float32]");
  CHECK(fixture.Message({b, b, length}) ==
        "input 'state' is Tensor[(3), float32], expected Tensor[(2, batch, 128), float32]: rank is 1");
  CHECK(fixture.Message({state, Zeros(DType::kFloat32, {4}), length}) ==
        "input 'b' has extent 4 for 'batch', input 'state' has 3");
  CHECK(fixture.Error({state, b, b}).code() == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("invoke: unknown entries and wrong room for outputs are errors", "[exec]") {
  ExecFixture fixture;
  AddPassThroughProgram(&fixture);
  const absl::Status unknown = fixture.session().Invoke("mian", {}).status();
  CHECK(unknown.code() == absl::StatusCode::kNotFound);
  CHECK(unknown.message() == "entry 'mian' does not exist; there are: 'main', 'same'");
  std::vector<Tensor> one(1);
  CHECK(fixture.session().Invoke("main", {}, absl::MakeSpan(one)).message() ==
        "entry 'main' gives 2 outputs, there is room for 1");
  CHECK(fixture.session().program().FindEntryPoint("same") != nullptr);
  CHECK(fixture.session().program().FindEntryPoint("mian") == nullptr);
}

TEST_CASE("invoke: constants are copied out, inputs are shared", "[exec]") {
  ExecFixture fixture;
  AddPassThroughProgram(&fixture);
  auto outputs = fixture.Run({});
  outputs[0].values<float>()[0] = 8;
  outputs[1].values<float>()[0] = 9;
  CHECK(FloatsOf(fixture.Run({})[0]) == std::vector<float>{7});
  const Tensor input = Floats({1});
  const auto same = fixture.session().Invoke("same", {input}).value();
  CHECK(same[0].get() == input.get());
  CHECK(same[1].get() == input.get());
}

TEST_CASE("invoke: outputs are valid after the session and the program are gone", "[exec]") {
  CountingDevice device;
  std::vector<Tensor> outputs;
  {
    ExecFixture fixture;
    AddPassThroughProgram(&fixture);
    Session session(
        Program::Load(VerifyForTest(std::move(fixture.builder).Build()), fixture.resolver, &device).value());
    outputs = session.Invoke("main", {}).value();
  }
  CHECK(FloatsOf(outputs[0]) == std::vector<float>{7});
  outputs.clear();
  CHECK(device.live_bytes == 0);
}

TEST_CASE("invoke: inputs and outputs may be the same array", "[exec]") {
  ExecFixture fixture;
  const int add = fixture.AddKernel("add", 2);
  FunctionBuilder f("main", {kT}, {kT});
  const CodeRegister out = f.NewRegister(kT);
  f.Append("CallKernelAlloc", {add, {f.parameter(0), f.parameter(0)}, {out}});
  f.Append("Return", {{out.Last()}});
  fixture.AddMain(std::move(f), 1, 1);
  std::vector<Tensor> state = {Floats({1, 3})};
  for (int i = 0; i < 4; ++i) {
    REQUIRE(fixture.session().Invoke("main", state, absl::MakeSpan(state)).ok());
  }
  CHECK(FloatsOf(state[0]) == std::vector<float>{16, 48});
}

TEST_CASE("invoke: the memory limit may change between invocations", "[exec]") {
  ExecFixture fixture;
  AddSizedProgram(&fixture);
  fixture.Run({Ints({1 << 20, 1 << 20})});
  CHECK(fixture.session().counts().peak_memory_bytes > 5 << 20);
  Limits small;
  small.max_memory_bytes = 1 << 16;
  fixture.Run({Ints({100, 100})}, small);
  CHECK(fixture.device.live_bytes < 1 << 16);
  // A region of the arena without room is no error: the tensors that would lie in it may still fit.
  fixture.Run({Ints({100, 1 << 20})}, small);
  CHECK(fixture.device.live_bytes < 1 << 16);
  CHECK(fixture.Error({Ints({1 << 20, 100})}, small).code() == absl::StatusCode::kResourceExhausted);
  fixture.Run({Ints({1 << 20, 1 << 20})});
}

TEST_CASE("invoke: outputs that the caller keeps do not use up the limit", "[exec]") {
  ExecFixture fixture;
  const int copy = fixture.AddKernel("copy", 1);
  FunctionBuilder f("main", {kT}, {kT});
  const CodeRegister out = f.NewRegister(kT);
  f.Append("CallKernelAlloc", {copy, {f.parameter(0)}, {out}});
  f.Append("Return", {{out.Last()}});
  fixture.AddMain(std::move(f), 1, 1);
  Limits limits;
  limits.max_memory_bytes = 1 << 16;
  std::vector<Tensor> kept;
  for (int i = 0; i < 100; ++i) kept.push_back(fixture.Run({Floats(std::vector<float>(1000))}, limits)[0]);
  CHECK(fixture.device.live_bytes > 100 * 4000);
}

TEST_CASE("session: moves, and stays usable after errors in deep calls", "[exec]") {
  ExecFixture fixture;
  const int type = fixture.builder.Add(AllocType{DType::kFloat32, {100}});
  const int message = fixture.builder.AddMessage("deep");
  // f(n): allocates, then calls itself until n is 0, where it fails.
  FunctionBuilder f("f", {kI}, {});
  const CodeRegister tensor = f.NewRegister(kT), zero = f.NewRegister(kI), one = f.NewRegister(kI);
  const CodeRegister bottom = f.NewRegister(kB);
  const CodeLabel more = f.NewLabel();
  f.Append("AllocTensor", {tensor, type, std::vector<CodeRegister>{}});
  f.Append("LoadSmallInt", {zero, 0});
  f.Append("LoadSmallInt", {one, 1});
  f.Append("EqI64", {bottom, f.parameter(0), zero});
  f.Append("JumpIfNot", {bottom, more});
  f.Append("Raise", {message});
  f.Bind(more);
  f.Append("SubI64", {one, f.parameter(0), one});
  f.Append("Call", {0, {one}, std::vector<CodeRegister>{}});
  f.Append("Return", {std::vector<CodeRegister>{}});
  const int callee = fixture.builder.Add(std::move(f).Build());
  FunctionBuilder main("main", {kT}, {});
  const CodeRegister n = main.NewRegister(kI);
  main.Append("GetElementI64", {n, main.parameter(0), 0});
  main.Append("Call", {callee, {n}, std::vector<CodeRegister>{}});
  main.Append("Return", {std::vector<CodeRegister>{}});
  fixture.AddMain(std::move(main), 1, 0, DType::kInt64);
  Session moved(std::move(fixture.session()));
  const Tensor fifty = Ints({50});
  int64_t allocations = 0;
  for (int i = 0; i < 3; ++i) {
    CHECK_THAT(std::string(moved.Invoke("main", {fifty}).status().message()), Catch::StartsWith("deep; at"));
    CHECK(fifty->unique());
    if (i == 1) allocations = fixture.device.allocations;
  }
  CHECK(fixture.device.allocations == allocations);
}

TEST_CASE("program: kernels that cannot be bound are all named", "[exec]") {
  ExecFixture fixture;
  fixture.AddKernel("add", 2);
  fixture.AddKernel("frobnicate", 1);
  fixture.AddKernel("twiddle", 1);
  const absl::Status status =
      Program::Load(VerifyForTest(std::move(fixture.builder).Build()), fixture.resolver, &fixture.device)
          .status();
  CHECK(status.code() == absl::StatusCode::kNotFound);
  CHECK(status.message() == "cannot bind 2 kernels: frobnicate: unknown operator; twiddle: unknown operator");
}

}  // namespace baton::test
