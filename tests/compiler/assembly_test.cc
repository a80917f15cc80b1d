// Compiled programs through their listing: the bytes of their files are the same.
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include "absl/strings/str_split.h"
#include "accel/devices.h"
#include "compiler/compiler.h"
#include "ops/registry.h"
#include "serialize/writer.h"
#include "tests/compiler/language_programs.h"
#include "tests/compiler/random_module.h"
#include "tests/compiler/random_program.h"
#include "vm/bytecode/assembler.h"
#include "vm/bytecode/disassembler.h"
#include "vm/bytecode/verifier.h"
#include "vm/exec/session.h"

namespace baton {
namespace {

// Which encodings the executable holds.
struct Encodings {
  bool register_code;
  bool stack_code;
};
constexpr Encodings kAllEncodings[] = {{true, false}, {false, true}, {true, true}};

// `make` gives the same module each time.
template <typename Make>
void CheckListings(Make make) {
  for (const int level : {0, 2}) {
    for (const auto& [register_code, stack_code] : kAllEncodings) {
      CompileOptions options;
      options.optimization_level = level;
      options.register_code = register_code;
      options.stack_code = stack_code;
      const absl::StatusOr<Executable> executable = Compile(make(), options);
      CAPTURE(level, register_code, stack_code, executable.status().ToString());
      REQUIRE(executable.ok());
      const absl::StatusOr<Executable> again = Assemble(Disassemble(*executable, {.lossless = true}));
      INFO(again.status().ToString());
      REQUIRE(again.ok());
      CHECK(SerializeExecutable(*again).value() == SerializeExecutable(*executable).value());
    }
  }
}

TEST_CASE("assembly: programs of the language come back from their listings", "[language]") {
  for (const LanguageProgram& program : LanguagePrograms()) {
    CAPTURE(program.name);
    CheckListings(program.make);
  }
}

TEST_CASE("assembly: random modules come back from their listings", "[language][random]") {
  for (uint32_t seed = 0; seed < 25; ++seed) {
    CAPTURE(seed);
    CheckListings([&] { return RandomModule(seed); });
  }
}

TEST_CASE("assembly: random programs come back from their listings", "[language][random]") {
  for (uint32_t seed = 0; seed < 25; ++seed) {
    CAPTURE(seed);
    CheckListings([&] { return RandomProgram(seed); });
  }
}

TEST_CASE("assembly: the example of the documentation runs in both encodings", "[language]") {
  std::ifstream file(BATON_SOURCE_DIR "/docs/bytecode.md");
  const std::string page((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const std::vector<std::string> parts = absl::StrSplit(page, "```asm\n");
  REQUIRE(parts.size() == 2);
  absl::StatusOr<Executable> executable = Assemble(parts[1].substr(0, parts[1].find("```")));
  REQUIRE(executable.status() == absl::OkStatus());
  const absl::StatusOr<VerifiedExecutable> verified = Verify(*std::move(executable));
  REQUIRE(verified.status() == absl::OkStatus());
  const std::unique_ptr<KernelResolver> resolver = MakeKernelResolver({.portable_only = true});
  for (const Dispatch dispatch : {Dispatch::kRegister, Dispatch::kStack}) {
    CAPTURE(std::string(DispatchName(dispatch)));
    auto program = Program::Load(*verified, *resolver, GetCpuDevice(), dispatch);
    REQUIRE(program.status() == absl::OkStatus());
    Session session(*program);
    const Tensor x = Tensor::FromValues<float>({2}, {1, 0});
    const absl::StatusOr<std::vector<Tensor>> outputs = session.Invoke("main", {x});
    REQUIRE(outputs.status() == absl::OkStatus());
    // x + k0, three times.
    CHECK(outputs->at(0).values<float>()[0] == 2.5f);
    CHECK(outputs->at(0).values<float>()[1] == 1e-7f + 1e-7f + 1e-7f);
  }
}

}  // namespace
}  // namespace baton
