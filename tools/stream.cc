#include "tools/stream.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "vm/core/status.h"

namespace baton {
namespace {

constexpr int64_t kMaxReservedBytes = int64_t{64} << 20;

// The values of one output over all steps.
class Collector {
 public:
  explicit Collector(int64_t num_chunks) : num_chunks_(num_chunks) {}

  absl::Status Append(const TensorObject& value) {
    const std::vector<int64_t> inner(value.shape().begin() + std::min<size_t>(value.rank, 1),
                                     value.shape().end());
    const int64_t num_bytes = value.num_bytes();
    if (!started_) {
      started_ = true;
      dtype_ = value.dtype;
      rank_ = value.rank;
      inner_ = inner;
      if (num_bytes <= kMaxReservedBytes / num_chunks_) bytes_.reserve(num_bytes * num_chunks_);
    } else if (dtype_ != value.dtype || rank_ != value.rank || inner_ != inner) {
      return absl::InvalidArgumentError(
          absl::StrCat("is ", TypeString(value), ", the chunks before gave [..., ",
                       absl::StrJoin(inner_, ", "), "] of ", DTypeName(dtype_)));
    }
    length_ += value.rank == 0 ? 1 : value.dims[0];
    bytes_.append(static_cast<const char*>(value.data), num_bytes);
    return absl::OkStatus();
  }

  absl::StatusOr<Tensor> Finish() const {
    std::vector<int64_t> dims = {length_};
    dims.insert(dims.end(), inner_.begin(), inner_.end());
    BATON_ASSIGN_OR_RETURN(Tensor tensor, Tensor::Allocate(dtype_, dims));
    if (!bytes_.empty()) std::memcpy(tensor->data, bytes_.data(), bytes_.size());
    return tensor;
  }

 private:
  int64_t num_chunks_;
  bool started_ = false;
  DType dtype_ = DType::kFloat32;
  int rank_ = 0;
  int64_t length_ = 0;
  std::vector<int64_t> inner_;  // extents after the first
  std::string bytes_;
};

bool SharesMemory(const Tensor& tensor, const Tensor& window) {
  const char* data = tensor->As<char>();
  const char* begin = window->As<char>();
  return data >= begin && data < begin + window->num_bytes();
}

absl::StatusOr<Tensor> AllocateWindow(const StreamPlan& plan) {
  std::vector<int64_t> dims(plan.recording.shape().begin(), plan.recording.shape().end());
  dims.back() = plan.context + plan.chunk;
  return Tensor::Allocate(plan.recording.dtype(), dims);
}

}  // namespace

void FillWindow(const TensorObject& recording, int64_t index, int64_t chunk, TensorObject* window) {
  const int64_t size = DTypeSize(recording.dtype);
  const int64_t num_samples = recording.dims[recording.rank - 1];
  const int64_t width = window->dims[window->rank - 1];
  // The window in samples of the recording, then the part of it that exists.
  const int64_t end = (index + 1) * chunk, start = end - width;
  const int64_t from = std::clamp<int64_t>(start, 0, num_samples),
                to = std::clamp<int64_t>(end, 0, num_samples);
  const int64_t num_rows = window->num_elements() / width;
  for (int64_t row = 0; row < num_rows; ++row) {
    char* out = window->As<char>() + row * width * size;
    const char* in = recording.As<char>() + row * num_samples * size;
    std::memset(out, 0, (from - start) * size);
    std::memcpy(out + (from - start) * size, in + from * size, (to - from) * size);
    std::memset(out + (to - start) * size, 0, (end - to) * size);
  }
}

absl::StatusOr<StreamResult> RunStream(StreamPlan plan, const StreamStep& step) {
  const int64_t num_samples = plan.recording->rank == 0 ? 0 : plan.recording.shape().back();
  if (plan.recording.num_elements() == 0 || num_samples == 0) {
    return absl::InvalidArgumentError("the recording has no samples");
  }
  StreamResult result;
  result.num_chunks = (num_samples - 1) / plan.chunk + 1;
  result.outputs.resize(plan.num_outputs);
  std::vector<bool> carried(plan.num_outputs);
  for (const auto& [output, input] : plan.carries) carried[output] = true;
  std::vector<Collector> collectors(plan.num_outputs, Collector(result.num_chunks));
  std::vector<double> durations_us(result.num_chunks);
  Tensor& window = plan.inputs[plan.scan_input];
  BATON_ASSIGN_OR_RETURN(window, AllocateWindow(plan));

  for (int64_t i = 0; i < result.num_chunks; ++i) {
    FillWindow(*plan.recording, i, plan.chunk, window.get());
    const auto begin = std::chrono::steady_clock::now();
    const absl::Status status = step(plan.inputs, absl::MakeSpan(result.outputs));
    durations_us[i] =
        std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin).count();
    result.total_us += durations_us[i];
    if (!status.ok()) return Annotate(status, absl::StrCat("chunk ", i, " of ", result.num_chunks));
    for (int output = 0; output < plan.num_outputs; ++output) {
      if (carried[output]) continue;
      const absl::Status appended = collectors[output].Append(*result.outputs[output]);
      if (!appended.ok()) {
        return absl::InvalidArgumentError(
            absl::StrCat("output ", output, " ", appended.message(), "; chunk ", i));
      }
    }
    bool shared = false;
    for (const auto& [output, input] : plan.carries) {
      plan.inputs[input] = result.outputs[output];
      shared = shared || SharesMemory(result.outputs[output], window);
    }
    if (shared) {
      BATON_ASSIGN_OR_RETURN(window, AllocateWindow(plan));
    }
  }

  for (int output = 0; output < plan.num_outputs; ++output) {
    if (carried[output]) continue;
    BATON_ASSIGN_OR_RETURN(result.outputs[output], collectors[output].Finish());
  }
  const auto middle = durations_us.begin() + durations_us.size() / 2;
  std::nth_element(durations_us.begin(), middle, durations_us.end());
  result.median_us = *middle;
  return result;
}

}  // namespace baton
