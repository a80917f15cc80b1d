// What the compiler does about calls that may run beside each other. PUBLIC, for options.
#pragma once

#include <cstdint>

namespace baton {

enum class Forking : uint8_t {
  kNever,
  kWhereWorthwhile,  // from optimisation level 2 on
  kAlways,           // each call and kernel that does not wait for another, however short: for tests
};

}  // namespace baton
