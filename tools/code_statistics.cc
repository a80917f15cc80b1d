#include "tools/code_statistics.h"

#include "absl/strings/str_cat.h"
#include "vm/bytecode/register_code.h"

namespace baton {

int64_t CountInstructions(const Function& function) {
  int64_t count = 0;
  Instruction instruction;
  for (size_t unit = 0, num_units = 0; unit < function.code.size(); unit += num_units) {
    if (!DecodeInstruction(function.code, unit, &instruction, &num_units).ok()) break;
    ++count;
  }
  return count;
}

int64_t CountInstructions(const Executable& executable) {
  int64_t count = 0;
  for (const Function& function : executable.functions) count += CountInstructions(function);
  return count;
}

int64_t NumWords(const Function& function) {
  return static_cast<int64_t>(function.code.size()) / kUnitsPerWord;
}

int64_t NumConstantBytes(const Executable& executable) {
  int64_t num_bytes = 0;
  for (const Tensor& constant : executable.constants) num_bytes += constant->num_bytes();
  return num_bytes;
}

std::map<std::string, int64_t> KernelsByOperator(const Executable& executable) {
  std::map<std::string, int64_t> counts;
  for (const KernelReference& kernel : executable.kernels) ++counts[kernel.op];
  return counts;
}

std::string SummaryText(const Executable& executable) {
  return absl::StrCat(executable.functions.size(), " functions, ", CountInstructions(executable),
                      " instructions, ", executable.constants.size(), " constants (",
                      NumConstantBytes(executable), " bytes)");
}

}  // namespace baton
