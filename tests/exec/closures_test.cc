// Closures, and calls that reuse the frame.
#include "tests/exec/object_fixture.h"

namespace baton::test {
namespace {

// even(n, t) = n == 0 ? t : odd(n - 1, t), and odd the same; they have different numbers of registers. As
// functions `first` and `first` + 1.
void AddEvenOdd(ExecFixture* fixture, int first) {
  for (int i = 0; i < 2; ++i) {
    FunctionBuilder f(i == 0 ? "even" : "odd", {kI, kT}, {kI, kT});
    const CodeRegister n = f.parameter(0), t = f.parameter(1);
    for (int extra = 0; extra < 20 * i; ++extra) f.NewRegister(extra % 2 == 0 ? kT : kO);
    const CodeRegister zero = f.NewRegister(kI), one = f.NewRegister(kI), done = f.NewRegister(kB);
    const CodeRegister copy = f.NewRegister(kT);
    const CodeLabel end = f.NewLabel();
    f.Append("LoadSmallInt", {zero, 0});
    f.Append("LoadSmallInt", {one, 1});
    f.Append("EqI64", {done, n, zero});
    f.Append("JumpIf", {done, end});
    f.Append("SubI64", {n, n, one});
    f.Append("Move", {copy, t});  // released with the frame
    f.Append("TailCall", {first + 1 - i, {n, i == 0 ? t : t.Last()}});
    f.Bind(end);
    f.Append("LoadSmallInt", {n, i});
    f.Append("Return", {{n, t.Last()}});
    CHECK(fixture->builder.Add(std::move(f).Build()) == first + i);
  }
}

// main(n, t) = even(n, t), whose first result is the 1 or 0 that even or odd end with.
void AddEvenOddMain(ExecFixture* fixture) {
  AddEvenOdd(fixture, 0);
  const int type = fixture->builder.Add(AllocType{DType::kFloat32, {}});
  FunctionBuilder main("main", {kT, kT}, {kT, kT});
  const CodeRegister n = main.NewRegister(kI), out = main.NewRegister(kT), x = main.NewRegister(kF);
  main.Append("GetElementI64", {n, main.parameter(0).Last(), 0});
  main.Append("Call", {0, {n, main.parameter(1).Last()}, {n, out}});
  main.Append("I64ToF64", {x, n});
  main.Append("MakeTensor", {main.parameter(0), type, {x}});
  main.Append("Return", {{main.parameter(0), out}});
  const int index = fixture->builder.Add(std::move(main).Build());
  fixture->AddEntry("main", index, {DType::kInt64, DType::kFloat32}, {DType::kFloat32, DType::kFloat32});
}

// adder(captured tensor, captured i64, i64) -> (i64, tensor)
int AddAdder(ExecFixture* fixture) {
  FunctionBuilder f("adder", {kT, kI, kI}, {kI, kT});
  f.Append("AddI64", {f.parameter(1), f.parameter(1), f.parameter(2)});
  f.Append("Return", {{f.parameter(1), f.parameter(0).Last()}});
  return fixture->builder.Add(std::move(f).Build());
}

}  // namespace

TEST_CASE("tail calls: a million between functions take constant memory", "[exec]") {
  ExecFixture fixture;
  AddEvenOddMain(&fixture);
  Limits limits;
  limits.max_depth = 2;
  limits.max_memory_bytes = 100000;
  const Tensor t = Floats({7});
  for (const int64_t n : {0, 1, 1000000, 1000001}) {
    const std::vector<Tensor> outputs = fixture.Run({Tensor::Scalar<int64_t>(n), t}, limits);
    CHECK(outputs[0].values<float>()[0] == static_cast<float>(n % 2));
    CHECK(outputs[1].get() == t.get());
  }
  CHECK(t->unique());
}

TEST_CASE("tail calls: each takes a step", "[exec]") {
  ExecFixture fixture;
  AddEvenOddMain(&fixture);
  Limits limits;
  limits.max_steps = 11;  // a call and ten tail calls
  const Tensor t = Floats({7});
  CHECK(fixture.session().Invoke("main", {Tensor::Scalar<int64_t>(10), t}, limits).ok());
  const absl::Status error = fixture.Error({Tensor::Scalar<int64_t>(11), t}, limits);
  CHECK(error.code() == absl::StatusCode::kResourceExhausted);
  CHECK_THAT(std::string(error.message()), Catch::Contains("limit of steps"));
  CHECK(t->unique());
}

TEST_CASE("tail calls: an entry point may end with one", "[exec]") {
  ExecFixture fixture;
  FunctionBuilder callee("callee", {kT, kT}, {kT});
  for (int i = 0; i < 50; ++i) callee.NewRegister(kT);
  callee.Append("Return", {{callee.parameter(1)}});
  const int index = fixture.builder.Add(std::move(callee).Build());
  FunctionBuilder main("main", {kT, kT}, {kT});
  main.Append("TailCall", {index, {main.parameter(1), main.parameter(0).Last()}});
  fixture.AddMain(std::move(main), 2, 1);
  const Tensor a = Floats({1}), b = Floats({2});
  Limits limits;
  limits.max_depth = 1;
  CHECK(fixture.Run({a, b}, limits)[0].get() == a.get());
  CHECK(a->unique());
  CHECK(b->unique());
}

TEST_CASE("tail calls: without memory for the new frame they fail and lose nothing", "[exec]") {
  if (SkipsStackCode("registers that nobody uses become no locals; see stack_code_test.cc")) return;
  ExecFixture fixture;
  FunctionBuilder callee("wide", {kT}, {kT});
  for (int i = 0; i < 30000; ++i) callee.NewRegister(kT);
  callee.Append("Return", {{callee.parameter(0)}});
  const int index = fixture.builder.Add(std::move(callee).Build());
  FunctionBuilder main("main", {kT}, {kT});
  main.Append("TailCall", {index, {main.parameter(0).Last()}});
  fixture.AddMain(std::move(main), 1, 1);
  const Tensor a = Floats({1});
  Limits limits;
  limits.max_memory_bytes = 100000;
  CHECK_THAT(fixture.Message({a}, limits),
             Catch::StartsWith("call of 'wide' at depth 1: memory limit: 2400"));
  CHECK(a->unique());
  CHECK(fixture.Run({a})[0].get() == a.get());
}

TEST_CASE("closures: captured values come first", "[exec]") {
  for (const bool last : {false, true}) {
    ExecFixture fixture;
    const int adder = AddAdder(&fixture);
    const int signature = fixture.builder.Add(Signature{{kI}, {kI, kT}});
    const int type = fixture.builder.Add(AllocType{DType::kFloat32, {}});
    FunctionBuilder f("main", {kT}, {kT, kT});
    const CodeRegister closure = f.NewRegister(kO), n = f.NewRegister(kI), m = f.NewRegister(kI);
    const CodeRegister t = f.NewRegister(kT), out = f.NewRegister(kT), x = f.NewRegister(kF);
    f.Append("LoadSmallInt", {n, 5});
    f.Append("LoadSmallInt", {m, 37});
    f.Append("MakeClosure", {closure, adder, {f.parameter(0).Last(), n}});
    f.Append("CallClosure", {closure, signature, {m}, {n, t}});                          // 42
    f.Append("CallClosure", {last ? closure.Last() : closure, signature, {n}, {n, t}});  // 47
    f.Append("I64ToF64", {x, n});
    f.Append("MakeTensor", {out, type, {x}});
    f.Append("Return", {{out, t}});
    fixture.AddMain(std::move(f), 1, 2);
    const Tensor a = Floats({1});
    {
      const std::vector<Tensor> outputs = fixture.Run({a});
      CHECK(outputs[0].values<float>()[0] == 47);
      CHECK(outputs[1].get() == a.get());
    }
    CHECK(a->unique());
  }
}

TEST_CASE("closures: without captured values they are made once", "[exec]") {
  ExecFixture fixture;
  FunctionBuilder identity("identity", {kT}, {kT});
  identity.Append("Return", {{identity.parameter(0).Last()}});
  const int callee = fixture.builder.Add(std::move(identity).Build());
  // Two equal signatures are one.
  fixture.builder.Add(Signature{{kT}, {kT}});
  const int signature = fixture.builder.Add(Signature{{kT}, {kT}});
  FunctionBuilder f("main", {kT}, {kT});
  const CodeRegister closure = f.NewRegister(kO);
  f.Append("MakeClosure", {closure, callee, Registers{}});
  f.Append("CallClosure", {closure.Last(), signature, {f.parameter(0)}, {f.parameter(0)}});
  f.Append("MakeClosure", {closure, callee, Registers{}});
  f.Append("TailCallClosure", {closure, signature, {f.parameter(0).Last()}});
  fixture.AddMain(std::move(f), 1, 1);
  const Tensor a = Floats({1});
  Limits limits;
  limits.max_memory_bytes = 4096;  // no slab
  CHECK(fixture.Run({a}, limits)[0].get() == a.get());
  CHECK(a->unique());
}

TEST_CASE("closures: tail calls of closures reuse the frame", "[exec]") {
  // loop(captured tensor, self, n) = n == 0 ? tensor : self(self, n - 1), through a closure.
  ExecFixture fixture;
  const int signature = fixture.builder.Add(Signature{{kO, kI}, {kT}});
  FunctionBuilder loop("loop", {kT, kO, kI}, {kT});
  const CodeRegister t = loop.parameter(0), self = loop.parameter(1), n = loop.parameter(2);
  const CodeRegister zero = loop.NewRegister(kI), one = loop.NewRegister(kI), done = loop.NewRegister(kB);
  const CodeLabel end = loop.NewLabel();
  loop.Append("LoadSmallInt", {zero, 0});
  loop.Append("LoadSmallInt", {one, 1});
  loop.Append("EqI64", {done, n, zero});
  loop.Append("JumpIf", {done, end});
  loop.Append("SubI64", {n, n, one});
  loop.Append("TailCallClosure", {self, signature, {self.Last(), n}});
  loop.Bind(end);
  loop.Append("Return", {{t}});
  const int callee = fixture.builder.Add(std::move(loop).Build());
  FunctionBuilder main("main", {kT}, {kT});
  const CodeRegister closure = main.NewRegister(kO), count = main.NewRegister(kI);
  main.Append("LoadInt", {count, 300000});
  main.Append("MakeClosure", {closure, callee, {main.parameter(0).Last()}});
  main.Append("TailCallClosure", {closure, signature, {closure, count}});
  fixture.AddMain(std::move(main), 1, 1);
  const Tensor a = Floats({1});
  Limits limits;
  limits.max_depth = 1;
  limits.max_memory_bytes = 100000;
  CHECK(fixture.Run({a}, limits)[0].get() == a.get());
  CHECK(a->unique());
}

TEST_CASE("closures: a wrong signature is an error that names both", "[exec]") {
  for (const bool data : {false, true}) {
    ExecFixture fixture;
    const ListTypes types(&fixture.builder);
    const int adder = AddAdder(&fixture);
    const int signature = fixture.builder.Add(Signature{{kT}, {kT}});
    FunctionBuilder f("main", {kT}, {kT});
    const CodeRegister closure = f.NewRegister(kO), n = f.NewRegister(kI);
    f.Append("LoadSmallInt", {n, 5});
    if (data) {
      f.Append("MakeObject", {closure, types.nil, Registers{}});
    } else {
      f.Append("MakeClosure", {closure, adder, {f.parameter(0), n}});
    }
    f.Append("CallClosure", {closure.Last(), signature, {f.parameter(0)}, {f.parameter(0)}});
    f.Append("Return", {{f.parameter(0)}});
    fixture.AddMain(std::move(f), 1, 1);
    const Tensor a = Floats({1});
    CHECK_THAT(fixture.Message({a}),
               Catch::StartsWith(
                   std::string("found ") +
                   (data ? "List[Tensor[(), int64]].Nil" : "closure of 'adder' (i64) -> (i64, tensor)") +
                   ", expected closure (tensor) -> (tensor); at function 'main'"));
    CHECK(a->unique());
  }
}

TEST_CASE("closures: the depth limit names the function", "[exec]") {
  // f(self) = self(self), not as a tail call.
  ExecFixture fixture;
  const int signature = fixture.builder.Add(Signature{{kO}, {kT}});
  FunctionBuilder f("endless", {kT, kO}, {kT});
  f.Append("CallClosure", {f.parameter(1), signature, {f.parameter(1)}, {f.parameter(0)}});
  f.Append("Return", {{f.parameter(0)}});
  const int callee = fixture.builder.Add(std::move(f).Build());
  FunctionBuilder main("main", {kT}, {kT});
  const CodeRegister closure = main.NewRegister(kO);
  main.Append("MakeClosure", {closure, callee, {main.parameter(0)}});
  main.Append("CallClosure", {closure, signature, {closure}, {main.parameter(0)}});
  main.Append("Return", {{main.parameter(0)}});
  fixture.AddMain(std::move(main), 1, 1);
  const Tensor a = Floats({1});
  Limits limits;
  limits.max_depth = 100000;
  const absl::Status error = fixture.Error({a}, limits);
  CHECK(error.code() == absl::StatusCode::kResourceExhausted);
  CHECK_THAT(std::string(error.message()),
             Catch::StartsWith("call of 'endless': the limit of 100000 nested calls is reached"));
  CHECK(a->unique());
}

}  // namespace baton::test
