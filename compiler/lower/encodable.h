// What both encodings have room for. Internal to compiler/lower.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "compiler/lower/low_form.h"

namespace baton {

// Errors: ResourceExhausted for more registers in one instruction than kMaxListLength, Internal for an
// immediate of more than 16 bits; both name the function.
absl::Status CheckEncodable(const std::string& function, const LowInstruction& instruction);

}  // namespace baton
