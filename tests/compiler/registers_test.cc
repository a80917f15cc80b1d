#include "compiler/lower/registers.h"

#include <catch2/catch.hpp>

#include "compiler/lower/liveness.h"
#include "tests/compiler/low_program.h"

namespace baton {
namespace {

using List = std::vector<VirtualRegister>;
constexpr SlotKind kI64 = SlotKind::kI64, kF64 = SlotKind::kF64, kBool = SlotKind::kBool,
                   kTensor = SlotKind::kTensor;

RegisterAssignment Assign(const LowFunction& function) {
  const absl::StatusOr<RegisterAssignment> assignment = AssignRegisters(function);
  INFO(assignment.status().ToString());
  REQUIRE(assignment.ok());
  return *assignment;
}

TEST_CASE("liveness: a value lives from its definition to its last read", "[lower]") {
  LowBuilder b({kI64}, {kI64});                                           // instruction numbers start at 1
  const VirtualRegister one = b.Int(1);                                   // 1
  const VirtualRegister sum = b.Define(kI64, Opcode::kAddI64, {0, one});  // 2
  const VirtualRegister unread = b.Define(kI64, Opcode::kAddI64, {one, one});  // 3
  b.Return({sum});                                                             // 4
  const Liveness liveness = ComputeLiveness(b.function()).value();
  CHECK(liveness.ranges[0] == std::vector<LiveInterval>{{0, 5}});
  CHECK(liveness.ranges[one] == std::vector<LiveInterval>{{3, 7}});
  CHECK(liveness.ranges[unread] == std::vector<LiveInterval>{{7, 8}});
  CHECK(liveness.ranges[sum] == std::vector<LiveInterval>{{5, 10}});
}

TEST_CASE("liveness: a value read in a loop lives through all of it", "[lower]") {
  LowBuilder b({kTensor, kBool}, {});
  b.NewBlock();                        // b1, positions 4..
  b.Emit(Opcode::kJumpIfNot, {1, 3});  // 2
  b.NewBlock();
  b.Define(kI64, Opcode::kGetDim, {0, 0});  // 4
  b.Emit(Opcode::kJump, {1});               // 5
  b.NewBlock();
  b.Return({});  // 7
  const Liveness liveness = ComputeLiveness(b.function()).value();
  CHECK(liveness.ranges[0] == std::vector<LiveInterval>{{0, 14}});
  CHECK(liveness.last_uses.empty());
  REQUIRE(liveness.edge_deaths.size() == 1);
  CHECK(liveness.edge_deaths[0].from == 1);
  CHECK(liveness.edge_deaths[0].to == 3);
  CHECK(liveness.edge_deaths[0].reg == 0);
}

TEST_CASE("liveness: a register that is not written on every path to a read is an internal error",
          "[lower]") {
  LowBuilder b({kBool}, {kI64});
  const VirtualRegister maybe = b.NewRegister(kI64);
  b.Emit(Opcode::kJumpIf, {0, 2});
  b.NewBlock();
  b.Emit(Opcode::kLoadSmallInt, {maybe, 1});
  b.NewBlock();
  b.Return({maybe});
  const absl::Status status = ComputeLiveness(b.function()).status();
  CHECK(status.code() == absl::StatusCode::kInternal);
  CHECK(status.message() == "function 'f': v1 may be read before it is written");
}

TEST_CASE("registers: parameters keep their numbers and kinds do not mix", "[lower]") {
  LowBuilder b({kI64, kTensor, kBool}, {});
  const VirtualRegister x = b.Define(kF64, Opcode::kI64ToF64, {0});
  const VirtualRegister n = b.Define(kI64, Opcode::kF64ToI64, {x});
  const VirtualRegister m = b.Define(kI64, Opcode::kGetDim, {1, 0});
  b.Emit(Opcode::kCheckEqual, {n, m, 0});
  b.Return({});
  const RegisterAssignment assignment = Assign(b.function());
  CHECK(assignment.physical == std::vector<uint16_t>{0, 1, 2, 3, 0, 4});
  CHECK(assignment.register_kinds == std::vector<SlotKind>{kI64, kTensor, kBool, kF64, kI64});
}

TEST_CASE("registers: a scalar result takes the register of an operand that dies", "[lower]") {
  LowBuilder b({}, {kI64});
  VirtualRegister sum = b.Int(0);
  for (int i = 0; i < 10; ++i) sum = b.Define(kI64, Opcode::kAddI64, {sum, b.Int(i)});
  b.Return({sum});
  CHECK(Assign(b.function()).register_kinds.size() == 2);
}

TEST_CASE("registers: a tensor result does not take the register of an operand", "[lower]") {
  LowBuilder b({kTensor}, {kTensor});
  const VirtualRegister out = b.NewRegister(kTensor);
  b.Emit(Opcode::kCallKernelAlloc, {4, List{0}, List{out}});
  const VirtualRegister view = b.Define(kTensor, Opcode::kView, {out, 1, List{}});
  b.Return({view});
  CHECK(Assign(b.function()).physical == std::vector<uint16_t>{0, 1, 0});
}

TEST_CASE("registers: the results of one instruction are apart, read or not", "[lower]") {
  LowBuilder b({kTensor}, {});
  const VirtualRegister first = b.NewRegister(kTensor), second = b.NewRegister(kTensor);
  b.Emit(Opcode::kCallKernelAlloc, {5, List{0}, List{first, second}});
  b.Return({});
  CHECK(Assign(b.function()).physical == std::vector<uint16_t>{0, 1, 2});
}

TEST_CASE("registers: both arms of an if write the result in place", "[lower]") {
  LowBuilder b({kBool}, {kI64});
  const VirtualRegister result = b.NewRegister(kI64);
  b.Emit(Opcode::kJumpIfNot, {0, 2});
  b.NewBlock();
  const VirtualRegister yes = b.Int(1);
  b.Move(result, yes);
  b.Emit(Opcode::kJump, {3});
  b.NewBlock();
  const VirtualRegister no = b.Int(2);
  b.Move(result, no);
  b.NewBlock();
  b.Return({result});
  const RegisterAssignment assignment = Assign(b.function());
  CHECK(assignment.physical[yes] == assignment.physical[result]);
  CHECK(assignment.physical[no] == assignment.physical[result]);
}

TEST_CASE("registers: a move whose source lives on keeps two registers", "[lower]") {
  LowBuilder b({kI64}, {kI64, kI64});
  const VirtualRegister copy = b.NewRegister(kI64);
  b.Move(copy, 0);
  b.Emit(Opcode::kAddI64, {copy, copy, copy});
  b.Return({copy, 0});
  CHECK(Assign(b.function()).physical == std::vector<uint16_t>{0, 1});
}

TEST_CASE("registers: more than fit into a frame are an error that names the function", "[lower]") {
  LowBuilder b({}, {});
  List all;
  for (int i = 0; i < 40000; ++i) all.push_back(b.Int(0));
  SECTION("within a block") {
    for (const VirtualRegister r : all) b.Emit(Opcode::kCheckEqual, {r, r, 0});
    b.Return({});
    const absl::Status status = AssignRegisters(b.function()).status();
    CHECK(status.code() == absl::StatusCode::kResourceExhausted);
    CHECK(status.message() == "function 'f': needs 40000 registers, at most 32767 are allowed");
  }
  SECTION("between blocks") {
    b.NewBlock();
    for (const VirtualRegister r : all) b.Emit(Opcode::kCheckEqual, {r, r, 0});
    b.Return({});
    CHECK(AssignRegisters(b.function()).status().code() == absl::StatusCode::kResourceExhausted);
  }
}

// Deep nests make classes with many intervals, and values that live through many blocks.
TEST_CASE("registers: large functions are assigned in near linear time", "[lower]") {
  LowBuilder b({kBool}, {kI64});
  SECTION("ifs within ifs, 30000 deep") {
    const int depth = 30000;
    List results;
    for (int i = 0; i <= depth; ++i) results.push_back(b.NewRegister(kI64));
    for (int i = 0; i < depth; ++i) {
      b.Emit(Opcode::kJumpIf, {0, 0});
      b.NewBlock();
    }
    b.Emit(Opcode::kLoadSmallInt, {results[depth], 7});
    for (int i = depth - 1; i >= 0; --i) {
      b.Move(results[i], results[i + 1]);
      b.Emit(Opcode::kJump, {b.current_block() + 2});
      const int else_block = b.NewBlock();
      b.function().blocks[static_cast<size_t>(i)].instructions.back().operands[1].number = else_block;
      b.Emit(Opcode::kLoadSmallInt, {results[i], 1});
      b.NewBlock();
    }
    b.Return({results[0]});
    CHECK(Assign(b.function()).register_kinds.size() == 2);
  }
  SECTION("100000 registers in 10000 blocks") {
    VirtualRegister sum = b.Int(0);
    for (int block = 0; block < 10000; ++block) {
      for (int i = 0; i < 10; ++i) sum = b.Define(kI64, Opcode::kAddI64, {sum, sum});
      b.NewBlock();
    }
    b.Return({sum});
    CHECK(Assign(b.function()).register_kinds.size() == 2);
  }
}

}  // namespace
}  // namespace baton
