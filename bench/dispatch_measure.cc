#include "bench/dispatch_measure.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <functional>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "bench/dispatch_runner.h"
#include "bench/hollow_kernels.h"
#include "bench/lua.h"
#include "ops/registry.h"
#include "serialize/reader.h"
#include "serialize/writer.h"
#include "vm/bytecode/code_view.h"
#include "vm/core/status.h"

namespace baton {
namespace {

// One of those that take turns. A sample is the time of one invocation, ns.
struct Contender {
  std::function<absl::StatusOr<double>()> sample;
  std::vector<double> samples;
};

// Each round begins with another, so that none always follows the same one.
absl::Status TakeTurns(int num_rounds, std::vector<Contender*> contenders) {
  for (int round = 0; round < num_rounds; ++round) {
    for (Contender* contender : contenders) {
      BATON_ASSIGN_OR_RETURN(const double sample, contender->sample());
      contender->samples.push_back(sample);
    }
    std::rotate(contenders.begin(), contenders.begin() + 1, contenders.end());
  }
  return absl::OkStatus();
}

Spread RatioOf(const Contender& a, const Contender& b) {
  std::vector<double> ratios;
  for (size_t i = 0; i < a.samples.size(); ++i) ratios.push_back(a.samples[i] / b.samples[i]);
  return SpreadOf(std::move(ratios));
}

int64_t CodeBytes(const Executable& executable, Dispatch dispatch) {
  int64_t num_bytes = 0;
  for (const Function& function : executable.functions) {
    num_bytes += static_cast<int64_t>(CodeView(function, dispatch).num_bytes());
  }
  return num_bytes;
}

// The way from a model to a program that `baton compile` and `baton run` go.
absl::StatusOr<VerifiedExecutable> CompileAndRead(const BenchProgram& program) {
  BATON_ASSIGN_OR_RETURN(const Executable executable, program.compile());
  BATON_ASSIGN_OR_RETURN(const std::string bytes, SerializeExecutable(executable));
  return ParseExecutable(bytes, program.name);
}

// One dispatch of a program.
struct Side {
  explicit Side(Dispatch which) : dispatch(which) {}
  Dispatch dispatch;
  bool counted = false;  // by the processor's counters
  std::unique_ptr<DispatchRunner> runner;
  std::unique_ptr<DispatchRunner> hollow;  // null: there is no overhead to measure
  Contender latency, overhead;
  Times total;                                                        // of the samples of latency
  std::vector<double> cycles, processor_instructions, branch_misses;  // of one invocation
};

// A hollow runner that goes the same way through the program, or null.
std::unique_ptr<DispatchRunner> MakeHollowRunner(const BenchProgram& program,
                                                 const VerifiedExecutable& executable, Dispatch dispatch,
                                                 const DispatchFigures& figures) {
  if (figures.kernel_calls == 0) return nullptr;
  auto hollow =
      DispatchRunner::Make(program, executable, *MakeHollowResolver(MakeKernelResolver()), dispatch);
  if (!hollow.ok()) return nullptr;
  const absl::StatusOr<InvocationCounts> counts = (*hollow)->Count();
  const bool same_way = counts.ok() && counts->instructions == figures.instructions &&
                        counts->kernel_calls == figures.kernel_calls;
  return same_way ? *std::move(hollow) : nullptr;
}

absl::Status PrepareSide(const BenchProgram& program, const VerifiedExecutable& executable, Side* side,
                         DispatchFigures* figures) {
  BATON_ASSIGN_OR_RETURN(side->runner,
                         DispatchRunner::Make(program, executable, *MakeKernelResolver(), side->dispatch));
  figures->code_bytes = CodeBytes(*executable, side->dispatch);
  BATON_ASSIGN_OR_RETURN(const InvocationCounts counts, side->runner->Count());
  figures->instructions = counts.instructions;
  figures->kernel_calls = counts.kernel_calls;
  BATON_ASSIGN_OR_RETURN(figures->allocations, side->runner->CountAllocations());
  side->hollow = MakeHollowRunner(program, executable, side->dispatch, *figures);
  return absl::OkStatus();
}

// How often the runner runs in the time of a sample.
absl::StatusOr<int64_t> RepeatsFor(DispatchRunner& runner, double sample_seconds) {
  double best_ns = 0;
  for (int i = 0; i < 3; ++i) {  // the first warms up
    BATON_ASSIGN_OR_RETURN(const Times times, runner.Time(1));
    best_ns = i == 0 ? times.processor_ns : std::min(best_ns, times.processor_ns);
  }
  return std::max<int64_t>(1, static_cast<int64_t>(sample_seconds * 1e9 / std::max(best_ns, 1.0)));
}

absl::Status AddContenders(const SampleOptions& options, PerfCounters& counters, Side* side,
                           std::vector<Contender*>* contenders) {
  BATON_ASSIGN_OR_RETURN(const int64_t repeats, RepeatsFor(*side->runner, options.sample_seconds));
  side->counted = counters.available();
  side->latency.sample = [=, &counters]() -> absl::StatusOr<double> {
    counters.Start();
    const absl::StatusOr<Times> times = side->runner->Time(repeats);
    const PerfCounters::Counts counts = counters.Stop();
    BATON_RETURN_IF_ERROR(times.status());
    side->total.processor_ns += times->processor_ns;
    side->total.clock_ns += times->clock_ns;
    const auto runs = static_cast<double>(repeats);
    side->cycles.push_back(static_cast<double>(counts.cycles) / runs);
    side->processor_instructions.push_back(static_cast<double>(counts.instructions) / runs);
    side->branch_misses.push_back(static_cast<double>(counts.branch_misses) / runs);
    return times->processor_ns;
  };
  contenders->push_back(&side->latency);
  if (side->hollow == nullptr) return absl::OkStatus();
  BATON_ASSIGN_OR_RETURN(const int64_t hollow_repeats, RepeatsFor(*side->hollow, options.sample_seconds));
  side->overhead.sample = [=]() -> absl::StatusOr<double> {
    BATON_ASSIGN_OR_RETURN(const Times times, side->hollow->Time(hollow_repeats));
    return times.processor_ns;
  };
  contenders->push_back(&side->overhead);
  return absl::OkStatus();
}

// Without a sample when there is no such program or no Lua. Errors: Lua computes something else.
absl::StatusOr<Contender> MakeLua(const BenchProgram& program, const std::vector<Value>& results,
                                  std::string* skipped) {
  if (program.lua_script.empty()) return Contender{};
  const absl::StatusOr<LuaRun> first = RunLua(program.lua_script, program.lua_argument);
  if (absl::IsNotFound(first.status())) {
    *skipped = std::string(first.status().message());
    return Contender{};
  }
  BATON_RETURN_IF_ERROR(first.status());
  const int64_t value = results[0].tensor().values<int64_t>()[0];
  if (value != first->value) {
    return absl::InternalError(absl::StrCat("the result is ", value, ", Lua's is ", first->value));
  }
  Contender lua;
  lua.sample = [script = program.lua_script, argument = program.lua_argument]() -> absl::StatusOr<double> {
    BATON_ASSIGN_OR_RETURN(const LuaRun run, RunLua(script, argument));
    return run.ns;
  };
  return lua;
}

void FillFigures(const Side& side, DispatchFigures* figures) {
  figures->latency_ns = SpreadOf(side.latency.samples);
  figures->processor_share = side.total.processor_ns / side.total.clock_ns;
  if (side.counted) {
    figures->counters = {SpreadOf(side.cycles).median, SpreadOf(side.processor_instructions).median,
                         SpreadOf(side.branch_misses).median};
  }
  if (side.hollow == nullptr) return;
  std::vector<double> overheads = side.overhead.samples;
  for (double& ns : overheads) ns /= static_cast<double>(figures->kernel_calls);
  figures->overhead_ns = SpreadOf(std::move(overheads));
}

void Summarise(const Side& by_register, const Side& by_stack, const Contender& lua, ProgramFigures* figures) {
  FillFigures(by_register, &figures->by_register);
  FillFigures(by_stack, &figures->by_stack);
  figures->stack_by_register = RatioOf(by_stack.latency, by_register.latency);
  if (lua.samples.empty()) return;
  figures->lua_ns = SpreadOf(lua.samples);
  figures->register_by_lua = RatioOf(by_register.latency, lua);
  figures->stack_by_lua = RatioOf(by_stack.latency, lua);
}

}  // namespace

Spread SpreadOf(std::vector<double> samples) {
  std::sort(samples.begin(), samples.end());
  const size_t middle = samples.size() / 2;
  const double median =
      samples.size() % 2 == 1 ? samples[middle] : (samples[middle - 1] + samples[middle]) / 2;
  return {median, samples.front(), samples.back()};
}

absl::StatusOr<ProgramFigures> MeasureProgram(const BenchProgram& program, const SampleOptions& options,
                                              PerfCounters& counters) {
  ProgramFigures figures;
  figures.program = program;
  if (!program.optional_file.empty() && !std::filesystem::exists(program.optional_file)) {
    figures.skipped = absl::StrCat(program.optional_file, " is not there");
    return figures;
  }
  BATON_ASSIGN_OR_RETURN(const VerifiedExecutable executable, CompileAndRead(program));
  Side by_register(Dispatch::kRegister), by_stack(Dispatch::kStack);
  BATON_RETURN_IF_ERROR(PrepareSide(program, executable, &by_register, &figures.by_register));
  BATON_RETURN_IF_ERROR(PrepareSide(program, executable, &by_stack, &figures.by_stack));
  const std::vector<Value> results = by_register.runner->results();
  if (!SameResults(results, by_stack.runner->results())) {
    return absl::InternalError("register and stack code give different results");
  }
  BATON_ASSIGN_OR_RETURN(Contender lua, MakeLua(program, results, &figures.lua_skipped));

  std::vector<Contender*> contenders;
  BATON_RETURN_IF_ERROR(AddContenders(options, counters, &by_register, &contenders));
  BATON_RETURN_IF_ERROR(AddContenders(options, counters, &by_stack, &contenders));
  if (lua.sample) contenders.push_back(&lua);
  BATON_RETURN_IF_ERROR(TakeTurns(options.num_rounds, std::move(contenders)));

  Summarise(by_register, by_stack, lua, &figures);
  return figures;
}

}  // namespace baton
