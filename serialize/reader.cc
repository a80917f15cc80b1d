#include "serialize/reader.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "serialize/container.h"
#include "serialize/file_bytes.h"
#include "serialize/program_section.h"
#include "vm/bytecode/verifier.h"
#include "vm/core/device.h"
#include "vm/core/status.h"

namespace baton {
namespace {

absl::Status CheckConstant(DType dtype, absl::Span<const int64_t> dims, uint64_t offset,
                           uint64_t section_bytes) {
  if (dims.size() > kMaxRank) {
    return absl::DataLossError(absl::StrCat("a constant has rank ", dims.size(), ", at most ", kMaxRank));
  }
  const std::optional<int64_t> num_bytes = CheckedNumBytes(dims, DTypeSize(dtype));
  if (!num_bytes.has_value()) {
    return absl::DataLossError(absl::StrCat("a constant has impossible extents ", Shape(dims).ToString()));
  }
  if (offset % kTensorAlignment != 0) {
    return absl::DataLossError(absl::StrCat("a constant starts at ", offset, ", expected a multiple of 64"));
  }
  if (offset > section_bytes || static_cast<uint64_t>(*num_bytes) > section_bytes - offset) {
    return absl::DataLossError(absl::StrCat("a constant of ", *num_bytes, " bytes starts at ", offset,
                                            ", section constants has ", section_bytes, " bytes"));
  }
  return absl::OkStatus();
}

// Where a file of a newer minor version is refused, that is the likely reason.
std::string Where(absl::string_view name, const FileHeader& header) {
  if (header.minor <= kFormatMinor) return absl::StrCat(name, ": ");
  return absl::StrCat(name, " (format ", header.major, ".", header.minor, ", this reader knows ",
                      kFormatMajor, ".", kFormatMinor, "): ");
}

absl::StatusOr<VerifiedExecutable> Read(std::shared_ptr<const FileBytes> file, absl::string_view name,
                                        ReadOptions options) {
  const absl::string_view bytes = file->bytes();
  BATON_ASSIGN_OR_RETURN(const FileHeader header, DecodeHeader(bytes, name));
  if (options.check_checksum) BATON_RETURN_IF_ERROR(CheckChecksum(bytes, header, name));
  const absl::string_view constants = bytes.substr(header.constants.offset, header.constants.num_bytes);
  const auto make_constant = [&](DType dtype, absl::Span<const int64_t> dims,
                                 uint64_t offset) -> absl::StatusOr<Tensor> {
    BATON_RETURN_IF_ERROR(CheckConstant(dtype, dims, offset, constants.size()));
    // Nobody writes to a constant: kernels get it as an input, and the interpreter as one that is not unique.
    char* data = const_cast<char*>(constants.data() + offset);
    return Tensor::Wrap(dtype, dims, data, [file] {});
  };
  absl::StatusOr<Executable> executable =
      DecodeProgram(bytes.substr(header.program.offset, header.program.num_bytes), make_constant);
  if (!executable.ok()) {
    return absl::Status(
        executable.status().code(),
        absl::StrCat(Where(name, header), "section program: ", executable.status().message()));
  }
  absl::StatusOr<VerifiedExecutable> verified = Verify(*std::move(executable));
  if (verified.ok()) return verified;
  return absl::Status(verified.status().code(),
                      absl::StrCat(Where(name, header), verified.status().message()));
}

}  // namespace

absl::StatusOr<VerifiedExecutable> ReadExecutable(const std::string& path, ReadOptions options) {
  BATON_ASSIGN_OR_RETURN(std::shared_ptr<const FileBytes> file, FileBytes::Map(path));
  return Read(std::move(file), path, options);
}

absl::StatusOr<VerifiedExecutable> ParseExecutable(absl::string_view bytes, absl::string_view name,
                                                   ReadOptions options) {
  BATON_ASSIGN_OR_RETURN(std::shared_ptr<const FileBytes> file, FileBytes::Copy(bytes));
  return Read(std::move(file), name, options);
}

absl::StatusOr<FileInfo> ReadFileInfo(const std::string& path) {
  BATON_ASSIGN_OR_RETURN(const std::shared_ptr<const FileBytes> file, FileBytes::Map(path));
  BATON_ASSIGN_OR_RETURN(const FileHeader header, DecodeHeader(file->bytes(), path));
  return FileInfo{header.major,
                  header.minor,
                  {{"header", 0, kHeaderBytes},
                   {"program", header.program.offset, header.program.num_bytes},
                   {"constants", header.constants.offset, header.constants.num_bytes}}};
}

bool IsExecutableFile(const std::string& path) {
  const absl::StatusOr<std::shared_ptr<const FileBytes>> file = FileBytes::Map(path);
  return file.ok() && (*file)->bytes().substr(0, kFileMagic.size()) == kFileMagic;
}

}  // namespace baton
