// Types of arguments that the text leaves out.
#include <catch2/catch.hpp>

#include "tests/relay_ops/relay_support.h"

namespace baton::test {
namespace {

Type F32Type(const std::vector<std::string>& dims) {
  Dims parsed;
  for (const std::string& dim : dims) parsed.push_back(dim == "?" ? AnyDim() : Dim::Parse(dim).value());
  return TensorType{DType::kFloat32, Shape(std::move(parsed))};
}

// The types after inference, as text.
std::vector<std::string> Infer(const std::string& name, std::vector<Type> args, const Attrs& attrs = {}) {
  const RelayOperator& op = *FindRelayOperator(name);
  const absl::StatusOr<RelayAttributes> attributes = ParseRelayAttributes(op, attrs);
  REQUIRE(attributes.ok());
  std::vector<std::string> texts;
  std::vector<Type> before = args;
  const bool filled = InferRelayArguments(op, *attributes, absl::MakeSpan(args));
  CHECK(filled == (before != args));
  for (const Type& type : args) {
    texts.push_back(type.kind() == Type::Kind::kUnknown ? "unknown" : type.ToString());
  }
  return texts;
}

TEST_CASE("inference: the weight of nn.dense and nn.matmul", "[relay]") {
  CHECK(Infer("nn.dense", {F32Type({"n", "4"}), Type()}, {A("units", 8)})[1] == "Tensor[(8, 4), float32]");
  CHECK(Infer("nn.dense", {F32Type({"n", "k"}), Type()}, {None("units")})[1] ==
        F32Type({"?", "?"}).ToString());
  CHECK(Infer("nn.dense", {Type(), Type()}, {A("units", 8)})[1] == "unknown");
  CHECK(Infer("nn.matmul", {F32Type({"2", "4"}), Type()}, {A("units", 8)})[1] == "Tensor[(4, 8), float32]");
  CHECK(Infer("nn.matmul", {F32Type({"4", "2"}), Type()},
              {A("units", 8), A("transpose_a", true), A("transpose_b", true)})[1] ==
        "Tensor[(8, 4), float32]");
}

TEST_CASE("inference: vectors along an axis", "[relay]") {
  CHECK(Infer("nn.bias_add", {F32Type({"n", "16", "h"}), Type()})[1] == "Tensor[(16), float32]");
  CHECK(Infer("nn.bias_add", {F32Type({"n", "16", "h"}), Type()}, {A("axis", -1)})[1] ==
        F32Type({"?"}).ToString());
  const auto norm = Infer("nn.batch_norm", {F32Type({"n", "3"}), Type(), F32Type({"3"}), Type(), Type()});
  CHECK(norm[1] == "Tensor[(3), float32]");
  CHECK(norm[4] == "Tensor[(3), float32]");
  CHECK(Infer("nn.layer_norm", {F32Type({"2", "5"}), Type(), Type()})[2] == "Tensor[(5), float32]");
  CHECK(Infer("nn.prelu", {F32Type({"2", "5"}), Type()})[1] == "Tensor[(5), float32]");
  CHECK(Infer("nn.bias_add", {F32Type({"2"}), Type()}, {A("axis", 4)})[1] == "unknown");
}

TEST_CASE("inference: the weight of a convolution", "[relay]") {
  const Attrs attrs = {A("channels", 8), Ints("kernel_size", {3, 5}), A("groups", 2)};
  CHECK(Infer("nn.conv2d", {F32Type({"n", "4", "h", "w"}), Type()}, attrs)[1] ==
        "Tensor[(8, 2, 3, 5), float32]");
  CHECK(Infer("nn.conv2d", {F32Type({"n", "h", "w", "4"}), Type()},
              {A("channels", 8), Ints("kernel_size", {3, 5}), A("data_layout", "NHWC"),
               A("kernel_layout", "HWIO")})[1] == "Tensor[(3, 5, 4, 8), float32]");
  CHECK(Infer("nn.conv2d", {F32Type({"n", "2", "h", "w", "16"}), Type()},
              {A("channels", 64), Ints("kernel_size", {1, 1}), A("data_layout", "NCHW16c"),
               A("kernel_layout", "OIHW16i16o")})[1] == "Tensor[(4, 2, 1, 1, 16, 16), float32]");
  CHECK(Infer("nn.conv2d_transpose", {F32Type({"n", "4", "h", "w"}), Type()}, attrs)[1] ==
        "Tensor[(4, 4, 3, 5), float32]");
  CHECK(Infer("nn.conv2d", {F32Type({"n", "4", "h", "w"}), Type()})[1] == "unknown");
}

TEST_CASE("inference: element-wise operators say nothing", "[relay]") {
  CHECK(Infer("add", {F32Type({"2"}), Type()})[1] == "unknown");
}

}  // namespace
}  // namespace baton::test
