// Whether tests of compiled programs fork everything they can and offer each fork to three other threads:
// where the environment says BATON_TEST_FORK=always. CTest runs those programs once each way; the thread
// sanitizer wants the second.
#pragma once

#include <cstdlib>
#include <memory>

#include "absl/strings/string_view.h"
#include "compiler/compiler.h"
#include "vm/exec/scheduler.h"

namespace baton {

inline Forking TestForking() {
  const char* name = std::getenv("BATON_TEST_FORK");
  return name != nullptr && absl::string_view(name) == "always" ? Forking::kAlways
                                                                : Forking::kWhereWorthwhile;
}

// For sessions; null when nothing is to be shared. One for all tests of a program.
inline std::shared_ptr<Scheduler> TestScheduler() {
  static const auto& scheduler = *new std::shared_ptr<Scheduler>(
      TestForking() == Forking::kAlways ? Scheduler::Create({.num_threads = 4, .fork_always = true})
                                        : nullptr);
  return scheduler;
}

}  // namespace baton
