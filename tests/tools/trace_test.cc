// Traces worked out by hand: what the analysis finds in them, and the JSON and text that are made of it.
#include <catch2/catch.hpp>
#include <sstream>

#include "absl/strings/match.h"
#include "tools/trace_analysis.h"
#include "tools/trace_json.h"
#include "tools/trace_summary.h"

namespace baton {
namespace {

using Kind = TraceEvent::Kind;

TraceEvent Strand(int64_t strand, int worker, int64_t begin, int64_t end) {
  return {.kind = Kind::kStrand, .worker = worker, .begin_ns = begin, .end_ns = end, .strand = strand};
}
TraceEvent Fork(int64_t strand, int64_t other, int worker, int64_t at) {
  return {
      .kind = Kind::kFork, .worker = worker, .begin_ns = at, .end_ns = at, .strand = strand, .other = other};
}
TraceEvent Await(int64_t strand, int64_t other, int worker, int64_t begin, int64_t end) {
  return {.kind = Kind::kAwait,
          .worker = worker,
          .begin_ns = begin,
          .end_ns = end,
          .strand = strand,
          .other = other};
}
TraceEvent Call(int64_t strand, int kernel, int worker, int64_t begin, int64_t end) {
  TraceEvent event = {
      .kind = Kind::kKernel, .worker = worker, .begin_ns = begin, .end_ns = end, .strand = strand};
  event.kernel = kernel;
  return event;
}

Executable TwoKernels() {
  Executable executable;
  executable.kernels.resize(2);
  executable.kernels[0].op = "nn.gemm";
  executable.kernels[1].op = "add";
  executable.functions.resize(1);
  executable.functions[0].name = "main";
  return executable;
}

// The caller forks strand 1 at 10, which worker 1 runs from 20 to 70; the caller waits for it from 60 on.
Trace OneFork() {
  return {.events = {Strand(0, 0, 0, 100), Strand(1, 1, 20, 70), Fork(0, 1, 0, 10), Await(0, 1, 0, 60, 70),
                     Call(0, 0, 0, 0, 40), Call(1, 0, 1, 20, 60), Call(0, 1, 0, 70, 90)},
          .num_workers = 2};
}

TEST_CASE("trace: work, span and idle time of one fork", "[tools]") {
  const TraceAnalysis analysis = AnalyzeTrace(OneFork(), TwoKernels());
  CHECK(analysis.elapsed_ns == 100);
  CHECK(analysis.work_ns == 90 + 50);
  // The strand starts at 10 and would end at 60, when the caller asks for it; then 30 more.
  CHECK(analysis.span_ns == 90);
  CHECK(analysis.parallelism_available() == Approx(140.0 / 90));
  CHECK(analysis.parallelism_reached() == Approx(1.4));
  CHECK(analysis.num_shared_forks == 1);
  CHECK(analysis.start_delay_ns == 10);
  CHECK(analysis.finish_delay_ns == 0);
  REQUIRE(analysis.workers.size() == 2);
  CHECK(analysis.workers[0].busy_ns == 90);
  CHECK(analysis.workers[0].idle == std::vector<Interval>{{60, 70}});
  CHECK(analysis.workers[1].busy_ns == 50);
  CHECK(analysis.workers[1].idle == std::vector<Interval>{{0, 20}, {70, 100}});
}

TEST_CASE("trace: operators by the time they took", "[tools]") {
  const TraceAnalysis analysis = AnalyzeTrace(OneFork(), TwoKernels());
  REQUIRE(analysis.operators.size() == 2);
  CHECK(analysis.operators[0].op == "nn.gemm");
  CHECK(analysis.operators[0].num_calls == 2);
  CHECK(analysis.operators[0].total_ns == 80);
  CHECK(analysis.operators[1].total_ns == 20);
}

TEST_CASE("trace: a worker that helps while it waits is busy", "[tools]") {
  // The caller forks 1 (worker 1, 15 to 80) and 2, which it runs itself while it waits for 1.
  const Trace trace = {
      .events = {Strand(0, 0, 0, 100), Fork(0, 1, 0, 10), Fork(0, 2, 0, 20), Strand(1, 1, 15, 80),
                 Await(0, 1, 0, 30, 80), Strand(2, 0, 35, 75), Await(0, 2, 0, 85, 86)},
      .num_workers = 2};
  const TraceAnalysis analysis = AnalyzeTrace(trace, TwoKernels());
  CHECK(analysis.work_ns == (30 + 5 + 14) + 65 + 40);
  CHECK(analysis.span_ns == 94);  // 10, the 65 of strand 1, 5 up to the second await, 14
  CHECK(analysis.workers[0].num_strands == 2);
  CHECK(analysis.start_delay_ns == 15);  // of 5 and 15, the upper one
  CHECK(analysis.finish_delay_ns == 1);  // of 0 and 1
  CHECK(analysis.workers[0].busy_ns == 49 + 40);
  CHECK(analysis.workers[0].idle == std::vector<Interval>{{30, 35}, {75, 80}, {85, 86}});
}

TEST_CASE("trace: the span goes through strands that strands fork", "[tools]") {
  const Trace trace = {
      .events = {Await(1, 2, 1, 25, 30), Strand(2, 2, 20, 30), Strand(1, 1, 10, 40), Fork(1, 2, 1, 15),
                 Await(0, 1, 0, 6, 40), Fork(0, 1, 0, 5), Strand(0, 0, 0, 50)},
      .num_workers = 3};
  const TraceAnalysis analysis = AnalyzeTrace(trace, TwoKernels());
  CHECK(analysis.work_ns == 16 + 25 + 10);
  CHECK(analysis.span_ns == 5 + 15 + 10 + 10);
  CHECK(analysis.workers[2].idle_ns() == 40);
}

TEST_CASE("trace: an await may begin in the moment that another ends", "[tools]") {
  const Trace trace = {
      .events = {Strand(0, 0, 0, 60), Fork(0, 1, 0, 0), Fork(0, 2, 0, 0), Strand(1, 1, 0, 30),
                 Strand(2, 1, 30, 50), Await(0, 1, 0, 10, 30), Await(0, 2, 0, 30, 50)},
      .num_workers = 2};
  const TraceAnalysis analysis = AnalyzeTrace(trace, TwoKernels());
  CHECK(analysis.work_ns == 20 + 30 + 20);
  CHECK(analysis.span_ns == 40);  // 30 of strand 1, and 10 after the awaits
  CHECK(analysis.workers[0].idle_ns() == 40);
}

TEST_CASE("trace: forks and awaits of strands that the trace has not are not there", "[tools]") {
  const Trace trace = {
      .events = {Strand(0, 0, 5, 25), Fork(0, 7, 0, 6), Await(0, 7, 0, 10, 20), Call(0, 9, 0, 5, 9)},
      .num_workers = 1};
  const TraceAnalysis analysis = AnalyzeTrace(trace, TwoKernels());
  CHECK(analysis.work_ns == 20);
  CHECK(analysis.span_ns == 20);
  CHECK(analysis.num_shared_forks == 0);
  CHECK(analysis.operators[0].op == "?");
}

TEST_CASE("trace: an empty one has no work and a parallelism of 1", "[tools]") {
  const TraceAnalysis analysis = AnalyzeTrace({}, TwoKernels());
  CHECK(analysis.elapsed_ns == 0);
  CHECK(analysis.parallelism_available() == 1);
  CHECK(analysis.parallelism_reached() == 1);
  CHECK(analysis.workers.size() == 1);
}

TEST_CASE("trace: JSON has rows, slices, idle time and arrows", "[tools]") {
  const Executable executable = TwoKernels();
  const Trace trace = OneFork();
  const std::string json = TraceJson(trace, AnalyzeTrace(trace, executable), executable);
  const auto has = [&](const std::string& part) { return absl::StrContains(json, part); };
  CHECK(
      has("\"ph\": \"M\",\n\"name\": \"thread_name\",\n\"pid\": 1,\n\"tid\": 1,\n\"args\": {\n\"name\": "
          "\"worker 1\""));
  CHECK(
      has("\"name\": \"nn.gemm\",\n\"pid\": 1,\n\"tid\": 1,\n\"cat\": \"kernel\",\n\"ts\": 0.02,\n\"dur\": "
          "0.04"));
  CHECK(
      has("\"name\": \"idle\",\n\"pid\": 1,\n\"tid\": 0,\n\"cat\": \"idle\",\n\"ts\": 0.06,\n\"dur\": 0.01"));
  CHECK(
      has("\"ph\": \"s\",\n\"name\": \"future\",\n\"pid\": 1,\n\"tid\": 0,\n\"cat\": \"future\",\n\"id\": "
          "1,\n\"ts\": 0.01"));
  CHECK(has("\"ph\": \"t\",\n\"name\": \"future\",\n\"pid\": 1,\n\"tid\": 1,"));
  CHECK(
      has("\"ph\": \"f\",\n\"name\": \"future\",\n\"pid\": 1,\n\"tid\": 0,\n\"cat\": \"future\",\n\"id\": "
          "1,\n\"ts\": 0.07"));
}

TEST_CASE("trace: JSON has no arrow to what did not run as a strand", "[tools]") {
  const Executable executable = TwoKernels();
  const Trace trace = {.events = {Strand(0, 0, 0, 9), Fork(0, 1, 0, 3)}, .num_workers = 1};
  CHECK_FALSE(absl::StrContains(TraceJson(trace, AnalyzeTrace(trace, executable), executable), "\"future\""));
}

TEST_CASE("trace: the summary says what was reached and who was idle", "[tools]") {
  std::ostringstream out;
  PrintTraceSummary(AnalyzeTrace(OneFork(), TwoKernels()), out);
  CHECK(absl::StrContains(out.str(), "1.56 available (work / span), 1.40 reached (work / elapsed)"));
  CHECK(absl::StrContains(out.str(), "worker 1         1       0.000       0.000  50.0%"));
  CHECK(absl::StrContains(out.str(), "nn.gemm"));
  CHECK(absl::StrContains(out.str(), "(other)"));
}

}  // namespace
}  // namespace baton
