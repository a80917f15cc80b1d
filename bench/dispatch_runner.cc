#include "bench/dispatch_runner.h"

#include <algorithm>
#include <ctime>
#include <utility>

#include "accel/devices.h"
#include "tools/allocation_counter.h"
#include "tools/bench_inputs.h"
#include "tools/input_options.h"
#include "vm/core/status.h"

namespace baton {
namespace {

constexpr char kEntry[] = "main";
constexpr int kCountedRuns = 10;

double ClockNs(clockid_t clock) {
  timespec time = {};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

bool SameValue(const Value& a, const Value& b) {
  if (a.kind() != b.kind()) return false;
  if (a.is_tensor()) return BitwiseEqual(a.tensor(), b.tensor());
  return (!a.is_data() || a.tag() == b.tag()) && SameResults(a.fields(), b.fields());
}

}  // namespace

bool SameResults(absl::Span<const Value> a, absl::Span<const Value> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), SameValue);
}

DispatchRunner::DispatchRunner(std::shared_ptr<const Program> program)
    : program_(program), session_(std::move(program)) {}

absl::StatusOr<std::unique_ptr<DispatchRunner>> DispatchRunner::Make(const BenchProgram& program,
                                                                     const VerifiedExecutable& executable,
                                                                     const KernelResolver& resolver,
                                                                     Dispatch dispatch) {
  BATON_ASSIGN_OR_RETURN(std::shared_ptr<const Program> loaded,
                         Program::Load(executable, resolver, GetCpuDevice(), dispatch));
  std::unique_ptr<DispatchRunner> runner(new DispatchRunner(std::move(loaded)));
  BATON_RETURN_IF_ERROR(runner->ReadInputs(program));
  return runner;
}

absl::Status DispatchRunner::ReadInputs(const BenchProgram& program) {
  const EntryPoint& entry = *program_->FindEntryPoint(kEntry);
  tensors_only_ = TakesTensorsOnly(entry);
  if (!tensors_only_) {
    BATON_ASSIGN_OR_RETURN(inputs_,
                           ReadValues(program.inputs, entry, program_->executable().type_definitions));
    return CheckNoneMissing(entry, inputs_);
  }
  BATON_ASSIGN_OR_RETURN(tensor_inputs_, baton::ReadInputs(program.inputs, entry));
  tensor_outputs_.resize(entry.outputs.size());
  return FillRandomInputs(entry, {}, &tensor_inputs_).status();
}

absl::Status DispatchRunner::RunIn(Session& session) {
  if (tensors_only_) return session.Invoke(kEntry, tensor_inputs_, absl::MakeSpan(tensor_outputs_));
  BATON_ASSIGN_OR_RETURN(outputs_, session.InvokeValues(kEntry, inputs_));
  return absl::OkStatus();
}

absl::Status DispatchRunner::Run() {
  return RunIn(session_);
}

std::vector<Value> DispatchRunner::results() const {
  return tensors_only_ ? std::vector<Value>(tensor_outputs_.begin(), tensor_outputs_.end()) : outputs_;
}

absl::StatusOr<InvocationCounts> DispatchRunner::Count() {
  Session session(program_);
  session.SetCounting(true);
  BATON_RETURN_IF_ERROR(RunIn(session));
  return session.counts();
}

absl::StatusOr<double> DispatchRunner::CountAllocations() {
  if (!CanCountAllocations()) return -1;
  // Outputs of another session are dropped in the first run, its own in the second.
  for (int i = 0; i < 2; ++i) BATON_RETURN_IF_ERROR(Run());
  absl::Status status;
  StartCountingAllocations();
  for (int i = 0; i < kCountedRuns && status.ok(); ++i) status = Run();
  const int64_t count = StopCountingAllocations();
  if (!status.ok()) return status;
  return static_cast<double>(count) / kCountedRuns;
}

absl::StatusOr<Times> DispatchRunner::Time(int64_t repeats) {
  const double clock = ClockNs(CLOCK_MONOTONIC), processor = ClockNs(CLOCK_PROCESS_CPUTIME_ID);
  for (int64_t i = 0; i < repeats; ++i) BATON_RETURN_IF_ERROR(Run());
  const auto runs = static_cast<double>(repeats);
  return Times{(ClockNs(CLOCK_PROCESS_CPUTIME_ID) - processor) / runs,
               (ClockNs(CLOCK_MONOTONIC) - clock) / runs};
}

}  // namespace baton
