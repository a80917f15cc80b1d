#include "accel/devices.h"

#include "accel/cpu_device.h"

namespace baton {

Device* GetCpuDevice() {
  static CpuDevice* const device = new CpuDevice;  // never destroyed: memory may be freed during exit
  return device;
}

}  // namespace baton
