// What the interpreter says when an instruction fails.
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "vm/bytecode/data_types.h"
#include "vm/core/status.h"
#include "vm/exec/interpreter.h"

namespace baton {
[[gnu::cold, gnu::noinline]] bool Interpreter::Fail(absl::Status status) {
  error_.status = std::move(status);
  return false;
}

[[gnu::cold, gnu::noinline]] bool Interpreter::FailRaise(uint32_t message) {
  return Fail(absl::InvalidArgumentError(program_.executable->messages[message]));
}

[[gnu::cold, gnu::noinline]] bool Interpreter::FailDivision() {
  return Fail(absl::InvalidArgumentError("division by zero"));
}

[[gnu::cold, gnu::noinline]] bool Interpreter::FailOverflow(absl::string_view sum, int64_t a, int64_t b) {
  return Fail(absl::InvalidArgumentError(absl::StrCat("an extent exceeds 64 bits: ", a, sum, b)));
}

[[gnu::cold, gnu::noinline]] bool Interpreter::FailCall(const LoadedFunction& callee) {
  return Fail(frames_.LimitError(callee));
}

[[gnu::cold, gnu::noinline]] bool Interpreter::FailTailCall(const LoadedFunction& callee) {
  return Fail(frames_.MemoryError(callee));
}

std::string Interpreter::DescribeObject(const ObjectLayout& layout) const {
  if (layout.is_sequence) return "a sequence";
  if (layout.function == nullptr)
    return DataTypes(*program_.executable).ObjectTypeText(layout.type, layout.tag);
  const Function& function = *layout.function->source;
  const absl::Span<const SlotKind> left = function.parameters().subspan(layout.fields.size());
  const Signature signature{{left.begin(), left.end()}, function.result_kinds};
  return absl::StrCat("closure of '", function.name, "' ", SignatureText(signature));
}

[[gnu::cold, gnu::noinline]] bool Interpreter::FailObjectType(const Object& object,
                                                              const ObjectLayout& expected) {
  return Fail(absl::InvalidArgumentError(
      absl::StrCat("found ", DescribeObject(*object.layout), ", expected ", DescribeObject(expected))));
}

[[gnu::cold, gnu::noinline]] bool Interpreter::FailSignature(const Object& object, uint32_t expected) {
  return Fail(
      absl::InvalidArgumentError(absl::StrCat("found ", DescribeObject(*object.layout), ", expected closure ",
                                              SignatureText(program_.executable->signatures[expected]))));
}

[[gnu::cold, gnu::noinline]] bool Interpreter::FailSequence(const Object& object) {
  return Fail(absl::InvalidArgumentError(
      absl::StrCat("found ", DescribeObject(*object.layout), ", expected a sequence")));
}

[[gnu::cold, gnu::noinline]] bool Interpreter::FailFuture(const FutureHeader& future,
                                                          const LoadedFunction& expected) {
  return Fail(absl::InvalidArgumentError(absl::StrCat("found a future of '", future.function->source->name,
                                                      "', expected one of '", expected.source->name, "'")));
}

[[gnu::cold, gnu::noinline]] void Interpreter::FailObject(const ObjectLayout& layout) {
  const int64_t num_bytes = layout.is_tracked_cell ? kSlabBytes + 8 : kSlabBytes;
  Fail(pool_->ExhaustedError(num_bytes));
}

[[gnu::cold, gnu::noinline]] bool Interpreter::FailCheckEqual(uint32_t message, int64_t a, int64_t b) {
  return Fail(
      absl::InvalidArgumentError(absl::StrCat(program_.executable->messages[message], ": ", a, " and ", b)));
}

[[gnu::cold, gnu::noinline]] bool Interpreter::FailCheckBroadcast(uint32_t message, int64_t a, int64_t b) {
  return Fail(absl::InvalidArgumentError(
      absl::StrCat(program_.executable->messages[message], ": ", a, " and ", b, " do not broadcast")));
}

[[gnu::cold, gnu::noinline]] bool Interpreter::FailCheckAtLeast(uint32_t message, int64_t a, int64_t b) {
  return Fail(absl::InvalidArgumentError(
      absl::StrCat(program_.executable->messages[message], ": ", a, " is less than ", b)));
}

[[gnu::cold, gnu::noinline]] bool Interpreter::FailGetDim(const TensorObject& tensor, int64_t axis) {
  return Fail(absl::InvalidArgumentError(
      absl::StrCat("extent of axis ", axis, ": ", TypeString(tensor), " has no such axis")));
}

[[gnu::cold, gnu::noinline]] bool Interpreter::FailElement(const TensorObject& tensor, int64_t index,
                                                           absl::string_view expected) {
  return Fail(absl::InvalidArgumentError(absl::StrCat("element ", index, ": found ", TypeString(tensor),
                                                      ", expected ", expected, " tensor with at least ",
                                                      index + 1, " elements")));
}

[[gnu::cold, gnu::noinline]] bool Interpreter::FailShape(const LoadedType& type, const int64_t* dims) {
  const absl::Span<const int64_t> shape(dims, type.rank);
  return Fail(absl::InvalidArgumentError(
      absl::StrCat("a tensor cannot be ", TensorType{type.dtype, Shape(shape)}.ToString(),
                   ": an extent is negative, or its bytes exceed 64 bits")));
}

}  // namespace baton
