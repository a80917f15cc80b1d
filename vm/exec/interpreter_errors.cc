// What the interpreter says when a run fails: the errors of instructions, and where in the model they are.
#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "vm/bytecode/code_view.h"
#include "vm/bytecode/data_types.h"
#include "vm/core/status.h"
#include "vm/exec/interpreter.h"

namespace baton {
namespace {

constexpr int64_t kMaxBackTraceFrames = 16;

// "node 'x' (Conv) in m.onnx", or the place in the code when the executable has no source location for it.
std::string LocationText(const Executable& executable, const CodeView& view, absl::string_view function,
                         uint32_t place) {
  const absl::Span<const DebugEntry> debug = view.debug();
  const auto after = std::upper_bound(debug.begin(), debug.end(), place,
                                      [](uint32_t p, const DebugEntry& entry) { return p < entry.place; });
  if (after != debug.begin()) {
    const std::string text = executable.locations[std::prev(after)->location].ToString();
    if (!text.empty()) return text;
  }
  return absl::StrCat("function '", function, "', ", view.dispatch() == Dispatch::kStack ? "byte " : "word ",
                      place);
}

}  // namespace

[[gnu::cold, gnu::noinline]] bool Interpreter::Fail(absl::Status status) {
  status_ = std::move(status);
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

absl::Status Interpreter::WithBackTrace(const absl::Status& status) const {
  std::string trace;
  const int64_t depth = frames_.depth();
  const int64_t shown = std::min(depth, kMaxBackTraceFrames);
  for (int64_t i = 0; i < shown; ++i) {
    const Frame& frame = frames_.frame(depth - 1 - i);
    absl::StrAppend(&trace, i == 0 ? "at " : "; called from ",
                    LocationText(*program_.executable, CodeView(*frame.function->source, program_.dispatch),
                                 frame.function->source->name, PlaceOf(frame)));
  }
  if (depth > shown) absl::StrAppend(&trace, "; and ", depth - shown, " more calls");
  return Annotate(status, trace);
}

}  // namespace baton
