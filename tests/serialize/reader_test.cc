#include "serialize/reader.h"

#include <catch2/catch.hpp>

#include "tests/serialize/serialize_support.h"

namespace baton {
namespace {

using Catch::Contains;
using Catch::StartsWith;

TEST_CASE("reader: other files are not .baton files", "[serialize]") {
  CHECK(ReadMessage("") == "m.baton: not a .baton file: it does not start with BATON");
  CHECK(ReadMessage("BATO") == "m.baton: not a .baton file: it does not start with BATON");
  CHECK(ReadMessage(std::string(1000, 'x')) == "m.baton: not a .baton file: it does not start with BATON");
  CHECK(ParseExecutable("x", "m.baton").status().code() == absl::StatusCode::kDataLoss);
}

TEST_CASE("reader: a newer major version says which reader it needs", "[serialize]") {
  const std::string newer = WithHeaderField<uint16_t>(SampleBytes(), 8, 2);
  CHECK(ReadMessage(newer) ==
        "m.baton: needs a reader of format version 2.4, this one reads versions up to 1.x");
  CHECK(ParseExecutable(newer, "m.baton").status().code() == absl::StatusCode::kUnimplemented);
  CHECK_THAT(ReadMessage(WithHeaderField<uint16_t>(SampleBytes(), 8, 0)), Contains("format version is 0.4"));
}

TEST_CASE("reader: a newer minor version is read, and named when it fails", "[serialize]") {
  CHECK(ReadMessage(WithHeaderField<uint16_t>(SampleBytes(), 10, 9)) == "ok");
  Executable executable = SampleExecutable();
  executable.functions[0].code[0] = 0x01EE;
  const std::string bytes = SerializeExecutable(executable).value();
  CHECK(ReadMessage(bytes) == "m.baton: countdown+0: there is no opcode 0xEE");
  CHECK(ReadMessage(WithHeaderField<uint16_t>(bytes, 10, 9)) ==
        "m.baton (format 1.9, this reader knows 1.4): countdown+0: there is no opcode 0xEE");
}

TEST_CASE("reader: unknown features are refused", "[serialize]") {
  const std::string bytes = WithHeaderField<uint32_t>(SampleBytes(), 12, 4);
  CHECK(ReadMessage(bytes) == "m.baton: uses format features 0x4, this reader knows none");
  CHECK(ParseExecutable(bytes, "m.baton").status().code() == absl::StatusCode::kUnimplemented);
}

TEST_CASE("reader: a cut or longer file says so", "[serialize]") {
  const std::string bytes = SampleBytes();
  CHECK(ReadMessage(bytes.substr(0, 40)) == "m.baton: has 40 bytes, the header alone has 64");
  CHECK(ReadMessage(bytes.substr(0, bytes.size() - 1)) == "m.baton: has " + std::to_string(bytes.size() - 1) +
                                                              " bytes, its header says " +
                                                              std::to_string(bytes.size()));
  CHECK_THAT(ReadMessage(bytes + "x"), Contains("its header says"));
}

TEST_CASE("reader: sections lie inside the file", "[serialize]") {
  const std::string bytes = SampleBytes();
  uint64_t constants = 0;
  std::memcpy(&constants, &bytes[40], sizeof constants);
  CHECK(ReadMessage(WithHeaderField<uint64_t>(bytes, 48, 1 << 20)) ==
        "m.baton: section constants ends at " + std::to_string(constants + (1 << 20)) + ", the file has " +
            std::to_string(bytes.size()) + " bytes");
  CHECK_THAT(ReadMessage(WithHeaderField<uint64_t>(bytes, 32, UINT64_MAX)),
             Contains("section program ends at"));
  CHECK_THAT(ReadMessage(WithHeaderField<uint64_t>(bytes, 24, 0)), Contains("section program starts at 0"));
  CHECK_THAT(ReadMessage(WithHeaderField<uint64_t>(bytes, 24, 72)), Contains("section program starts at 72"));
  CHECK_THAT(ReadMessage(WithHeaderField<uint64_t>(bytes, 40, UINT64_MAX - 63)),
             Contains("section constants"));
}

TEST_CASE("reader: damage is found by the checksum", "[serialize]") {
  std::string bytes = SampleBytes();
  bytes[bytes.size() - 1] ^= 1;
  CHECK_THAT(ReadMessage(bytes), StartsWith("m.baton: the checksum is ") && Contains("the file is damaged"));
  CHECK(ReadMessage(bytes, {.check_checksum = false}) == "ok");  // only a value of a constant
}

TEST_CASE("reader: a damaged program section is refused before it is used", "[serialize]") {
  std::string bytes = SampleBytes();
  std::fill(bytes.begin() + 64, bytes.begin() + 128, '\xFF');
  CHECK(ReadMessage(Resealed(bytes)) == "m.baton: section program: its structure is damaged");
  CHECK(ReadMessage(WithHeaderField<uint64_t>(SampleBytes(), 32, 0)) ==
        "m.baton: section program: its structure is damaged");
}

TEST_CASE("reader: constants lie inside their section", "[serialize]") {
  const std::string bytes = SampleBytes();
  CHECK_THAT(
      ReadMessage(WithHeaderField<uint64_t>(bytes, 48, 8)),
      StartsWith(
          "m.baton: section program: a constant of 16 bytes starts at 0, section constants has 8 bytes"));
}

TEST_CASE("reader: code that the verifier refuses names file, function and word", "[serialize]") {
  Executable executable = SampleExecutable();
  executable.functions[0].code[4 * 4 + 2] = 90;  // the target of JumpIf
  CHECK(ReadMessage(SerializeExecutable(executable).value()) ==
        "m.baton: countdown+4 JumpIf: operand 'target' is 90, the function has 8 words");
}

TEST_CASE("reader: a file is mapped and used in place", "[serialize]") {
  const TemporaryFolder folder;
  const std::string path = folder.File("m.baton");
  REQUIRE(WriteExecutable(SampleExecutable(), path).ok());
  absl::StatusOr<VerifiedExecutable> read = ReadExecutable(path);
  INFO(read.status());
  REQUIRE(read.ok());
  CHECK((*read)->constants[1].values<int64_t>()[5] == 6);
  // A replaced file leaves the mapping as it was.
  REQUIRE(WriteExecutable(Executable(), path).ok());
  CHECK((*read)->constants[1].values<int64_t>()[5] == 6);
}

TEST_CASE("reader: files that cannot be read give the system's reason", "[serialize]") {
  const TemporaryFolder folder;
  CHECK(ReadExecutable(folder.File("none")).status().code() == absl::StatusCode::kNotFound);
  CHECK_THAT(std::string(ReadExecutable(folder.File("")).status().message()),
             Contains("is not a regular file"));
  std::ofstream(folder.File("empty"));
  CHECK_THAT(std::string(ReadExecutable(folder.File("empty")).status().message()),
             Contains("empty: not a .baton file"));
}

TEST_CASE("reader: file info lists the sections", "[serialize]") {
  const TemporaryFolder folder;
  const std::string path = folder.File("m.baton");
  REQUIRE(WriteExecutable(SampleExecutable(), path).ok());
  const absl::StatusOr<FileInfo> info = ReadFileInfo(path);
  REQUIRE(info.ok());
  CHECK(info->major_version == 1);
  REQUIRE(info->sections.size() == 3);
  CHECK(info->sections[1].name == "program");
  CHECK(info->sections[1].offset == 64);
  CHECK(info->sections[2].name == "constants");
  CHECK(info->sections[2].offset % 64 == 0);
  // Four floats; at the next multiple of 64 six integers; then a byte.
  CHECK(info->sections[2].num_bytes == 129);
  CHECK(info->sections[2].offset + 129 == FileContents(path).size());
}

TEST_CASE("reader: .baton files are told by their first bytes", "[serialize]") {
  const TemporaryFolder folder;
  REQUIRE(WriteExecutable(Executable(), folder.File("m.baton")).ok());
  std::ofstream(folder.File("other")) << "BATON is a text";
  CHECK(IsExecutableFile(folder.File("m.baton")));
  CHECK_FALSE(IsExecutableFile(folder.File("other")));
  CHECK_FALSE(IsExecutableFile(folder.File("none")));
  CHECK_FALSE(IsExecutableFile(folder.File("")));
}

}  // namespace
}  // namespace baton
