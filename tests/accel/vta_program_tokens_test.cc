#include "accel/vta/program/tokens.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/accel/vta_program_runner.h"

namespace baton::vta {
namespace {

ScheduledInstruction Load(uint32_t begin, uint32_t end) {
  MemoryInstruction load;
  load.memory_type = static_cast<uint32_t>(MemoryType::kInp);
  return {load, {{SharedMemory::kInp, true, begin, end}}};
}

ScheduledInstruction Gemm(Access reads, Access writes) {
  GemmInstruction gemm;
  gemm.opcode = static_cast<uint32_t>(Opcode::kGemm);
  return {gemm, {reads, writes}};
}

ScheduledInstruction Multiply(uint32_t inp_begin, uint32_t inp_end, uint32_t out_begin, uint32_t out_end) {
  return Gemm({SharedMemory::kInp, false, inp_begin, inp_end},
              {SharedMemory::kOut, true, out_begin, out_end});
}

ScheduledInstruction Store(uint32_t begin, uint32_t end) {
  MemoryInstruction store;
  store.opcode = static_cast<uint32_t>(Opcode::kStore);
  store.memory_type = static_cast<uint32_t>(MemoryType::kOut);
  return {store, {{SharedMemory::kOut, false, begin, end}}};
}

// "load >", "gemm < >": < pops and > pushes, those of the stage before on the left of the name.
std::string Text(const ScheduledInstruction& scheduled) {
  const TokenBits bits = TokensOf(scheduled.instruction);
  return std::string(bits.pop_prev ? ">" : "") + (bits.push_prev ? "<" : "") +
         OpcodeName(static_cast<uint32_t>(OpcodeOf(scheduled.instruction))) + (bits.pop_next ? "<" : "") +
         (bits.push_next ? ">" : "");
}

std::vector<std::string> TokensFor(std::vector<ScheduledInstruction> program) {
  AddTokens(ConfigNamed("default"), program);
  std::vector<std::string> texts;
  for (const ScheduledInstruction& scheduled : program) texts.push_back(Text(scheduled));
  return texts;
}

TEST_CASE("vta tokens: a product waits for its last load, the store for it, the end for the store") {
  CHECK(TokensFor({Load(0, 4), Load(4, 8), Multiply(0, 8, 0, 1), Store(0, 1)}) ==
        std::vector<std::string>{"load", "load>", ">gemm>", "><store", "load<", "finish"});
}

TEST_CASE("vta tokens: what does not meet does not wait") {
  CHECK(TokensFor({Load(0, 4), Multiply(0, 4, 0, 1), Load(4, 8), Multiply(4, 8, 1, 2)}) ==
        std::vector<std::string>{"load>", ">gemm", "load>", ">gemm", "finish"});
}

TEST_CASE("vta tokens: a load over what was read waits for the reader") {
  CHECK(TokensFor({Load(0, 4), Multiply(0, 4, 0, 1), Load(3, 5), Multiply(3, 4, 1, 2)}) ==
        std::vector<std::string>{"load>", "><gemm", "load<>", ">gemm", "finish"});
}

TEST_CASE("vta tokens: who has waited for a later instruction knows of the earlier ones") {
  CHECK(TokensFor({Load(0, 4), Load(4, 8), Multiply(4, 8, 0, 1), Multiply(0, 4, 1, 2)}) ==
        std::vector<std::string>{"load", "load>", ">gemm", "gemm", "finish"});
}

TEST_CASE("vta tokens: results that are overwritten were stored") {
  CHECK(TokensFor({Multiply(0, 1, 0, 2), Store(0, 2), Multiply(0, 1, 1, 3)}) ==
        std::vector<std::string>{"gemm>", "><store", "gemm<", "finish"});
}

TEST_CASE("vta tokens: an unused load is waited for at the end") {
  CHECK(TokensFor({Load(0, 4)}) == std::vector<std::string>{"load>", ">load", "finish"});
}

// Each load is used by a product, and none is loaded over: nothing holds the load queue back.
TEST_CASE("vta tokens: a queue that need not wait does not run away") {
  std::vector<ScheduledInstruction> program;
  for (uint32_t i = 0; i < 2000; ++i) {
    program.push_back(Load(i, i + 1));
    program.push_back(Multiply(i, i + 1, i, i + 1));
  }
  AddTokens(ConfigNamed("default"), program);
  const std::vector<uint32_t> most = MostTokens(program);
  CHECK(*std::max_element(most.begin(), most.end()) <= 255);
  CHECK(most[static_cast<int>(TokenQueue::kLoadToCompute)] > 10);
}

// 300 loads first, then their users backwards in time: each could have given a token of its own.
TEST_CASE("vta tokens: many loads before their users share a token") {
  std::vector<ScheduledInstruction> program;
  for (uint32_t i = 0; i < 300; ++i) program.push_back(Load(i, i + 1));
  for (uint32_t i = 300; i-- > 0;) program.push_back(Multiply(i, i + 1, 0, 1));
  AddTokens(ConfigNamed("default"), program);
  CHECK(MostTokens(program)[static_cast<int>(TokenQueue::kLoadToCompute)] == 1);
}

TEST_CASE("vta tokens: never more are outstanding than the smallest counters hold") {
  std::vector<ScheduledInstruction> program;
  for (uint32_t i = 0; i < 1000; ++i) program.push_back(Load(i, i + 1));
  for (uint32_t i = 0; i < 1000; ++i) program.push_back(Multiply(i, i + 1, i, i + 1));
  for (uint32_t i = 0; i < 1000; ++i) program.push_back(Store(i, i + 1));
  AddTokens(ConfigNamed("default"), program);
  for (const uint32_t most : MostTokens(program)) CHECK(most <= 200);
}

TEST_CASE("vta tokens: the bound holds for random programs") {
  Random random(2);
  for (int i = 0; i < 20; ++i) {
    std::vector<ScheduledInstruction> program;
    while (program.size() < 3000) {
      const uint32_t kind = Draw(random, 0, 2);
      for (uint32_t count = Draw(random, 1, 400); count > 0; --count) {
        const uint32_t inp = Draw(random, 0, 2000), out = Draw(random, 0, 2000);
        if (kind == 0) program.push_back(Load(inp, inp + 1));
        if (kind == 1) program.push_back(Multiply(inp, inp + 1, out, out + 1));
        if (kind == 2) program.push_back(Store(out, out + 1));
      }
    }
    AddTokens(ConfigNamed("default"), program);
    for (const uint32_t most : MostTokens(program)) CHECK(most <= 200);
  }
}

}  // namespace
}  // namespace baton::vta
