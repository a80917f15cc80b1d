// Workers: what becomes of pieces of work that return, crash, hang or want too much.
#include <sys/types.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/support/sanitized.h"
#include "tools/worker_pool.h"

namespace baton {
namespace {

using Work = std::function<void(size_t, WorkerOutput&)>;

std::map<size_t, WorkerResult> Run(size_t count, int num_jobs, const WorkerLimits& limits, const Work& work) {
  std::map<size_t, WorkerResult> results;
  const absl::Status status =
      RunInWorkers(count, num_jobs, limits, work,
                   [&](size_t index, WorkerResult result) { results[index] = std::move(result); });
  INFO(status);
  REQUIRE(status.ok());
  return results;
}

WorkerResult RunOne(const Work& work, const WorkerLimits& limits = {}) {
  return Run(1, 1, limits, work).at(0);
}

TEST_CASE("workers: all output arrives, whatever its length and the number of jobs", "[tools]") {
  for (const int num_jobs : {1, 3, 20}) {
    const auto results = Run(10, num_jobs, {}, [](size_t index, WorkerOutput& output) {
      output.Write(std::string(index * 20'000, static_cast<char>('a' + index)));
      output.Write("end");
    });
    REQUIRE(results.size() == 10);
    for (const auto& [index, result] : results) {
      CHECK(result.end == WorkerEnd::kDone);
      CHECK(result.output == std::string(index * 20'000, static_cast<char>('a' + index)) + "end");
    }
  }
  CHECK(Run(0, 1, {}, [](size_t, WorkerOutput&) {}).empty());
}

TEST_CASE("workers: each has a process of its own", "[tools]") {
  int counter = 0;
  std::set<std::string> processes;
  const auto results = Run(5, 2, {}, [&](size_t, WorkerOutput& output) {
    ++counter;
    output.Write(absl::StrCat(getpid(), " ", counter));
  });
  for (const auto& [index, result] : results) processes.insert(result.output);
  CHECK(processes.size() == 5);
  CHECK(counter == 0);
}

TEST_CASE("workers: a signal ends one and not the others", "[tools]") {
  const auto results = Run(4, 2, {}, [](size_t index, WorkerOutput& output) {
    output.Write("begun");
    if (index == 1) std::raise(SIGSEGV);
    if (index == 2) std::abort();
  });
  CHECK(results.at(0).end == WorkerEnd::kDone);
  CHECK(results.at(1).end == WorkerEnd::kSignal);
  CHECK(results.at(1).code == SIGSEGV);
  CHECK(results.at(1).output == "begun");
  CHECK(results.at(2).code == SIGABRT);
  CHECK(results.at(3).end == WorkerEnd::kDone);
  CHECK(SignalName(SIGSEGV) == "SIGSEGV");
  CHECK(SignalName(12345) == "signal 12345");
}

TEST_CASE("workers: one that leaves its process is noticed", "[tools]") {
  const WorkerResult result = RunOne([](size_t, WorkerOutput&) { _exit(7); });
  CHECK(result.end == WorkerEnd::kExit);
  CHECK(result.code == 7);
}

TEST_CASE("workers: one that hangs is ended, whether it sleeps or works", "[tools]") {
  WorkerLimits limits;
  limits.time = absl::Milliseconds(50);
  const auto results = Run(3, 3, limits, [](size_t index, WorkerOutput& output) {
    output.Write("begun");
    volatile bool forever = index < 2;
    while (forever) {
      if (index == 0) pause();
    }
  });
  for (const size_t index : {0, 1}) {
    CHECK(results.at(index).end == WorkerEnd::kTime);
    CHECK(results.at(index).output == "begun");
    CHECK(results.at(index).seconds >= 0.05);
  }
  CHECK(results.at(2).end == WorkerEnd::kDone);
}

#if !BATON_SANITIZED  // whose allocators do not ask the handler of `new`
TEST_CASE("workers: one that wants too much memory is ended", "[tools]") {
  WorkerLimits limits;
  limits.memory_bytes = int64_t{256} << 20;
  const auto results = Run(3, 1, limits, [](size_t index, WorkerOutput& output) {
    const size_t wanted = (index == 0 ? size_t{64} : size_t{512}) << 20;
    if (index < 2) {
      char* volatile block = new char[wanted];  // volatile: not to be optimised away
      output.Write(block == nullptr ? "none" : "some");
      delete[] block;
    } else {
      // Who asks and checks may go on.
      void* volatile block = std::malloc(wanted);
      output.Write(block == nullptr ? "none" : "some");
    }
  });
  CHECK(results.at(0).end == WorkerEnd::kDone);
  CHECK(results.at(0).output == "some");
  CHECK(results.at(1).end == WorkerEnd::kMemory);
  CHECK(results.at(1).output.empty());
  CHECK(results.at(2).end == WorkerEnd::kDone);
  CHECK(results.at(2).output == "none");
}
#endif

}  // namespace
}  // namespace baton
