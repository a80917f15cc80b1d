// docs/vta_isa.md: the reference page of the accelerator, made from its tables.
#pragma once

#include <string>

namespace baton::vta {

std::string VtaReference();

}  // namespace baton::vta
