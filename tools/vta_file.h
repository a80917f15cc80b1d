// .vtag files by path, with errors that name them.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "accel/vta/program_file.h"

namespace baton {

// Errors: of ReadFile and vta::ReadProgramFile.
absl::StatusOr<vta::ProgramFile> ReadVtaFile(const std::string& path);
absl::Status WriteVtaFile(const std::string& path, const vta::ProgramFile& program);

}  // namespace baton
