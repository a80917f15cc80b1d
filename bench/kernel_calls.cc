#include "bench/kernel_calls.h"

#include <utility>

#include "compiler/lower/encode_register.h"
#include "compiler/lower/encode_stack.h"
#include "compiler/lower/low_form.h"
#include "vm/bytecode/builder.h"
#include "vm/core/status.h"

namespace baton {
namespace {

LowOperand Number(int64_t number) {
  return {number, {}};
}
LowOperand List(std::vector<VirtualRegister> list) {
  return {0, std::move(list)};
}

LowFunction MakeFunction(int type, int64_t num_calls) {
  LowFunction function;
  function.name = "main";
  function.result_kinds = {SlotKind::kTensor};
  VirtualRegister source = function.NewRegister(SlotKind::kTensor);
  function.num_parameters = 1;
  VirtualRegister targets[] = {function.NewRegister(SlotKind::kTensor),
                               function.NewRegister(SlotKind::kTensor)};
  BasicBlock block;
  for (const VirtualRegister target : targets) {
    block.instructions.push_back({Opcode::kAllocTensor, {Number(target), Number(type), List({})}});
  }
  for (int64_t i = 0; i < num_calls; ++i) {
    const VirtualRegister target = targets[i % 2];
    block.instructions.push_back({Opcode::kCallKernel, {Number(i), List({source}), List({target})}});
    source = target;
  }
  block.instructions.push_back({Opcode::kReturn, {List({source})}});
  function.blocks.push_back(std::move(block));
  return function;
}

}  // namespace

absl::StatusOr<Executable> MakeKernelCalls(int64_t num_calls) {
  ExecutableBuilder builder;
  builder.Add(SourceLocation{});  // of all instructions
  const int type = builder.Add(AllocType{DType::kFloat32, {8}});
  // As many entries as calls, as the compiler makes them.
  for (int64_t i = 0; i < num_calls; ++i) {
    builder.Add(KernelReference{.op = "tanh", .attributes = {}, .inputs = {KernelReference::kPassed}});
  }
  LowFunction low = MakeFunction(type, num_calls);
  BATON_ASSIGN_OR_RETURN(Function function, EncodeRegister(low));
  BATON_ASSIGN_OR_RETURN(Function stack_function, EncodeStack(std::move(low)));
  function.stack = std::move(stack_function.stack);
  EntryPoint entry{.name = "main", .function = builder.Add(std::move(function)), .inputs = {}, .outputs = {}};
  const TensorType eight{DType::kFloat32, Shape({8})};
  entry.inputs.push_back({"x", eight});
  entry.outputs.push_back({"output", eight});
  builder.Add(std::move(entry));
  return std::move(builder).Build();
}

}  // namespace baton
