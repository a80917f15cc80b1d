// The types of ONNX values that are no tensors: sequences, and optionals, which are data of the type Option.
// Internal to the importer.
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "compiler/ir/module.h"
#include "vm/core/type.h"

namespace onnx {
class TypeProto;
}

namespace baton {

// The data type Option[A] and its constructors, the same as the text library's.
inline constexpr absl::string_view kOption = "Option";
inline constexpr int kSome = 0;
inline constexpr int kNone = 1;
// Option[content]; defines Option in the module.
Type OptionType(ir::Module& module, const Type& content);

// `type` with unknown rank for tensors: the content of optionals and what is known of elements of sequences
// before inference.
Type WithOpenElements(const Type& type);

// A tensor or a sequence of tensors of unknown rank. Errors: Unimplemented for other types, InvalidArgument.
absl::StatusOr<Type> TypeOfOnnxValue(const onnx::TypeProto& type);

}  // namespace baton
