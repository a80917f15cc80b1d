// The branches that compare: taken exactly when the comparison holds, forwards and backwards.
#include "absl/strings/match.h"
#include "tests/exec/object_fixture.h"

namespace baton::test {
namespace {

// main(a, b) = 1 if `branch` jumps on a and b, else 0. With `imm`, that is b.
int64_t Taken(const std::string& branch, int64_t a, int64_t b, bool imm) {
  ExecFixture fixture;
  FunctionBuilder f("f", {kI, kI}, {kI});
  const CodeRegister result = f.NewRegister(kI);
  const CodeLabel jumped = f.NewLabel();
  f.Append("LoadSmallInt", {result, 1});
  if (imm) {
    f.Append(branch, {f.parameter(0), b, jumped});
  } else {
    f.Append(branch, {f.parameter(0), f.parameter(1), jumped});
  }
  f.Append("LoadSmallInt", {result, 0});
  f.Bind(jumped);
  f.Append("Return", {{result}});
  const int callee = fixture.builder.Add(std::move(f).Build());

  const int type = fixture.builder.Add(AllocType{DType::kInt64, {}});
  FunctionBuilder main("main", {kT, kT}, {kT});
  const CodeRegister x = main.NewRegister(kI), y = main.NewRegister(kI), tensor = main.NewRegister(kT);
  main.Append("GetElementI64", {x, main.parameter(0).Last(), 0});
  main.Append("GetElementI64", {y, main.parameter(1).Last(), 0});
  main.Append("Call", {callee, {x, y}, {x}});
  main.Append("MakeTensor", {tensor, type, {x}});
  main.Append("Return", {{tensor.Last()}});
  fixture.AddMain(std::move(main), 2, 1, DType::kInt64);
  return fixture.Run({Ints({a}), Ints({b})})[0].values<int64_t>()[0];
}

constexpr int64_t kNumbers[] = {INT64_MIN, -32768, -1, 0, 1, 32767, INT64_MAX};

TEST_CASE("branches: comparisons of integers", "[exec]") {
  for (const int64_t a : kNumbers) {
    for (const int64_t b : kNumbers) {
      CAPTURE(a, b);
      CHECK(Taken("JumpIfEq", a, b, false) == (a == b));
      CHECK(Taken("JumpIfNe", a, b, false) == (a != b));
      CHECK(Taken("JumpIfLt", a, b, false) == (a < b));
      CHECK(Taken("JumpIfLe", a, b, false) == (a <= b));
    }
  }
}

TEST_CASE("branches: comparisons with a small constant", "[exec]") {
  for (const int64_t a : kNumbers) {
    for (const int64_t b : {-32768, -1, 0, 1, 32767}) {
      CAPTURE(a, b);
      CHECK(Taken("JumpIfEqImm", a, b, true) == (a == b));
      CHECK(Taken("JumpIfNeImm", a, b, true) == (a != b));
      CHECK(Taken("JumpIfLtImm", a, b, true) == (a < b));
      CHECK(Taken("JumpIfGeImm", a, b, true) == (a >= b));
    }
  }
}

// main() never ends.
TEST_CASE("branches: a back edge takes a step", "[exec]") {
  for (const std::string branch : {"JumpIfEq", "JumpIfLe", "JumpIfEqImm", "JumpIfGeImm"}) {
    ExecFixture fixture;
    FunctionBuilder f("main", {}, {});
    const CodeRegister n = f.NewRegister(kI);
    const CodeLabel loop = f.NewLabel();
    f.Append("LoadSmallInt", {n, 7});
    f.Bind(loop);
    if (absl::EndsWith(branch, "Imm")) {
      f.Append(branch, {n, 7, loop});
    } else {
      f.Append(branch, {n, n, loop});
    }
    f.Append("Return", {std::vector<CodeRegister>{}});
    fixture.AddMain(std::move(f), 0, 0);
    Limits limits;
    limits.max_steps = 100;
    CHECK(fixture.Error({}, limits).code() == absl::StatusCode::kResourceExhausted);
  }
}

}  // namespace
}  // namespace baton::test
