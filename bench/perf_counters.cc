#include "bench/perf_counters.h"

#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace baton {
namespace {

// A counter of this thread in the group of `leader`, or a new leader for -1. Negative on an error.
int OpenCounter(uint64_t event, int leader) {
  perf_event_attr attributes = {};
  attributes.type = PERF_TYPE_HARDWARE;
  attributes.size = sizeof attributes;
  attributes.config = event;
  attributes.disabled = leader < 0;
  attributes.exclude_kernel = 1;
  attributes.exclude_hv = 1;
  attributes.read_format = PERF_FORMAT_GROUP;
  return static_cast<int>(syscall(SYS_perf_event_open, &attributes, 0, -1, leader, 0));
}

}  // namespace

PerfCounters::PerfCounters() {
  cycles_ = OpenCounter(PERF_COUNT_HW_CPU_CYCLES, -1);
  if (cycles_ >= 0) {
    instructions_ = OpenCounter(PERF_COUNT_HW_INSTRUCTIONS, cycles_);
    branch_misses_ = OpenCounter(PERF_COUNT_HW_BRANCH_MISSES, cycles_);
  }
  if (cycles_ >= 0 && instructions_ >= 0 && branch_misses_ >= 0) return;
  reason_ = absl::StrCat("perf events: ", std::strerror(errno));
  if (cycles_ >= 0) close(cycles_);
  cycles_ = -1;
}

PerfCounters::~PerfCounters() {
  for (const int file : {branch_misses_, instructions_, cycles_}) {
    if (file >= 0) close(file);
  }
}

void PerfCounters::Start() {
  if (!available()) return;
  ioctl(cycles_, PERF_EVENT_IOC_RESET, PERF_IOC_FLAG_GROUP);
  ioctl(cycles_, PERF_EVENT_IOC_ENABLE, PERF_IOC_FLAG_GROUP);
}

PerfCounters::Counts PerfCounters::Stop() {
  if (!available()) return {};
  ioctl(cycles_, PERF_EVENT_IOC_DISABLE, PERF_IOC_FLAG_GROUP);
  struct {
    uint64_t num_counters;
    int64_t values[3];  // in the order of opening
  } group = {};
  if (read(cycles_, &group, sizeof group) != static_cast<ssize_t>(sizeof group)) return {};
  return {group.values[0], group.values[1], group.values[2]};
}

}  // namespace baton
