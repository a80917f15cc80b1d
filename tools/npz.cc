#include "tools/npz.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "tools/npy.h"
#include "tools/zip.h"
#include "vm/core/status.h"

namespace baton {
namespace {

std::string ArrayName(const ZipEntry& entry) {
  return std::string(absl::StripSuffix(entry.name, ".npy"));
}

absl::StatusOr<Tensor> ReadArray(const ZipEntry& entry, absl::string_view name) {
  BATON_ASSIGN_OR_RETURN(const std::string bytes, ExtractZipEntry(entry, name));
  return ParseNpy(bytes, absl::StrCat(name, ":", entry.name));
}

}  // namespace

absl::StatusOr<std::vector<NamedTensor>> ParseNpz(absl::string_view bytes, absl::string_view name) {
  BATON_ASSIGN_OR_RETURN(const std::vector<ZipEntry> entries, ParseZip(bytes, name));
  std::vector<NamedTensor> tensors;
  for (const ZipEntry& entry : entries) {
    BATON_ASSIGN_OR_RETURN(Tensor tensor, ReadArray(entry, name));
    tensors.emplace_back(ArrayName(entry), std::move(tensor));
  }
  return tensors;
}

absl::StatusOr<Tensor> ParseNpzArray(absl::string_view bytes, absl::string_view name,
                                     absl::string_view array) {
  BATON_ASSIGN_OR_RETURN(const std::vector<ZipEntry> entries, ParseZip(bytes, name));
  std::vector<std::string> names;
  for (const ZipEntry& entry : entries) {
    names.push_back(ArrayName(entry));
    if (names.back() == array) return ReadArray(entry, name);
  }
  return absl::NotFoundError(
      absl::StrCat(name, ": has no array '", array, "'; it has: ", absl::StrJoin(names, ", ")));
}

absl::StatusOr<std::string> SerializeNpz(absl::Span<const NamedTensor> tensors) {
  std::vector<std::pair<std::string, std::string>> files;
  for (const auto& [name, tensor] : tensors) {
    absl::StatusOr<std::string> bytes = SerializeNpy(*tensor);
    if (!bytes.ok()) return Annotate(bytes.status(), absl::StrCat("array '", name, "'"));
    files.emplace_back(absl::StrCat(name, ".npy"), *std::move(bytes));
  }
  return SerializeZip(files);
}

}  // namespace baton
