// What a strand says in the trace of a session.
#include <utility>

#include "vm/exec/interpreter.h"

namespace baton {

void Interpreter::TraceKernel(uint32_t call_site, int64_t begin_ns) {
  const LoadedCallSite& site = program_.call_sites[call_site];
  trace_->Add({.kind = TraceEvent::Kind::kKernel,
               .begin_ns = begin_ns,
               .end_ns = trace_->NowNs(),
               .strand = number(),
               .function = site.function,
               .kernel = static_cast<int32_t>(site.kernel),
               .location = site.location});
}

void Interpreter::TraceRun(int64_t begin_ns) {
  const int64_t now_ns = trace_->NowNs();
  trace_->Add({.kind = TraceEvent::Kind::kStrand,
               .begin_ns = begin_ns,
               .end_ns = now_ns,
               .strand = number(),
               .function = static_cast<int32_t>(function_ - program_.functions.data())});
  if (awaited_ != nullptr) awaiting_since_ns_ = now_ns;
}

void Interpreter::TraceAwait(const FutureHeader& future) {
  const int64_t now_ns = trace_->NowNs();
  const int64_t since_ns = std::exchange(awaiting_since_ns_, -1);
  trace_->Add({.kind = TraceEvent::Kind::kAwait,
               .begin_ns = since_ns < 0 ? now_ns : since_ns,
               .end_ns = now_ns,
               .strand = number(),
               .other = future.strand});
}

}  // namespace baton
