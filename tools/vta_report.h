// What a run of an accelerator program was like, for people, as JSON and as a timeline.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "accel/vta/chip.h"
#include "accel/vta/program_file.h"

namespace baton {

// How the memory after a run compares with a program's outputs.
struct VtaComparison {
  uint64_t num_bytes = 0;  // in all outputs
  std::optional<vta::Difference> difference;
};

// "finished after 203 cycles; 16 bytes as expected".
std::string DescribeVtaRun(const vta::Config& config, const vta::RunResult& result,
                           const VtaComparison& comparison);

// Utilisation, what each engine did with its cycles, and the bytes of each client of memory.
void PrintVtaProfile(const vta::Config& config, const vta::Counters& counters, std::ostream& out);

// Outcome, comparison, counters; what was waited for or trapped.
std::string VtaRunJson(const vta::Config& config, const vta::RunResult& result,
                       const VtaComparison& comparison);

// The timeline of the queues, as JSON for chrome://tracing and ui.perfetto.dev: a microsecond is a cycle.
// `words`: the program; records say when its instructions waited and ran.
std::string VtaTraceJson(const vta::Config& config, const std::vector<vta::Word>& words,
                         const std::vector<vta::InstructionRecord>& records);

}  // namespace baton
