// A trace in words and numbers, for reading: `baton profile`.
#pragma once

#include <ostream>

#include "tools/trace_analysis.h"

namespace baton {

void PrintTraceSummary(const TraceAnalysis& analysis, std::ostream& out);

}  // namespace baton
