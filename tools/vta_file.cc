#include "tools/vta_file.h"

#include "tools/file_io.h"
#include "vm/core/status.h"

namespace baton {

absl::StatusOr<vta::ProgramFile> ReadVtaFile(const std::string& path) {
  BATON_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path));
  auto program = vta::ReadProgramFile({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
  if (!program.ok()) return Annotate(program.status(), path);
  return program;
}

absl::Status WriteVtaFile(const std::string& path, const vta::ProgramFile& program) {
  const std::vector<uint8_t> bytes = vta::WriteProgramFile(program);
  return WriteFile(path, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace baton
