// A trace as the JSON that chrome://tracing and ui.perfetto.dev read ("Trace Event Format", Google, 2016): a
// row for each worker with its strands, their kernels and awaits, and its idle time; arrows from forks to
// awaits.
#pragma once

#include <string>

#include "tools/trace_analysis.h"
#include "vm/bytecode/executable.h"
#include "vm/exec/trace.h"

namespace baton {

// `analysis` is that of `trace`.
std::string TraceJson(const Trace& trace, const TraceAnalysis& analysis, const Executable& executable);

}  // namespace baton
