// Prints the SystemVerilog package `trap_pkg`: the causes of traps (trap_causes.def) and the numbers of the
// queues (accel/vta/isa.h).
#include <iostream>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include "accel/vta/isa.h"

namespace {

// "MemoryType" -> "MEMORY_TYPE".
std::string UpperSnake(absl::string_view name) {
  std::string result;
  for (const char c : name) {
    if (absl::ascii_isupper(c) && !result.empty()) result += '_';
    result += absl::ascii_toupper(c);
  }
  return result;
}

void PrintCause(int code, absl::string_view name) {
  std::cout << absl::StrFormat("  localparam logic [3:0] TRAP_%s = 4'd%d;\n", UpperSnake(name), code);
}

}  // namespace

int main() {
  std::cout << "// Generated from vta_sim/trap_causes.def: do not edit.\npackage trap_pkg;\n";
  for (int queue = 0; queue < baton::vta::kNumQueues; ++queue) {
    const auto name = baton::vta::QueueName(static_cast<baton::vta::Queue>(queue));
    std::cout << absl::StrFormat("  localparam logic [1:0] QUEUE_%s = 2'd%d;\n", absl::AsciiStrToUpper(name),
                                 queue);
  }
  PrintCause(0, "None");
#define VTA_TRAP_CAUSE(code, name, field, rule) PrintCause(code, #name);
#include "vta_sim/trap_causes.def"
#undef VTA_TRAP_CAUSE
  std::cout << "endpackage\n";
  return std::cout.good() ? 0 : 1;
}
