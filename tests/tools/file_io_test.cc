#include "tools/file_io.h"

#include <catch2/catch.hpp>
#include <filesystem>

#include "absl/strings/match.h"
#include "tests/tools/temporary_folder.h"

namespace baton {
namespace {

TEST_CASE("file io: what is written is read", "[tools]") {
  const TemporaryFolder folder;
  const std::string bytes("a\0b\n", 4);
  REQUIRE(WriteFile(folder.File("f"), bytes).ok());
  CHECK(ReadFile(folder.File("f")).value() == bytes);
  REQUIRE(WriteFile(folder.File("f"), "").ok());
  CHECK(ReadFile(folder.File("f")).value().empty());
}

TEST_CASE("file io: writing leaves no other file behind", "[tools]") {
  const TemporaryFolder folder;
  REQUIRE(WriteFile(folder.File("f"), "1").ok());
  REQUIRE(WriteFile(folder.File("f"), "2").ok());
  CHECK_FALSE(WriteFile(folder.File("none/f"), "3").ok());
  int num_files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.File(""))) num_files += entry.exists();
  CHECK(num_files == 1);
}

TEST_CASE("file io: errors name the file", "[tools]") {
  const TemporaryFolder folder;
  const absl::Status missing = ReadFile(folder.File("none")).status();
  CHECK(absl::IsNotFound(missing));
  CHECK(absl::StartsWith(missing.message(), folder.File("none")));
  CHECK(absl::IsInvalidArgument(ReadFile(folder.File("")).status()));
}

TEST_CASE("file io: files and devices above the limit are refused", "[tools]") {
  const TemporaryFolder folder;
  const std::string path = folder.Write("f", "12345");
  CHECK(ReadFile(path, 5).ok());
  CHECK(absl::IsResourceExhausted(ReadFile(path, 4).status()));
  CHECK(absl::IsResourceExhausted(ReadFile("/dev/zero", 1 << 20).status()));
}

TEST_CASE("file io: a device is written in place", "[tools]") {
  CHECK(WriteFile("/dev/null", "x").ok());
  CHECK_FALSE(std::filesystem::is_regular_file("/dev/null"));
}

TEST_CASE("file io: extensions are found in lower case", "[tools]") {
  CHECK(LowerExtension("a/b.NPY") == ".npy");
  CHECK(LowerExtension("a.b/c").empty());
  CHECK(LowerExtension("x.tar.gz") == ".gz");
}

}  // namespace
}  // namespace baton
