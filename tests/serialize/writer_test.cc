#include "serialize/writer.h"

#include <catch2/catch.hpp>

#include "tests/serialize/serialize_support.h"

namespace baton {
namespace {

TEST_CASE("writer: the file holds the serialized bytes", "[serialize]") {
  const TemporaryFolder folder;
  const std::string path = folder.File("m.baton");
  REQUIRE(WriteExecutable(SampleExecutable(), path).ok());
  CHECK(FileContents(path) == SampleBytes());
  CHECK(folder.NumFiles() == 1);
}

TEST_CASE("writer: an existing file is replaced", "[serialize]") {
  const TemporaryFolder folder;
  const std::string path = folder.File("m.baton");
  std::ofstream(path) << std::string(100000, 'x');
  REQUIRE(WriteExecutable(SampleExecutable(), path).ok());
  CHECK(FileContents(path) == SampleBytes());
}

TEST_CASE("writer: a failure leaves the old file and nothing else", "[serialize]") {
  const TemporaryFolder folder;
  const std::string path = folder.File("m.baton");
  std::ofstream(path) << "old";
  Executable bad;
  bad.constants.emplace_back();
  CHECK(WriteExecutable(bad, path).code() == absl::StatusCode::kInvalidArgument);
  CHECK(FileContents(path) == "old");
  std::filesystem::create_directory(folder.File("folder"));
  CHECK_FALSE(WriteExecutable(SampleExecutable(), folder.File("folder")).ok());
  CHECK(folder.NumFiles() == 2);
  CHECK(WriteExecutable(SampleExecutable(), folder.File("none/m.baton")).code() ==
        absl::StatusCode::kNotFound);
}

TEST_CASE("writer: the header is as documented", "[serialize]") {
  const std::string bytes = SampleBytes();
  CHECK(bytes.substr(0, 16) == std::string("BATON\0\r\n\1\0\4\0\0\0\0\0", 16));
  uint64_t fields[6];
  std::memcpy(fields, &bytes[16], sizeof fields);
  CHECK(fields[0] == bytes.size());
  CHECK(fields[1] == 64);
  CHECK(fields[3] % 64 == 0);
  CHECK(fields[3] - (fields[1] + fields[2]) < 64);
  CHECK(fields[3] + fields[4] == bytes.size());
}

}  // namespace
}  // namespace baton
