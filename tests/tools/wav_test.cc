#include "tools/wav.h"

#include <catch2/catch.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tools/little_endian.h"

namespace baton {
namespace {

std::string Chunk(absl::string_view id, absl::string_view data) {
  std::string bytes(id);
  AppendLittleEndian(data.size(), 4, &bytes);
  absl::StrAppend(&bytes, data);
  if (data.size() % 2 != 0) bytes.push_back('\0');
  return bytes;
}

std::string Format(int encoding, int num_channels, int num_bits) {
  std::string bytes;
  AppendLittleEndian(encoding, 2, &bytes);
  AppendLittleEndian(num_channels, 2, &bytes);
  AppendLittleEndian(16000, 4, &bytes);
  AppendLittleEndian(16000 * num_channels * num_bits / 8, 4, &bytes);
  AppendLittleEndian(num_channels * num_bits / 8, 2, &bytes);
  AppendLittleEndian(num_bits, 2, &bytes);
  return bytes;
}

std::string Riff(absl::string_view chunks) {
  std::string bytes = "RIFF";
  AppendLittleEndian(chunks.size() + 4, 4, &bytes);
  return absl::StrCat(bytes, "WAVE", chunks);
}

std::string Samples(const std::vector<int16_t>& samples) {
  std::string bytes;
  for (const int16_t sample : samples) AppendLittleEndian(static_cast<uint16_t>(sample), 2, &bytes);
  return bytes;
}

TEST_CASE("wav: 16-bit samples become floats in [-1, 1)", "[tools]") {
  const auto audio = ParseWav(
      Riff(Chunk("fmt ", Format(1, 1, 16)) + Chunk("data", Samples({0, 1, -1, 16384, 32767, -32768}))), "a");
  REQUIRE(audio.ok());
  CHECK(audio->sample_rate == 16000);
  const absl::Span<float> samples = audio->samples.values<float>();
  REQUIRE(audio->samples.shape() == std::vector<int64_t>{6});
  CHECK(samples[0] == 0.0f);
  CHECK(samples[1] == 1.0f / 32768);
  CHECK(samples[2] == -1.0f / 32768);
  CHECK(samples[3] == 0.5f);
  CHECK(samples[4] == 32767.0f / 32768);
  CHECK(samples[5] == -1.0f);
}

TEST_CASE("wav: other chunks are skipped, also those of odd size", "[tools]") {
  const auto sound = ParseWav(Riff(Chunk("LIST", "abc") + Chunk("fmt ", Format(1, 1, 16)) +
                                   Chunk("fact", "") + Chunk("data", Samples({5})) + Chunk("LIST", "tail")),
                              "a");
  REQUIRE(sound.ok());
  CHECK(sound->samples.num_elements() == 1);
}

TEST_CASE("wav: the extensible form of PCM is read", "[tools]") {
  std::string format = Format(0xFFFE, 1, 16);
  AppendLittleEndian(22, 2, &format);
  AppendLittleEndian(16, 2, &format);
  AppendLittleEndian(4, 4, &format);
  AppendLittleEndian(1, 2, &format);
  format.append(14, '\0');
  CHECK(ParseWav(Riff(Chunk("fmt ", format) + Chunk("data", Samples({1}))), "a").ok());
  format[24] = 3;
  CHECK(absl::IsUnimplemented(
      ParseWav(Riff(Chunk("fmt ", format) + Chunk("data", Samples({1}))), "a").status()));
}

TEST_CASE("wav: a recording without samples is empty", "[tools]") {
  const auto audio = ParseWav(Riff(Chunk("fmt ", Format(1, 1, 16)) + Chunk("data", "")), "a");
  REQUIRE(audio.ok());
  CHECK(audio->samples.num_elements() == 0);
}

TEST_CASE("wav: other encodings are refused by name", "[tools]") {
  const auto error_of = [](const std::string& format) {
    return ParseWav(Riff(Chunk("fmt ", format) + Chunk("data", "1234")), "a.wav").status();
  };
  CHECK(
      error_of(Format(1, 2, 16)).message() ==
      "a.wav: has 2 channel(s) of 16 bits in encoding 1; expected 1 channel of 16 bits in encoding 1 (PCM)");
  CHECK(absl::IsUnimplemented(error_of(Format(1, 1, 8))));
  CHECK(absl::IsUnimplemented(error_of(Format(3, 1, 32))));
  CHECK(absl::IsUnimplemented(error_of(Format(1, 0, 16))));
}

TEST_CASE("wav: damage is an error", "[tools]") {
  const std::string format = Chunk("fmt ", Format(1, 1, 16));
  std::string oversized = format + "data";
  AppendLittleEndian(0xFFFFFFFF, 4, &oversized);
  const std::vector<std::string> damaged = {"",
                                            "RIFF",
                                            "RIFF1234WAV",
                                            "RIFX1234WAVE",
                                            Riff(""),
                                            Riff(format),
                                            Riff(Chunk("data", "12")),
                                            Riff(Chunk("fmt ", "123") + Chunk("data", "12")),
                                            Riff(format + Chunk("data", "123")),
                                            Riff(oversized)};
  for (const std::string& bytes : damaged) {
    CAPTURE(bytes);
    CHECK(absl::IsDataLoss(ParseWav(bytes, "a").status()));
  }
}

TEST_CASE("wav: no prefix that cuts the data is taken", "[tools]") {
  const std::string bytes = Riff(Chunk("fmt ", Format(1, 1, 16)) + Chunk("data", Samples({1, 2, 3})));
  for (size_t size = 0; size < bytes.size(); ++size) CHECK_FALSE(ParseWav(bytes.substr(0, size), "a").ok());
}

}  // namespace
}  // namespace baton
