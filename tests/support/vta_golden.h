// The programs of ../shared/data/vta_golden, whose results independent implementations agree on: unpacked
// once a process with the system's tar. BATON_VTA_GOLDEN names another folder.
#pragma once

#include <string>
#include <vector>

#include "accel/vta/program_file.h"

namespace baton::vta::test {

struct Golden {
  std::string name;  // "serial_000" to "serial_079", "conv_000" to "conv_039"
  ProgramFile program;
};

// Sorted by name. Empty, after a message, when the folder is not there.
const std::vector<Golden>& Goldens();

}  // namespace baton::vta::test
