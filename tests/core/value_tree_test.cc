#include "vm/core/value_tree.h"

#include <catch2/catch.hpp>

namespace baton {
namespace {

TEST_CASE("value: kinds and parts", "[core]") {
  CHECK(Value().kind() == Value::Kind::kNone);
  const Value tensor(Tensor::Scalar<int32_t>(5));
  CHECK(tensor.is_tensor());
  const Value data = Value::Data("Some", {tensor, Value::Tuple()}, 1);
  CHECK(data.is_data());
  CHECK(data.constructor() == "Some");
  CHECK(data.tag() == 1);
  REQUIRE(data.fields().size() == 2);
  CHECK(data.fields()[0].tensor().get() == tensor.tensor().get());
  CHECK(data.fields()[1].is_tuple());
  CHECK(Value::Data("None").tag() == Value::kTagByName);
}

TEST_CASE("value: a description for messages", "[core]") {
  const Value tensor(Tensor::Scalar<int32_t>(5));
  CHECK(Describe(Value()) == "nothing");
  CHECK(Describe(tensor) == TypeString(*tensor.tensor()));
  CHECK(Describe(Value::Tuple({tensor, Value()})) == "a tuple of 2");
  CHECK(Describe(Value::Sequence({tensor})) == "a sequence of 1");
  CHECK(Describe(Value::Data("Some", {tensor})) == "Some with 1 fields");
}

TEST_CASE("value: copies share", "[core]") {
  Value a = Value::Tuple();
  CHECK_FALSE(a.is_shared());
  const Value b = a;
  CHECK(a.is_shared());
  CHECK(a.identity() == b.identity());
  a.AddField(Value(Tensor::Scalar(1.0f)));
  CHECK(b.fields().size() == 1);
}

TEST_CASE("value: a deep value is destroyed without recursion", "[core]") {
  Value list = Value::Data("Nil");
  Value middle;
  for (int i = 0; i < 1000000; ++i) {
    list = Value::Data("Cons", {Value(), std::move(list)});
    if (i == 500000) middle = list;
  }
  list = Value();
  // What is shared stays.
  CHECK(middle.fields()[1].constructor() == "Cons");
  CHECK_FALSE(middle.is_shared());
}

TEST_CASE("types: a total order that agrees with equality", "[core]") {
  const Type integer(DType::kInt64, Shape()), list = Type::Data("List", {integer});
  const std::vector<Type> types = {Type(),
                                   Type::Never(),
                                   integer,
                                   Type(DType::kInt64, Shape{AnyDim()}),
                                   Type(DType::kInt64, Shape::Unranked()),
                                   Type(DType::kFloat32, Shape()),
                                   Type::Tuple({}),
                                   Type::Tuple({integer}),
                                   Type::Tuple({integer, list}),
                                   Type::Function({integer}, list),
                                   Type::Function({list}, integer),
                                   list,
                                   Type::Data("List", {list}),
                                   Type::Data("Tree", {integer}),
                                   Type::Reference(integer),
                                   Type::Variable("A"),
                                   Type::Variable("B")};
  for (size_t i = 0; i < types.size(); ++i) {
    for (size_t j = 0; j < types.size(); ++j) {
      CAPTURE(i, j);
      CHECK((Type::Compare(types[i], types[j]) == 0) == (i == j));
      CHECK(Type::Compare(types[i], types[j]) == -Type::Compare(types[j], types[i]));
      CHECK((types[i] == types[j]) == (i == j));
    }
  }
}

}  // namespace
}  // namespace baton
