// Helpers for tests of the file format.
#pragma once

#include <catch2/catch.hpp>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "serialize/container.h"
#include "serialize/reader.h"
#include "serialize/writer.h"
#include "tests/support/sample_executable.h"

namespace baton {

inline std::string SampleBytes() {
  return SerializeExecutable(SampleExecutable()).value();
}

// The reader's message, or "ok".
inline std::string ReadMessage(absl::string_view bytes, ReadOptions options = {}) {
  const absl::StatusOr<VerifiedExecutable> result = ParseExecutable(bytes, "m.baton", options);
  return result.ok() ? "ok" : std::string(result.status().message());
}

// Gives `bytes` the size and checksum that their header claims.
inline std::string Resealed(std::string bytes) {
  const uint64_t size = bytes.size();
  std::memcpy(&bytes[16], &size, sizeof size);
  Checksum checksum;
  checksum.Add(ChecksummedHeader(bytes));
  checksum.Add(absl::string_view(bytes).substr(kHeaderBytes));
  const uint64_t value = checksum.Finish();
  std::memcpy(&bytes[56], &value, sizeof value);
  return bytes;
}

// `bytes` with a little-endian value at a place of the header, resealed.
template <typename T>
std::string WithHeaderField(std::string bytes, size_t offset, T value) {
  std::memcpy(&bytes[offset], &value, sizeof value);
  return offset == 16 ? bytes : Resealed(bytes);
}

// A folder that is removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "baton-serialize-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  std::string File(const std::string& name) const { return path_ + "/" + name; }
  size_t NumFiles() const {
    return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(path_), {}));
  }

 private:
  std::string path_;
};

inline std::string FileContents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream contents;
  contents << file.rdbuf();
  return contents.str();
}

}  // namespace baton
