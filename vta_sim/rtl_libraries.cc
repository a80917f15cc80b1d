#include "vta_sim/rtl_libraries.h"

#include "vta_sim/rtl_chip.h"

namespace baton::vta {

// Defined in verilated_instance.cc, once for each library.
#define VTA_RTL_LIBRARY(config, bits) std::unique_ptr<RtlInstance> MakeRtl_##config##_##bits();
#include "vta_sim/rtl_libraries.def"
#undef VTA_RTL_LIBRARY

std::vector<RtlLibrary> AllRtlLibraries() {
  return {
#define VTA_RTL_LIBRARY(config, bits) {#config, bits / 8},
#include "vta_sim/rtl_libraries.def"
#undef VTA_RTL_LIBRARY
  };
}

std::unique_ptr<RtlInstance> MakeRtlInstance(const Config& config, int bus_bytes) {
#define VTA_RTL_LIBRARY(name, bits) \
  if (bus_bytes * 8 == bits && config == FindConfig(#name)->config) return MakeRtl_##name##_##bits();
#include "vta_sim/rtl_libraries.def"
#undef VTA_RTL_LIBRARY
  return nullptr;
}

}  // namespace baton::vta
