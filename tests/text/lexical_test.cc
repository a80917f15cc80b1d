// Section 1: characters, comments, names, numbers, strings, sections.
#include "tests/text/text_support.h"

namespace baton::text {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

std::string Number(absl::string_view text) {
  return Tree(text);
}

TEST_CASE("lexical: integers have the width they say, else 32 bits, else 64", "[text]") {
  CHECK(Number("--5") == "5");
  CHECK(Number("---5") == "-5");
  CHECK(Number("3i64") == "3i64");
  CHECK(Number("7i") == "7");
  CHECK(Number("7i32") == "7");
  CHECK(Number("-7i16") == "-7i16");
  CHECK(Number("2147483647") == "2147483647");
  CHECK(Number("2147483648") == "2147483648i64");
  CHECK(Number("3000000000") == "3000000000i64");
  CHECK(Number("-2147483648") == "-2147483648");
  CHECK(Number("1i8") == "1i8");
  CHECK(Number("255u8") == "255u8");
  CHECK(Number("65535u16") == "65535u16");
  CHECK(Number("4294967295u32") == "4294967295u32");
  CHECK(Number("18446744073709551615u64") == "18446744073709551615u64");
}

TEST_CASE("lexical: floats need a suffix and print with the fewest digits", "[text]") {
  CHECK(Number("1e-3f") == "0.001f");
  CHECK(Number("2.f") == "2f");
  CHECK(Number("2f16") == "2f16");
  CHECK(Number("0.1f64") == "0.1f64");
  CHECK(Number("3.4028235e38f") == "3.4028235e+38f");
  CHECK(Number("65504f16") == "65500f16");  // the fewest digits that give 65504
  CHECK(Number("1e5f32") == "100000f");
  CHECK(Number("-inff") == "-inff");
  CHECK(Number("inff16") == "inff16");
  CHECK(Number("nanf64") == "nanf64");
}

TEST_CASE("lexical: floats are rounded once, to the nearest even", "[text]") {
  // Between 1 and 1 + 2^-10 lies 1.00048828125; a bit more rounds up although float32 would lose that bit.
  CHECK(Number("1.00048828125f16") == "1f16");
  CHECK(Number("1.000488281250001f16") == "1.001f16");
  CHECK(Number("1e-50f") == "0f");
  CHECK(Number("1e-400f64") == "0f64");
  CHECK(Number("1e-45f") == "1e-45f");
}

TEST_CASE("lexical: numbers out of range are refused", "[text]") {
  for (const char* text : {"70000i16", "65505f16", "3.41e38f", "1e400f64", "128i8", "-129i8", "256u8", "-1u8",
                           "9223372036854775808", "4294967296u32"}) {
    CAPTURE(text);
    CHECK_THAT(Refused(text), StartsWith("m.rly:1:1: error: ") && Contains("range"));
  }
}

TEST_CASE("lexical: what is no number is refused", "[text]") {
  for (const char* text : {"1i9", "1-2", "1f17", "1.5i", "2q", "1..2f", "1e", "1.0.0f", "1e+f"}) {
    CAPTURE(text);
    CHECK_THAT(Refused(text), StartsWith("m.rly:1:"));
  }
}

TEST_CASE("lexical: a float without suffix is doubtful", "[text]") {
  CHECK(Tree("1.0") == "1f");
  CHECK(Tree("1e5") == "100000f");
  CHECK_THAT(Warnings("1.0"), Contains("m.rly:1:1: warning: a float needs a suffix"));
  CHECK_THAT(RefusedStrictly("1.0"), Contains("m.rly:1:1: error: a float needs a suffix: 1.0f"));
}

TEST_CASE("lexical: comments nest and stand anywhere", "[text]") {
  // Those within an expression move: before it, or to the end.
  CHECK(Tree("1 /* a /* b */ c */ + // d\n 2") == "/* a /* b */ c */\nadd(1, 2)\n// d");
  CHECK_THAT(Refused("1 /* a /* b */"), Contains("m.rly:1:3: error: the comment is not closed"));
}

TEST_CASE("lexical: stars before the end of a comment are read otherwise elsewhere", "[text]") {
  CHECK_THAT(Warnings("/* a **/ 1"), Contains("'**/'"));
  CHECK_THAT(Warnings("/***/ 1"), Contains("m.rly:1:4: warning: "));
  CHECK_THAT(Warnings("/* a ****/ 1"), Contains("m.rly:1:9: warning: "));
  CHECK(Warnings("/* a */ 1") == "");
  CHECK(Warnings("/* a ***/ 1") == "");
  CHECK(Warnings("/* ** a */ 1") == "");
  CHECK(Warnings("/*/* a */*/ 1") == "");
  CHECK(Warnings("/**/ 1") == "");
}

TEST_CASE("lexical: bytes outside the language are errors with a place", "[text]") {
  CHECK_THAT(Refused("1 + \x80"), StartsWith("m.rly:1:5: error: "));
  CHECK_THAT(Refused("1 +\r2"), Contains("m.rly:1:4: error: a carriage return without a line feed"));
  CHECK(Tree("1 +\r\n2") == "add(1, 2)");
  CHECK_THAT(Refused("1 ~ 2"), StartsWith("m.rly:1:3: error: "));
  CHECK_THAT(Refused("f(\"abc"), Contains("m.rly:1:3: error: the string is not closed"));
  CHECK_THAT(Refused("\n  (1, 2"), StartsWith("m.rly:2:"));
}

TEST_CASE("lexical: names", "[text]") {
  CHECK(Formatted("free_var %a/b_1;\n%a/b_1") == "free_var %a/b_1;\n%a/b_1\n");
  CHECK(Formatted("free_var %\"x\";\n%\"x\"") == "free_var %x;\n%x\n");
  CHECK(Formatted("free_var %\"a b\\\"\";\n%\"a b\\\"\"") == "free_var %\"a b\\\"\";\n%\"a b\\\"\"\n");
  CHECK(Tree("@\"my-fn\"(1)") == "@\"my-fn\"(1)");
  CHECK(Tree("@_f") == "@_f");
  CHECK_THAT(Refused("@ f"), StartsWith("m.rly:1:1: error: "));
}

TEST_CASE("lexical: a slash belongs to a name, so division needs a blank", "[text]") {
  CHECK(Tree("free_var %a;\nfree_var %b;\n%a / %b") == "free_var %a;\nfree_var %b;\ndivide(%a, %b)");
  CHECK_THAT(Refused("free_var %a;\nfree_var %b;\n%a/%b"), Contains("%a/ is not declared"));
}

TEST_CASE("lexical: escapes of strings", "[text]") {
  CHECK(Tree(R"(f(1, s="a\"b\\c\n\t\r\x41\x01"))") == R"(f(1, s="a\"b\\c\n\t\rA\x01"))");
  CHECK(Tree(R"(f(1, s="\q"))") == R"(f(1, s="\\q"))");
  CHECK(Tree("f(1, s=\"caf\xc3\xa9\")") == "f(1, s=\"caf\xc3\xa9\")");
}

TEST_CASE("lexical: a backslash that escapes nothing is itself, but not strictly", "[text]") {
  CHECK(Warnings(R"(f(1, s="a\qb"))") == "");
  CHECK_THAT(RefusedStrictly(R"(f(1, s="a\qb"))"),
             StartsWith(R"(m.rly:1:10: error: there is no escape '\q')"));
  CHECK_THAT(RefusedStrictly(R"(f(1, s="\x4g"))"), StartsWith("m.rly:1:9: error: "));
  CHECK(Tree(R"(f(1, s="\\q\x41"))", /*strict=*/true) == R"(f(1, s="\\qA"))");
}

TEST_CASE("lexical: a string that ends in a backslash is read otherwise elsewhere", "[text]") {
  CHECK_THAT(Warnings(R"(f(1, s="a\\"))"), StartsWith("m.rly:1:12: warning: "));
  CHECK(Warnings(R"(f(1, s="a\\b"))") == "");
  CHECK_THAT(Refused(R"(f(1, s="a\"))"), Contains("not closed; \\\" is a quote within it"));
}

TEST_CASE("lexical: a module says its version, once and first", "[text]") {
  CHECK_THAT(Refused(""), StartsWith("m.rly:1:1: error: a module starts with #[version"));
  CHECK_THAT(Refused("// nothing\n"), Contains("error: a module starts with #[version"));
  CHECK(Formatted(Module("")) == Module(""));
  CHECK_THAT(Refused(Module(Module("1"))), StartsWith("m.rly:2:1: error: there are two version lines"));
  CHECK_THAT(Refused(Module(Module("def @f() { 1 }"))), StartsWith("m.rly:2:1: error: "));
  CHECK_THAT(Refused(Module("def @f() { 1 }\n#[version = \"0.0.5\"]")), StartsWith("m.rly:3:1: error: "));
}

TEST_CASE("lexical: sections", "[text]") {
  CHECK_THAT(Refused("#[version = \"0.0.4\"]\n1"), Contains("m.rly:1:1: error: ") && Contains("\"0.0.4\""));
  CHECK_THAT(Refused("#[version = 0.0.5]\n1"), StartsWith("m.rly:1:1: error: "));
  CHECK_THAT(Refused("#[other]\n1"), StartsWith("m.rly:1:1: error: "));
  CHECK_THAT(Refused("def @f() { 1 }"), Contains("m.rly:1:1: error: a module starts with #[version"));
  CHECK(Formatted("#[ version=\"0.0.5\" ]\n1") == "#[version = \"0.0.5\"]\n1\n");
  CHECK(Formatted("#[version = \"0.0.5\"]\n#[import = \"prelude\"]\ndef @f() { 1 }") ==
        "#[version = \"0.0.5\"]\n#[import = \"prelude\"]\n\ndef @f() {\n  1\n}\n");
}

}  // namespace
}  // namespace baton::text
