// What `baton bench` says of its measurements: a table, or JSON.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "tools/measure.h"
#include "vm/bytecode/opcode.h"

namespace baton {

// One model on one set of inputs, in one way.
struct BenchRow {
  std::string model;
  std::string shapes;  // "batch=1,seq=64"
  Dispatch dispatch = Dispatch::kRegister;
  SchedulerOptions scheduler;
  Measurement measurement;
};

// `width`: of the column that names model and shapes.
void PrintBenchHeading(const MeasureOptions& options, int width, std::ostream& out);
void PrintBenchRow(const BenchRow& row, int width, std::ostream& out);
std::string BenchJson(const MeasureOptions& options, const std::vector<BenchRow>& rows);

}  // namespace baton
