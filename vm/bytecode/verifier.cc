#include "vm/bytecode/verifier.h"

#include <memory>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "vm/bytecode/operand_stack.h"
#include "vm/bytecode/verify_function.h"
#include "vm/bytecode/verify_types.h"
#include "vm/core/status.h"

namespace baton {
namespace {

// Bounds the work of checking a call of the kernel.
constexpr size_t kMaxKernelInputs = 4096;
// Bounds the work of following paths through all functions to seconds.
constexpr int64_t kMaxBlockVisits = int64_t{1} << 26;
constexpr int64_t kMaxStackWork = int64_t{1} << 24;

template <typename... Parts>
absl::Status Fail(const Parts&... parts) {
  return absl::DataLossError(absl::StrCat(parts...));
}

bool IsDType(DType dtype) {
  return static_cast<int>(dtype) < kNumDTypes;
}

absl::Status CheckConstants(const Executable& executable) {
  for (size_t i = 0; i < executable.constants.size(); ++i) {
    if (!executable.constants[i]) return Fail("constant ", i, ": is null");
  }
  return absl::OkStatus();
}

absl::Status CheckType(const AllocType& type, absl::string_view where) {
  if (!IsDType(type.dtype)) return Fail(where, ": element type has code ", static_cast<int>(type.dtype));
  if (type.dims.size() > kMaxRank) return Fail(where, ": rank is ", type.dims.size(), ", at most ", kMaxRank);
  std::vector<int64_t> dims = type.dims;
  for (int64_t& extent : dims) {
    if (extent < kDynamicExtent)
      return Fail(where, ": extent is ", extent, ", expected -1 (dynamic) or more");
    if (extent == kDynamicExtent) extent = 1;
  }
  if (!CheckedNumBytes(dims, DTypeSize(type.dtype)).has_value()) {
    return Fail(where, ": has more bytes than 64 bits can count");
  }
  return absl::OkStatus();
}

absl::Status CheckTypes(const Executable& executable) {
  for (size_t i = 0; i < executable.types.size(); ++i) {
    BATON_RETURN_IF_ERROR(CheckType(executable.types[i], absl::StrCat("type ", i)));
  }
  return absl::OkStatus();
}

absl::Status CheckKernel(const Executable& executable, const KernelReference& kernel,
                         absl::string_view where) {
  if (kernel.op.empty()) return Fail(where, ": names no operator");
  if (kernel.inputs.size() > kMaxKernelInputs) {
    return Fail(where, ": has ", kernel.inputs.size(), " inputs, at most ", kMaxKernelInputs, " are allowed");
  }
  for (size_t i = 0; i < kernel.inputs.size(); ++i) {
    const int32_t input = kernel.inputs[i];
    if (input == KernelReference::kPassed || input == KernelReference::kAbsent) continue;
    if (input < 0 || static_cast<size_t>(input) >= executable.constants.size()) {
      return Fail(where, ": input ", i, " is constant ", input, ", the executable has ",
                  executable.constants.size());
    }
  }
  if (kernel.num_outputs < 1 || kernel.num_outputs > kMaxListLength) {
    return Fail(where, ": has ", kernel.num_outputs, " outputs, expected 1 to ", kMaxListLength);
  }
  return absl::OkStatus();
}

absl::Status CheckKernels(const Executable& executable) {
  for (size_t i = 0; i < executable.kernels.size(); ++i) {
    BATON_RETURN_IF_ERROR(CheckKernel(executable, executable.kernels[i], absl::StrCat("kernel ", i)));
  }
  return absl::OkStatus();
}

absl::Status CheckSlotKinds(const std::vector<SlotKind>& kinds, absl::string_view where) {
  for (size_t i = 0; i < kinds.size(); ++i) {
    if (static_cast<int>(kinds[i]) >= kNumSlotKinds) {
      return Fail(where, " ", i, " has kind code ", static_cast<int>(kinds[i]), ", which does not exist");
    }
  }
  return absl::OkStatus();
}

// Of values that go from one function to another.
absl::Status CheckPassedKinds(absl::Span<const SlotKind> kinds, absl::string_view where) {
  for (size_t i = 0; i < kinds.size(); ++i) {
    if (CanLeaveFrame(kinds[i])) continue;
    return Fail(where, " ", i, " is a ", SlotKindName(kinds[i]),
                ", which stays in the function that made it");
  }
  return absl::OkStatus();
}

absl::Status CheckSignatures(const Executable& executable) {
  for (size_t i = 0; i < executable.signatures.size(); ++i) {
    const Signature& signature = executable.signatures[i];
    for (const auto& [kinds, what] :
         {std::pair(&signature.params, "parameter"), {&signature.results, "result"}}) {
      const std::string where = absl::StrCat("signature ", i, ": ", what);
      BATON_RETURN_IF_ERROR(CheckSlotKinds(*kinds, where));
      BATON_RETURN_IF_ERROR(CheckPassedKinds(*kinds, where));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckDebugTable(const Executable& executable, const CodeView& view, absl::string_view label) {
  const absl::Span<const DebugEntry> debug = view.debug();
  const absl::string_view unit = view.unit_name().substr(0, view.unit_name().size() - 1);
  for (size_t i = 0; i < debug.size(); ++i) {
    const DebugEntry& entry = debug[i];
    if (entry.place >= view.size()) {
      return Fail(label, ": debug entry ", i, " is for ", unit, " ", entry.place, ", the function has ",
                  view.size(), " ", view.unit_name());
    }
    if (i > 0 && entry.place <= debug[i - 1].place) {
      return Fail(label, ": debug entry ", i, " is for ", unit, " ", entry.place,
                  ", not after that of the entry before, ", debug[i - 1].place);
    }
    if (entry.location >= executable.locations.size()) {
      return Fail(label, ": debug entry ", i, " has location ", entry.location, ", the executable has ",
                  executable.locations.size());
    }
  }
  return absl::OkStatus();
}

absl::Status CheckStackHeader(const Function& function, absl::string_view label) {
  const StackCode& stack = function.stack;
  const size_t num_locals = function.parameters().size() + stack.local_kinds.size();
  if (num_locals > kMaxLocals)
    return Fail(label, ": has ", num_locals, " locals, at most ", kMaxLocals, " are allowed");
  if (stack.max_height < 0 || stack.max_height > kMaxStackHeight) {
    return Fail(label, ": has an operand stack of height ", stack.max_height, ", expected 0 to ",
                kMaxStackHeight);
  }
  return CheckSlotKinds(stack.local_kinds, absl::StrCat(label, ": local"));
}

absl::Status CheckFunctionHeader(const Executable& executable, int index) {
  const Function& function = executable.functions[index];
  const std::string label = FunctionLabel(executable, index);
  const size_t num_registers = function.register_kinds.size();
  if (num_registers > kMaxRegisters) {
    return Fail(label, ": has ", num_registers, " registers, at most ", kMaxRegisters, " are allowed");
  }
  if (function.num_parameters < 0 || static_cast<size_t>(function.num_parameters) > num_registers) {
    return Fail(label, ": has ", function.num_parameters, " parameters and ", num_registers, " registers");
  }
  BATON_RETURN_IF_ERROR(CheckSlotKinds(function.register_kinds, absl::StrCat(label, ": register")));
  BATON_RETURN_IF_ERROR(CheckSlotKinds(function.result_kinds, absl::StrCat(label, ": result")));
  BATON_RETURN_IF_ERROR(CheckPassedKinds(function.parameters(), absl::StrCat(label, ": parameter")));
  BATON_RETURN_IF_ERROR(CheckPassedKinds(function.result_kinds, absl::StrCat(label, ": result")));
  BATON_RETURN_IF_ERROR(CheckStackHeader(function, label));
  if (function.code.empty() && function.stack.code.empty()) return Fail(label, ": has no code");
  const bool is_stack_only = function.code.empty() && !function.stack.code.empty();
  if (is_stack_only && num_registers != function.parameters().size())
    return Fail(label, ": has registers but no register code");
  if (function.stack.code.empty() && !function.stack.local_kinds.empty())
    return Fail(label, ": has locals but no stack code");
  for (const Dispatch dispatch : {Dispatch::kRegister, Dispatch::kStack}) {
    if (function.has_code(dispatch) != executable.holds(dispatch)) {
      return Fail(label, ": has ", function.has_code(dispatch) ? "" : "no ", DispatchName(dispatch),
                  " code, unlike the first function");
    }
    BATON_RETURN_IF_ERROR(CheckDebugTable(executable, CodeView(function, dispatch), label));
  }
  return absl::OkStatus();
}

absl::Status CheckCode(const Executable& executable, Dispatch dispatch) {
  CodeMap map;
  int64_t visits_left = kMaxBlockVisits, work_left = kMaxStackWork;
  for (int i = 0; i < static_cast<int>(executable.functions.size()); ++i) {
    BATON_RETURN_IF_ERROR(CheckInstructions(executable, i, dispatch, &map));
    if (dispatch == Dispatch::kStack) BATON_RETURN_IF_ERROR(CheckOperandStack(executable, i, &work_left));
    BATON_RETURN_IF_ERROR(CheckFlow(executable, i, dispatch, map, &visits_left));
  }
  return absl::OkStatus();
}

absl::Status CheckFunctions(const Executable& executable) {
  // Calls look at the header of the callee.
  for (int i = 0; i < static_cast<int>(executable.functions.size()); ++i)
    BATON_RETURN_IF_ERROR(CheckFunctionHeader(executable, i));
  const bool both = executable.holds(Dispatch::kStack) && executable.holds(Dispatch::kRegister);
  if (both || !executable.holds(Dispatch::kStack))
    BATON_RETURN_IF_ERROR(CheckCode(executable, Dispatch::kRegister));
  return executable.holds(Dispatch::kStack) ? CheckCode(executable, Dispatch::kStack) : absl::OkStatus();
}

// Constants, "?" and, where `allow_expressions`, anything else that a caller can give a value: no opaque
// symbols.
bool IsParameterDim(const Dim& dim, bool allow_expressions) {
  if (dim.is_constant()) return dim.value() >= 0;
  if (allow_expressions) return true;
  if (dim.symbol().empty()) return false;
  const DimAtom& atom = *dim.terms()[0].factors[0];
  return atom.non_negative && atom.opaque_id == 0;
}

// Of the tensors in `type` that are not inside data: verify_types.cc checks those. REQUIRES: the type is
// well formed.
absl::Status CheckExtents(const Type& type, bool is_input, absl::string_view name) {
  if (type.is_tuple()) {
    for (const Type& field : type.fields()) BATON_RETURN_IF_ERROR(CheckExtents(field, is_input, name));
  }
  if (!type.is_tensor() || !type.tensor().shape.has_rank()) return absl::OkStatus();
  const Shape& shape = type.tensor().shape;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (IsParameterDim(shape[axis], !is_input)) continue;
    return Fail(name, ": extent of axis ", axis, " is ", shape[axis].ToString(),
                ", expected a constant of at least 0", is_input ? " or a symbol" : " or an expression");
  }
  return absl::OkStatus();
}

absl::Status CheckParameters(const DataTypes& types, const std::vector<Parameter>& parameters, bool is_input,
                             absl::string_view where, ReachableTypes* reachable) {
  std::set<absl::string_view> names;
  for (size_t i = 0; i < parameters.size(); ++i) {
    const Parameter& parameter = parameters[i];
    const std::string name = absl::StrCat(where, is_input ? ": input " : ": output ", i, " '",
                                          absl::Utf8SafeCEscape(parameter.name), "'");
    if (parameter.name.empty()) return Fail(name, " has no name");
    if (!names.insert(parameter.name).second) return Fail(name, " has the name of another");
    BATON_RETURN_IF_ERROR(CheckBorderType(types, parameter.type, name, reachable));
    BATON_RETURN_IF_ERROR(CheckExtents(parameter.type, is_input, name));
  }
  return absl::OkStatus();
}

// The function's slots are those of the parameters. REQUIRES: CheckParameters accepted.
absl::Status CheckSlots(absl::Span<const SlotKind> kinds, const std::vector<Parameter>& parameters,
                        absl::string_view where) {
  std::vector<SlotKind> expected;
  for (const Parameter& parameter : parameters) AppendSlotKinds(parameter.type, /*boxed=*/true, &expected);
  if (kinds.size() != expected.size()) {
    return Fail(where, ": the function has ", kinds.size(), ", the entry point ", expected.size());
  }
  for (size_t i = 0; i < kinds.size(); ++i) {
    if (kinds[i] != expected[i]) {
      return Fail(where, ": number ", i, " of the function is of kind ", SlotKindName(kinds[i]),
                  ", expected ", SlotKindName(expected[i]));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckEntryPoint(const Executable& executable, const DataTypes& types, const EntryPoint& entry,
                             absl::string_view where, ReachableTypes* reachable) {
  if (entry.function < 0 || static_cast<size_t>(entry.function) >= executable.functions.size()) {
    return Fail(where, ": is function ", entry.function, ", the executable has ",
                executable.functions.size());
  }
  const Function& function = executable.functions[entry.function];
  BATON_RETURN_IF_ERROR(CheckParameters(types, entry.inputs, true, where, reachable));
  BATON_RETURN_IF_ERROR(CheckParameters(types, entry.outputs, false, where, reachable));
  BATON_RETURN_IF_ERROR(CheckSlots(function.parameters(), entry.inputs, absl::StrCat(where, " inputs")));
  return CheckSlots(function.result_kinds, entry.outputs, absl::StrCat(where, " outputs"));
}

absl::Status CheckEntryPoints(const Executable& executable, const DataTypes& types) {
  std::set<absl::string_view> names;
  ReachableTypes reachable(types);
  for (size_t i = 0; i < executable.entry_points.size(); ++i) {
    const EntryPoint& entry = executable.entry_points[i];
    const std::string where = absl::StrCat("entry point '", absl::Utf8SafeCEscape(entry.name), "'");
    if (entry.name.empty()) return Fail("entry point ", i, ": has no name");
    if (!names.insert(entry.name).second) return Fail(where, ": has the name of another");
    BATON_RETURN_IF_ERROR(CheckEntryPoint(executable, types, entry, where, &reachable));
  }
  return absl::OkStatus();
}

absl::Status CheckMetadata(const Executable& executable) {
  for (size_t i = 1; i < executable.metadata.size(); ++i) {
    const std::string& key = executable.metadata[i].first;
    if (executable.metadata[i - 1].first < key) continue;
    return Fail("metadata: key '", absl::Utf8SafeCEscape(key), "' is not in ascending order");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<VerifiedExecutable> Verify(Executable executable) {
  BATON_RETURN_IF_ERROR(CheckConstants(executable));
  BATON_RETURN_IF_ERROR(CheckTypes(executable));
  BATON_RETURN_IF_ERROR(CheckKernels(executable));
  const DataTypes types(executable);
  BATON_RETURN_IF_ERROR(CheckDataTypes(executable, types));
  BATON_RETURN_IF_ERROR(CheckSignatures(executable));
  BATON_RETURN_IF_ERROR(CheckFunctions(executable));
  BATON_RETURN_IF_ERROR(CheckEntryPoints(executable, types));
  BATON_RETURN_IF_ERROR(CheckMetadata(executable));
  return VerifiedExecutable(std::make_shared<const Executable>(std::move(executable)));
}

}  // namespace baton
