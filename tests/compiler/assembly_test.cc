// Compiled programs through their listing: the bytes of their files are the same.
#include <catch2/catch.hpp>

#include "compiler/compiler.h"
#include "serialize/writer.h"
#include "tests/compiler/language_programs.h"
#include "tests/compiler/random_module.h"
#include "tests/compiler/random_program.h"
#include "vm/bytecode/assembler.h"
#include "vm/bytecode/disassembler.h"

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

}  // namespace
}  // namespace baton
