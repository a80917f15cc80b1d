// The verilated libraries of this build: rtl_libraries.def.
#pragma once

#include <memory>

#include "accel/vta/config.h"
#include "vta_sim/rtl_instance.h"

namespace baton::vta {

#ifdef BATON_VTA_TRACE
inline constexpr bool kRtlTracing = true;
#else
inline constexpr bool kRtlTracing = false;
#endif

// Null when there is no library for the configuration with this width of the memory port.
std::unique_ptr<RtlInstance> MakeRtlInstance(const Config& config, int bus_bytes);

}  // namespace baton::vta
