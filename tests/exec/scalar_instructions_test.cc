// Each scalar instruction, run through a call: operands in, results out.
#include <cmath>
#include <limits>

#include "tests/exec/exec_fixture.h"

namespace baton::test {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// A scalar of some kind as the fixture passes it: by tensor element.
struct Scalar {
  Scalar(int64_t v) : kind(kI), i64(v) {}   // NOLINT
  Scalar(int v) : kind(kI), i64(v) {}       // NOLINT
  Scalar(double v) : kind(kF), f64(v) {}    // NOLINT
  Scalar(bool v) : kind(kB), boolean(v) {}  // NOLINT
  SlotKind kind;
  int64_t i64 = 0;
  double f64 = 0;
  bool boolean = false;
};

DType DTypeOfKind(SlotKind kind) {
  return kind == kI ? DType::kInt64 : kind == kF ? DType::kFloat64 : DType::kBool;
}
Tensor TensorOf(const Scalar& s) {
  if (s.kind == kI) return Tensor::Scalar<int64_t>(s.i64);
  return s.kind == kF ? Tensor::Scalar<double>(s.f64) : Tensor::Scalar<Bool>(Bool(s.boolean));
}
Opcode GetterOf(SlotKind kind) {
  return kind == kI ? Opcode::kGetElementI64 : kind == kF ? Opcode::kGetElementF64 : Opcode::kGetElementBool;
}

// main(tensors) = [f(elements)], where f is the one instruction. `imm` follows the operands if given.
absl::StatusOr<Tensor> Evaluate(absl::string_view opcode, std::vector<Scalar> operands,
                                std::optional<int64_t> imm = std::nullopt) {
  const OpcodeInfo& info = *FindOpcode(opcode);
  const SlotKind result = *info.operands[0].slot;
  ExecFixture fixture;
  std::vector<SlotKind> kinds;
  for (const Scalar& s : operands) kinds.push_back(s.kind);

  FunctionBuilder f("f", kinds, {result});
  const CodeRegister value = f.NewRegister(result);
  std::vector<CodeOperand> code_operands{value};
  for (size_t i = 0; i < operands.size(); ++i) code_operands.push_back(f.parameter(static_cast<int>(i)));
  if (imm) code_operands.push_back(*imm);
  f.Append(info.opcode, code_operands);
  f.Append("Return", {{value}});
  const int callee = fixture.builder.Add(std::move(f).Build());

  const int type = fixture.builder.Add(AllocType{DTypeOfKind(result), {}});
  FunctionBuilder main("main", std::vector<SlotKind>(operands.size(), kT), {kT});
  std::vector<CodeRegister> arguments;
  for (size_t i = 0; i < operands.size(); ++i) {
    arguments.push_back(main.NewRegister(kinds[i]));
    main.Append(GetterOf(kinds[i]), {arguments.back(), main.parameter(static_cast<int>(i)).Last(), 0});
  }
  const CodeRegister out = main.NewRegister(result);
  const CodeRegister tensor = main.NewRegister(kT);
  main.Append("Call", {callee, arguments, {out}});
  main.Append("MakeTensor", {tensor, type, {out}});
  main.Append("Return", {{tensor.Last()}});
  const int index = fixture.builder.Add(std::move(main).Build());
  std::vector<DType> dtypes;
  std::vector<Tensor> inputs;
  for (const Scalar& s : operands) {
    dtypes.push_back(DTypeOfKind(s.kind));
    inputs.push_back(TensorOf(s));
  }
  fixture.AddEntry("main", index, dtypes, {DTypeOfKind(result)});
  auto outputs = fixture.session().Invoke("main", inputs);
  if (!outputs.ok()) return outputs.status();
  return CopyTensor(*(*outputs)[0]);  // on the heap: the device ends here
}

int64_t I(absl::string_view opcode, std::vector<Scalar> operands, std::optional<int64_t> imm = std::nullopt) {
  return Evaluate(opcode, std::move(operands), imm).value().values<int64_t>()[0];
}
double F(absl::string_view opcode, std::vector<Scalar> operands, std::optional<int64_t> imm = std::nullopt) {
  return Evaluate(opcode, std::move(operands), imm).value().values<double>()[0];
}
bool B(absl::string_view opcode, std::vector<Scalar> operands) {
  return static_cast<bool>(Evaluate(opcode, std::move(operands)).value().values<Bool>()[0]);
}
std::string Error(absl::string_view opcode, std::vector<Scalar> operands,
                  std::optional<int64_t> imm = std::nullopt) {
  const auto result = Evaluate(opcode, std::move(operands), imm);
  REQUIRE(result.status().code() == absl::StatusCode::kInvalidArgument);
  return std::string(result.status().message());
}

}  // namespace

TEST_CASE("instructions: integer arithmetic", "[exec]") {
  CHECK(I("AddI64", {INT64_MAX, 1}) == INT64_MIN);
  CHECK(I("SubI64", {3, 5}) == -2);
  CHECK(I("MulI64", {-3, 5}) == -15);
  CHECK(I("DivI64", {-7, 2}) == -3);
  CHECK(I("DivI64", {INT64_MIN, -1}) == INT64_MIN);
  CHECK(I("RemI64", {-7, 2}) == -1);
  CHECK(I("RemI64", {INT64_MIN, -1}) == 0);
  CHECK(I("FloorDivI64", {-7, 2}) == -4);
  CHECK(I("FloorModI64", {-7, 2}) == 1);
  CHECK(I("MinI64", {-7, 2}) == -7);
  CHECK(I("MaxI64", {-7, 2}) == 2);
  CHECK(I("NegI64", {INT64_MIN}) == INT64_MIN);
  CHECK(I("AbsI64", {-9}) == 9);
  CHECK(I("AbsI64", {INT64_MIN}) == INT64_MIN);
  CHECK(I("WrapI64", {200}, static_cast<int>(DType::kInt8)) == -56);
}

TEST_CASE("instructions: integer arithmetic with a small constant", "[exec]") {
  CHECK(I("AddImm", {5}, -7) == -2);
  CHECK(I("AddImm", {INT64_MAX}, 32767) == INT64_MIN + 32766);
  CHECK(I("AddImm", {INT64_MIN}, -32768) == INT64_MAX - 32767);
}

TEST_CASE("instructions: int32 arithmetic gives what int32 holds", "[exec]") {
  CHECK(I("AddI32", {INT32_MAX, 1}) == INT32_MIN);
  CHECK(I("AddI32", {-3, 5}) == 2);
  CHECK(I("SubI32", {INT32_MIN, 1}) == INT32_MAX);
  CHECK(I("SubI32", {3, 5}) == -2);
  CHECK(I("MulI32", {65536, 65536}) == 0);
  CHECK(I("MulI32", {INT32_MIN, -1}) == INT32_MIN);
  CHECK(I("MulI32", {-3, 5}) == -15);
  CHECK(I("AddImmI32", {INT32_MAX}, 2) == INT32_MIN + 1);
  CHECK(I("AddImmI32", {INT32_MIN}, -1) == INT32_MAX);
  CHECK(I("AddImmI32", {7}, -9) == -2);
}

TEST_CASE("instructions: division by zero is an error", "[exec]") {
  for (const char* opcode : {"DivI64", "RemI64", "FloorDivI64", "FloorModI64"}) {
    CHECK_THAT(Error(opcode, {5, 0}), Catch::StartsWith("division by zero; at function 'f'"));
  }
}

TEST_CASE("instructions: integer comparison", "[exec]") {
  CHECK(B("EqI64", {2, 2}));
  CHECK_FALSE(B("EqI64", {2, 3}));
  CHECK(B("NeI64", {2, 3}));
  CHECK_FALSE(B("NeI64", {2, 2}));
  CHECK(B("LtI64", {-2, 3}));
  CHECK_FALSE(B("LtI64", {3, 3}));
  CHECK(B("LeI64", {3, 3}));
  CHECK_FALSE(B("LeI64", {4, 3}));
}

TEST_CASE("instructions: dimensions", "[exec]") {
  CHECK(I("AddDim", {3, 4}) == 7);
  CHECK(I("MulDim", {3, 4}) == 12);
  CHECK(I("BroadcastDim", {1, 4}) == 4);
  CHECK(I("BroadcastDim", {4, 1}) == 4);
  CHECK(I("AlignDim", {65}, 64) == 128);
  CHECK(I("AlignDim", {64}, 64) == 64);
  CHECK(I("AlignDim", {-3}, 64) == 0);
  CHECK_THAT(Error("AddDim", {INT64_MAX, 1}),
             Catch::StartsWith("an extent exceeds 64 bits: 9223372036854775807 + 1"));
  CHECK_THAT(Error("MulDim", {INT64_MAX, 2}), Catch::StartsWith("an extent exceeds 64 bits"));
  CHECK_THAT(Error("AlignDim", {INT64_MAX}, 64), Catch::StartsWith("an extent exceeds 64 bits"));
}

TEST_CASE("instructions: floating point", "[exec]") {
  CHECK(F("AddF64", {0.5, 0.25}) == 0.75);
  CHECK(F("SubF64", {0.5, 0.25}) == 0.25);
  CHECK(F("MulF64", {0.5, 0.25}) == 0.125);
  CHECK(F("DivF64", {0.5, 0.25}) == 2);
  CHECK(F("MinF64", {0.5, 0.25}) == 0.25);
  CHECK(F("MaxF64", {0.5, 0.25}) == 0.5);
  CHECK(std::isnan(F("MinF64", {kNaN, 0.25})));
  CHECK(std::isnan(F("MaxF64", {0.25, kNaN})));
  CHECK(F("NegF64", {0.5}) == -0.5);
  CHECK(F("AbsF64", {-0.5}) == 0.5);
  CHECK(F("SqrtF64", {6.25}) == 2.5);
  CHECK(F("FloorF64", {-0.5}) == -1);
  CHECK(F("CeilF64", {0.5}) == 1);
  CHECK(F("RoundF64", {0.1}, static_cast<int>(DType::kFloat32)) == static_cast<double>(0.1f));
  CHECK(F("RoundF64", {1 + 0x1p-11 + 0x1p-40}, static_cast<int>(DType::kFloat16)) == 1 + 0x1p-10);
}

TEST_CASE("instructions: floating-point comparison is false for NaN but for inequality", "[exec]") {
  CHECK(B("EqF64", {0.5, 0.5}));
  CHECK_FALSE(B("EqF64", {kNaN, kNaN}));
  CHECK(B("NeF64", {kNaN, kNaN}));
  CHECK(B("LtF64", {0.25, 0.5}));
  CHECK_FALSE(B("LtF64", {kNaN, 0.5}));
  CHECK(B("LeF64", {0.5, 0.5}));
  CHECK_FALSE(B("LeF64", {0.5, kNaN}));
}

TEST_CASE("instructions: booleans, conversions and selection", "[exec]") {
  for (const bool a : {false, true}) {
    for (const bool b : {false, true}) {
      CHECK(B("AndBool", {a, b}) == (a && b));
      CHECK(B("OrBool", {a, b}) == (a || b));
      CHECK(B("XorBool", {a, b}) == (a != b));
    }
    CHECK(B("NotBool", {a}) == !a);
    CHECK(I("BoolToI64", {a}) == (a ? 1 : 0));
    CHECK(I("SelectI64", {a, 3, 4}) == (a ? 3 : 4));
    CHECK(F("SelectF64", {a, 0.5, 0.25}) == (a ? 0.5 : 0.25));
  }
  CHECK(F("I64ToF64", {-3}) == -3.0);
  CHECK(I("F64ToI64", {-2.5}) == -2);
  CHECK(I("F64ToI64", {1e300}) == INT64_MAX);
  CHECK(I("F64ToI64", {kNaN}) == 0);
}

TEST_CASE("instructions: moves and immediates", "[exec]") {
  ExecFixture fixture;
  const int ints = fixture.builder.Add(AllocType{DType::kInt64, {3}});
  const int floats = fixture.builder.Add(AllocType{DType::kFloat64, {1}});
  const int bools = fixture.builder.Add(AllocType{DType::kBool, {2}});
  FunctionBuilder f("main", {}, {kT, kT, kT});
  const CodeRegister a = f.NewRegister(kI), b = f.NewRegister(kI), c = f.NewRegister(kI),
                     d = f.NewRegister(kF);
  const CodeRegister yes = f.NewRegister(kB), no = f.NewRegister(kB);
  const CodeRegister x = f.NewRegister(kT), y = f.NewRegister(kT), z = f.NewRegister(kT),
                     moved = f.NewRegister(kT);
  f.Append("LoadInt", {a, INT64_MIN});
  f.Append("LoadSmallInt", {b, -32768});
  f.Append("Move", {c, a});
  f.Append("LoadFloat", {d, 0.1});
  f.Append("LoadBool", {yes, 1});
  f.Append("LoadBool", {no, 0});
  f.Append("MakeTensor", {x, ints, {a, b, c}});
  f.Append("MakeTensor", {y, floats, {d}});
  f.Append("MakeTensor", {z, bools, {yes, no}});
  f.Append("Move", {moved, x.Last()});
  f.Append("Move", {x, moved});  // now shared
  f.Append("Return", {{x, y.Last(), z}});
  const int index = fixture.builder.Add(std::move(f).Build());
  fixture.AddEntry("main", index, {}, {DType::kInt64, DType::kFloat64, DType::kBool});
  const auto outputs = fixture.Run({});
  CHECK(ValueString(*outputs[0]) == "[-9223372036854775808, -32768, -9223372036854775808]");
  CHECK(outputs[1].values<double>()[0] == 0.1);
  CHECK(static_cast<bool>(outputs[2].values<Bool>()[0]));
  CHECK_FALSE(static_cast<bool>(outputs[2].values<Bool>()[1]));
}

}  // namespace baton::test
