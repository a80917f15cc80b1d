// RIFF WAVE audio: 16-bit PCM, one channel.
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "vm/core/tensor.h"

namespace baton {

struct Audio {
  Tensor samples;            // f32[num_samples], int16 / 32768, so within [-1, 1)
  uint32_t sample_rate = 0;  // samples per second
};

// `name` stands for the file in messages. Memory is bounded by the size of `bytes`.
// Errors: DataLoss for a damaged file; Unimplemented for other encodings or several channels, naming what was
// found.
absl::StatusOr<Audio> ParseWav(absl::string_view bytes, absl::string_view name);

}  // namespace baton
