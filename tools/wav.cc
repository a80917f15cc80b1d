#include "tools/wav.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tools/little_endian.h"
#include "vm/core/status.h"

namespace baton {
namespace {

constexpr uint64_t kPcm = 1;
constexpr uint64_t kExtensible = 0xFFFE;  // the encoding then opens the sub-format, at byte 24

struct Chunks {
  std::optional<absl::string_view> format;
  std::optional<absl::string_view> data;
};

absl::StatusOr<Chunks> FindChunks(absl::string_view bytes, absl::string_view name) {
  Chunks chunks;
  while (bytes.size() >= 8 && !chunks.data.has_value()) {
    const absl::string_view id = bytes.substr(0, 4);
    const uint64_t size = LoadLittleEndian(bytes, 4, 4);
    bytes.remove_prefix(8);
    if (size > bytes.size()) {
      return absl::DataLossError(
          absl::StrCat(name, ": a chunk claims ", size, " bytes, the file has ", bytes.size(), " more"));
    }
    if (id == "fmt ") chunks.format = bytes.substr(0, size);
    if (id == "data") chunks.data = bytes.substr(0, size);
    // Chunks start at even offsets.
    bytes.remove_prefix(std::min<uint64_t>(size + size % 2, bytes.size()));
  }
  return chunks;
}

// Returns the sample rate.
absl::StatusOr<uint32_t> CheckFormat(absl::string_view format, absl::string_view name) {
  if (format.size() < 16) {
    return absl::DataLossError(
        absl::StrCat(name, ": its fmt chunk has ", format.size(), " bytes, expected 16"));
  }
  uint64_t encoding = LoadLittleEndian(format, 0, 2);
  if (encoding == kExtensible && format.size() >= 26) encoding = LoadLittleEndian(format, 24, 2);
  const uint64_t num_channels = LoadLittleEndian(format, 2, 2);
  const uint64_t num_bits = LoadLittleEndian(format, 14, 2);
  if (encoding != kPcm || num_bits != 16 || num_channels != 1) {
    return absl::UnimplementedError(absl::StrCat(name, ": has ", num_channels, " channel(s) of ", num_bits,
                                                 " bits in encoding ", encoding,
                                                 "; expected 1 channel of 16 bits in encoding 1 (PCM)"));
  }
  return static_cast<uint32_t>(LoadLittleEndian(format, 4, 4));
}

}  // namespace

absl::StatusOr<Audio> ParseWav(absl::string_view bytes, absl::string_view name) {
  if (bytes.size() < 12 || !absl::StartsWith(bytes, "RIFF") || bytes.substr(8, 4) != "WAVE") {
    return absl::DataLossError(absl::StrCat(name, ": is not a WAVE file"));
  }
  BATON_ASSIGN_OR_RETURN(const Chunks chunks, FindChunks(bytes.substr(12), name));
  if (!chunks.format.has_value() || !chunks.data.has_value()) {
    return absl::DataLossError(
        absl::StrCat(name, ": has no ", chunks.format.has_value() ? "data" : "fmt", " chunk"));
  }
  Audio audio;
  BATON_ASSIGN_OR_RETURN(audio.sample_rate, CheckFormat(*chunks.format, name));
  if (chunks.data->size() % 2 != 0) {
    return absl::DataLossError(absl::StrCat(name, ": its data ends inside a sample"));
  }
  const int64_t num_samples = static_cast<int64_t>(chunks.data->size() / 2);
  BATON_ASSIGN_OR_RETURN(audio.samples, Tensor::Allocate(DType::kFloat32, {num_samples}));
  float* samples = audio.samples->As<float>();
  for (int64_t i = 0; i < num_samples; ++i) {
    const auto bits = static_cast<uint16_t>(LoadLittleEndian(*chunks.data, static_cast<size_t>(i) * 2, 2));
    samples[i] = static_cast<float>(static_cast<int16_t>(bits)) / 32768.0f;
  }
  return audio;
}

}  // namespace baton
