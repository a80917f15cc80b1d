// Stack code written by hand: what the encoder never makes. Failing runs: stack_failures_test.cc.
#include "tests/exec/stack_fixture.h"

namespace baton::test {

TEST_CASE("stack code: values cross blocks on the stack", "[exec]") {
  // main(t): sum of 10, 9, ... 1, which lies on the stack all the time, below a tensor.
  ExecFixture fixture;
  const int type = fixture.builder.Add(AllocType{DType::kFloat32, {}});
  Builder f("main", {kT}, {kT});
  const int i = f.NewLocal(kI), sum = f.NewLocal(kI);
  const CodeLabel loop = f.NewLabel(), end = f.NewLabel();
  f.Append("LoadSmallInt", {0});
  f.Append("LocalTake", {0});
  f.Append("LoadSmallInt", {10});
  f.Append("LocalSet", {i});
  f.Bind(loop);
  f.Append("LocalGet", {i});
  f.Append("JumpIfEqImm", {0, end});
  f.Append("LocalSet", {0});
  f.Append("LocalGet", {i});
  f.Append("AddI64");
  f.Append("LocalTake", {0});
  f.Append("LocalGet", {i});
  f.Append("AddImm", {-1});
  f.Append("LocalSet", {i});
  f.Append("Jump", {loop});
  f.Bind(end);
  f.Append("Release");
  f.Append("LocalTee", {sum});
  f.Append("I64ToF64");
  f.Append("MakeTensor", {type, 1});
  f.Append("Return", {1});
  AddStackMain(&fixture, std::move(f), 1, 1);
  const Tensor input = Floats({1});
  CHECK(FloatsOf(fixture.Run({input})[0]) == std::vector<float>{55});
  CHECK(input->unique());
}

TEST_CASE("stack code: instructions are counted, those of locals too", "[exec]") {
  ExecFixture fixture;
  const Tables tables(&fixture);
  Builder f("main", {kT}, {kT});
  f.Append("LocalGet", {0});
  f.Append("CallKernelAlloc", {tables.copy, 1, 1});
  f.Append("LocalTee", {0});
  f.Append("Return", {1});
  AddStackMain(&fixture, std::move(f), 1, 1);
  fixture.session().SetCounting(true);
  fixture.Run({Floats({1})});
  CHECK(fixture.session().counts().instructions == 4);
  CHECK(fixture.session().counts().kernel_calls == 1);
}

TEST_CASE("stack code: wide locals work as narrow ones", "[exec]") {
  ExecFixture fixture;
  const int type = fixture.builder.Add(AllocType{DType::kFloat32, {}});
  Builder f("main", {kT}, {kT, kT});
  for (int i = 0; i < 400; ++i) f.NewLocal(i < 300 ? kF : kT);
  f.Append("LoadFloat", {1.5});
  f.Append("LocalTeeWide", {290});
  f.Append("LocalSetWide", {280});
  f.Append("LocalGet", {0});
  f.Append("LocalTeeWide", {390});
  f.Append("LocalSetWide", {391});
  f.Append("LocalGetWide", {390});
  f.Append("LocalSetWide", {391});  // gives up what it held
  f.Append("LocalTakeWide", {390});
  f.Append("LocalGetWide", {290});
  f.Append("LocalGetWide", {280});
  f.Append("AddF64");
  f.Append("MakeTensor", {type, 1});
  f.Append("Return", {2});
  AddStackMain(&fixture, std::move(f), 1, 2);
  const Tensor input = Floats({1});
  const std::vector<Tensor> outputs = fixture.Run({input});
  CHECK(outputs[0].get() == input.get());
  CHECK(FloatsOf(outputs[1]) == std::vector<float>{3});
}

TEST_CASE("stack code: a back trace names bytes where there are no locations", "[exec]") {
  ExecFixture fixture;
  const Tables tables(&fixture);
  Builder f("fails", {}, {});
  f.Append("LoadSmallInt", {1});
  f.Append("Drop");
  f.Append("Raise", {tables.message});
  fixture.builder.Add(std::move(f).Build());
  Builder main("main", {}, {});
  main.Append("LoadSmallInt", {1});
  main.Append("Call", {0, 0, 0});
  main.Append("Drop");
  main.Append("Return", {0});
  AddStackMain(&fixture, std::move(main), 0, 0);
  CHECK(fixture.Message({}) == "message; at function 'fails', byte 4; called from function 'main', byte 3");
}

TEST_CASE("program: stack code is loaded where it is all there is, and refused where it is not", "[exec]") {
  ExecFixture fixture;
  Builder f("main", {}, {});
  f.Append("Return", {0});
  AddStackMain(&fixture, std::move(f), 0, 0);
  const auto verified = Verify(std::move(fixture.builder).Build());
  REQUIRE(verified.ok());
  CHECK(Program::Load(*verified, fixture.resolver, &fixture.device).value()->dispatch() == Dispatch::kStack);
  const absl::Status status =
      Program::Load(*verified, fixture.resolver, &fixture.device, Dispatch::kRegister).status();
  CHECK(status.code() == absl::StatusCode::kNotFound);
  CHECK(status.message() == "the executable holds no register code; it was compiled without");
}

}  // namespace baton::test
