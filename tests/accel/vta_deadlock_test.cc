// The specification's section 9: each way not to come to an end has a name.
#include <catch2/catch.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/accel/vta_text_chip.h"

namespace baton::vta {
namespace {

using test::TextChip;

std::string Repeat(int count, const std::string& text) {
  std::string result;
  for (int i = 0; i < count; ++i) result += text;
  return result;
}

TEST_CASE("vta deadlock: a pop without a push", "[accel]") {
  CHECK(TextChip({}).Describe("load.uop pop_prev\nfinish\n") ==
        "deadlock: compute waits for l2g at instruction 0 (load.uop pop_prev)");
  CHECK(TextChip({}).Describe("load.uop pop_prev pop_next\nfinish\n") ==
        "deadlock: compute waits for l2g and s2g at instruction 0 (load.uop pop_prev pop_next)");
}

TEST_CASE("vta deadlock: a push that comes later in the queue that waits", "[accel]") {
  CHECK(
      TextChip({}).Describe("load.inp pop_next push_next\nload.uop pop_prev\nload.uop push_prev\nfinish\n") ==
      "deadlock: load waits for g2l at instruction 0 (load.inp pop_next push_next); compute waits for l2g at "
      "instruction 1 (load.uop pop_prev)");
}

TEST_CASE("vta deadlock: all three queues wait for each other", "[accel]") {
  const RunResult result =
      TextChip({}).Run("load.inp pop_next\nload.uop pop_prev\nstore.uop pop_prev\nfinish\n");
  REQUIRE(result.waiting.size() == 3);
  CHECK(result.waiting[0].queue == Queue::kLoad);
  CHECK(result.waiting[0].tokens == std::vector<TokenQueue>{TokenQueue::kComputeToLoad});
  CHECK(result.waiting[1].queue == Queue::kCompute);
  CHECK(result.waiting[1].instruction_index == 1);
  CHECK(result.waiting[2].queue == Queue::kStore);
  CHECK(result.waiting[2].tokens == std::vector<TokenQueue>{TokenQueue::kComputeToStore});
  CHECK(result.waiting[2].head == Word{9, 0});
}

TEST_CASE("vta deadlock: a full queue holds up the instruction that would free it", "[accel]") {
  // The first load waits for the compute instruction that stands behind all loads.
  const auto program = [](int loads) {
    return absl::StrCat("load.inp pop_next push_next\n", Repeat(loads - 1, "load.inp\n"),
                        "load.uop push_prev\nload.inp push_next\nload.uop pop_prev\nfinish pop_prev\n");
  };
  CHECK(TextChip({.portable_only = true}).Run(program(512)).outcome == Outcome::kFinished);
  const RunResult full = TextChip({.portable_only = true}).Run(program(513));
  CHECK(full.outcome == Outcome::kDeadlock);
  REQUIRE(full.waiting.size() == 1);
  CHECK(full.waiting[0].queue == Queue::kLoad);
  CHECK(full.waiting[0].tokens == std::vector<TokenQueue>{TokenQueue::kComputeToLoad});
  CHECK(TextChip({}).Run(program(513)).outcome == Outcome::kFinished);
}

TEST_CASE("vta deadlock: more than 255 tokens run where queues have room for them", "[accel]") {
  const std::string program =
      absl::StrCat(Repeat(300, "load.inp push_next\n"), Repeat(300, "load.uop pop_prev\n"), "finish\n");
  const RunResult result = TextChip({}).Run(program);
  CHECK(result.outcome == Outcome::kFinished);
  CHECK(result.counters.max_l2g_tokens == 300);
}

TEST_CASE("vta deadlock: an unknown opcode or operation is a trap", "[accel]") {
  for (const ModelMode mode : {ModelMode::kStrict, ModelMode::kUpstream, ModelMode::kOutBuffer}) {
    for (const char* instruction :
         {"word 0 5", "word 0 6", "word 0 7", "alu.5", "alu.6", "alu.7", "load.7 x_size=1"}) {
      CAPTURE(instruction);
      CHECK(TextChip({.mode = mode}).Run(absl::StrCat(instruction, "\nfinish\n")).outcome == Outcome::kTrap);
    }
  }
}

TEST_CASE("vta deadlock: a program without FINISH", "[accel]") {
  const RunResult result = TextChip({}).Run("load.uop\nload.inp\n");
  CHECK(result.outcome == Outcome::kDeadlock);
  CHECK(DescribeResult(Config{}, result) == "deadlock: compute has no instruction left, and none was FINISH");
  CHECK(result.waiting[0].instruction_index == 2);
}

TEST_CASE("vta deadlock: upstream is not done when something runs after FINISH", "[accel]") {
  const ModelOptions upstream = {.mode = ModelMode::kUpstream};
  CHECK(TextChip(upstream).Run("finish\nload.uop\n").outcome == Outcome::kDeadlock);
  CHECK(TextChip(upstream).Run("load.uop\nfinish\n").outcome == Outcome::kFinished);
  // No token orders the load before FINISH: it depends on the order.
  int num_finished = 0;
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    TextChip chip({.mode = ModelMode::kUpstream, .seed = seed});
    if (chip.Run("load.inp\nfinish\n").outcome == Outcome::kFinished) ++num_finished;
  }
  CHECK(num_finished > 0);
  CHECK(num_finished < 40);
}

TEST_CASE("vta deadlock: whether a program comes to its end does not depend on the order", "[accel]") {
  const std::string dead =
      "load.inp push_next\nload.inp pop_next\nload.uop pop_prev\nload.uop pop_prev\nfinish\n";
  for (uint64_t seed = 0; seed <= 40; ++seed) {
    CHECK(TextChip({.seed = seed}).Run(dead).outcome == Outcome::kDeadlock);
  }
}

TEST_CASE("vta timeout: a run ends before the instruction that would take it past its cycles", "[accel]") {
  const std::string program =
      "load.uop dram_base=2048 y_size=1 x_size=1 x_stride=1\n"
      "gemm reset uop_end=1 iter_out=100 iter_in=10\nfinish\n";
  CHECK(TextChip({}).Run(program, "", 1001).outcome == Outcome::kFinished);
  const RunResult result = TextChip({}).Run(program, "", 1000);
  CHECK(result.outcome == Outcome::kTimeout);
  CHECK(result.counters.cycles == 1);
  CHECK(DescribeResult(Config{}, result) == "timeout after 1 cycles");
}

TEST_CASE("vta timeout: the largest loops end at once", "[accel]") {
  const std::string loads = "load.uop dram_base=2048 y_size=1 x_size=8192 x_stride=8192\n";
  const std::string loops = " uop_end=8192 iter_out=16383 iter_in=16383\nfinish\n";
  for (const char* name : {"gemm", "gemm reset", "alu.add use_imm"}) {
    CHECK(TextChip({}).Run(absl::StrCat(loads, name, loops)).outcome == Outcome::kTimeout);
  }
  CHECK(TextChip({}).Run("gemm iter_out=16383 iter_in=16383\nfinish\n").outcome == Outcome::kFinished);
}

}  // namespace
}  // namespace baton::vta
