// The figures of the dispatch benchmark as a table and as JSON.
#pragma once

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "bench/dispatch_measure.h"

namespace baton {

struct ReportHeader {
  std::vector<std::pair<std::string, std::string>> machine;
  SampleOptions samples;
  std::string notes;  // what could not be measured, one a line
};

void PrintHeader(const ReportHeader& header, std::ostream& out);
// The rows of one program.
void PrintProgram(const ProgramFigures& figures, std::ostream& out);
std::string FiguresAsJson(const ReportHeader& header, const std::vector<ProgramFigures>& programs);

}  // namespace baton
