// PUBLIC: the registers through which a host drives an RTL chip. The table is host_registers.def.
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace baton::vta {

enum class HostRegister : uint32_t {
#define VTA_HOST_REGISTER(offset, name, meaning) name = offset,
#include "accel/vta/host_registers.def"
#undef VTA_HOST_REGISTER
};

struct HostRegisterInfo {
  absl::string_view name;
  uint32_t offset;  // bytes
  absl::string_view meaning;
};
absl::Span<const HostRegisterInfo> AllHostRegisters();

}  // namespace baton::vta
