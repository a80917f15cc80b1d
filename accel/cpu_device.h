// CpuDevice: host memory as a Device. Stateless; get the process-wide instance from accel/devices.h.
#pragma once

#include "vm/core/device.h"

namespace baton {

class CpuDevice : public Device {
 public:
  absl::string_view name() const override { return "cpu"; }
  void* Allocate(size_t num_bytes) override;
  void Free(void* data, size_t num_bytes) override;
};

}  // namespace baton
