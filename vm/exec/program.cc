#include "vm/exec/program.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "vm/bytecode/code_view.h"
#include "vm/core/status.h"
#include "vm/exec/future.h"
#include "vm/exec/kernel_call.h"
#include "vm/exec/loaded_program.h"
#include "vm/exec/object_layouts.h"
#include "vm/exec/value_types.h"

namespace baton {
namespace {

void LoadConstants(const Executable& executable, LoadedProgram* loaded) {
  const size_t count = executable.constants.size();
  loaded->constants = std::make_unique<TensorObject[]>(count);
  for (size_t i = 0; i < count; ++i) {
    const TensorObject& source = *executable.constants[i];
    TensorObject& constant = loaded->constants[i];
    constant.data = source.data;
    constant.dtype = source.dtype;
    constant.set_shape(source.shape());
    constant.storage = source.storage;
    if (constant.storage != nullptr) constant.storage->Ref();
    constant.MakeImmortal();
  }
}

void LoadTypes(const Executable& executable, LoadedProgram* loaded) {
  for (const AllocType& source : executable.types) {
    LoadedType type;
    type.dtype = source.dtype;
    type.rank = static_cast<uint8_t>(source.dims.size());
    std::copy(source.dims.begin(), source.dims.end(), type.dims);
    loaded->types.push_back(type);
  }
}

KernelSpec SpecOf(const Executable& executable, const KernelReference& reference) {
  KernelSpec spec;
  spec.op = reference.op;
  spec.attributes = reference.attributes;
  spec.num_outputs = reference.num_outputs;
  for (const int32_t input : reference.inputs) {
    KernelSpec::Input& added = spec.inputs.emplace_back();
    added.present = input != KernelReference::kAbsent;
    if (input >= 0) added.constant = executable.constants[input];
  }
  return spec;
}

LoadedKernel MakeLoadedKernel(const KernelReference& reference, std::unique_ptr<Kernel> kernel,
                              TensorObject* constants) {
  LoadedKernel loaded;
  loaded.op = reference.op;
  loaded.num_outputs = reference.num_outputs;
  for (size_t i = 0; i < reference.inputs.size(); ++i) {
    const int32_t input = reference.inputs[i];
    loaded.inputs.push_back(input >= 0 ? &constants[input] : nullptr);
    if (input != KernelReference::kPassed) continue;
    loaded.passed.push_back(static_cast<uint16_t>(i));
    loaded.value_decides.push_back(kernel->ValueDecidesShape(static_cast<int>(i)) ? 1 : 0);
  }
  loaded.kernel = std::move(kernel);
  loaded.signature_length = SignatureLength(loaded);
  return loaded;
}

absl::Status LoadKernels(const Executable& executable, const KernelResolver& resolver,
                         LoadedProgram* loaded) {
  std::set<std::string> failures;
  absl::StatusCode code = absl::StatusCode::kOk;
  for (const KernelReference& reference : executable.kernels) {
    absl::StatusOr<std::unique_ptr<Kernel>> kernel = resolver.Resolve(SpecOf(executable, reference));
    if (kernel.ok()) {
      loaded->kernels.push_back(MakeLoadedKernel(reference, *std::move(kernel), loaded->constants.get()));
      continue;
    }
    const absl::StatusCode found = kernel.status().code();
    code = code == absl::StatusCode::kOk || code == found ? found : absl::StatusCode::kInvalidArgument;
    failures.insert(absl::StrCat(reference.op, ": ", kernel.status().message()));
  }
  if (failures.empty()) return absl::OkStatus();
  return absl::Status(
      code, absl::StrCat("cannot bind ", failures.size(), failures.size() == 1 ? " kernel" : " kernels", ": ",
                         absl::StrJoin(failures, "; ")));
}

int32_t LocationAt(const CodeView& view, size_t place) {
  const auto after = std::upper_bound(view.debug().begin(), view.debug().end(), place,
                                      [](size_t p, const DebugEntry& entry) { return p < entry.place; });
  return after == view.debug().begin() ? -1 : static_cast<int32_t>(std::prev(after)->location);
}

// Puts the indices of loaded tables and relative labels into an instruction at `place`; see LoadedFunction.
void ResolveOperands(const CodeView& view, int32_t function, size_t place, LoadedProgram* loaded,
                     ClosureLoader* closures, Instruction* instruction) {
  const OpcodeInfo& info = GetOpcode(instruction->opcode);
  for (int i = 0; i < info.num_operands; ++i) {
    int64_t& number = instruction->operands[i].number;
    const auto index = static_cast<uint32_t>(number);
    switch (info.operands[i].kind) {
      case OperandKind::kLabel:
        number = static_cast<uint32_t>(number - static_cast<int64_t>(place));
        break;
      case OperandKind::kKernel:
        loaded->call_sites.push_back({index, function, LocationAt(view, place)});
        number = static_cast<int64_t>(loaded->call_sites.size()) - 1;
        break;
      case OperandKind::kSignature:
        number = closures->SignatureOf(index);
        break;
      case OperandKind::kFunction:
        if (instruction->opcode == Opcode::kMakeClosure)
          number = closures->LayoutOf(index, instruction->operands[i + 1].list.size());
        break;
      default:
        break;
    }
  }
}

// The register or local that says what the operands of an instruction with a ReferenceCode are.
size_t SlotOf(const Instruction& instruction) {
  const OpcodeInfo& info = GetOpcode(instruction.opcode);
  for (int i = 0; i < info.num_operands; ++i) {
    const OperandKind kind = info.operands[i].kind;
    const bool is_value = kind == OperandKind::kDef || kind == OperandKind::kUse;
    if (!is_value || instruction.opcode == Opcode::kMove)
      return static_cast<size_t>(instruction.operands[i].number);
  }
  return 0;
}

// The code that stands for the instruction's opcode in a loaded function.
uint8_t LoadedCode(const CodeView& view, const Instruction& instruction) {
  const uint8_t code = ReferenceCode(instruction.opcode);
  const bool has_references = code != 0 && IsReference(view.slot_kind(SlotOf(instruction)));
  return has_references ? code : static_cast<uint8_t>(instruction.opcode);
}

// See LoadedFunction. Cannot fail: verifier.cc has decoded the same code.
absl::Status LoadCode(LoadedProgram* loaded, ClosureLoader* closures, LoadedFunction* function) {
  const CodeView view(*function->source, loaded->dispatch);
  const auto index = static_cast<int32_t>(function - loaded->functions.data());
  Instruction instruction;
  size_t length = 0;
  for (size_t place = 0; place < view.size(); place += length) {
    BATON_RETURN_IF_ERROR(view.Decode(place, &instruction, &length));
    ResolveOperands(view, index, place, loaded, closures, &instruction);
    loaded->has_forks |= instruction.opcode == Opcode::kFork;
    const uint8_t code = LoadedCode(view, instruction);
    if (loaded->dispatch == Dispatch::kStack) {
      EncodeStackInstruction(instruction, &function->stack_code);
      function->stack_code[place] = code;
    } else {
      EncodeInstruction(instruction, &function->register_code);
      uint16_t& head = function->register_code[place * kUnitsPerWord];
      head = static_cast<uint16_t>((head & 0xFF00) | code);
    }
  }
  function->code = loaded->dispatch == Dispatch::kStack
                       ? function->stack_code.data()
                       : reinterpret_cast<const uint8_t*>(function->register_code.data());
  return absl::OkStatus();
}

LoadedFunction LoadHeader(const Function& source, Dispatch dispatch) {
  const CodeView view(source, dispatch);
  LoadedFunction function;
  function.source = &source;
  function.num_locals = static_cast<int64_t>(view.num_slots());
  function.num_slots = function.num_locals + (dispatch == Dispatch::kStack ? source.stack.max_height : 0);
  for (size_t slot = 0; slot < view.num_slots(); ++slot) {
    if (!IsReference(view.slot_kind(slot))) continue;
    function.references.push_back(static_cast<uint16_t>(slot));
    if (view.slot_kind(slot) == SlotKind::kFuture) function.futures.push_back(static_cast<uint16_t>(slot));
    if (slot < source.parameters().size()) ++function.num_reference_parameters;
  }
  for (size_t r = 0; r < source.result_kinds.size(); ++r) {
    if (IsReference(source.result_kinds[r])) function.reference_results.push_back(static_cast<uint16_t>(r));
  }
  const size_t num_parameters = source.parameters().size(), num_results = source.result_kinds.size();
  if (std::max(num_parameters, num_results) <= kMaxForkedSlots) {
    function.future_layout =
        MakeFutureLayout(static_cast<int64_t>(num_parameters), static_cast<int64_t>(num_results));
  }
  return function;
}

absl::Status LoadFunctions(const Executable& executable, LoadedProgram* loaded) {
  for (const Function& source : executable.functions)
    loaded->functions.push_back(LoadHeader(source, loaded->dispatch));
  ClosureLoader closures(executable, loaded);
  for (LoadedFunction& function : loaded->functions)
    BATON_RETURN_IF_ERROR(LoadCode(loaded, &closures, &function));
  return absl::OkStatus();
}

absl::StatusOr<Dispatch> ChooseDispatch(const Executable& executable, std::optional<Dispatch> wanted) {
  if (!wanted) return executable.holds(Dispatch::kRegister) ? Dispatch::kRegister : Dispatch::kStack;
  if (executable.functions.empty() || executable.holds(*wanted)) return *wanted;
  return absl::NotFoundError(
      absl::StrCat("the executable holds no ", DispatchName(*wanted), " code; it was compiled without"));
}

}  // namespace

Program::Program(VerifiedExecutable executable, Device* cpu)
    : executable_(std::move(executable)), cpu_(cpu), impl_(std::make_unique<Impl>()) {}

Program::~Program() = default;

absl::StatusOr<std::shared_ptr<const Program>> Program::Load(VerifiedExecutable executable,
                                                             const KernelResolver& resolver, Device* cpu,
                                                             std::optional<Dispatch> dispatch) {
  std::shared_ptr<Program> program(new Program(std::move(executable), cpu));
  LoadedProgram& loaded = program->impl_->loaded;
  loaded.executable = &program->executable();
  loaded.device = cpu;
  BATON_ASSIGN_OR_RETURN(loaded.dispatch, ChooseDispatch(*loaded.executable, dispatch));
  LoadConstants(*loaded.executable, &loaded);
  LoadTypes(*loaded.executable, &loaded);
  BATON_RETURN_IF_ERROR(LoadKernels(*loaded.executable, resolver, &loaded));
  LoadObjectLayouts(*loaded.executable, &loaded);
  BATON_RETURN_IF_ERROR(LoadFunctions(*loaded.executable, &loaded));
  LoadEntries(*loaded.executable, &loaded);
  MakeSingletons(&loaded);
  return std::shared_ptr<const Program>(std::move(program));
}

Dispatch Program::dispatch() const {
  return impl_->loaded.dispatch;
}

const EntryPoint* Program::FindEntryPoint(absl::string_view name) const {
  for (const EntryPoint& entry : executable().entry_points) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

}  // namespace baton
