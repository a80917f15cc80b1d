// PUBLIC: programs that were built, by what they were built for: a call with shapes that were seen only
// links. Source: the specification's section 14.1.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "accel/vta/program/program.h"

namespace baton::vta {

// Threads: safe to call concurrently; programs are built one at a time.
class ProgramCache {
 public:
  // Keeps the `capacity` programs that were asked for last. REQUIRES: capacity > 0.
  explicit ProgramCache(size_t capacity) : capacity_(capacity) {}

  // The program for `key`: all that build() depends on, such as operator, configuration and shapes.
  // Errors: of `build`; they are not kept.
  absl::StatusOr<std::shared_ptr<const Program>> Get(absl::string_view key,
                                                     absl::FunctionRef<absl::StatusOr<Program>()> build);

  size_t size() const;

 private:
  using Entry = std::pair<std::string, std::shared_ptr<const Program>>;

  size_t capacity_;
  mutable std::mutex mutex_;
  std::list<Entry> entries_;                                                   // the newest first
  absl::flat_hash_map<absl::string_view, std::list<Entry>::iterator> by_key_;  // keys live in the entries
};

}  // namespace baton::vta
