#include "accel/vta/model_run.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "absl/strings/str_cat.h"
#include "accel/vta/instruction_checks.h"
#include "accel/vta/steps.h"

namespace baton::vta {
namespace {

// Section 9: what hardware has, and a portable program gets along with.
constexpr uint32_t kPortableQueueDepth = 512;
constexpr uint64_t kPortableTokens = 255;

std::vector<Word> ReadWords(const RunRequest& request, const DeviceMemory& memory) {
  std::vector<Word> words(request.instruction_count);
  std::memcpy(words.data(), memory.data() + request.instruction_address, words.size() * sizeof(Word));
  return words;
}

// What is no instruction goes to compute, whose turn it is to say so.
std::vector<ModelQueues::Entry> Route(const Config& config, const ModelOptions& options,
                                      const std::vector<Word>& words) {
  std::vector<ModelQueues::Entry> entries;
  entries.reserve(words.size());
  for (const Word& word : words) {
    const auto decoded = Decode(config, options, word);
    if (const auto* instruction = std::get_if<Instruction>(&decoded)) {
      entries.push_back({QueueOf(*instruction), TokensOf(*instruction)});
    } else {
      entries.push_back({Queue::kCompute, TokenBits{}});
    }
  }
  return entries;
}

}  // namespace

ModelRun::ModelRun(const Config& config, const ModelOptions& options, const RunRequest& request,
                   DeviceMemory& memory, Scratchpads& scratchpads)
    : config_(config),
      options_(options),
      request_(request),
      words_(ReadWords(request, memory)),
      queues_(Route(config, options, words_), options.portable_only ? kPortableQueueDepth : 0, options.seed),
      core_(config, options, memory, scratchpads, result_.counters) {}

RunResult ModelRun::Run() {
  bool goes_on = true;
  while (goes_on) {
    const auto index = queues_.Start();
    if (!index.has_value()) {
      FinishOrDeadlock();
      break;
    }
    goes_on = RunInstruction(*index);
  }
  Counters& counters = result_.counters;
  counters.max_l2g_tokens = queues_.max_tokens(TokenQueue::kLoadToCompute);
  counters.max_g2l_tokens = queues_.max_tokens(TokenQueue::kComputeToLoad);
  counters.max_g2s_tokens = queues_.max_tokens(TokenQueue::kComputeToStore);
  counters.max_s2g_tokens = queues_.max_tokens(TokenQueue::kStoreToCompute);
  std::sort(result_.instructions.begin(), result_.instructions.end(),
            [](const InstructionRecord& a, const InstructionRecord& b) { return a.index < b.index; });
  return std::move(result_);
}

bool ModelRun::RunInstruction(uint32_t index) {
  const auto decoded = Decode(config_, options_, words_[index]);
  if (const auto* violation = std::get_if<Violation>(&decoded)) {
    Trap(index, *violation);
    return false;
  }
  const auto& instruction = std::get<Instruction>(decoded);
  const uint64_t steps = StepsOf(instruction);
  if (steps > request_.max_cycles - result_.counters.cycles) {
    result_.outcome = Outcome::kTimeout;
    return false;
  }
  if (const auto violation = core_.Execute(instruction)) {
    Trap(index, *violation);
    return false;
  }
  Count(index, QueueOf(instruction), instruction, steps);
  const uint64_t max_tokens =
      Applies(Rule::tokens_portable, options_) ? kPortableTokens : std::numeric_limits<uint64_t>::max();
  if (const auto overflow = queues_.Complete(index, max_tokens)) {
    Trap(index,
         {Rule::tokens_portable, std::string(TokenQueueName(*overflow)),
          absl::StrCat("holds ", queues_.tokens(*overflow), " tokens, expected at most ", max_tokens)});
    return false;
  }
  is_done_ = OpcodeOf(instruction) == Opcode::kFinish;
  if (!is_done_) return true;
  if (const auto violation = CheckFinish(index)) {
    Trap(index, *violation);
    return false;
  }
  // Upstream's simulator goes on until its queues are empty, and is not done if FINISH was not the last.
  return options_.mode == ModelMode::kUpstream;
}

// Section 8. What is ordered before FINISH is known from tokens alone, so a lucky schedule hides nothing.
std::optional<Violation> ModelRun::CheckFinish(uint32_t index) const {
  if (Applies(Rule::finish_last, options_)) {
    if (index + 1 < words_.size()) {
      return Violation{
          Rule::finish_last, "opcode",
          absl::StrCat("is finish and ", words_.size() - index - 1, " instructions follow, expected none")};
    }
    const Progress& known = queues_.known_to_compute();
    for (Queue queue : {Queue::kLoad, Queue::kStore}) {
      const int q = static_cast<int>(queue);
      if (known[q] == queues_.totals()[q]) continue;
      return Violation{
          Rule::finish_last, queue == Queue::kLoad ? "pop_prev" : "pop_next",
          absl::StrCat("and the tokens popped before order ", known[q], " of ", queues_.totals()[q],
                       " instructions of ", QueueName(queue), " before finish, expected all")};
    }
  }
  if (Applies(Rule::token_balance, options_)) {
    for (int i = 0; i < kNumTokenQueues; ++i) {
      const auto queue = static_cast<TokenQueue>(i);
      if (queues_.tokens(queue) == 0) continue;
      return Violation{Rule::token_balance, std::string(TokenQueueName(queue)),
                       absl::StrCat("holds ", queues_.tokens(queue), " tokens at the end, expected 0")};
    }
  }
  return std::nullopt;
}

void ModelRun::Count(uint32_t index, Queue queue, const Instruction& instruction, uint64_t steps) {
  Counters& counters = result_.counters;
  uint64_t& free_at = free_at_[static_cast<int>(queue)];
  if (request_.record_instructions) {
    result_.instructions.push_back({index, queue, free_at, counters.cycles, counters.cycles + steps, steps});
  }
  counters.cycles += steps;
  free_at = counters.cycles;
  ++counters.fetch_instructions;
  counters.fetch_bytes_read += kInstructionBytes;
  switch (queue) {
    case Queue::kLoad:
      ++counters.load_instructions;
      counters.load_busy_cycles += steps;
      break;
    case Queue::kCompute:
      ++counters.compute_instructions;
      counters.compute_busy_cycles += steps;
      break;
    case Queue::kStore:
      ++counters.store_instructions;
      counters.store_busy_cycles += steps;
      break;
  }
  if (OpcodeOf(instruction) == Opcode::kGemm) counters.gemm_busy_cycles += steps;
  if (OpcodeOf(instruction) == Opcode::kAlu) counters.alu_busy_cycles += steps;
}

void ModelRun::Trap(uint32_t index, const Violation& violation) {
  result_.outcome = Outcome::kTrap;
  result_.trap = {index, violation.field, Describe(violation)};
}

// No queue can go on.
void ModelRun::FinishOrDeadlock() {
  result_.waiting = queues_.Waiting();
  if (is_done_ && result_.waiting.empty()) return;
  result_.outcome = Outcome::kDeadlock;
  for (WaitingQueue& waiting : result_.waiting) waiting.head = words_[waiting.instruction_index];
  if (result_.waiting.empty()) {
    result_.waiting.push_back({Queue::kCompute, {}, request_.instruction_count, Word{}});
  }
}

}  // namespace baton::vta
