// The golden programs beside the repository, unpacked; and how a chip's results are compared with a
// program's.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "accel/vta/chip.h"
#include "accel/vta/program_file.h"

namespace baton::vta {

// Paths of .vtag files in order; none when the archive is not there.
std::vector<std::string> GoldenPrograms();

absl::StatusOr<ProgramFile> ReadGolden(const std::string& path);

// Runs `program`; empty, or how the run ended or its memory differs.
std::string RunAndCompare(Chip& chip, const ProgramFile& program);

}  // namespace baton::vta
