// A stateful sequence model over a whole recording: chunk by chunk with context, outputs carried back into
// inputs, the other outputs collected. Knows no Session: the step is a function.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "vm/core/tensor.h"

namespace baton {

struct StreamPlan {
  int scan_input = 0;   // index of the input that gets the windows
  Tensor recording;     // [..., num_samples]; a window is [..., context + chunk]
  int64_t chunk = 0;    // new samples per step, > 0
  int64_t context = 0;  // samples of before, >= 0
  // One per input: constants, and the first values of carried inputs; ignored for scan_input.
  std::vector<Tensor> inputs;
  std::vector<std::pair<int, int>> carries;  // (output, input), each input at most once
  int num_outputs = 0;
};

// Runs the model once. `outputs` hold what the last step left there, to be overwritten.
using StreamStep = std::function<absl::Status(absl::Span<const Tensor> inputs, absl::Span<Tensor> outputs)>;

struct StreamResult {
  // One per output: the last value of a carried one, else all values concatenated along axis 0 (scalars: a
  // list).
  std::vector<Tensor> outputs;
  int64_t num_chunks = 0;
  double total_us = 0;   // in `step`
  double median_us = 0;  // of one chunk
};

// Step i sees samples [i*chunk - context, (i+1)*chunk); those outside the recording are zero. The window is
// one tensor, refilled as long as no output shares its memory. Errors: InvalidArgument for a recording
// without samples and for outputs that cannot be concatenated (their extents but the first, or element types,
// change); those of `step`, with the chunk's number.
absl::StatusOr<StreamResult> RunStream(StreamPlan plan, const StreamStep& step);

// Copies window `index` of `recording` into `window` [..., context + chunk], as RunStream does.
// REQUIRES: the same element type and leading extents.
void FillWindow(const TensorObject& recording, int64_t index, int64_t chunk, TensorObject* window);

}  // namespace baton
