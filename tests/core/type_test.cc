#include "vm/core/type.h"

#include <catch2/catch.hpp>

using baton::CheckedNumBytes;
using baton::Dim;
using baton::DType;
using baton::Shape;
using baton::TensorType;
using baton::Type;

namespace {

const Dim seq = Dim::Symbol("seq");
const Type f32 = TensorType{DType::kFloat32, Shape{2, seq}};

}  // namespace

TEST_CASE("type: shapes print their extents", "[core]") {
  CHECK(Shape().ToString() == "()");
  CHECK(Shape{3}.ToString() == "(3)");
  CHECK(Shape{2, seq * 2 + 1}.ToString() == "(2, 2*seq + 1)");
  CHECK(Shape::Unranked().ToString() == "*");
}

TEST_CASE("type: unknown rank differs from rank 0", "[core]") {
  CHECK_FALSE(Shape::Unranked() == Shape());
  CHECK(Shape::Unranked() == Shape::Unranked());
  CHECK_FALSE(Shape::Unranked().has_rank());
  CHECK(Shape().has_rank());
  CHECK(Shape().rank() == 0);
}

TEST_CASE("type: shapes are equal when their extents are", "[core]") {
  CHECK(Shape{2, seq + 1} == Shape{2, Dim(1) + seq});
  CHECK_FALSE(Shape{2, 3} == Shape{3, 2});
  CHECK_FALSE(Shape{2} == Shape{2, 1});
}

TEST_CASE("type: static shapes have only constants", "[core]") {
  CHECK(Shape{2, 3}.IsStatic());
  CHECK(Shape().IsStatic());
  CHECK_FALSE(Shape{2, seq}.IsStatic());
  CHECK_FALSE(Shape::Unranked().IsStatic());
}

TEST_CASE("type: NumElements is the product", "[core]") {
  CHECK(Shape().NumElements() == Dim(1));
  CHECK(Shape{2, 3, 4}.NumElements() == Dim(24));
  CHECK(Shape{2, seq, 4}.NumElements() == seq * 8);
  CHECK(Shape{seq, 0}.NumElements() == Dim(0));
}

TEST_CASE("type: CheckedNumBytes multiplies", "[core]") {
  CHECK(CheckedNumBytes({2, 3}, 4) == 24);
  CHECK(CheckedNumBytes({}, 8) == 8);
  CHECK(CheckedNumBytes({5, 0}, 8) == 0);
  CHECK(CheckedNumBytes({kMaxExtent, 1 << 13}, 4) == kMaxExtent << 15);
}

TEST_CASE("type: CheckedNumBytes refuses negative extents and overflow", "[core]") {
  CHECK_FALSE(CheckedNumBytes({2, -1}, 4).has_value());
  CHECK_FALSE(CheckedNumBytes({kMaxExtent + 1, 0}, 1).has_value());
  CHECK_FALSE(CheckedNumBytes({0, -1}, 4).has_value());
  CHECK_FALSE(CheckedNumBytes({INT64_MAX}, 2).has_value());
  CHECK_FALSE(CheckedNumBytes({int64_t{1} << 32, int64_t{1} << 32}, 1).has_value());
  CHECK_FALSE(CheckedNumBytes({int64_t{1} << 32, int64_t{1} << 32, 0}, 1).has_value());
}

TEST_CASE("type: types print in Relay's notation", "[core]") {
  CHECK(Type().ToString() == "_");
  CHECK(Type::Never().ToString() == "!");
  CHECK(f32.ToString() == "Tensor[(2, seq), float32]");
  CHECK(Type(TensorType{DType::kInt64, Shape{1}}).ToString() == "Tensor[(1), int64]");
  CHECK(Type(TensorType{DType::kBool, Shape()}).ToString() == "Tensor[(), bool]");
  CHECK(Type(TensorType{DType::kFloat16, Shape::Unranked()}).ToString() == "Tensor[*, float16]");
  CHECK(Type::Tuple({}).ToString() == "()");
  CHECK(Type::Tuple({f32}).ToString() == "(Tensor[(2, seq), float32],)");
  CHECK(Type::Tuple({f32, Type::Tuple({Type(), Type::Never()})}).ToString() ==
        "(Tensor[(2, seq), float32], (_, !))");
}

TEST_CASE("type: types are equal by structure", "[core]") {
  CHECK(f32 == Type(TensorType{DType::kFloat32, Shape{2, seq}}));
  CHECK_FALSE(f32 == Type(TensorType{DType::kFloat64, Shape{2, seq}}));
  CHECK_FALSE(f32 == Type::Tuple({f32}));
  CHECK(Type::Tuple({f32, Type()}) == Type::Tuple({f32, Type()}));
  CHECK_FALSE(Type::Tuple({f32}) == Type::Tuple({f32, f32}));
  CHECK(Type::Never() == Type::Never());
  CHECK_FALSE(Type::Never() == Type());
}

TEST_CASE("type: kinds and parts are accessible", "[core]") {
  CHECK(f32.is_tensor());
  CHECK(f32.tensor().dtype == DType::kFloat32);
  const Type tuple = Type::Tuple({f32, Type()});
  CHECK(tuple.is_tuple());
  REQUIRE(tuple.fields().size() == 2);
  CHECK(tuple.fields()[0] == f32);
  CHECK(Type().kind() == Type::Kind::kUnknown);
}
