// What `baton vta bench` says of its measurements: tables, or JSON for bench/vta_plots.py.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "tools/vta_bench_measure.h"

namespace baton {

// All layers at one bus width and latency.
struct VtaSweepPoint {
  uint32_t bus_bytes = 8;
  uint32_t read_latency = 16;
  uint32_t contexts = 2;
  double utilisation = 0;
};

struct VtaBenchResults {
  VtaBenchMachine machine;
  std::vector<VtaContractItem> contract;
  std::vector<VtaBenchRun> runs;  // layers with two contexts, then with one; products
  std::vector<VtaSweepPoint> latency_sweep, bus_sweep;
};

void PrintVtaContract(const std::vector<VtaContractItem>& items, std::ostream& out);
void PrintVtaRuns(const std::vector<VtaBenchRun>& runs, std::ostream& out);
void PrintVtaSweep(const std::vector<VtaSweepPoint>& points, std::ostream& out);
std::string VtaBenchJson(const VtaBenchResults& results);

}  // namespace baton
