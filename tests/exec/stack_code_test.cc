// Stack code written by hand: what the encoder never makes, and what failing runs leave on operand stacks.
#include "tests/exec/object_fixture.h"

namespace baton::test {
namespace {

using Builder = StackFunctionBuilder;

void AddStackMain(ExecFixture* fixture, Builder function, int num_inputs, int num_outputs) {
  const int index = fixture->builder.Add(std::move(function).Build());
  fixture->AddEntry("main", index, std::vector<DType>(num_inputs, DType::kFloat32),
                    std::vector<DType>(num_outputs, DType::kFloat32));
}

// Tables for the programs of this file.
struct Tables {
  explicit Tables(ExecFixture* fixture) : lists(&fixture->builder) {
    auto& b = fixture->builder;
    constant = b.Add(Floats({7}));
    vector = b.Add(AllocType{DType::kFloat32, {64}});
    scalar = b.Add(AllocType{DType::kFloat32, {}});
    message = b.AddMessage("message");
    fail = fixture->AddKernel("fail", 1);
    copy = fixture->AddKernel("copy", 1);
    takes_integer = b.Add(Signature{{kI}, {kT}});
    takes_tensor = b.Add(Signature{{kT}, {kT}});
  }
  ListTypes lists;
  int constant, vector, scalar, message, fail, copy, takes_integer, takes_tensor;
};

// Puts references of all sorts on the stack: of an input, a constant, a new tensor, an object, a closure of
// function 0 over a tensor, with a scalar between.
void PushReferences(Builder* f, const Tables& tables) {
  f->Append("LocalGet", {0});
  f->Append("LoadConst", {tables.constant});
  f->Append("AllocTensor", {tables.vector, 0});
  f->Append("LoadSmallInt", {3});
  f->Append("LocalGet", {0});
  f->Append("MakeObject", {tables.lists.vector_nil, 0});
  f->Append("MakeObject", {tables.lists.vector_cons, 2});
  f->Append("LocalGet", {0});
  f->Append("MakeClosure", {0, 1});
}
void PopReferences(Builder* f) {
  for (int i = 0; i < 2; ++i) f->Append("Release");
  f->Append("Drop");
  for (int i = 0; i < 3; ++i) f->Append("Release");
}

// first(a, b) = a: what closures of this file capture one value for.
void AddFirst(ExecFixture* fixture) {
  Builder f("first", {kT, kT}, {kT});
  f.Append("LocalTake", {0});
  f.Append("Return", {1});
  fixture->builder.Add(std::move(f).Build());
}

// main(t) has references on its stack when `append` does what it does. With their number, so that a test can
// see that they are all given back.
template <typename Append>
void RunAmongReferences(Append append, const std::string& message, const Limits& limits = {}) {
  CAPTURE(message);
  ExecFixture fixture;
  const Tables tables(&fixture);
  AddFirst(&fixture);
  Builder f("main", {kT}, {kT});
  PushReferences(&f, tables);
  append(f, tables);
  PopReferences(&f);
  f.Append("LocalTake", {0});
  f.Append("Return", {1});
  AddStackMain(&fixture, std::move(f), 1, 1);
  const Tensor input = Floats({1, 2, 3});
  for (int round = 0; round < 3; ++round) {
    const auto outputs = fixture.session().Invoke("main", {input}, limits);
    if (message.empty()) {
      REQUIRE(outputs.status() == absl::OkStatus());
      CHECK((*outputs)[0].get() == input.get());
    } else {
      REQUIRE_FALSE(outputs.ok());
      CHECK_THAT(std::string(outputs.status().message()), Catch::Contains(message));
    }
  }
  CHECK(input->unique());
  fixture.DropSession();
  CHECK(fixture.device.live_bytes == 0);
}

}  // namespace

TEST_CASE("stack code: values lie below calls, kernels and objects and come through", "[exec]") {
  RunAmongReferences([](Builder&, const Tables&) {}, "");
  RunAmongReferences(
      [](Builder& f, const Tables&) {
        f.Append("LocalGet", {0});
        f.Append("LocalGet", {0});
        f.Append("Call", {0, 2, 1});
        f.Append("Release");
      },
      "");
  RunAmongReferences(
      [](Builder& f, const Tables& tables) {
        f.Append("LocalGet", {0});
        f.Append("MakeClosure", {0, 1});
        f.Append("LocalGet", {0});
        f.Append("CallClosure", {tables.takes_tensor, 1, 1});
        f.Append("CallKernelAlloc", {tables.copy, 1, 1});
        f.Append("LoadConst", {tables.constant});
        f.Append("AllocTensor", {tables.scalar, 0});
        f.Append("Release");
        f.Append("Release");
        f.Append("Release");
      },
      "");
}

TEST_CASE("stack code: whatever fails, what lies on the stack is given back", "[exec]") {
  const auto division = [](Builder& f, const Tables&) {
    f.Append("LoadSmallInt", {1});
    f.Append("LoadSmallInt", {0});
    f.Append("DivI64");
    f.Append("Drop");
  };
  RunAmongReferences(division, "division by zero");
  RunAmongReferences(
      [](Builder& f, const Tables& tables) {
        const CodeLabel never = f.NewLabel();
        f.Append("LoadBool", {0});
        f.Append("JumpIf", {never});
        f.Append("Raise", {tables.message});
        f.Bind(never);
      },
      "message");
  RunAmongReferences(
      [](Builder& f, const Tables&) {
        f.Append("LocalGet", {0});
        f.Append("GetDim", {1});
        f.Append("Drop");
      },
      "has no such axis");
  RunAmongReferences(
      [](Builder& f, const Tables&) {
        f.Append("LocalTake", {0});
        f.Append("GetElementF64", {3});
        f.Append("Drop");
        f.Append("LoadConst", {0});
        f.Append("LocalSet", {0});
      },
      "element 3");
  RunAmongReferences(
      [](Builder& f, const Tables& tables) {
        f.Append("LocalGet", {0});
        f.Append("CallKernelAlloc", {tables.fail, 1, 1});
        f.Append("Release");
      },
      "as asked");
  RunAmongReferences(
      [](Builder& f, const Tables& tables) {
        f.Append("LocalGet", {0});
        f.Append("AllocTensor", {tables.vector, 0});
        f.Append("CallKernel", {tables.fail, 1, 1});
        f.Append("Release");
      },
      "fail");
  RunAmongReferences(
      [](Builder& f, const Tables& tables) {
        f.Append("MakeObject", {tables.lists.nil, 0});
        f.Append("GetFields", {tables.lists.vector_cons, 2});
        f.Append("Release");
        f.Append("Release");
      },
      "found List[Tensor[(), int64]].Nil");
  RunAmongReferences(
      [](Builder& f, const Tables& tables) {
        f.Append("LocalGet", {0});
        f.Append("MakeClosure", {0, 1});
        f.Append("LoadSmallInt", {1});
        f.Append("CallClosure", {tables.takes_integer, 1, 1});
        f.Append("Release");
      },
      "found closure of 'first'");
  RunAmongReferences(
      [](Builder& f, const Tables& tables) {
        f.Append("LocalGet", {0});
        f.Append("CheckType", {tables.scalar, tables.message});
      },
      "message: found");
  RunAmongReferences(
      [](Builder& f, const Tables& tables) {
        f.Append("LocalGet", {0});
        f.Append("View", {tables.scalar, 0});
        f.Append("Release");
      },
      "cannot be seen as");
}

TEST_CASE("stack code: steps may end at any jump or call", "[exec]") {
  // Around and around: a branch that gives up its object, calls with arguments, closures, kernels.
  const auto endless = [](Builder& f, const Tables& tables) {
    const CodeLabel top = f.NewLabel();
    f.Bind(top);
    f.Append("LocalGet", {0});
    f.Append("LocalGet", {0});
    f.Append("Call", {0, 2, 1});
    f.Append("LocalGet", {0});
    f.Append("MakeClosure", {0, 1});
    f.Append("LocalGet", {0});
    f.Append("CallClosure", {tables.takes_tensor, 1, 1});
    f.Append("CallKernelAlloc", {tables.copy, 1, 1});
    f.Append("Release");
    f.Append("Release");
    f.Append("LocalGet", {0});
    f.Append("MakeObject", {tables.lists.vector_nil, 0});
    f.Append("MakeObject", {tables.lists.vector_cons, 2});
    f.Append("JumpIfTag", {1, top});
  };
  for (int steps = 0; steps < 20; ++steps) {
    Limits limits;
    limits.max_steps = steps;
    RunAmongReferences(endless, "limit of steps", limits);
  }
}

TEST_CASE("stack code: memory may end at any allocation", "[exec]") {
  const auto allocates = [](Builder& f, const Tables& tables) {
    f.Append("AllocTensor", {tables.vector, 0});
    f.Append("LoadFloat", {1.0});
    f.Append("MakeTensor", {tables.scalar, 1});
    f.Append("LocalGet", {0});
    f.Append("CallKernelAlloc", {tables.copy, 1, 1});
    f.Append("MakeObject", {tables.lists.vector_nil, 0});
    f.Append("MakeObject", {tables.lists.vector_cons, 2});
    f.Append("LocalGet", {0});
    f.Append("LocalGet", {0});
    f.Append("Call", {0, 2, 1});
    for (int i = 0; i < 4; ++i) f.Append("Release");
  };
  int num_failed = 0;
  bool succeeded = false;
  for (int64_t bytes = 0; !succeeded && bytes < 1000000; bytes += 500) {
    ExecFixture fixture;
    const Tables tables(&fixture);
    AddFirst(&fixture);
    Builder f("main", {kT}, {});
    PushReferences(&f, tables);
    allocates(f, tables);
    PopReferences(&f);
    f.Append("Return", {0});
    AddStackMain(&fixture, std::move(f), 1, 0);
    const Tensor input = Floats({1, 2, 3});
    Limits limits;
    limits.max_memory_bytes = bytes;
    const absl::Status status = fixture.session().Invoke("main", {input}, limits).status();
    CHECK((status.ok() || status.code() == absl::StatusCode::kResourceExhausted));
    num_failed += !status.ok();
    succeeded = status.ok();
    CHECK(input->unique());
    CHECK(fixture.session().Invoke("main", {input}).ok());
    fixture.DropSession();
    CHECK(fixture.device.live_bytes == 0);
  }
  CHECK(num_failed > 5);
  CHECK(succeeded);
}

namespace {

// rec(t, n): calls itself with values on the stack below the arguments, through a closure or not.
void AddRecursion(ExecFixture* fixture, const Tables& tables, bool through_closure) {
  Builder f("rec", {kT, kT}, {kT});
  f.Append("LocalGet", {0});
  f.Append("LoadSmallInt", {1});
  f.Append("LocalGet", {1});
  f.Append("MakeObject", {tables.lists.vector_nil, 0});
  f.Append("MakeObject", {tables.lists.vector_cons, 2});
  f.Append("LocalGet", {0});
  if (through_closure) f.Append("MakeClosure", {0, 1});
  f.Append("LocalTake", {1});
  if (through_closure) {
    f.Append("CallClosure", {tables.takes_tensor, 1, 1});
  } else {
    f.Append("Call", {0, 2, 1});
  }
  f.Append("LocalSet", {1});
  f.Append("Release");
  f.Append("Drop");
  f.Append("Release");
  f.Append("LocalTake", {1});
  f.Append("Return", {1});
  fixture->builder.Add(std::move(f).Build());
}

}  // namespace

TEST_CASE("stack code: each frame's operand stack is given back when depth or memory ends", "[exec]") {
  for (const bool through_closure : {false, true}) {
    for (const bool memory : {false, true}) {
      ExecFixture fixture;
      const Tables tables(&fixture);
      AddRecursion(&fixture, tables, through_closure);
      Builder f("main", {kT}, {kT});
      f.Append("LoadConst", {tables.constant});
      f.Append("LocalGet", {0});
      f.Append("LocalGet", {0});
      f.Append("Call", {0, 2, 1});
      f.Append("LocalSet", {0});
      f.Append("Release");
      f.Append("LocalTake", {0});
      f.Append("Return", {1});
      AddStackMain(&fixture, std::move(f), 1, 1);
      Limits limits;
      limits.max_depth = memory ? 1000000 : 500;
      limits.max_memory_bytes = memory ? 300000 : 100000000;
      const Tensor input = Floats({1});
      for (int round = 0; round < 2; ++round) {
        CHECK_THAT(fixture.Message({input}, limits),
                   Catch::Contains(memory ? "memory limit" : "limit of 500 nested calls"));
        CHECK(input->unique());
      }
      fixture.DropSession();
      CHECK(fixture.device.live_bytes == 0);
    }
  }
}

TEST_CASE("stack code: tail calls fail with their arguments on the stack and lose nothing", "[exec]") {
  for (const bool through_closure : {false, true}) {
    ExecFixture fixture;
    const Tables tables(&fixture);
    Builder callee("wide", {kT, kT}, {kT});
    for (int i = 0; i < 30000; ++i) callee.NewLocal(kT);
    callee.Append("LocalTake", {1});
    callee.Append("Return", {1});
    fixture.builder.Add(std::move(callee).Build());
    Builder f("main", {kT, kT}, {kT});
    f.Append("LocalGet", {0});
    if (through_closure) f.Append("MakeClosure", {0, 1});
    f.Append("LocalTake", {1});
    if (through_closure) {
      f.Append("TailCallClosure", {tables.takes_tensor, 1});
    } else {
      f.Append("TailCall", {0, 2});
    }
    AddStackMain(&fixture, std::move(f), 2, 1);
    const Tensor a = Floats({1}), b = Floats({2});
    Limits little_memory;
    little_memory.max_memory_bytes = 100000;
    CHECK_THAT(fixture.Message({a, b}, little_memory),
               Catch::StartsWith("call of 'wide' at depth 1: memory limit: 2400"));
    Limits no_steps;
    no_steps.max_steps = 0;
    CHECK_THAT(fixture.Message({a, b}, no_steps), Catch::StartsWith("the limit of steps"));
    CHECK(fixture.Run({a, b})[0].get() == b.get());
    CHECK(a->unique());
    CHECK(b->unique());
    fixture.DropSession();
    CHECK(fixture.device.live_bytes == 0);
  }
}

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
