// Where the values of virtual registers are needed. Internal to compiler/lower; read by register assignment
// and by the encoders, which give up references at the end of their lives.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "compiler/lower/low_form.h"

namespace baton {

// Positions [begin, end). Instructions are numbered through the function in order of blocks, from 1, leaving
// one number free at the end of each block: instruction i reads at 2 i and writes at 2 i + 1. Parameters are
// written at 0.
struct LiveInterval {
  int32_t begin = 0;
  int32_t end = 0;
  friend bool operator==(const LiveInterval&, const LiveInterval&) = default;
};

struct Liveness {
  // By register: sorted, neither overlapping nor touching. A value that nobody reads lives at the position
  // where it is written. An operand that dies at an instruction lives on while that writes its results,
  // except for moves and for instructions with a single, scalar result: there the result may take the
  // operand's register.
  std::vector<std::vector<LiveInterval>> ranges;

  // Ends of references' lives. Parameters that nobody reads are not among them.
  struct Point {
    uint32_t block = 0, instruction = 0;
    VirtualRegister reg = 0;
  };
  std::vector<Point> last_uses;           // the instruction reads a value that nobody reads afterwards
  std::vector<Point> unused_definitions;  // the instruction writes a value that nobody reads
  struct Edge {
    uint32_t from = 0, to = 0;
    VirtualRegister reg = 0;
  };
  std::vector<Edge> edge_deaths;  // the value is needed at the end of `from`, but not in its successor `to`
};

// Time and memory are linear in the instructions plus, for each register, the blocks that it is live in.
// REQUIRES: RemoveUnreachableCode accepted the function. Errors: Internal when a register may be read before
// it is written; ResourceExhausted when more than kMaxRegisters are live at the start of a block; both name
// the function.
absl::StatusOr<Liveness> ComputeLiveness(const LowFunction& function);

}  // namespace baton
