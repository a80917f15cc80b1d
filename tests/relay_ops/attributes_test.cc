#include <catch2/catch.hpp>

#include "tests/relay_ops/relay_support.h"

namespace baton::test {
namespace {

using Catch::Contains;

std::string ParseError(const std::string& op, const Attrs& attrs) {
  return std::string(ParseRelayAttributes(*FindRelayOperator(op), attrs).status().message());
}

TEST_CASE("attributes: unknown, repeated and missing ones are errors that name operator and attribute",
          "[relay]") {
  CHECK(ParseError("nn.dense", {A("units", 3), A("unitz", 3)}) == "nn.dense: attribute 'unitz' is unknown");
  CHECK(ParseError("nn.dense", {A("units", 3), A("units", 3)}) ==
        "nn.dense: attribute 'units' is given twice");
  CHECK(ParseError("nn.dense", {}) == "nn.dense: attribute 'units' is missing");
  CHECK(ParseError("cast", {}) == "cast: attribute 'dtype' is missing");
  CHECK(ParseError("nn.softmax", {A("axes", 1)}) == "nn.softmax: attribute 'axes' is unknown");
}

TEST_CASE("attributes: required ones may be None where the operator knows what that means", "[relay]") {
  const RelayOperator& dense = *FindRelayOperator("nn.dense");
  CHECK_FALSE(ParseRelayAttributes(dense, {None("units")})->Has("units"));
  CHECK(ParseRelayAttributes(dense, {A("units", 7)})->Int("units") == 7);
  CHECK_THAT(ParseError("one_hot", {None("depth")}), Contains("attribute 'depth' is not set, expected int"));
}

TEST_CASE("attributes: values of another kind are refused", "[relay]") {
  CHECK(ParseError("nn.dense", {A("units", "3")}) ==
        "nn.dense: attribute 'units' is a string \"3\", expected int or None");
  CHECK_THAT(ParseError("nn.dense", {A("units", 3.0)}), Contains("is a float, expected int"));
  CHECK_THAT(ParseError("reshape", {A("newshape", 3)}), Contains("is an integer, expected ints"));
  CHECK_THAT(ParseError("reshape", {Floats("newshape", {1.5})}), Contains("is a list, expected ints"));
  CHECK_THAT(ParseError("zeros", {Ints("shape", {2}), A("dtype", "float31")}), Contains("expected dtype"));
  CHECK_THAT(ParseError("zeros", {Ints("shape", {2}), A("dtype", "")}), Contains("is not set"));
  CHECK_THAT(ParseError("cast", {A("dtype", "float31")}), Contains("is no element type"));
  CHECK_THAT(ParseError("nn.pad", {Ints("pad_width", {1, 1})}), Contains("expected int_lists"));
}

TEST_CASE("attributes: numbers become what the schema asks for", "[relay]") {
  const auto clip = ParseRelayAttributes(*FindRelayOperator("clip"), {A("a_min", -1), A("a_max", 2.5)});
  CHECK(clip->Float("a_min") == -1);
  CHECK(clip->Float("a_max") == 2.5);
  const auto sum = ParseRelayAttributes(*FindRelayOperator("sum"), {A("keepdims", 1)});
  CHECK(sum->Bool("keepdims"));
  const auto split = ParseRelayAttributes(*FindRelayOperator("split"), {A("indices_or_sections", 3)});
  CHECK(split->IsInt("indices_or_sections"));
}

TEST_CASE("attributes: defaults are filled in", "[relay]") {
  const auto conv = ParseRelayAttributes(*FindRelayOperator("nn.conv2d"), {});
  REQUIRE(conv.ok());
  CHECK(conv->Ints("strides") == Index{1, 1});
  CHECK(conv->String("kernel_layout") == "OIHW");
  CHECK_FALSE(conv->Has("channels"));
  CHECK_FALSE(conv->ElementType("out_dtype").has_value());
  CHECK(ParseRelayAttributes(*FindRelayOperator("nn.layer_norm"), {})->Float("epsilon") == 1e-5);
}

TEST_CASE("attributes: an unset element type is none", "[relay]") {
  const auto dense =
      ParseRelayAttributes(*FindRelayOperator("nn.dense"), {A("units", 1), A("out_dtype", "")});
  CHECK_FALSE(dense->ElementType("out_dtype").has_value());
  const auto wide =
      ParseRelayAttributes(*FindRelayOperator("nn.dense"), {A("units", 1), A("out_dtype", "int32")});
  CHECK(wide->ElementType("out_dtype") == DType::kInt32);
}

TEST_CASE("attributes: expressions that repeat operands are taken and ignored", "[relay]") {
  text::AttributeSyntax stop;
  stop.name = "stop";
  stop.kind = text::AttributeSyntax::Kind::kExpression;
  CHECK(ParseError("arange", {stop, A("start", 0.0), None("step"), A("dtype", "int32")}).empty());
}

TEST_CASE("attributes: operators of TVM's lowered dialect are refused by name", "[relay]") {
  CHECK_THAT(ParseError("vm.invoke_tvm_op", {A("anything", 1)}),
             Contains("vm.invoke_tvm_op: belongs to the dialect inside TVM's pipeline"));
  CHECK(FindRelayOperator("memory.alloc_tensor") != nullptr);
}

TEST_CASE("attributes: lists for the registry's operators keep their kind", "[relay]") {
  text::AttributeSyntax names;
  names.name = "activations";
  names.kind = text::AttributeSyntax::Kind::kList;
  names.elements = {A("", "Relu"), A("", "Tanh")};
  const auto attributes = ToRegistryAttributes({names, Ints("i", {1}), Floats("f", {1.5}), None("gone")});
  REQUIRE(attributes.ok());
  REQUIRE(attributes->size() == 3);
  CHECK(std::get<std::vector<std::string>>((*attributes)[0].second).size() == 2);
  CHECK(std::get<std::vector<int64_t>>((*attributes)[1].second) == Index{1});
  CHECK(std::get<std::vector<double>>((*attributes)[2].second) == std::vector<double>{1.5});
}

}  // namespace
}  // namespace baton::test
