// What lies on operand stacks while other things happen, also when they fail: nothing of it is lost.
#include "tests/exec/stack_fixture.h"

namespace baton::test {
namespace {

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

}  // namespace baton::test
