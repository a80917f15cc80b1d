// Files through their listing: the bytes are the same.
#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/serialize/serialize_support.h"
#include "vm/bytecode/assembler.h"
#include "vm/bytecode/disassembler.h"

namespace baton {
namespace {

// The bytes of the file that the listing of `executable` assembles to.
std::string BytesOfListing(const Executable& executable) {
  const absl::StatusOr<Executable> again = Assemble(Disassemble(executable, {.lossless = true}));
  INFO(again.status().ToString());
  REQUIRE(again.ok());
  return SerializeExecutable(*again).value();
}

TEST_CASE("assembly: the listing of a program has all that its file has", "[serialize]") {
  CHECK(BytesOfListing(SampleExecutable()) == SampleBytes());
  CHECK(BytesOfListing(Executable()) == SerializeExecutable(Executable()).value());
}

TEST_CASE("assembly: the listings of stored programs give their files", "[serialize]") {
  const std::filesystem::path folder = BATON_SOURCE_DIR "/tests/fuzz/corpus/executable_fuzz";
  int num_files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".baton") continue;
    CAPTURE(entry.path().string());
    const absl::StatusOr<VerifiedExecutable> executable = ReadExecutable(entry.path().string());
    REQUIRE(executable.ok());
    CHECK(BytesOfListing(**executable) == SerializeExecutable(**executable).value());
    ++num_files;
  }
  CHECK(num_files >= 5);
}

}  // namespace
}  // namespace baton
