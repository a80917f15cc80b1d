// UnsupportedList: everything in a model that is valid but that Baton cannot import, gathered so that one
// message names it all. Internal to the importer.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace baton {

class UnsupportedList {
 public:
  // Notes `what` ("operator Scan (opset 17)") at a node or value of this name.
  void Add(absl::string_view what, absl::string_view name);
  bool empty() const { return entries_.empty(); }
  // Unimplemented with every distinct thing, its count and up to three names. REQUIRES: not empty.
  absl::Status ToStatus(absl::string_view file) const;

 private:
  struct Entry {
    int64_t count = 0;
    std::vector<std::string> names;
  };
  std::map<std::string, Entry> entries_;
};

}  // namespace baton
