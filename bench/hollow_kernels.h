// Kernels that compute nothing, to measure what a kernel call costs beside the kernel's arithmetic.
#pragma once

#include <memory>

#include "vm/core/kernel.h"

namespace baton {

// Wraps what `resolver` finds: type rules are kept, and so are all checks of the VM; running leaves outputs
// of floats as they are. Kernels with other outputs (shapes, conditions, indices: what may decide the way
// that a program takes) and with outputs of a size that data decide run as before.
std::unique_ptr<KernelResolver> MakeHollowResolver(std::unique_ptr<KernelResolver> resolver);

}  // namespace baton
