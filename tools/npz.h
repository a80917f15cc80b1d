// NumPy's .npz: a zip archive (zip.h) of .npy files (npy.h).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "vm/core/tensor.h"

namespace baton {

using NamedTensor = std::pair<std::string, Tensor>;

// All arrays, in the order of the archive, named without ".npy". `name` stands for the archive in messages.
// Errors: those of ParseZip, ExtractZipEntry and ParseNpy.
absl::StatusOr<std::vector<NamedTensor>> ParseNpz(absl::string_view bytes, absl::string_view name);
// One array. Errors: also NotFound, which lists the names that are there.
absl::StatusOr<Tensor> ParseNpzArray(absl::string_view bytes, absl::string_view name,
                                     absl::string_view array);
// Stored, not deflated. Errors: those of SerializeNpy and SerializeZip.
absl::StatusOr<std::string> SerializeNpz(absl::Span<const NamedTensor> tensors);

}  // namespace baton
