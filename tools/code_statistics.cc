#include "tools/code_statistics.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "vm/bytecode/code_view.h"

namespace baton {

std::vector<Dispatch> DispatchesOf(const Executable& executable) {
  std::vector<Dispatch> held;
  for (const Dispatch dispatch : {Dispatch::kRegister, Dispatch::kStack}) {
    if (executable.holds(dispatch)) held.push_back(dispatch);
  }
  return held;
}

int64_t CountInstructions(const Function& function, Dispatch dispatch) {
  const CodeView view(function, dispatch);
  int64_t count = 0;
  Instruction instruction;
  for (size_t place = 0, length = 0; place < view.size(); place += length) {
    if (!view.Decode(place, &instruction, &length).ok()) break;
    ++count;
  }
  return count;
}

int64_t CountInstructions(const Executable& executable, Dispatch dispatch) {
  int64_t count = 0;
  for (const Function& function : executable.functions) count += CountInstructions(function, dispatch);
  return count;
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
  const std::vector<Dispatch> held = DispatchesOf(executable);
  const bool named = executable.holds(Dispatch::kStack);
  const std::string counts = absl::StrJoin(held, " and ", [&](std::string* out, Dispatch dispatch) {
    absl::StrAppend(out, CountInstructions(executable, dispatch), named ? " " : "",
                    named ? DispatchName(dispatch) : "");
  });
  return absl::StrCat(executable.functions.size(), " functions, ", held.empty() ? "0" : counts,
                      " instructions, ", executable.constants.size(), " constants (",
                      NumConstantBytes(executable), " bytes)");
}

}  // namespace baton
