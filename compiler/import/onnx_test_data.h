// What lies beside ONNX models and around them in conformance tests: serialized values, and models without
// shapes. PUBLIC.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "vm/core/type.h"
#include "vm/core/value_tree.h"

namespace baton {

// The message that a file holds. Nothing in the file tells: the model's declaration does.
enum class OnnxValueKind { kTensor, kSequence, kOptional };

// That of files for an input or output of type `declared` of an imported model; none for other data types.
std::optional<OnnxValueKind> OnnxValueKindOf(const Type& declared);

// A serialized TensorProto, SequenceProto or OptionalProto; `name` stands for the file in messages. Errors:
// InvalidArgument; Unimplemented for values and element types that are not supported.
absl::StatusOr<Value> ParseOnnxValue(absl::string_view bytes, OnnxValueKind kind, absl::string_view name);

// The serialized model without the extents of its main graph's inputs and outputs and without all it says of
// values in between; ranks of inputs stay. Errors: InvalidArgument.
absl::StatusOr<std::string> EraseOnnxShapes(absl::string_view model, absl::string_view name);

}  // namespace baton
