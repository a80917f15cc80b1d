#include "vm/bytecode/executable.h"

#include <algorithm>

namespace baton {

int KernelReference::num_passed() const {
  return static_cast<int>(std::count(inputs.begin(), inputs.end(), kPassed));
}

}  // namespace baton
