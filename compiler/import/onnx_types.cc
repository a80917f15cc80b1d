#include "compiler/import/onnx_types.h"

#include <onnx/onnx_pb.h>

#include "compiler/import/onnx_tensor.h"
#include "vm/core/status.h"

namespace baton {

Type OptionType(ir::Module& module, const Type& content) {
  if (module.FindTypeDefinition(kOption) == nullptr) {
    module.AddTypeDefinition({std::string(kOption), {"A"}, {{"Some", {Type::Variable("A")}}, {"None", {}}}});
  }
  return Type::Data(kOption, {content});
}

Type WithOpenElements(const Type& type) {
  if (type.is_tensor()) return Type(type.tensor().dtype, Shape::Unranked());
  if (type.is_sequence()) return Type::Sequence(WithOpenElements(type.element()));
  return type;
}

absl::StatusOr<Type> TypeOfOnnxValue(const onnx::TypeProto& type) {
  if (type.has_tensor_type()) {
    BATON_ASSIGN_OR_RETURN(const DType dtype, DTypeOfOnnxCode(type.tensor_type().elem_type()));
    return Type(dtype, Shape::Unranked());
  }
  if (type.has_sequence_type() && type.sequence_type().elem_type().has_tensor_type()) {
    BATON_ASSIGN_OR_RETURN(Type element, TypeOfOnnxValue(type.sequence_type().elem_type()));
    return Type::Sequence(std::move(element));
  }
  return absl::UnimplementedError("a type that is neither a tensor nor a sequence of tensors");
}

}  // namespace baton
