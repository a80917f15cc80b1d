// Everything that a program needs to load and run compiled models: one include for the public headers of the
// runtime.
#pragma once

#include "accel/devices.h"     // IWYU pragma: export
#include "ops/registry.h"      // IWYU pragma: export
#include "serialize/reader.h"  // IWYU pragma: export
#include "vm/core/tensor.h"    // IWYU pragma: export
#include "vm/exec/program.h"   // IWYU pragma: export
#include "vm/exec/session.h"   // IWYU pragma: export
