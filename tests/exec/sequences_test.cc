// Sequences: elements, positions, changes in place and in copies, joins, errors, and their way in and out.
#include "tests/exec/object_fixture.h"
#include "vm/core/value_tree.h"

namespace baton::test {
namespace {

// main(a, b) is given a sequence (a, b) in `sequence`, and returns `result`.
struct SequenceFixture : ExecFixture {
  FunctionBuilder f{"main", {kT, kT}, {kT}};
  CodeRegister sequence = f.NewRegister(kO), other = f.NewRegister(kO);
  CodeRegister n = f.NewRegister(kI), result = f.NewRegister(kT);
  int message = builder.AddMessage("joined");
  int empty = builder.Add(AllocType{DType::kFloat32, {0, 2}});

  SequenceFixture() { f.Append("MakeSequence", {sequence, {f.parameter(0), f.parameter(1)}}); }
  void Number(int64_t value) { f.Append("LoadInt", {n, value}); }
  void Finish() {
    f.Append("Return", {{result}});
    AddMain(std::move(f), 2, 1);
  }
};

// What the elements of `sequence` look like after `change`, which is applied to it and gives `target`.
std::vector<float> Joined(SequenceFixture* fixture, CodeRegister target) {
  fixture->f.Append("ConcatSequence", {fixture->result, target, 0, fixture->message});
  fixture->Finish();
  return FloatsOf(fixture->Run({Floats({1, 2}), Floats({3})})[0]);
}

}  // namespace

TEST_CASE("sequences: an element is found by its position from either end", "[exec]") {
  const std::pair<int64_t, float> cases[] = {{0, 1}, {1, 3}, {-1, 3}, {-2, 1}};
  for (const auto& [position, first] : cases) {
    SequenceFixture fixture;
    fixture.Number(position);
    fixture.f.Append("SequenceAt", {fixture.result, fixture.sequence, fixture.n});
    fixture.Finish();
    CAPTURE(position);
    CHECK(FloatsOf(fixture.Run({Floats({1, 2}), Floats({3})})[0])[0] == first);
  }
}

TEST_CASE("sequences: a position outside is an error that says how long the sequence is", "[exec]") {
  for (const int64_t position : {int64_t{2}, int64_t{-3}, INT64_MIN, INT64_MAX}) {
    for (const char* name : {"SequenceAt", "SequenceErase"}) {
      SequenceFixture fixture;
      fixture.Number(position);
      const CodeRegister target = std::string(name) == "SequenceAt" ? fixture.result : fixture.sequence;
      fixture.f.Append("Move", {fixture.result, fixture.f.parameter(0)});
      fixture.f.Append(name, {target, fixture.sequence, fixture.n});
      fixture.Finish();
      CHECK_THAT(
          fixture.Message({Floats({1}), Floats({2})}),
          Catch::StartsWith(absl::StrCat("position ", position, " is outside [-2, 2) of the sequence")));
      fixture.DropSession();
      CHECK(fixture.device.live_bytes == 0);
    }
  }
}

TEST_CASE("sequences: an element goes before the one at its position, or behind the last", "[exec]") {
  const std::pair<int64_t, std::vector<float>> cases[] = {
      {0, {1, 2, 1, 2, 3}}, {1, {1, 2, 1, 2, 3}}, {2, {1, 2, 3, 1, 2}}, {-1, {1, 2, 1, 2, 3}}};
  for (const auto& [position, expected] : cases) {
    for (const bool last : {false, true}) {
      SequenceFixture fixture;
      fixture.Number(position);
      fixture.f.Append("SequenceInsert", {fixture.sequence, last ? fixture.sequence.Last() : fixture.sequence,
                                          fixture.f.parameter(0), fixture.n});
      CAPTURE(position, last);
      CHECK(Joined(&fixture, fixture.sequence) == expected);
    }
  }
}

TEST_CASE("sequences: what else refers to a sequence does not see it change", "[exec]") {
  for (const bool last : {false, true}) {
    SequenceFixture fixture;
    fixture.Number(0);
    fixture.f.Append("Move", {fixture.other, fixture.sequence});
    fixture.f.Append("SequenceErase",
                     {fixture.sequence, last ? fixture.sequence.Last() : fixture.sequence, fixture.n});
    CHECK(Joined(&fixture, fixture.other) == std::vector<float>{1, 2, 3});
  }
}

TEST_CASE("sequences: thousands of elements are appended in place", "[exec]") {
  SequenceFixture fixture;
  FunctionBuilder& f = fixture.f;
  const CodeLabel again = f.NewLabel();
  fixture.Number(5000);
  f.Bind(again);
  f.Append("SequenceAppend", {fixture.sequence, fixture.sequence.Last(), f.parameter(1)});
  f.Append("AddImm", {fixture.n, fixture.n, -1});
  f.Append("JumpIfNeImm", {fixture.n, 0, again});
  const std::vector<float> joined = Joined(&fixture, fixture.sequence);
  REQUIRE(joined.size() == 5003);
  CHECK(joined[0] == 1);
  CHECK(joined[5002] == 3);
  // Two blocks for pointers at a time, not one for each step.
  CHECK(fixture.session().counts().peak_memory_bytes < 400'000);
  fixture.DropSession();
  CHECK(fixture.device.live_bytes == 0);
}

TEST_CASE("sequences: a stack has a new axis, anywhere", "[exec]") {
  for (const int axis : {0, 1, -1, -2}) {
    SequenceFixture fixture;
    fixture.f.Append("StackSequence",
                     {fixture.result, fixture.sequence, axis, fixture.empty, fixture.message});
    fixture.Finish();
    const Tensor stacked = fixture.Run({Floats({1, 2, 3}), Floats({4, 5, 6})})[0];
    const bool first = axis == 0 || axis == -2;
    CAPTURE(axis);
    CHECK(stacked->shape() == (first ? std::vector<int64_t>{2, 3} : std::vector<int64_t>{3, 2}));
    CHECK(FloatsOf(stacked) ==
          (first ? std::vector<float>{1, 2, 3, 4, 5, 6} : std::vector<float>{1, 4, 2, 5, 3, 6}));
  }
}

TEST_CASE("sequences: without elements a stack has the type that it is given, a concatenation fails",
          "[exec]") {
  for (const bool stack : {false, true}) {
    SequenceFixture fixture;
    fixture.f.Append("MakeSequence", {fixture.sequence, Registers{}});
    std::vector<CodeOperand> operands = {fixture.result, fixture.sequence, 0};
    if (stack) operands.push_back(fixture.empty);
    operands.push_back(fixture.message);
    fixture.f.Append(stack ? Opcode::kStackSequence : Opcode::kConcatSequence, operands);
    fixture.Finish();
    if (stack) {
      CHECK(fixture.Run({Floats({1}), Floats({2})})[0]->shape() == std::vector<int64_t>{0, 2});
    } else {
      CHECK_THAT(fixture.Message({Floats({1}), Floats({2})}),
                 Catch::StartsWith("joined: the sequence is empty"));
    }
  }
}

TEST_CASE("sequences: elements that do not fit together are named with their types", "[exec]") {
  SequenceFixture fixture;
  fixture.f.Append("StackSequence", {fixture.result, fixture.sequence, 0, fixture.empty, fixture.message});
  fixture.Finish();
  CHECK_THAT(
      fixture.Message({Floats({1, 2}), Floats({3})}),
      Catch::StartsWith("joined: element 1 is Tensor[(1), float32], element 0 is Tensor[(2), float32], "
                        "expected the same type"));
}

TEST_CASE("sequences: an axis that the elements do not have is an error", "[exec]") {
  SequenceFixture fixture;
  fixture.f.Append("ConcatSequence", {fixture.result, fixture.sequence, 1, fixture.message});
  fixture.Finish();
  CHECK_THAT(fixture.Message({Floats({1}), Floats({2})}),
             Catch::StartsWith("joined: axis 1 is outside [-1, 1)"));
}

TEST_CASE("sequences: an object of another type is an error", "[exec]") {
  SequenceFixture fixture;
  const ListTypes types(&fixture.builder);
  fixture.f.Append("MakeObject", {fixture.sequence, types.nil, Registers{}});
  fixture.f.Append("ConcatSequence", {fixture.result, fixture.sequence, 0, fixture.message});
  fixture.Finish();
  CHECK_THAT(fixture.Message({Floats({1}), Floats({2})}),
             Catch::StartsWith("found List[Tensor[(), int64]].Nil, expected a sequence"));
}

TEST_CASE("sequences: the memory limit holds for them", "[exec]") {
  SequenceFixture fixture;
  FunctionBuilder& f = fixture.f;
  const CodeLabel again = f.NewLabel();
  f.Bind(again);
  f.Append("SequenceAppend", {fixture.sequence, fixture.sequence.Last(), f.parameter(1)});
  f.Append("Jump", {again});
  fixture.AddMain(std::move(fixture.f), 2, 1);
  Limits limits;
  limits.max_memory_bytes = 1 << 20;
  CHECK(absl::IsResourceExhausted(fixture.Error({Floats({1}), Floats({2})}, limits)));
  fixture.DropSession();
  CHECK(fixture.device.live_bytes == 0);
}

namespace {

// main(sequence) gives the sequence back, with its first element behind the last.
struct BorderFixture : ExecFixture {
  BorderFixture() {
    FunctionBuilder f("main", {kO}, {kO});
    const CodeRegister n = f.NewRegister(kI), first = f.NewRegister(kT), out = f.NewRegister(kO);
    f.Append("LoadInt", {n, 0});
    f.Append("SequenceAt", {first, f.parameter(0), n});
    f.Append("SequenceAppend", {out, f.parameter(0).Last(), first});
    f.Append("Return", {{out}});
    const Type type = Type::Sequence(Type(DType::kFloat32, Shape{AnyDim()}));
    const int index = builder.Add(std::move(f).Build());
    builder.Add(EntryPoint{"main", index, {{"in", type}}, {{"out", type}}});
  }
  absl::StatusOr<std::vector<Value>> Invoke(const Value& value) {
    return session().InvokeValues("main", {value});
  }
};

}  // namespace

TEST_CASE("sequences: they go in and come out as values", "[exec]") {
  BorderFixture fixture;
  for (int round = 0; round < 2; ++round) {
    const auto outputs = fixture.Invoke(Value::Sequence({Value(Floats({1, 2})), Value(Floats({3}))}));
    REQUIRE(outputs.status() == absl::OkStatus());
    const Value& out = (*outputs)[0];
    REQUIRE(out.is_sequence());
    REQUIRE(out.fields().size() == 3);
    CHECK(FloatsOf(out.fields()[1].tensor()) == std::vector<float>{3});
    CHECK(FloatsOf(out.fields()[2].tensor()) == std::vector<float>{1, 2});
  }
}

TEST_CASE("sequences: an input is held against its type", "[exec]") {
  BorderFixture fixture;
  const auto message = [&](const Value& value) {
    return std::string(fixture.Invoke(value).status().message());
  };
  CHECK(message(Value(Floats({1}))) ==
        "input 'in' is Tensor[(1), float32], expected Sequence[Tensor[(?), float32]]");
  CHECK(message(Value::Sequence({Value(Ints({1}))})) ==
        "input 'in' is Tensor[(1), int64], expected Tensor[(?), float32]; element 0");
  CHECK(message(Value::Tuple({})) == "input 'in' is a tuple of 0, expected Sequence[Tensor[(?), float32]]");
  CHECK_THAT(message(Value::Sequence({})), Catch::StartsWith("position 0 is outside [0, 0) of the sequence"));
}

}  // namespace baton::test
