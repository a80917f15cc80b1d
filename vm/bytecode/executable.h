// Executable: a compiled program as data: functions, constants, kernel references, entry points, debug table.
// Executes nothing, checks nothing: the verifier turns it into a VerifiedExecutable, the only thing that a
// Program accepts.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "vm/bytecode/opcode.h"
#include "vm/core/attributes.h"
#include "vm/core/source_location.h"
#include "vm/core/tensor.h"
#include "vm/core/type.h"
#include "vm/core/value.h"

namespace baton {

// A tensor type of an allocation: extents, kDynamicExtent where a register gives the value.
inline constexpr int64_t kDynamicExtent = -1;
struct AllocType {
  DType dtype = DType::kFloat32;
  std::vector<int64_t> dims;
  friend bool operator==(const AllocType&, const AllocType&) = default;
};

// What an object holds: the fields of one constructor of a data type, or the content of a reference cell.
struct ObjectType {
  Type type;        // of the value: data without variables, or a reference
  int32_t tag = 0;  // data: the index of the constructor
  // The slots of the fields, AppendSlotKinds in order: follows from the definition, kept for speed.
  std::vector<SlotKind> fields;
  friend bool operator==(const ObjectType&, const ObjectType&) = default;
};

// What a closure takes, beside what it has captured, and gives.
struct Signature {
  std::vector<SlotKind> params;
  std::vector<SlotKind> results;
  friend bool operator==(const Signature&, const Signature&) = default;
};

// A kernel to bind at load.
struct KernelReference {
  static constexpr int32_t kPassed = -1;  // given at the call
  static constexpr int32_t kAbsent = -2;  // an optional input that is not there
  std::string op;
  Attributes attributes;
  std::vector<int32_t> inputs;  // per operator input: kPassed, kAbsent or a constant's index
  int32_t num_outputs = 1;      // 1 to kMaxListLength (register_code.h)
  // The number of inputs that a call passes.
  int num_passed() const;
  friend bool operator==(const KernelReference&, const KernelReference&) = default;
};

// From this place of the code on (a word, a byte of stack code), instructions come from locations[location].
struct DebugEntry {
  uint32_t place = 0;
  uint32_t location = 0;
  friend bool operator==(const DebugEntry&, const DebugEntry&) = default;
};

// A function as stack code.
struct StackCode {
  std::vector<SlotKind> local_kinds;  // of locals [num_parameters, ...); those before are the parameters
  int32_t max_height = 0;             // values that lie on the operand stack at once
  std::vector<uint8_t> code;          // stack_code.h
  std::vector<DebugEntry> debug;      // sorted by place
};

// Has register code, stack code or both: as all functions of its executable.
struct Function {
  std::string name;
  // Registers [0, num_parameters) are the parameters; without register code there are no others.
  std::vector<SlotKind> register_kinds;
  int32_t num_parameters = 0;
  std::vector<SlotKind> result_kinds;
  std::vector<uint16_t> code;     // register_code.h
  std::vector<DebugEntry> debug;  // sorted by place
  StackCode stack;

  // REQUIRES: a header that the verifier accepted.
  absl::Span<const SlotKind> parameters() const {
    return absl::MakeConstSpan(register_kinds).first(static_cast<size_t>(num_parameters));
  }
  bool has_code(Dispatch dispatch) const {
    return dispatch == Dispatch::kRegister ? !code.empty() : !stack.code.empty();
  }
};

// Parameters, and results, that a function may have to be forked (Fork in opcodes.def).
inline constexpr size_t kMaxForkedSlots = 1000;

// A named and typed input or output of an entry point: tensors, data of types that are made of tensors, and
// tuples of these.
struct Parameter {
  std::string name;
  // Extents are constants, symbols (equal names must be equal extents), expressions in outputs; or "?"
  // (AnyDim): any. Inside data, constants or "?".
  Type type;
};

// What a caller can invoke. The function takes the registers that AppendSlotKinds gives, boxed, for the
// inputs one after the other, and returns the same for the outputs.
struct EntryPoint {
  std::string name;
  int32_t function = 0;
  std::vector<Parameter> inputs;
  std::vector<Parameter> outputs;
};

struct Executable {
  std::vector<Function> functions;
  std::vector<EntryPoint> entry_points;
  std::vector<Tensor> constants;
  std::vector<KernelReference> kernels;
  std::vector<AllocType> types;
  std::vector<TypeDefinition> type_definitions;
  std::vector<ObjectType> object_types;
  std::vector<Signature> signatures;
  std::vector<std::string> messages;
  std::vector<SourceLocation> locations;
  std::vector<std::pair<std::string, std::string>> metadata;  // sorted by key

  bool holds(Dispatch dispatch) const { return !functions.empty() && functions[0].has_code(dispatch); }
};

// "i64, tensor".
std::string SlotKindsText(absl::Span<const SlotKind> kinds);
// "(i64, tensor) -> (f64)".
std::string SignatureText(const Signature& signature);

// An Executable that the verifier has accepted. Made by Verify (verifier.h) only. Immutable, cheap to copy.
class VerifiedExecutable {
 public:
  const Executable& operator*() const { return *executable_; }
  const Executable* operator->() const { return executable_.get(); }

 private:
  friend absl::StatusOr<VerifiedExecutable> Verify(Executable executable);
  explicit VerifiedExecutable(std::shared_ptr<const Executable> executable)
      : executable_(std::move(executable)) {}
  std::shared_ptr<const Executable> executable_;
};

}  // namespace baton
