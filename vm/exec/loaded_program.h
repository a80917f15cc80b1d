// LoadedProgram: an executable with every name resolved, as the interpreter reads it: indices and pointers
// only. Made by Program::Load, immutable, shared by the threads that run it. Internal to vm/exec.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "vm/bytecode/executable.h"
#include "vm/core/device.h"
#include "vm/core/kernel.h"
#include "vm/core/tensor.h"
#include "vm/exec/object.h"
#include "vm/exec/program.h"

namespace baton {

// Instructions whose operands may be of any kind have a code of their own for references: loading knows the
// kinds. 0 for other instructions.
constexpr uint8_t ReferenceCode(Opcode opcode) {
  switch (opcode) {
    case Opcode::kMove:
      return 0xFF;
    case Opcode::kLocalGet:
      return 0xFE;
    case Opcode::kLocalGetWide:
      return 0xFD;
    case Opcode::kLocalSet:
      return 0xFC;
    case Opcode::kLocalSetWide:
      return 0xFB;
    case Opcode::kLocalTee:
      return 0xFA;
    case Opcode::kLocalTeeWide:
      return 0xF9;
    default:
      return 0;
  }
}

// A function whose code, register or stack code, is rewritten for running: labels are relative to their
// instruction, kernel indices are call sites, callees of MakeClosure are closure layouts, equal signatures
// have one index, and references have their own codes. Instructions keep their places.
struct LoadedFunction {
  const uint8_t* code = nullptr;
  int64_t num_slots = 0;   // of a frame: registers; locals and the operand stack
  int64_t num_locals = 0;  // of stack code: slots below the operand stack
  std::vector<uint16_t>
      references;  // registers or locals that hold references; first those that are parameters
  int32_t num_reference_parameters = 0;
  std::vector<uint16_t> reference_results;  // results that are references
  std::vector<uint16_t> futures;            // registers or locals that hold futures
  ObjectLayout future_layout;               // of forked calls; without fields when it cannot be forked
  const Function* source = nullptr;         // names, kinds and debug entries
  std::vector<uint16_t> register_code;      // one of these two is what `code` points to
  std::vector<uint8_t> stack_code;

  absl::Span<const uint16_t> reference_parameters() const {
    return absl::MakeConstSpan(references).first(num_reference_parameters);
  }
  absl::Span<const uint16_t> reference_locals() const {
    return absl::MakeConstSpan(references).subspan(num_reference_parameters);
  }
  // Makes the references null that are no parameters; `slots` are those of a frame.
  void ClearLocals(Slot* slots) const {
    for (const uint16_t index : reference_locals()) slots[index].reference = nullptr;
  }
};

struct LoadedKernel {
  std::unique_ptr<Kernel> kernel;
  std::string op;
  // One per operator input: the constant, or null where it is passed or absent.
  std::vector<TensorObject*> inputs;
  std::vector<uint16_t> passed;        // per passed input its operator input
  std::vector<uint8_t> value_decides;  // per passed input: its values decide the result types
  int32_t num_outputs = 0;
  int64_t signature_length = 0;  // see kernel_call.cc
};

// One instruction that calls a kernel.
struct LoadedCallSite {
  uint32_t kernel = 0;
  int32_t function = 0;
  int32_t location = -1;  // in the executable's table; -1: unknown
};

struct LoadedType {
  DType dtype = DType::kFloat32;
  uint8_t rank = 0;
  int64_t dims[kMaxRank] = {};  // kDynamicExtent where the instruction gives the extent
};

// An input of an entry point as it is checked at each invocation.
struct LoadedInput {
  static constexpr int64_t kAnyExtent = -1;
  static constexpr int64_t kFirstSymbol = -2;
  DType dtype = DType::kFloat32;
  int32_t rank = -1;          // -1: any
  std::vector<int64_t> dims;  // an extent, kAnyExtent, or kFirstSymbol - the index of a symbol
};

// A constructor of a data type that inputs or outputs have.
struct LoadedConstructor {
  std::string name;
  uint32_t layout = 0;           // index in LoadedProgram::object_layouts
  std::vector<uint32_t> fields;  // value types
};

// A type that inputs or outputs, or parts of them, have.
struct LoadedValueType {
  Type type;
  LoadedInput tensor;                           // of a tensor
  bool is_scalar = false;                       // a tensor that lies unboxed in the fields of objects
  std::vector<uint32_t> parts;                  // of a tuple; of a sequence, whose elements have one
  std::vector<LoadedConstructor> constructors;  // of data
};

struct LoadedEntry {
  const EntryPoint* source = nullptr;
  const LoadedFunction* function = nullptr;
  bool tensors_only = true;                         // all inputs and outputs are tensors
  std::vector<LoadedInput> inputs;                  // of those that are tensors
  std::vector<uint32_t> input_types, output_types;  // value types
  int32_t num_symbols = 0;
};

struct LoadedProgram {
  const Executable* executable = nullptr;
  Dispatch dispatch = Dispatch::kRegister;  // the code that is loaded
  Device* device = nullptr;
  std::vector<LoadedFunction> functions;
  std::vector<LoadedEntry> entries;
  std::vector<LoadedValueType> value_types;
  std::unique_ptr<TensorObject[]> constants;  // immortal; share the memory of the executable's constants
  std::vector<LoadedKernel> kernels;
  std::vector<LoadedCallSite> call_sites;
  std::vector<LoadedType> types;
  // First the executable's object types, then those that only inputs and outputs have. These two and
  // `singletons` are complete, and stay where they are, once the program is loaded.
  std::vector<ObjectLayout> object_layouts;
  std::vector<ObjectLayout> closure_layouts;
  std::unique_ptr<Object[]> singletons;
  ObjectLayout sequence_layout;  // of all sequences
  int32_t max_symbols = 0;
  bool has_forks = false;
};

struct Program::Impl {
  LoadedProgram loaded;
};

}  // namespace baton
