#include "compiler/text/parameters.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/text/tensor_blob.h"
#include "vm/core/status.h"

namespace baton::text {
namespace {

constexpr uint64_t kMagic = 0xF7E58D4F05049CB7;

absl::Status Bad(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("parameter file: ", what));
}

}  // namespace

absl::StatusOr<std::map<std::string, Tensor>> ReadParameters(absl::string_view bytes) {
  uint64_t magic = 0, reserved = 0, num_names = 0, num_tensors = 0;
  if (!TakeNumber(&bytes, &magic) || magic != kMagic) return Bad("it does not start with the magic number");
  if (!TakeNumber(&bytes, &reserved) || !TakeNumber(&bytes, &num_names))
    return Bad("it ends within the header");
  std::vector<std::string> names;
  for (uint64_t i = 0; i < num_names; ++i) {
    uint64_t length = 0;
    if (!TakeNumber(&bytes, &length) || length > bytes.size()) return Bad("it ends within the names");
    names.emplace_back(bytes.substr(0, length));
    bytes.remove_prefix(length);
  }
  if (!TakeNumber(&bytes, &num_tensors)) return Bad("it ends before the tensors");
  if (num_tensors != num_names) {
    return Bad(absl::StrCat("it has ", num_names, " names and ", num_tensors, " tensors"));
  }
  std::map<std::string, Tensor> parameters;
  for (std::string& name : names) {
    absl::StatusOr<Tensor> tensor = TakeTensorBlob(&bytes);
    if (!tensor.ok()) return Annotate(tensor.status(), absl::StrCat("parameter '", name, "'"));
    if (!parameters.emplace(name, *std::move(tensor)).second) {
      return Bad(absl::StrCat("it has '", name, "' twice"));
    }
  }
  if (!bytes.empty()) return Bad(absl::StrCat(bytes.size(), " bytes follow the last tensor"));
  return parameters;
}

std::string WriteParameters(const std::map<std::string, Tensor>& parameters) {
  std::string bytes;
  AppendNumber<uint64_t>(kMagic, &bytes);
  AppendNumber<uint64_t>(0, &bytes);
  AppendNumber<uint64_t>(parameters.size(), &bytes);
  for (const auto& [name, tensor] : parameters) {
    AppendNumber<uint64_t>(name.size(), &bytes);
    bytes += name;
  }
  AppendNumber<uint64_t>(parameters.size(), &bytes);
  for (const auto& [name, tensor] : parameters) AppendTensorBlob(*tensor, &bytes);
  return bytes;
}

}  // namespace baton::text
