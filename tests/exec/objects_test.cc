// Data and reference cells: fields, tags, counts, release, errors.
#include "tests/exec/object_fixture.h"

namespace baton::test {
namespace {

// The functions of a program over lists, and main(n) = f(n).
struct ListFixture : ExecFixture {
  ListTypes types{&builder};
  int build = AddBuild(this, types);
};

}  // namespace

TEST_CASE("objects: a list is built and taken apart", "[exec]") {
  for (const bool last : {false, true}) {
    ListFixture fixture;
    const int sum = AddSum(&fixture, fixture.types, last);
    FunctionBuilder f("f", {kI}, {kI});
    const CodeRegister list = f.NewRegister(kO), a = f.NewRegister(kI), b = f.NewRegister(kI);
    f.Append("Call", {fixture.build, {f.parameter(0)}, {list}});
    f.Append("Call", {sum, {list}, {a}});         // shared: fields are copied
    f.Append("Call", {sum, {list.Last()}, {b}});  // unique: they are moved
    f.Append("SubI64", {b, b, a});
    f.Append("AddI64", {a, a, b});
    f.Append("Return", {{a}});
    AddIntegerMain(&fixture, fixture.builder.Add(std::move(f).Build()));
    CHECK(RunInteger(&fixture, 0) == 0);
    CHECK(RunInteger(&fixture, 100) == 5050);
    CHECK(RunInteger(&fixture, 1000) == 500500);
    fixture.DropSession();  // asserts that no object is left
    CHECK(fixture.device.live_bytes == 0);
  }
}

TEST_CASE("objects: a list of a million cells is released without recursion", "[exec]") {
  ListFixture fixture;
  FunctionBuilder f("f", {kI}, {kI});
  const CodeRegister list = f.NewRegister(kO);
  f.Append("Call", {fixture.build, {f.parameter(0)}, {list}});
  f.Append("Release", {list});
  f.Append("Call", {fixture.build, {f.parameter(0)}, {list}});  // released with the frame
  f.Append("Return", {{f.parameter(0)}});
  AddIntegerMain(&fixture, fixture.builder.Add(std::move(f).Build()));
  CHECK(RunInteger(&fixture, 1000000) == 1000000);
  const int64_t peak = fixture.session().counts().peak_memory_bytes;
  CHECK(peak > 40'000'000);
  CHECK(peak < 41'000'000);  // the second list lies where the first lay
}

TEST_CASE("objects: GetTag and the branches on tags see the constructor", "[exec]") {
  for (const bool negated : {false, true}) {
    ListFixture fixture;
    FunctionBuilder f("f", {kI}, {kI});
    const CodeRegister list = f.NewRegister(kO), tag = f.NewRegister(kI);
    const CodeLabel jumped = f.NewLabel();
    f.Append("Call", {fixture.build, {f.parameter(0)}, {list}});
    f.Append("GetTag", {tag, list});
    f.Append(negated ? "JumpIfNotTag" : "JumpIfTag", {list.Last(), 1, jumped});
    f.Append("AddImm", {tag, tag, 10});
    f.Bind(jumped);
    f.Append("Return", {{tag}});
    AddIntegerMain(&fixture, fixture.builder.Add(std::move(f).Build()));
    CAPTURE(negated);
    CHECK(RunInteger(&fixture, 0) == (negated ? 0 : 10));
    CHECK(RunInteger(&fixture, 1) == (negated ? 11 : 1));
  }
}

TEST_CASE("objects: tensors in fields are shared, not copied", "[exec]") {
  ListFixture fixture;
  FunctionBuilder f("main", {kT}, {kT});
  const CodeRegister nil = f.NewRegister(kO), list = f.NewRegister(kO), rest = f.NewRegister(kO);
  const CodeRegister head = f.NewRegister(kT);
  f.Append("MakeObject", {nil, fixture.types.vector_nil, Registers{}});
  f.Append("MakeObject", {list, fixture.types.vector_cons, {f.parameter(0).Last(), nil}});
  f.Append("GetFields", {list, fixture.types.vector_cons, {head, rest}});
  f.Append("GetFields", {list.Last(), fixture.types.vector_cons, {head, list}});
  f.Append("Return", {{head}});
  fixture.AddMain(std::move(f), 1, 1);
  const Tensor input = Floats({1, 2});
  CHECK(fixture.Run({input})[0].get() == input.get());
  CHECK(input->unique());
}

TEST_CASE("objects: GetFields may overwrite the register that it reads", "[exec]") {
  for (const bool last : {false, true}) {
    ListFixture fixture;
    FunctionBuilder f("f", {kI}, {kI});
    const CodeRegister list = f.NewRegister(kO), x = f.NewRegister(kI);
    f.Append("Call", {fixture.build, {f.parameter(0)}, {list}});
    f.Append("GetFields", {last ? list.Last() : list, fixture.types.cons, {x, list}});
    f.Append("GetFields", {last ? list.Last() : list, fixture.types.cons, {x, list}});
    f.Append("Return", {{x}});
    AddIntegerMain(&fixture, fixture.builder.Add(std::move(f).Build()));
    CHECK(RunInteger(&fixture, 3) == 2);
  }
}

TEST_CASE("objects: a wrong type is an error that names both", "[exec]") {
  ListFixture fixture;
  fixture.builder.Add(SourceLocation{"list.rly", "", "", 7, 3});
  FunctionBuilder f("f", {kI}, {kI});
  const CodeRegister list = f.NewRegister(kO), x = f.NewRegister(kI);
  f.SetLocation(0);
  f.Append("Call", {fixture.build, {f.parameter(0)}, {list}});
  f.Append("GetFields", {list.Last(), fixture.types.cons, {x, list}});
  f.Append("Return", {{x}});
  AddIntegerMain(&fixture, fixture.builder.Add(std::move(f).Build()));
  const std::string message = fixture.Message({Tensor::Scalar<int64_t>(0)});
  CHECK_THAT(message, Catch::StartsWith("found List[Tensor[(), int64]].Nil, expected "
                                        "List[Tensor[(), int64]].Cons; at list.rly:7:3"));
  CHECK(RunInteger(&fixture, 5) == 1);  // the session is usable
}

TEST_CASE("objects: cells are shared and change", "[exec]") {
  ExecFixture fixture;
  const int cell_type = fixture.builder.Add(
      ObjectType{Type::Reference(Type::Tuple({IntegerType(), VectorType()})), 0, {kI, kT}});
  FunctionBuilder write("write", {kO, kI, kT}, {});
  write.Append("SetFields", {write.parameter(0).Last(), cell_type, {write.parameter(1), write.parameter(2)}});
  write.Append("Return", {Registers{}});
  const int callee = fixture.builder.Add(std::move(write).Build());
  FunctionBuilder f("main", {kT, kT}, {kT, kT});
  const CodeRegister cell = f.NewRegister(kO), n = f.NewRegister(kI), first = f.NewRegister(kT);
  f.Append("LoadSmallInt", {n, 1});
  f.Append("MakeObject", {cell, cell_type, {n, f.parameter(0)}});
  f.Append("GetFields", {cell, cell_type, {n, first}});
  f.Append("Call", {callee, {cell, n, f.parameter(1)}, Registers{}});
  f.Append("GetFields", {cell.Last(), cell_type, {n, f.parameter(1)}});
  f.Append("Return", {{first, f.parameter(1)}});
  fixture.AddMain(std::move(f), 2, 2);
  const Tensor a = Floats({1}), b = Floats({2});
  {
    const std::vector<Tensor> outputs = fixture.Run({a, b});
    CHECK(outputs[0].get() == a.get());
    CHECK(outputs[1].get() == b.get());
  }
  CHECK(a->unique());
  CHECK(b->unique());
}

TEST_CASE("objects: the memory limit holds, and the session is usable afterwards", "[exec]") {
  ListFixture fixture;
  AddIntegerMain(&fixture, [&] {
    const int sum = AddSum(&fixture, fixture.types, true);
    FunctionBuilder f("f", {kI}, {kI});
    const CodeRegister list = f.NewRegister(kO);
    f.Append("Call", {fixture.build, {f.parameter(0)}, {list}});
    f.Append("Call", {sum, {list.Last()}, {f.parameter(0)}});
    f.Append("Return", {{f.parameter(0)}});
    return fixture.builder.Add(std::move(f).Build());
  }());
  Limits limits;
  limits.max_memory_bytes = 1 << 20;
  CHECK(RunInteger(&fixture, 10000, limits) == 50005000);
  const absl::Status error = fixture.Error({Tensor::Scalar<int64_t>(100000)}, limits);
  CHECK(error.code() == absl::StatusCode::kResourceExhausted);
  CHECK_THAT(std::string(error.message()),
             Catch::Contains("the limit is 1048576") && Catch::Contains("build"));
  CHECK(fixture.session().counts().peak_memory_bytes <= limits.max_memory_bytes);
  CHECK(RunInteger(&fixture, 10000, limits) == 50005000);
  // The memory of dead objects serves tensors and frames: the slabs are given back.
  limits.max_memory_bytes = 200000;
  CHECK(RunInteger(&fixture, 100, limits) == 5050);
}

}  // namespace baton::test
