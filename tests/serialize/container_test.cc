#include "serialize/container.h"

#include <catch2/catch.hpp>

namespace baton {
namespace {

uint64_t ChecksumOf(absl::string_view bytes) {
  Checksum checksum;
  checksum.Add(bytes);
  return checksum.Finish();
}

TEST_CASE("checksum: it is the documented function", "[serialize]") {
  CHECK(ChecksumOf("") == 0xCBF29CE484222325);
  // One word, by hand: (h xor w) * prime, folded.
  const uint64_t product = (0xCBF29CE484222325 ^ 0x0000000000000061) * 0x9E3779B97F4A7C15;
  CHECK(ChecksumOf("a") == (product ^ (product >> 32)));
}

TEST_CASE("checksum: pieces give the same as the whole", "[serialize]") {
  const std::string bytes = "a text of some thirty characters!";
  for (size_t i = 0; i <= bytes.size(); ++i) {
    for (size_t j = i; j <= bytes.size(); ++j) {
      Checksum checksum;
      checksum.Add(absl::string_view(bytes).substr(0, i));
      checksum.Add(absl::string_view(bytes).substr(i, j - i));
      checksum.Add(absl::string_view(bytes).substr(j));
      REQUIRE(checksum.Finish() == ChecksumOf(bytes));
    }
  }
}

TEST_CASE("checksum: it changes with every bit", "[serialize]") {
  const std::string bytes(40, 'x');
  for (size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    std::string changed = bytes;
    changed[bit / 8] ^= static_cast<char>(1 << (bit % 8));
    REQUIRE(ChecksumOf(changed) != ChecksumOf(bytes));
  }
}

TEST_CASE("container: a header decodes to what was encoded", "[serialize]") {
  FileHeader header;
  header.minor = 7;
  header.num_bytes = 256;
  header.program = {64, 60};
  header.constants = {128, 128};
  header.checksum = 0x0123456789ABCDEF;
  std::string bytes = EncodeHeader(header);
  REQUIRE(bytes.size() == kHeaderBytes);
  bytes.resize(256);
  const absl::StatusOr<FileHeader> decoded = DecodeHeader(bytes, "m.baton");
  REQUIRE(decoded.ok());
  CHECK(decoded->minor == 7);
  CHECK(decoded->program.offset == 64);
  CHECK(decoded->program.num_bytes == 60);
  CHECK(decoded->constants.offset == 128);
  CHECK(decoded->constants.num_bytes == 128);
  CHECK(decoded->checksum == 0x0123456789ABCDEF);
}

}  // namespace
}  // namespace baton
