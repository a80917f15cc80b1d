#include <catch2/catch.hpp>

#include "tests/support/symbolic_types.h"

namespace baton::test {
namespace {

constexpr DType kF32 = DType::kFloat32;
constexpr DType kI64 = DType::kInt64;
using Ints = std::vector<int64_t>;

TEST_CASE("broadcasting rules: equal symbols need no check, others are recorded", "[ops]") {
  SymbolicTypes same;
  CHECK(same.Add(kF32, {"seq", "8"}).Add(kF32, {"seq", "1"}).Infer("add") == "Tensor[(seq, 8), float32]");
  CHECK(same.required().empty());
  SymbolicTypes other;
  CHECK(other.Add(kF32, {"seq"}).Add(kF32, {"len"}).Infer("less") == "Tensor[(broadcast(len, seq)), bool]");
  CHECK(other.required().size() == 1);
}

TEST_CASE("broadcasting rules: unranked operands give unranked results of the right type", "[ops]") {
  CHECK(SymbolicTypes().Add(kF32, {"2"}).AddUnranked(kF32).Infer("add") == "Tensor[*, float32]");
  CHECK(SymbolicTypes().AddUnranked(kF32).AddUnranked(kF32).Infer("equal") == "Tensor[*, bool]");
  CHECK(SymbolicTypes().Add(DType::kBool, {"2"}).AddUnranked(kI64).Add(kI64, {}).Infer("where") ==
        "Tensor[*, int64]");
  CHECK(SymbolicTypes().AddUnranked(DType::kFloat16).Infer("sqrt") == "Tensor[*, float16]");
}

TEST_CASE("broadcasting rules: errors name operator, problem and types", "[ops]") {
  CHECK(SymbolicTypes().Add(kF32, {"2"}).Add(kF32, {"3"}).Infer("add") ==
        "add: extents 2 and 3 do not broadcast (lhs Tensor[(2), float32], rhs Tensor[(3), float32])");
  CHECK(SymbolicTypes().Add(kF32, {"2"}).Add(kI64, {"2"}).Infer("add") ==
        "add: input 1 has element type int64, expected float32 as input 0 (lhs Tensor[(2), float32], rhs "
        "Tensor[(2), "
        "int64])");
  CHECK(SymbolicTypes()
            .Add(DType::kBool, {})
            .Add(DType::kBool, {})
            .Infer("add")
            .find("expected a numeric type") != std::string::npos);
  CHECK(SymbolicTypes().Add(kI64, {}).Infer("sqrt").find("expected a float type") != std::string::npos);
  CHECK(SymbolicTypes().Add(kF32, {}).Infer("logical_not").find("expected bool") != std::string::npos);
  CHECK(SymbolicTypes().Add(kF32, {}).Add(kF32, {}).Add(kF32, {}).Infer("where").find("expected bool") !=
        std::string::npos);
}

TEST_CASE("broadcasting rules: a result above the greatest rank is refused", "[ops]") {
  const std::vector<std::string> ones(9, "1");
  CHECK(SymbolicTypes().Add(kF32, ones).Infer("sqrt").find("the result has rank 9, at most 8 is supported") !=
        std::string::npos);
}

TEST_CASE("cast: keeps the shape", "[ops]") {
  CHECK(SymbolicTypes().Add(kF32, {"n"}).Infer("cast", {{"dtype", kI64}}) == "Tensor[(n), int64]");
  CHECK(SymbolicTypes().AddUnranked(kF32).Infer("cast", {{"dtype", kI64}}) == "Tensor[*, int64]");
  CHECK(SymbolicTypes().Add(kF32, {"n"}).Infer("cast") == "cast: attribute 'dtype' is missing");
}

TEST_CASE("nn.prelu: the slope must broadcast to data only", "[ops]") {
  SymbolicTypes types;
  CHECK(types.Add(kF32, {"n", "4", "w"}).Add(kF32, {"4", "1"}).Infer("nn.prelu") ==
        "Tensor[(n, 4, w), float32]");
  CHECK(types.required().empty());
}

TEST_CASE("reshape: follows symbolic shapes", "[ops]") {
  const auto reshape = [](const std::vector<std::string>& shape) {
    return SymbolicTypes().Add(kF32, {"batch", "seq", "8"}).AddValue(shape).Infer("reshape");
  };
  CHECK(reshape({"0", "0", "4", "2"}) == "Tensor[(batch, seq, 4, 2), float32]");
  CHECK(reshape({"batch", "-1"}) == "Tensor[(batch, 8*seq), float32]");
  CHECK(reshape({"-1", "4"}) == "Tensor[(2*batch*seq, 4), float32]");
  CHECK(reshape({"-1"}) == "Tensor[(8*batch*seq), float32]");
  CHECK(reshape({"batch", "seq", "9"}).find("must be equal") == std::string::npos);
}

TEST_CASE("reshape: what cannot be proved is required", "[ops]") {
  SymbolicTypes types;
  CHECK(types.Add(kF32, {"n"}).AddValue({"4", "-1"}).Infer("reshape") ==
        "Tensor[(4, floordiv(n, 4)), float32]");
  CHECK(types.required() == std::vector<std::string>{"4*floordiv(n, 4) == n"});
}

TEST_CASE("reshape: unknown values leave fresh extents, an unknown length leaves the rank open", "[ops]") {
  CHECK(SymbolicTypes().Add(kF32, {"n"}).Add(kI64, {"2"}).Infer("reshape") == "Tensor[(_0, _1), float32]");
  CHECK(SymbolicTypes().Add(kF32, {"n"}).Add(kI64, {"k"}).Infer("reshape") == "Tensor[*, float32]");
  CHECK(SymbolicTypes().AddUnranked(kF32).AddValue({"2", "-1"}).Infer("reshape") ==
        "Tensor[(2, _0), float32]");
  CHECK(SymbolicTypes().Add(kF32, {"n"}).Add(kI64, {"1000000000000"}).Infer("reshape").find("at most 8") !=
        std::string::npos);
}

TEST_CASE("squeeze: drops proved ones, requires named ones, otherwise leaves the rank open", "[ops]") {
  CHECK(SymbolicTypes().Add(kF32, {"1", "4", "1"}).Infer("squeeze") == "Tensor[(4), float32]");
  CHECK(SymbolicTypes().Add(kF32, {"1", "n"}).Infer("squeeze") == "Tensor[*, float32]");
  CHECK(SymbolicTypes().Add(kF32, {"1", "n + 2"}).Infer("squeeze") == "Tensor[(n + 2), float32]");
  SymbolicTypes named;
  CHECK(named.Add(kF32, {"n", "4"}).AddValue({"0"}).Infer("squeeze") == "Tensor[(4), float32]");
  CHECK(named.required() == std::vector<std::string>{"n == 1"});
  CHECK(SymbolicTypes().Add(kF32, {"n", "4"}).Add(kI64, {"1"}).Infer("squeeze") == "Tensor[(_0), float32]");
  CHECK(SymbolicTypes().AddUnranked(kF32).AddValue({"0"}).Infer("squeeze") == "Tensor[*, float32]");
}

TEST_CASE("unsqueeze, flatten, transpose: symbolic extents move", "[ops]") {
  CHECK(SymbolicTypes().Add(kF32, {"n", "4"}).AddValue({"-1", "0"}).Infer("unsqueeze") ==
        "Tensor[(1, n, 4, 1), float32]");
  CHECK(SymbolicTypes().AddUnranked(kF32).AddValue({"0"}).Infer("unsqueeze") == "Tensor[*, float32]");
  CHECK(SymbolicTypes().Add(kF32, {"n", "4", "m"}).Infer("flatten") == "Tensor[(n, 4*m), float32]");
  CHECK(SymbolicTypes().AddUnranked(kF32).Infer("flatten") == "Tensor[(_0, _1), float32]");
  CHECK(SymbolicTypes().Add(kF32, {"n", "4"}).Infer("transpose") == "Tensor[(4, n), float32]");
  CHECK(SymbolicTypes().AddUnranked(kF32).Infer("transpose", {{"axes", Ints{1, 0}}}) ==
        "Tensor[(_0, _1), float32]");
  CHECK(SymbolicTypes().AddUnranked(kF32).Infer("transpose") == "Tensor[*, float32]");
}

TEST_CASE("concatenate: extents add up, others must agree", "[ops]") {
  SymbolicTypes types;
  CHECK(types.Add(kF32, {"past", "h"}).Add(kF32, {"1", "8"}).Infer("concatenate") ==
        "Tensor[(past + 1, 8), float32]");
  CHECK(types.required() == std::vector<std::string>{"h == 8"});
  CHECK(SymbolicTypes().Add(kF32, {"n", "4"}).AddUnranked(kF32).Infer("concatenate") ==
        "Tensor[(_0, 4), float32]");
  CHECK(SymbolicTypes().AddUnranked(kF32).AddUnranked(kF32).Infer("concatenate") == "Tensor[*, float32]");
}

TEST_CASE("split: parts of symbolic extents", "[ops]") {
  const Attributes halves = {{"num_outputs", int64_t{2}}};
  SymbolicTypes even;
  CHECK(even.Add(kF32, {"2*h"}).Infer("split", halves) == "Tensor[(h), float32]; Tensor[(h), float32]");
  CHECK(even.required().empty());
  SymbolicTypes sizes;
  CHECK(sizes.Add(kF32, {"n"}).AddValue({"1", "3"}).Infer("split") ==
        "Tensor[(1), float32]; Tensor[(3), float32]");
  CHECK(sizes.required() == std::vector<std::string>{"4 == n"});
  CHECK(SymbolicTypes().Add(kF32, {"n"}).Add(kI64, {"2"}).Infer("split") ==
        "Tensor[(_0), float32]; Tensor[(_1), float32]");
  CHECK(SymbolicTypes().AddUnranked(kF32).Infer("split", halves) == "Tensor[*, float32]; Tensor[*, float32]");
  CHECK(SymbolicTypes().Add(kF32, {"n"}).Add(kI64, {"k"}).Infer("split").find("not known") !=
        std::string::npos);
}

TEST_CASE("strided_slice: constant bounds on a symbolic extent are precise", "[ops]") {
  const auto slice = [](const std::string& start, const std::string& end, const std::string& step = "1") {
    return SymbolicTypes()
        .Add(kF32, {"seq", "4"})
        .AddValue({start})
        .AddValue({end})
        .AddValue({"0"})
        .AddValue({step})
        .Infer("strided_slice");
  };
  CHECK(slice("0", "9223372036854775807") == "Tensor[(seq, 4), float32]");
  CHECK(slice("0", "-1") == "Tensor[(max(0, seq - 1), 4), float32]");
  CHECK(slice("1", "9223372036854775807") == "Tensor[(max(0, seq - 1), 4), float32]");
  CHECK(slice("-1", "9223372036854775807") == "Tensor[(min(1, seq), 4), float32]");
  CHECK(slice("0", "3") == "Tensor[(min(3, seq), 4), float32]");
  CHECK(slice("0", "seq") == "Tensor[(seq, 4), float32]");
  CHECK(slice("-1", "-9223372036854775807", "-1") == "Tensor[(seq, 4), float32]");
  CHECK(slice("0", "9223372036854775807", "2") == "Tensor[(floordiv(seq + 1, 2), 4), float32]");
}

TEST_CASE("strided_slice: unknown bounds or axes leave fresh extents", "[ops]") {
  const auto data = [] { return SymbolicTypes().Add(kF32, {"seq", "4"}); };
  CHECK(data().Add(kI64, {"1"}).AddValue({"5"}).AddValue({"0"}).Infer("strided_slice") ==
        "Tensor[(_0, 4), float32]");
  CHECK(data().AddValue({"0"}).AddValue({"2"}).AddAbsent().Add(kI64, {"1"}).Infer("strided_slice") ==
        "Tensor[(_0, 4), float32]");
  CHECK(data().Add(kI64, {"k"}).Add(kI64, {"k"}).Infer("strided_slice") == "Tensor[(_0, _1), float32]");
  CHECK(SymbolicTypes().AddUnranked(kF32).AddValue({"0"}).AddValue({"2"}).Infer("strided_slice") ==
        "Tensor[*, float32]");
}

TEST_CASE("take, gather_elements, gather_nd, scatter_nd: shapes of indices enter the result", "[ops]") {
  CHECK(SymbolicTypes().Add(kF32, {"n", "4"}).Add(kI64, {"b", "k"}).Infer("take") ==
        "Tensor[(b, k, 4), float32]");
  CHECK(SymbolicTypes().Add(kF32, {"n", "4"}).Add(kI64, {}).Infer("take", {{"axis", int64_t{-1}}}) ==
        "Tensor[(n), float32]");
  CHECK(SymbolicTypes().Add(kF32, {"n", "4"}).AddUnranked(kI64).Infer("take") == "Tensor[*, float32]");
  CHECK(SymbolicTypes().AddUnranked(kF32).Add(kI64, {"b", "k"}).Infer("gather_elements") ==
        "Tensor[(b, k), float32]");
  CHECK(SymbolicTypes().Add(kF32, {"n", "4"}).Add(kI64, {"k", "1"}).Infer("gather_nd") ==
        "Tensor[(k, 4), float32]");
  CHECK(SymbolicTypes().Add(kF32, {"n", "4"}).Add(kI64, {"k", "t"}).Infer("gather_nd") ==
        "Tensor[*, float32]");
  SymbolicTypes scatter;
  CHECK(scatter.Add(kF32, {"n", "4"}).Add(kI64, {"k", "1"}).Add(kF32, {"m", "4"}).Infer("scatter_nd") ==
        "Tensor[(n, 4), float32]");
  CHECK(scatter.required() == std::vector<std::string>{"m == k"});
}

TEST_CASE("expand, tile, full: shape operands may be symbolic or unknown", "[ops]") {
  CHECK(SymbolicTypes().Add(kF32, {"1", "4"}).AddValue({"seq", "1"}).Infer("expand") ==
        "Tensor[(seq, 4), float32]");
  CHECK(SymbolicTypes().Add(kF32, {"4"}).Add(kI64, {"3"}).Infer("expand") == "Tensor[(_0, _1, _2), float32]");
  CHECK(SymbolicTypes().AddUnranked(kF32).Add(kI64, {"3"}).Infer("expand") == "Tensor[*, float32]");
  CHECK(SymbolicTypes().Add(kF32, {"n", "4"}).AddValue({"2", "k"}).Infer("tile") ==
        "Tensor[(2*n, 4*k), float32]");
  CHECK(SymbolicTypes().AddUnranked(kF32).AddValue({"2", "3"}).Infer("tile") == "Tensor[(_0, _1), float32]");
  CHECK(SymbolicTypes().AddValue({"batch", "3"}).Add(kF32, {"1"}).Infer("full") ==
        "Tensor[(batch, 3), float32]");
  CHECK(SymbolicTypes().Add(kI64, {"k"}).Add(kF32, {}).Infer("full") == "Tensor[*, float32]");
}

TEST_CASE("nn.pad: amounts are added, modes require enough elements", "[ops]") {
  const auto pad = [](SymbolicTypes& types, const char* mode) {
    return types.Add(kF32, {"n"}).AddValue({"2", "1"}).Infer("nn.pad", {{"mode", std::string(mode)}});
  };
  SymbolicTypes constant, reflect, edge;
  CHECK(pad(constant, "constant") == "Tensor[(n + 3), float32]");
  CHECK(constant.required().empty());
  CHECK(pad(reflect, "reflect") == "Tensor[(n + 3), float32]");
  CHECK(reflect.required() == std::vector<std::string>{"n >= 3", "n >= 2"});
  CHECK(pad(edge, "edge") == "Tensor[(n + 3), float32]");
  CHECK(edge.required() == std::vector<std::string>{"n >= 1", "n >= 1"});
  CHECK(SymbolicTypes().Add(kF32, {"n", "4"}).Add(kI64, {"2"}).AddAbsent().AddValue({"1"}).Infer("nn.pad") ==
        "Tensor[(n, _0), float32]");
  CHECK(SymbolicTypes().Add(kF32, {"n", "4"}).Add(kI64, {"2"}).AddAbsent().Add(kI64, {"1"}).Infer("nn.pad") ==
        "Tensor[(_0, _1), float32]");
}

TEST_CASE("arange: the length follows from extents", "[ops]") {
  CHECK(SymbolicTypes().AddScalarValue("0").AddScalarValue("seq").AddScalarValue("1").Infer("arange") ==
        "Tensor[(seq), int64]");
  CHECK(SymbolicTypes()
            .AddScalarValue("past")
            .AddScalarValue("past + seq")
            .AddScalarValue("1")
            .Infer("arange") == "Tensor[(seq), int64]");
  CHECK(SymbolicTypes().Add(kI64, {}).AddScalarValue("seq").AddScalarValue("1").Infer("arange") ==
        "Tensor[(_0), int64]");
  CHECK(SymbolicTypes().Add(kF32, {}).Add(kF32, {}).Add(kF32, {}).Infer("arange") == "Tensor[(_0), float32]");
}

TEST_CASE("nonzero, one_hot, shape_of: data-dependent and rank-dependent extents", "[ops]") {
  CHECK(SymbolicTypes().Add(kF32, {"n", "m"}).Infer("nonzero") == "Tensor[(2, _0), int64]");
  CHECK(SymbolicTypes().Add(kI64, {"n"}).AddScalarValue("d").Add(kF32, {"2"}).Infer("one_hot") ==
        "Tensor[(n, d), float32]");
  CHECK(SymbolicTypes().Add(kF32, {"n", "m"}).Infer("shape_of") == "Tensor[(2), int64]");
  CHECK(SymbolicTypes().AddUnranked(kF32).Infer("shape_of") == "Tensor[(_0), int64]");
  CHECK(SymbolicTypes().AddUnranked(kF32).Infer("ndarray_size") == "Tensor[(), int64]");
}

TEST_CASE("type rules: results that no tensor can be are refused where they arise", "[ops]") {
  SymbolicTypes huge;
  huge.Add(DType::kFloat32, {"n", "c", "h"});
  CHECK(huge.Infer("nn.global_avg_pool") == "Tensor[(n, c, 1), float32]");
  SymbolicTypes sizes;
  sizes.Add(DType::kFloat32, {"n", "h"}).AddValue({"n", "4611686018427387904"});
  CHECK(sizes.Infer("image.resize").find("has more bytes than 64 bits can count") != std::string::npos);
  SymbolicTypes ranks;
  ranks.AddValue({"1", "1", "1", "1", "1", "1", "1", "1", "1"}).AddScalarValue("0");
  CHECK(ranks.Infer("full").find("rank 9") != std::string::npos);
}

}  // namespace
}  // namespace baton::test
