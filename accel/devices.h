// The devices of this process. The one place that knows which there are.
#pragma once

#include "vm/core/device.h"

namespace baton {

// Host memory. Never null; lives as long as the process. Threads: safe to call concurrently.
Device* GetCpuDevice();

}  // namespace baton
