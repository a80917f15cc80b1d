// Instructions on tensors: extents, elements, allocation, arenas, views, type checks.
#include "tests/exec/exec_fixture.h"
#include "vm/core/device.h"

namespace baton::test {
namespace {

const std::vector<CodeRegister> kNone;

// main(tensor) = [an integer that `body` computes].
template <typename Body>
ExecFixture* MakeIntegerProgram(ExecFixture* fixture, DType input, Body body) {
  const int type = fixture->builder.Add(AllocType{DType::kInt64, {}});
  FunctionBuilder f("main", {kT}, {kT});
  const CodeRegister value = f.NewRegister(kI), out = f.NewRegister(kT);
  body(f, value);
  f.Append("MakeTensor", {out, type, {value}});
  f.Append("Return", {{out.Last()}});
  fixture->AddEntry("main", fixture->builder.Add(std::move(f).Build()), {input}, {DType::kInt64});
  return fixture;
}

int64_t ResultOf(ExecFixture* fixture, const Tensor& input) {
  return fixture->Run({input})[0].values<int64_t>()[0];
}

// main(dims i64[2]) allocates f32[dims[0], 3, dims[1]] and returns it.
void AddAllocProgram(ExecFixture* fixture, bool view) {
  const int type = fixture->builder.Add(AllocType{DType::kFloat32, {kDynamicExtent, 3, kDynamicExtent}});
  const int flat = fixture->builder.Add(AllocType{DType::kFloat32, {6}});
  FunctionBuilder f("main", {kT}, {kT});
  const CodeRegister a = f.NewRegister(kI), b = f.NewRegister(kI), out = f.NewRegister(kT),
                     seen = f.NewRegister(kT);
  f.Append("GetElementI64", {a, f.parameter(0), 0});
  f.Append("GetElementI64", {b, f.parameter(0), 1});
  f.Append("AllocTensor", {out, type, {a, b}});
  if (view) {
    f.Append("View", {seen, out.Last(), flat, kNone});
    f.Append("Return", {{seen.Last()}});
  } else {
    f.Append("Return", {{out.Last()}});
  }
  fixture->AddEntry("main", fixture->builder.Add(std::move(f).Build()), {DType::kInt64}, {DType::kFloat32});
}

// main(offset_and_size i64[2]): a tensor of f32[4] at an offset of an arena of some size.
void AddArenaProgram(ExecFixture* fixture) {
  const int type = fixture->builder.Add(AllocType{DType::kFloat32, {4}});
  const int copy = fixture->AddKernel("copy", 1);
  const int constant = fixture->builder.Add(Floats({1, 2, 3, 4}));
  FunctionBuilder f("main", {kT}, {kT});
  const CodeRegister offset = f.NewRegister(kI), size = f.NewRegister(kI);
  const CodeRegister out = f.NewRegister(kT), four = f.NewRegister(kT);
  f.Append("GetElementI64", {offset, f.parameter(0), 0});
  f.Append("GetElementI64", {size, f.parameter(0), 1});
  f.Append("EnterArena", {size});
  f.Append("AllocInArena", {out, type, offset, kNone});
  f.Append("LoadConst", {four, constant});
  f.Append("CallKernel", {copy, {four}, {out}});
  f.Append("LeaveArena", {});
  f.Append("Return", {{out.Last()}});  // after the arena is closed: still readable until the invocation ends
  fixture->AddEntry("main", fixture->builder.Add(std::move(f).Build()), {DType::kInt64}, {DType::kFloat32});
}

}  // namespace

TEST_CASE("GetDim: extents, and an error outside the rank", "[exec]") {
  ExecFixture fixture;
  MakeIntegerProgram(&fixture, DType::kFloat32, [](FunctionBuilder& f, CodeRegister v) {
    f.Append("GetDim", {v, f.parameter(0).Last(), 1});
  });
  CHECK(ResultOf(&fixture, Tensor::Allocate(DType::kFloat32, {2, 7}).value()) == 7);
  CHECK_THAT(fixture.Message({Floats({1, 2})}),
             Catch::StartsWith("extent of axis 1: Tensor[(2), float32] has no such axis"));
}

TEST_CASE("GetElementI64: any integer type, and errors outside", "[exec]") {
  const auto element_of = [](const Tensor& input, int index) {
    ExecFixture fixture;
    MakeIntegerProgram(&fixture, input.dtype(), [&](FunctionBuilder& f, CodeRegister v) {
      f.Append("GetElementI64", {v, f.parameter(0), index});
    });
    auto result = fixture.session().Invoke("main", {input});
    if (!result.ok()) return std::string(result.status().message().substr(0, 90));
    return absl::StrCat((*result)[0].values<int64_t>()[0]);
  };
  CHECK(element_of(Tensor::FromValues<int8_t>({2}, {int8_t{1}, int8_t{-5}}), 1) == "-5");
  CHECK(element_of(Tensor::Scalar<uint8_t>(200), 0) == "200");
  CHECK(element_of(Tensor::Scalar<int16_t>(-300), 0) == "-300");
  CHECK(element_of(Tensor::Scalar<uint16_t>(65535), 0) == "65535");
  CHECK(element_of(Tensor::Scalar<int32_t>(-7), 0) == "-7");
  CHECK(element_of(Tensor::Scalar<uint32_t>(4294967295), 0) == "4294967295");
  CHECK(element_of(Tensor::Scalar<uint64_t>(UINT64_MAX), 0) == "-1");
  CHECK_THAT(element_of(Ints({1, 2}), 2),
             Catch::StartsWith("element 2: found Tensor[(2), int64], expected an integer"));
  CHECK_THAT(element_of(Ints({}), 0), Catch::StartsWith("element 0: found Tensor[(0), int64]"));
  CHECK_THAT(element_of(Floats({1}), 0),
             Catch::StartsWith("element 0: found Tensor[(1), float32], expected an integer"));
}

TEST_CASE("GetElementF64 and GetElementBool: values and errors", "[exec]") {
  const auto truncated = [](const Tensor& input) {
    ExecFixture fixture;
    MakeIntegerProgram(&fixture, input.dtype(), [&](FunctionBuilder& f, CodeRegister v) {
      const CodeRegister x = f.NewRegister(kF);
      f.Append("GetElementF64", {x, f.parameter(0), 0});
      f.Append("F64ToI64", {v, x});
    });
    auto result = fixture.session().Invoke("main", {input});
    return result.ok() ? (*result)[0].values<int64_t>()[0] : -1;
  };
  CHECK(truncated(Tensor::Scalar<float>(2.5f)) == 2);
  CHECK(truncated(Tensor::Scalar<double>(3.5)) == 3);
  CHECK(truncated(Tensor::Scalar<Float16>(Float16(4.5f))) == 4);
  CHECK(truncated(Tensor::Scalar<BFloat16>(BFloat16(5.5f))) == 5);
  CHECK(truncated(Tensor::Scalar<int32_t>(6)) == -1);

  const auto flag = [](const Tensor& input) {
    ExecFixture fixture;
    MakeIntegerProgram(&fixture, input.dtype(), [&](FunctionBuilder& f, CodeRegister v) {
      const CodeRegister x = f.NewRegister(kB);
      f.Append("GetElementBool", {x, f.parameter(0), 0});
      f.Append("BoolToI64", {v, x});
    });
    auto result = fixture.session().Invoke("main", {input});
    return result.ok() ? (*result)[0].values<int64_t>()[0] : -1;
  };
  Tensor strange = Tensor::Scalar<Bool>(Bool(true));
  strange->As<Bool>()->byte = 7;
  CHECK(flag(strange) == 1);
  CHECK(flag(Tensor::Scalar<Bool>(Bool(false))) == 0);
  CHECK(flag(Tensor::Scalar<uint8_t>(1)) == -1);
}

TEST_CASE("MakeTensor: converts to every element type", "[exec]") {
  const auto make = [](DType dtype) {
    ExecFixture fixture;
    const int type = fixture.builder.Add(AllocType{dtype, {2}});
    FunctionBuilder f("main", {}, {kT});
    const CodeRegister out = f.NewRegister(kT);
    const SlotKind kind = IsFloat(dtype) ? kF : IsInteger(dtype) ? kI : kB;
    const CodeRegister a = f.NewRegister(kind), b = f.NewRegister(kind);
    if (kind == kF) {
      f.Append("LoadFloat", {a, 0.5});
      f.Append("LoadFloat", {b, 1 + 0x1p-11 + 0x1p-40});
    } else if (kind == kI) {
      f.Append("LoadInt", {a, -1});
      f.Append("LoadInt", {b, 300});
    } else {
      f.Append("LoadBool", {a, 1});
      f.Append("LoadBool", {b, 0});
    }
    f.Append("MakeTensor", {out, type, {a, b}});
    f.Append("Return", {{out.Last()}});
    fixture.AddEntry("main", fixture.builder.Add(std::move(f).Build()), {}, {dtype});
    return ValueString(*fixture.Run({})[0]);
  };
  CHECK(make(DType::kFloat64) == "[0.5, 1.0004882812509095]");
  CHECK(make(DType::kFloat32) == "[0.5, 1.0004883]");
  CHECK(make(DType::kFloat16) ==
        ValueString(*Tensor::FromValues<Float16>({2}, {Float16(0.5f), Float16(1 + 0x1p-10f)})));
  CHECK(make(DType::kBFloat16) == "[0.5, 1]");
  CHECK(make(DType::kInt8) == "[-1, 44]");
  CHECK(make(DType::kInt16) == "[-1, 300]");
  CHECK(make(DType::kInt32) == "[-1, 300]");
  CHECK(make(DType::kInt64) == "[-1, 300]");
  CHECK(make(DType::kUInt8) == "[255, 44]");
  CHECK(make(DType::kUInt16) == "[65535, 300]");
  CHECK(make(DType::kUInt32) == "[4294967295, 300]");
  CHECK(make(DType::kUInt64) == "[18446744073709551615, 300]");
  CHECK(make(DType::kBool) == ValueString(*Tensor::FromValues<Bool>({2}, {Bool(true), Bool(false)})));
}

TEST_CASE("AllocTensor: dynamic extents, and errors that show the shape", "[exec]") {
  ExecFixture fixture;
  AddAllocProgram(&fixture, false);
  CHECK(fixture.Run({Ints({2, 5})})[0].type().ToString() == "Tensor[(2, 3, 5), float32]");
  CHECK(fixture.Run({Ints({0, 5})})[0].num_elements() == 0);
  CHECK_THAT(fixture.Message({Ints({2, -1})}),
             Catch::StartsWith("a tensor cannot be Tensor[(2, 3, -1), float32]"));
  CHECK_THAT(fixture.Message({Ints({INT64_MAX, 2})}), Catch::Contains("exceed 64 bits"));
  Limits limits;
  limits.max_memory_bytes = 1 << 20;
  const absl::Status error = fixture.Error({Ints({1 << 20, 1 << 10})}, limits);
  CHECK(error.code() == absl::StatusCode::kResourceExhausted);
  CHECK_THAT(std::string(error.message()), Catch::Contains("12884901888 bytes asked"));
  CHECK(fixture.Run({Ints({1, 1})}, limits)[0].num_elements() == 3);
}

TEST_CASE("View: other shape of the same bytes, or an error with both shapes", "[exec]") {
  ExecFixture fixture;
  AddAllocProgram(&fixture, true);
  CHECK(fixture.Run({Ints({2, 1})})[0].type().ToString() == "Tensor[(6), float32]");
  CHECK_THAT(fixture.Message({Ints({2, 2})}),
             Catch::StartsWith("view: Tensor[(2, 3, 2), float32] cannot be seen as Tensor[(6), float32]"));
  fixture.DropSession();
  CHECK(fixture.device.live_bytes == 0);
}

TEST_CASE("View: another element type of the same size is an error", "[exec]") {
  ExecFixture fixture;
  const int type = fixture.builder.Add(AllocType{DType::kInt32, {2}});
  FunctionBuilder f("main", {kT}, {kT});
  const CodeRegister out = f.NewRegister(kT);
  f.Append("View", {out, f.parameter(0), type, kNone});
  f.Append("Return", {{out}});
  fixture.AddMain(std::move(f), 1, 1);
  CHECK_THAT(fixture.Message({Floats({1, 2})}), Catch::Contains("element types and counts must be equal"));
}

TEST_CASE("arena: results are copied out, places are checked", "[exec]") {
  ExecFixture fixture;
  AddArenaProgram(&fixture);
  const Tensor out = fixture.Run({Ints({64, 128})})[0];
  CHECK(FloatsOf(out) == std::vector<float>{1, 2, 3, 4});
  CHECK_FALSE(out->in_arena);
  CHECK(out->storage != nullptr);
  CHECK_THAT(fixture.Message({Ints({128, 128})}),
             Catch::StartsWith("arena: 16 bytes at offset 128 are not within its 128 bytes"));
  CHECK_THAT(fixture.Message({Ints({-64, 128})}), Catch::Contains("offset -64"));
  CHECK_THAT(fixture.Message({Ints({8, 128})}), Catch::Contains("multiple of 64"));
  CHECK_THAT(fixture.Message({Ints({0, -1})}), Catch::StartsWith("arena: the size is -1 bytes"));
  // Without room for the region its tensors come from the pool.
  CHECK(FloatsOf(fixture.Run({Ints({0, INT64_MAX})})[0]) == std::vector<float>{1, 2, 3, 4});
  CHECK(FloatsOf(fixture.Run({Ints({0, 64})})[0]) == std::vector<float>{1, 2, 3, 4});
  CHECK(FloatsOf(out) == std::vector<float>{1, 2, 3, 4});
}

TEST_CASE("CheckType: element type, rank and static extents", "[exec]") {
  ExecFixture fixture;
  const int type = fixture.builder.Add(AllocType{DType::kFloat32, {2, kDynamicExtent}});
  const int what = fixture.builder.AddMessage("result of the branch");
  FunctionBuilder f("main", {kT}, {kT});
  f.Append("CheckType", {f.parameter(0), type, what});
  f.Append("Return", {{f.parameter(0)}});
  fixture.AddMain(std::move(f), 1, 1);
  CHECK(fixture.Run({Tensor::Allocate(DType::kFloat32, {2, 9}).value()}).size() == 1);
  CHECK_THAT(
      fixture.Message({Floats({1})}),
      Catch::StartsWith(
          "result of the branch: found Tensor[(1), float32], expected Tensor[(2, ?), float32]; at function"));
  CHECK_THAT(fixture.Message({Tensor::Allocate(DType::kFloat32, {3, 9}).value()}),
             Catch::Contains("found Tensor[(3, 9)"));
}

}  // namespace baton::test
