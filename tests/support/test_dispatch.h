// Which code tests run: register code, or stack code where the environment says BATON_TEST_DISPATCH=stack.
// CTest runs the programs that execute code once with each.
#pragma once

#include <cstdlib>

#include "absl/strings/string_view.h"
#include "vm/bytecode/opcode.h"

namespace baton {

inline Dispatch TestDispatch() {
  const char* name = std::getenv("BATON_TEST_DISPATCH");
  return name != nullptr && absl::string_view(name) == "stack" ? Dispatch::kStack : Dispatch::kRegister;
}

}  // namespace baton
