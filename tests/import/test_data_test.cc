// What conformance tests need of ONNX: serialized values, and models without shapes.
#include <catch2/catch.hpp>

#include "absl/strings/match.h"
#include "compiler/import/onnx_test_data.h"
#include "tests/import/model_builder.h"
// After the models' messages, which it needs.
#include <onnx/onnx-data.pb.h>

namespace baton {
namespace {

onnx::TensorProto Ints(const std::vector<int32_t>& values) {
  onnx::TensorProto tensor;
  tensor.set_data_type(onnx::TensorProto::INT32);
  tensor.add_dims(static_cast<int64_t>(values.size()));
  for (const int32_t value : values) tensor.add_int32_data(value);
  return tensor;
}

TEST_CASE("onnx values: a tensor", "[import]") {
  const auto value = ParseOnnxValue(Ints({1, 2}).SerializeAsString(), OnnxValueKind::kTensor, "i.pb");
  REQUIRE(value.ok());
  REQUIRE(value->is_tensor());
  CHECK(BitwiseEqual(value->tensor(), Tensor::FromValues<int32_t>({2}, {1, 2})));
}

TEST_CASE("onnx values: a sequence, perhaps empty", "[import]") {
  onnx::SequenceProto proto;
  proto.set_elem_type(onnx::SequenceProto::TENSOR);
  const auto read = [&] {
    return ParseOnnxValue(proto.SerializeAsString(), OnnxValueKind::kSequence, "i.pb");
  };
  REQUIRE(read().ok());
  REQUIRE(read()->is_sequence());
  CHECK(read()->fields().empty());
  *proto.add_tensor_values() = Ints({1, 2});
  *proto.add_tensor_values() = Ints({3});
  const auto value = read();
  REQUIRE(value.ok());
  REQUIRE(value->fields().size() == 2);
  CHECK(BitwiseEqual(value->fields()[1].tensor(), Tensor::FromValues<int32_t>({1}, {3})));
}

TEST_CASE("onnx values: an optional is None, or Some of a tensor or a sequence", "[import]") {
  onnx::OptionalProto proto;
  const auto read = [&] {
    return ParseOnnxValue(proto.SerializeAsString(), OnnxValueKind::kOptional, "i.pb");
  };
  REQUIRE(read().ok());
  REQUIRE(read()->is_data());
  CHECK(read()->constructor() == "None");
  CHECK(read()->fields().empty());
  proto.mutable_sequence_value()->set_elem_type(onnx::SequenceProto::TENSOR);
  REQUIRE(read()->constructor() == "Some");
  CHECK(read()->fields()[0].is_sequence());
  proto.clear_sequence_value();
  *proto.mutable_tensor_value() = Ints({1, 2});
  const auto value = read();
  REQUIRE(value->constructor() == "Some");
  CHECK(BitwiseEqual(value->fields()[0].tensor(), Tensor::FromValues<int32_t>({2}, {1, 2})));
}

TEST_CASE("onnx values: what is damaged or wrong names the file", "[import]") {
  for (const OnnxValueKind kind :
       {OnnxValueKind::kTensor, OnnxValueKind::kSequence, OnnxValueKind::kOptional}) {
    const auto value = ParseOnnxValue("\x0a\xff", kind, "i.pb");
    CHECK(absl::IsInvalidArgument(value.status()));
    CHECK(absl::StartsWith(value.status().message(), "i.pb: not an ONNX "));
  }
  onnx::SequenceProto sequence;
  sequence.set_elem_type(onnx::SequenceProto::TENSOR);
  *sequence.add_tensor_values() = Ints({1, 2});
  sequence.mutable_tensor_values(0)->set_dims(0, 3);
  CHECK(absl::IsInvalidArgument(
      ParseOnnxValue(sequence.SerializeAsString(), OnnxValueKind::kSequence, "i.pb").status()));
}

TEST_CASE("onnx values: what is not supported is named", "[import]") {
  onnx::SequenceProto maps;
  maps.set_elem_type(onnx::SequenceProto::MAP);
  const auto sequence = ParseOnnxValue(maps.SerializeAsString(), OnnxValueKind::kSequence, "i.pb");
  CHECK(absl::IsUnimplemented(sequence.status()));
  CHECK(sequence.status().message() == "i.pb: a sequence of anything but tensors");
  onnx::OptionalProto map;
  map.mutable_map_value();
  const auto optional = ParseOnnxValue(map.SerializeAsString(), OnnxValueKind::kOptional, "i.pb");
  CHECK(absl::IsUnimplemented(optional.status()));
}

TEST_CASE("onnx shapes: erasing them leaves the inputs' ranks", "[import]") {
  onnx::ModelProto model;
  const auto declare = [](onnx::ValueInfoProto* value, const std::string& name) {
    value->set_name(name);
    auto* shape = value->mutable_type()->mutable_tensor_type();
    shape->set_elem_type(onnx::TensorProto::FLOAT);
    shape->mutable_shape()->add_dim()->set_dim_value(2);
    shape->mutable_shape()->add_dim()->set_dim_param("n");
  };
  declare(model.mutable_graph()->add_input(), "x");
  declare(model.mutable_graph()->add_value_info(), "between");
  declare(model.mutable_graph()->add_output(), "y");
  auto* unranked = model.mutable_graph()->add_input();
  unranked->mutable_type()->mutable_tensor_type()->set_elem_type(onnx::TensorProto::BOOL);
  auto* list = model.mutable_graph()->add_input();
  *list->mutable_type()->mutable_sequence_type()->mutable_elem_type() = model.graph().input(0).type();

  const auto erased = EraseOnnxShapes(model.SerializeAsString(), "m.onnx");
  REQUIRE(erased.ok());
  REQUIRE(model.ParseFromString(*erased));
  const onnx::GraphProto& graph = model.graph();
  CHECK(graph.value_info_size() == 0);
  CHECK(graph.output(0).name() == "y");
  CHECK_FALSE(graph.output(0).has_type());
  CHECK_FALSE(graph.input(1).type().tensor_type().has_shape());
  for (const onnx::TypeProto& type :
       {graph.input(0).type(), graph.input(2).type().sequence_type().elem_type()}) {
    CHECK(type.tensor_type().elem_type() == onnx::TensorProto::FLOAT);
    REQUIRE(type.tensor_type().shape().dim_size() == 2);
    for (const auto& dim : type.tensor_type().shape().dim()) {
      CHECK(dim.value_case() == onnx::TensorShapeProto::Dimension::VALUE_NOT_SET);
    }
  }
  CHECK(absl::IsInvalidArgument(EraseOnnxShapes("no model", "m.onnx").status()));
}

}  // namespace
}  // namespace baton
