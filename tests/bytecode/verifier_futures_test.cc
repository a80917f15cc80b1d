// Futures have one place, and stay in the function that made them.
#include <catch2/catch.hpp>

#include "absl/strings/str_cat.h"
#include "tests/bytecode/verifier_support.h"

namespace baton {
namespace {

constexpr SlotKind kI64 = SlotKind::kI64, kTensor = SlotKind::kTensor, kFuture = SlotKind::kFuture;
using Kinds = std::vector<SlotKind>;

// Function 1: same(tensor) -> (tensor).
Function Same() {
  FunctionBuilder f("same", {kTensor}, {kTensor});
  f.Append("Return", {{f.parameter(0).Last()}});
  return std::move(f).Build();
}
Function StackSame() {
  StackFunctionBuilder f("same", {kTensor}, {kTensor});
  f.Append("LocalTake", {0});
  f.Append("Return", {1});
  return std::move(f).Build();
}

// main(x: r0) forks same(x) into r1; r2 is a future too, r3 holds the work. `append` adds what is tested.
template <typename Append>
std::string VerifyRegisterCode(Append append) {
  FunctionBuilder f("main", {kTensor}, {kTensor});
  const CodeRegister future = f.NewRegister(kFuture), other = f.NewRegister(kFuture);
  const CodeRegister work = f.NewRegister(kI64);
  f.Append("LoadSmallInt", {work, 0});
  f.Append("Fork", {future, 1, work, {f.parameter(0)}});
  append(f, future, other);
  f.Append("Return", {{f.parameter(0)}});
  ExecutableBuilder program;
  program.Add(std::move(f).Build());
  program.Add(Same());
  return VerifyMessage(std::move(program).Build());
}

// The same in stack code: locals 1 and 2 are for futures; local 1 has one.
template <typename Append>
std::string VerifyStackCode(Append append) {
  StackFunctionBuilder f("main", {kTensor}, {kTensor});
  for (int i = 0; i < 2; ++i) f.NewLocal(kFuture);
  f.Append("LoadSmallInt", {0});
  f.Append("LocalGet", {0});
  f.Append("Fork", {1, 1});
  f.Append("LocalSet", {1});
  append(f);
  f.Append("LocalGet", {0});
  f.Append("Return", {1});
  ExecutableBuilder program;
  program.Add(std::move(f).Build());
  program.Add(StackSame());
  return VerifyMessage(std::move(program).Build());
}

// Code that raises, of a function with these kinds.
std::string VerifyHeader(const Kinds& parameters, const Kinds& results, Dispatch dispatch) {
  ExecutableBuilder program;
  program.AddMessage("message");
  if (dispatch == Dispatch::kStack) {
    StackFunctionBuilder f("f", parameters, results);
    f.Append("Raise", {0});
    program.Add(std::move(f).Build());
  } else {
    FunctionBuilder f("f", parameters, results);
    f.Append("Raise", {0});
    program.Add(std::move(f).Build());
  }
  return VerifyMessage(std::move(program).Build());
}

// A function that forks one with so many parameters and results.
std::string VerifyForkOf(size_t num_parameters, size_t num_results) {
  ExecutableBuilder program;
  FunctionBuilder f("main", {kI64}, {});
  const std::vector<CodeRegister> args(std::min<size_t>(num_parameters, 900), f.parameter(0));
  f.Append("Fork", {f.NewRegister(kFuture), 1, f.parameter(0), args});
  f.Append("Return", {std::vector<CodeRegister>{}});
  program.Add(std::move(f).Build());
  FunctionBuilder callee("callee", Kinds(num_parameters, kI64), Kinds(num_results, kI64));
  callee.Append("Raise", {0});
  program.Add(std::move(callee).Build());
  program.AddMessage("message");
  return VerifyMessage(std::move(program).Build());
}

}  // namespace

TEST_CASE("verifier: a future is awaited, moved, released or left", "[bytecode][futures]") {
  CHECK(VerifyRegisterCode([](auto& f, auto future, auto) {
          f.Append("Await", {future.Last(), 1, {f.parameter(0)}});
        }) == "ok");
  CHECK(VerifyRegisterCode([](auto& f, auto future, auto other) {
          f.Append("Move", {other, future.Last()});
          f.Append("Await", {other.Last(), 1, {f.parameter(0)}});
        }) == "ok");
  CHECK(VerifyRegisterCode([](auto& f, auto future, auto) { f.Append("Release", {future.Last()}); }) == "ok");
  CHECK(VerifyRegisterCode([](auto&, auto, auto) {}) == "ok");
}

TEST_CASE("verifier: every use of a register with a future must be its last", "[bytecode][futures]") {
  CHECK(VerifyRegisterCode([](auto& f, auto future, auto other) {
          f.Append("Move", {other, future});
        }) == "main+3 Move: operand 'src' is r1, a future, which any use must mark as its last");
  CHECK(VerifyRegisterCode([](auto& f, auto future, auto) {
          f.Append("Await", {future, 1, {f.parameter(0)}});
        }) == "main+3 Await: operand 'src' is r1, a future, which any use must mark as its last");
  // A release is its last use, marked or not.
  CHECK(VerifyRegisterCode([](auto& f, auto future, auto) { f.Append("Release", {future}); }) == "ok");
  CHECK_THAT(VerifyRegisterCode([](auto& f, auto future, auto) {
               f.Append("Release", {future});
               f.Append("Await", {future.Last(), 1, {f.parameter(0)}});
             }),
             Catch::EndsWith("Await: operand 'src' reads r1 after its last use"));
}

TEST_CASE("verifier: a future is not awaited twice", "[bytecode][futures]") {
  CHECK(VerifyRegisterCode([](auto& f, auto future, auto) {
          for (int i = 0; i < 2; ++i) f.Append("Await", {future.Last(), 1, {f.parameter(0)}});
        }) == "main+5 Await: operand 'src' reads r1 after its last use");
  CHECK(VerifyRegisterCode([](auto& f, auto, auto other) {
          f.Append("Await", {other.Last(), 1, {f.parameter(0)}});
        }) == "main+3 Await: reads r2, which is not assigned on every path to here");
  CHECK(VerifyStackCode([](auto& f) {
          for (int i = 0; i < 2; ++i) {
            f.Append("LocalTake", {1});
            f.Append("Await", {1, 1});
            f.Append("Release");
          }
        }) == "main stack code+24 LocalTake: operand 'local' reads local 1 after its last use");
}

TEST_CASE("verifier: one of two paths that await a future leaves it unassigned", "[bytecode][futures]") {
  CHECK(VerifyRegisterCode([](auto& f, auto future, auto) {
          const CodeLabel skip = f.NewLabel();
          f.Append("JumpIfEqImm", {CodeRegister{3}, 0, skip});
          f.Append("Await", {future.Last(), 1, {f.parameter(0)}});
          f.Bind(skip);
          f.Append("Await", {future.Last(), 1, {f.parameter(0)}});
        }) == "main+7 Await: reads r1, which is not assigned on every path to here");
}

TEST_CASE("verifier of stack code: a future is taken out of its local, not copied", "[bytecode][futures]") {
  CHECK(VerifyStackCode([](auto& f) {
          f.Append("LocalTake", {1});
          f.Append("Await", {1, 1});
          f.Append("Release");
        }) == "ok");
  CHECK(VerifyStackCode([](auto& f) {
          f.Append("LocalTake", {1});
          f.Append("LocalSet", {2});
          f.Append("LocalTake", {2});
          f.Append("Release");
        }) == "ok");
  CHECK(VerifyStackCode([](auto& f) {
          f.Append("LocalGet", {1});
          f.Append("Release");
        }) == "main stack code+14 LocalGet: copies a future, which has one place");
  CHECK(VerifyStackCode([](auto& f) {
          f.Append("LocalTake", {1});
          f.Append("LocalTee", {2});
          f.Append("Release");
        }) == "main stack code+16 LocalTee: copies a future, which has one place");
  CHECK(VerifyStackCode([](auto& f) {
          f.Append("LocalTake", {1});
          f.Append("Drop");
        }) == "main stack code+16 Drop: finds a value of kind future, which is a reference");
}

TEST_CASE("verifier of stack code: wide instructions do not copy futures either", "[bytecode][futures]") {
  const auto verify = [](absl::string_view instruction) {
    return VerifyStackCode([&](auto& f) {
      int local = 0;
      while (local <= kMaxNarrowLocal) local = f.NewLocal(kFuture);
      f.Append("LocalTake", {1});
      if (instruction == "LocalGetWide") f.Append("LocalSetWide", {local});
      f.Append(instruction, {local});
      f.Append("Release");
    });
  };
  CHECK(verify("LocalGetWide") == "main stack code+19 LocalGetWide: copies a future, which has one place");
  CHECK(verify("LocalTeeWide") == "main stack code+16 LocalTeeWide: copies a future, which has one place");
}

TEST_CASE("verifier: futures are no parameters and no results", "[bytecode][futures]") {
  for (const Dispatch dispatch : {Dispatch::kRegister, Dispatch::kStack}) {
    CHECK(VerifyHeader({kTensor}, {kTensor}, dispatch) == "ok");
    CHECK(VerifyHeader({kTensor, kFuture}, {}, dispatch) ==
          "f: parameter 1 is a future, which stays in the function that made it");
    CHECK(VerifyHeader({}, {kFuture}, dispatch) ==
          "f: result 0 is a future, which stays in the function that made it");
  }
}

TEST_CASE("verifier: signatures pass no futures", "[bytecode][futures]") {
  ExecutableBuilder parameter, result;
  parameter.Add(Signature{{kTensor}, {kTensor}});
  parameter.Add(Signature{{kFuture}, {}});
  CHECK(VerifyMessage(std::move(parameter).Build()) ==
        "signature 1: parameter 0 is a future, which stays in the function that made it");
  result.Add(Signature{{kTensor}, {kI64, kFuture}});
  CHECK(VerifyMessage(std::move(result).Build()) ==
        "signature 0: result 1 is a future, which stays in the function that made it");
}

TEST_CASE("verifier: what is forked fits into a future", "[bytecode][futures]") {
  const auto message = [](size_t num_slots) {
    return absl::StrCat("main+0 Fork: operand 'callee' is callee, which has ", num_slots,
                        " parameters or results; a call that is forked has at most 1000");
  };
  CHECK(VerifyForkOf(900, 3) == "ok");
  CHECK(VerifyForkOf(3, kMaxForkedSlots) == "ok");
  CHECK(VerifyForkOf(3, kMaxForkedSlots + 1) == message(kMaxForkedSlots + 1));
  CHECK(VerifyForkOf(kMaxForkedSlots + 1, 0) == message(kMaxForkedSlots + 1));
  CHECK(VerifyForkOf(5000, 2000) == message(5000));
}

TEST_CASE("verifier: arguments and results of a future are its callee's", "[bytecode][futures]") {
  CHECK(VerifyRegisterCode([](auto& f, auto future, auto) {
          f.Append("Fork", {future, 1, CodeRegister{3}, {CodeRegister{3}}});
        }) == "main+3 Fork: operand 'args' has r3 of kind i64 at place 0, the signature of same has tensor");
  CHECK(VerifyRegisterCode([](auto& f, auto future, auto) {
          f.Append("Await", {future.Last(), 1, {CodeRegister{3}}});
        }) ==
        "main+3 Await: operand 'results' has r3 of kind i64 at place 0, the result list of same has tensor");
  CHECK(VerifyStackCode([](auto& f) {
          f.Append("LocalTake", {1});
          f.Append("Await", {1, 2});
        }) == "main stack code+16 Await: operand 'results' lists 2 values, the result list of same has 1");
}

}  // namespace baton
