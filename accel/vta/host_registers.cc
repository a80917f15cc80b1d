#include "accel/vta/host_registers.h"

namespace baton::vta {
namespace {

constexpr HostRegisterInfo kRegisters[] = {
#define VTA_HOST_REGISTER(offset, name, meaning) {#name, offset, meaning},
#include "accel/vta/host_registers.def"
#undef VTA_HOST_REGISTER
};

}  // namespace

absl::Span<const HostRegisterInfo> AllHostRegisters() {
  return kRegisters;
}

}  // namespace baton::vta
