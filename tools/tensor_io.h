// Tensors from and to files, by extension: .npy, .npz, .pb (a serialized ONNX TensorProto, read only), .wav
// (read only).
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tools/npz.h"
#include "vm/core/tensor.h"

namespace baton {

// The tensor of a file; of an .npz the array named `array`. A .wav gives f32[num_samples].
// Errors: UsageError for another extension; those of the format's reader.
absl::StatusOr<Tensor> ReadTensor(const std::string& path, absl::string_view array);

// All arrays of an .npz. Errors: UsageError for another extension.
absl::StatusOr<std::vector<NamedTensor>> ReadArchive(const std::string& path);

// Writes .npy, or .npz with one array `array`. Errors: UsageError for another extension.
absl::Status WriteTensor(const std::string& path, absl::string_view array, const Tensor& tensor);

// OK when WriteTensor knows the extension: asked before work is done whose result could not be written.
absl::Status CheckWritable(const std::string& path);

}  // namespace baton
