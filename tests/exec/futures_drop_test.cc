// Futures that are given up: their arguments are released, whether the calls ran or not.
#include "tests/exec/futures_fixture.h"

namespace baton::test {
namespace {

// main(x) forks copy(x) and a list's build; `append` gives the first future up. Gives x.
template <typename Append>
void CheckDropped(absl::StatusCode expected, Append append) {
  FuturesFixture fixture;
  const int kernel = fixture.AddKernel("copy", 1);
  fixture.builder.AddMessage("given up");
  FunctionBuilder copy("copy", {kT, kO}, {kT});
  const CodeRegister out = copy.NewRegister(kT);
  copy.Append("CallKernelAlloc", {kernel, {copy.parameter(0)}, {out}});
  copy.Append("Return", {{out.Last()}});
  fixture.builder.Add(std::move(copy).Build());
  const ListTypes types(&fixture.builder);
  ForkingFunction f("main", {kT}, {kT});
  const CodeRegister x = f.parameter(0), list = f.NewRegister(kO), tensor = f.NewRegister(kT);
  f.Append("CallKernelAlloc", {kernel, {x}, {tensor}});
  f.Append("MakeObject", {list, types.vector_nil, Registers{}});
  f.Append("MakeObject", {list, types.vector_cons, {tensor, list.Last()}});
  const CodeRegister future = f.Fork(0, {tensor.Last(), list.Last()});
  append(f, future, x);
  f.Append("Return", {{x}});
  fixture.AddMain(std::move(f), 1, 1);
  const Tensor input = Floats({1, 2, 3});
  for (int i = 0; i < 20; ++i) {
    const auto outputs = fixture.session().Invoke("main", {input});
    CAPTURE(outputs.status());
    CHECK(outputs.status().code() == expected);
    if (outputs.ok()) CHECK(FloatsOf((*outputs)[0]) == std::vector<float>{1, 2, 3});
  }
  CHECK(input->unique());
  fixture.DropSession();
  CHECK(fixture.device.live_bytes == 0);
}

// Another future, over the same function.
void ForkAgain(ForkingFunction& f, CodeRegister future, CodeRegister x) {
  const CodeRegister list = f.NewRegister(kO);
  f.Append("MakeClosure", {list, 0, Registers{}});
  f.ForkTo(future, 0, {x, list.Last()});
}

}  // namespace

TEST_CASE("futures: one that is released", "[exec][futures]") {
  CheckDropped(absl::StatusCode::kOk,
               [](auto& f, auto future, auto) { f.Append("Release", {future.Last()}); });
}

TEST_CASE("futures: one that is overwritten by another", "[exec][futures]") {
  CheckDropped(absl::StatusCode::kOk, [](auto& f, auto future, auto x) { ForkAgain(f, future, x); });
}

TEST_CASE("futures: one that another is moved onto", "[exec][futures]") {
  CheckDropped(absl::StatusCode::kOk, [](auto& f, auto future, auto x) {
    const CodeRegister other = f.NewRegister(kU);
    ForkAgain(f, other, x);
    f.Append("Move", {future, other.Last()});
    f.Await(future, 0, kT);
  });
}

TEST_CASE("futures: one that is left when its function returns", "[exec][futures]") {
  CheckDropped(absl::StatusCode::kOk, [](auto&, auto, auto) {});
}

TEST_CASE("futures: one that is left when its function fails", "[exec][futures]") {
  CheckDropped(absl::StatusCode::kInvalidArgument, [](auto& f, auto, auto x) {
    const CodeLabel go_on = f.NewLabel();
    const CodeRegister rank = f.NewRegister(kI);
    f.Append("GetDim", {rank, x, 0});
    f.Append("JumpIfNeImm", {rank, 3, go_on});
    f.Append("Raise", {0});
    f.Bind(go_on);
  });
}

TEST_CASE("futures: one that is left when its function is replaced by a tail call", "[exec][futures]") {
  CheckDropped(absl::StatusCode::kOk, [](auto& f, auto, auto x) {
    const CodeLabel go_on = f.NewLabel();
    const CodeRegister rank = f.NewRegister(kI), list = f.NewRegister(kO);
    f.Append("MakeClosure", {list, 0, Registers{}});
    f.Append("GetDim", {rank, x, 0});
    f.Append("JumpIfNeImm", {rank, 3, go_on});
    f.Append("TailCall", {0, {x, list.Last()}});
    f.Bind(go_on);
  });
}

TEST_CASE("futures: one of another function is not awaited", "[exec][futures]") {
  FuturesFixture fixture;
  const int square = AddSquare(&fixture);
  FunctionBuilder other("other", {kI}, {kI});
  other.Append("Return", {{other.parameter(0)}});
  const int same_kinds = fixture.builder.Add(std::move(other).Build());
  ForkingFunction f("f");
  f.Return(f.Await(f.Fork(square, {f.n()}), same_kinds));
  fixture.AddIntegerEntry("main", fixture.builder.Add(std::move(f).Build()));
  CHECK_THAT(fixture.ErrorOf("main", 1),
             Catch::StartsWith("found a future of 'square', expected one of 'other'; at function 'f', "));
}

}  // namespace baton::test
