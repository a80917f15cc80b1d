// The library modules, compiler/text/library/*.rly.
#include "compiler/text/reader.h"

namespace baton {

const std::map<std::string, absl::string_view>& LibraryModules() {
  static const auto& modules = *new std::map<std::string, absl::string_view>{
#include "compiler/text/library_modules.inc"
  };
  return modules;
}

}  // namespace baton
