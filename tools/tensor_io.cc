#include "tools/tensor_io.h"

#include "absl/strings/str_cat.h"
#include "compiler/import/onnx.h"
#include "tools/exit_codes.h"
#include "tools/file_io.h"
#include "tools/npy.h"
#include "tools/wav.h"
#include "vm/core/status.h"

namespace baton {

absl::StatusOr<Tensor> ReadTensor(const std::string& path, absl::string_view array) {
  const std::string extension = LowerExtension(path);
  if (extension != ".npy" && extension != ".npz" && extension != ".pb" && extension != ".wav") {
    return UsageError(absl::StrCat(path, ": a tensor is read from .npy, .npz, .pb or .wav"));
  }
  BATON_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path));
  if (extension == ".npy") return ParseNpy(bytes, path);
  if (extension == ".npz") return ParseNpzArray(bytes, path, array);
  if (extension == ".pb") return ParseTensorProto(bytes, path);
  BATON_ASSIGN_OR_RETURN(Audio audio, ParseWav(bytes, path));
  return audio.samples;
}

absl::StatusOr<std::vector<NamedTensor>> ReadArchive(const std::string& path) {
  if (LowerExtension(path) != ".npz") {
    return UsageError(
        absl::StrCat("'", path, "' stands for no input: write NAME=FILE, or FILE.npz for all its arrays"));
  }
  BATON_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path));
  return ParseNpz(bytes, path);
}

absl::Status CheckWritable(const std::string& path) {
  const std::string extension = LowerExtension(path);
  if (extension == ".npy" || extension == ".npz") return absl::OkStatus();
  return UsageError(absl::StrCat(path, ": a tensor is written to .npy or .npz"));
}

absl::Status WriteTensor(const std::string& path, absl::string_view array, const Tensor& tensor) {
  BATON_RETURN_IF_ERROR(CheckWritable(path));
  absl::StatusOr<std::string> bytes =
      LowerExtension(path) == ".npy" ? SerializeNpy(*tensor) : SerializeNpz({{std::string(array), tensor}});
  if (!bytes.ok()) return Annotate(bytes.status(), path);
  return WriteFile(path, *bytes);
}

}  // namespace baton
