// --threads and its like: what the command line says, and the schedulers made of it.
#include "tools/parallel_options.h"

#include <CLI/CLI.hpp>
#include <catch2/catch.hpp>

#include "absl/strings/match.h"
#include "tools/exit_codes.h"

namespace baton {
namespace {

ParallelOptions Parse(std::vector<std::string> args, bool several) {
  CLI::App app;
  ParallelOptions options;
  AddParallelOptions(&app, &options, several);
  std::reverse(args.begin(), args.end());
  app.parse(args);
  return options;
}

TEST_CASE("parallel options: one thread unless asked for more", "[tools]") {
  const SchedulerOptions scheduler = SchedulerOf(Parse({}, false), false).value();
  CHECK(scheduler.num_threads == 1);
  CHECK(scheduler.kernel_threads == 1);
  CHECK_FALSE(scheduler.fork_always);
}

TEST_CASE("parallel options: a list gives a scheduler for each count", "[tools]") {
  const auto schedulers = SchedulersOf(Parse({"--threads", "2,1,4", "--kernel-threads", "1"}, true), true);
  REQUIRE(schedulers.ok());
  REQUIRE(schedulers->size() == 3);
  CHECK((*schedulers)[0].num_threads == 2);
  CHECK((*schedulers)[1].num_threads == 1);
  CHECK((*schedulers)[2].num_threads == 4);
  for (const SchedulerOptions& scheduler : *schedulers) CHECK(scheduler.fork_always);
}

TEST_CASE("parallel options: where one number is meant, a list is refused", "[tools]") {
  CHECK_THROWS_AS(Parse({"--threads", "1,2"}, false), CLI::Error);
  CHECK_THROWS_AS(Parse({"--threads", "0"}, true), CLI::Error);
  CHECK_THROWS_AS(Parse({"--threads", "1,many"}, true), CLI::Error);
  CHECK_THROWS_AS(Parse({"--kernel-threads", "0"}, true), CLI::Error);
}

TEST_CASE("parallel options: kernels get no more threads than there are", "[tools]") {
  CHECK(SchedulerOf(Parse({"--threads", "2", "--kernel-threads", "2"}, false), false).ok());
  const absl::Status error =
      SchedulersOf(Parse({"--threads", "4,1", "--kernel-threads", "2"}, true), false).status();
  CHECK(IsUsageError(error));
  CHECK(error.message() == "--kernel-threads 2: more than the 1 of --threads");
}

}  // namespace
}  // namespace baton
