// Section 13: the metadata section.
#include "tests/text/text_support.h"

namespace baton::text {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;

constexpr char kFloats[] =
    "P6G0lvBAXt0AAAAAAAAAAAEAAAAAAAAAAQAAAAIgAQACAAAAAAAAAAgAAAAAAAAAAACAPwAAAEA=";        // 1, 2
constexpr char kSeven[] = "P6G0lvBAXt0AAAAAAAAAAAEAAAAAAAAAAAAAAAAgAQAEAAAAAAAAAAcAAAA=";  // int32

// `text` with a table of the nodes 2, 3, ... under the keys; each is the list of its one object, which
// follows.
std::string WithNodes(absl::string_view text, absl::string_view keys, absl::string_view nodes,
                      absl::string_view tensors) {
  return absl::StrCat(
      text, "\n#[metadata]\n{\"root\": 1, \"nodes\": [{\"type_key\": \"\"}, {\"type_key\": \"Map\", ", keys,
      "}, ", nodes, "], \"b64ndarrays\": [", tensors, "], \"attrs\": {\"tvm_version\": \"0.14.0\"}}\n");
}

std::string WithConstant(absl::string_view text, absl::string_view base64) {
  return WithNodes(
      text, R"("keys": ["relay.Constant"], "data": [2])",
      R"({"type_key": "Array", "data": [3]}, {"type_key": "relay.Constant", "attrs": {"data": "0"}})",
      absl::StrCat("\"", base64, "\""));
}

TEST_CASE("metadata: constants", "[text]") {
  CHECK(Tree(WithConstant("meta[relay.Constant][0]", kSeven)) == "7");
  const std::string text =
      Formatted(WithConstant("f(meta[relay.Constant][0], meta[relay.Constant][0])", kFloats));
  CHECK_THAT(text, StartsWith("f(meta[relay.Constant][0], meta[relay.Constant][0])\n\n#[metadata]\n") &&
                       Contains(kFloats) && !Contains("[1]"));
}

TEST_CASE("metadata: a constant as an attribute is a tensor, not a number", "[text]") {
  const std::string text = Formatted(WithConstant("arange(0, 7, 1, stop=meta[relay.Constant][0])", kSeven));
  CHECK_THAT(text, StartsWith("arange(0, 7, 1, stop=meta[relay.Constant][0])\n"));
}

TEST_CASE("metadata: references that lead nowhere", "[text]") {
  CHECK_THAT(Refused("meta[relay.Constant][0]"), StartsWith("m.rly:1:1: error: ") && Contains("no metadata"));
  CHECK_THAT(Refused(WithConstant("meta[relay.Constant][1]", kSeven)), StartsWith("m.rly:1:1: error: "));
  CHECK_THAT(Refused(WithConstant("meta[Other][0]", kSeven)), Contains("there is no meta[Other]"));
  CHECK_THAT(Refused(WithConstant("free_var %x: Tensor[(meta[relay.Constant][0]), int8]; 1", kSeven)),
             Contains("expected an extent"));
  CHECK_THAT(Refused("meta [a][0]"), StartsWith("m.rly:1:"));
  CHECK_THAT(Refused("meta[a][b]"), StartsWith("m.rly:1:"));
}

TEST_CASE("metadata: blanks may stand around the section's name", "[text]") {
  std::string text = WithConstant("meta[relay.Constant][0]", kSeven);
  text.replace(text.find("#[metadata]"), 11, "#[  metadata ]");
  CHECK(Tree(text) == "7");
}

TEST_CASE("metadata: older files leave the module out of type keys", "[text]") {
  CHECK(Tree(WithConstant("meta[Constant][0]", kSeven)) == "7");
}

TEST_CASE("metadata: damaged tensors", "[text]") {
  const auto refused = [](absl::string_view base64) {
    return Refused(WithConstant("meta[relay.Constant][0]", base64));
  };
  CHECK_THAT(refused("P6G0lvBAXt0!"), Contains("base64"));
  CHECK_THAT(refused("P6G0lvBAXt0"), Contains("base64"));
  CHECK_THAT(refused("P6G0lvBAXt0="), Contains("header"));
  // The wrong magic number; an extent of -1; 4 bytes for two floats; a byte too many.
  CHECK_THAT(refused("Q6G0lvBAXt0AAAAAAAAAAAEAAAAAAAAAAAAAAAAgAQAEAAAAAAAAAAcAAAA="), Contains("magic"));
  CHECK_THAT(refused("P6G0lvBAXt0AAAAAAAAAAAEAAAAAAAAAAQAAAAIgAQD//////////wgAAAAAAAAAAACAPwAAAEA="),
             Contains("extent is -1"));
  CHECK_THAT(refused("P6G0lvBAXt0AAAAAAAAAAAEAAAAAAAAAAQAAAAIgAQACAAAAAAAAAAQAAAAAAAAAAACAPwAAAEA="),
             Contains("4 bytes"));
  CHECK_THAT(refused("P6G0lvBAXt0AAAAAAAAAAAEAAAAAAAAAAAAAAAAgAQAEAAAAAAAAAAcAAAAA"), Contains("follow"));
}

TEST_CASE("metadata: damaged sections", "[text]") {
  CHECK_THAT(Refused("1\n#[metadata]\n{"), StartsWith("m.rly:3:2: error: metadata: no JSON: "));
  CHECK_THAT(Refused("1\n#[metadata]\n{\"root\": 1,\n  \"nodes\" 2}"),
             StartsWith("m.rly:4:11: error: metadata: no JSON: ") && EndsWith("\n            ^"));
  CHECK_THAT(Refused("1\n#[metadata]\n[]"), Contains("'root'"));
  CHECK_THAT(Refused("1\n#[metadata]\n{\"root\": 5, \"nodes\": []}"), Contains("no node 5"));
  CHECK_THAT(Refused(WithConstant("1", kSeven) + "#[metadata]\n{}"), Contains("two metadata sections"));
  CHECK_THAT(Refused(WithConstant("1", kSeven) + "#[ metadata ]\n{}"), Contains("two metadata sections"));
  // What is not referred to may be anything.
  CHECK(Tree(WithConstant("1", "!")) == "1");
}

TEST_CASE("metadata: an object holds all attributes of a call", "[text]") {
  const std::string text = WithNodes("nn.conv2d(1, 2, meta[relay.attrs.Conv2DAttrs][0])",
                                     R"("keys": ["relay.attrs.Conv2DAttrs"], "data": [2])",
                                     R"({"type_key": "Array", "data": [3]},
         {"type_key": "relay.attrs.Conv2DAttrs",
          "attrs": {"strides": "4", "data_layout": "7", "groups": "5", "axis": "-1", "channels": "8", "eps": "0.5",
                    "out_dtype": "float32", "units": "2"}},
         {"type_key": "Array", "data": [5, 6]}, {"type_key": "IntImm", "attrs": {"dtype": "int32", "value": "1"}},
         {"type_key": "IntImm", "attrs": {"dtype": "int32", "value": "3"}},
         {"type_key": "runtime.String", "repr_str": "NCHW"},
         {"type_key": "IntImm", "attrs": {"dtype": "int32", "value": "64"}})",
                                     "");
  CHECK(Tree(text) ==
        "nn.conv2d(\n  1,\n  2,\n  strides=[1, 3],\n  data_layout=\"NCHW\",\n  groups=5,\n  axis=-1,\n  "
        "channels=64,\n"
        "  eps=0.5f,\n  out_dtype=\"float32\",\n  units=2\n)");
}

TEST_CASE("metadata: values of single attributes", "[text]") {
  const auto read = [](absl::string_view node) {
    return Tree(WithNodes("f(1, a=meta[K][0])", R"("keys": ["K"], "data": [2])",
                          absl::StrCat(R"({"type_key": "Array", "data": [3]}, )", node), ""));
  };
  CHECK(read(R"({"type_key": "IntImm", "attrs": {"value": "-4"}})") == "f(1, a=-4)");
  CHECK(read(R"({"type_key": "FloatImm", "attrs": {"value": "inf"}})") == "f(1, a=inff)");
  CHECK(read(R"({"type_key": "runtime.String", "repr_str": "s"})") == "f(1, a=\"s\")");
  CHECK(read(R"({"type_key": "runtime.String", "repr_b64": "AgAAAAAAAABhAA=="})") == "f(1, a=\"a\\x00\")");
  CHECK(
      read(
          R"({"type_key": "Map", "keys": ["x"], "data": [4]}, {"type_key": "IntImm", "attrs": {"value": "1"}})") ==
      "f(1, a={x=1})");
  CHECK(read(R"({"type_key": "VirtualDevice", "attrs": {"device_type_int": "1"}})") == "f(1, a=None)");
}

TEST_CASE("metadata: objects that contain themselves are refused", "[text]") {
  CHECK_THAT(
      Refused(WithNodes("f(1, a=meta[K][0])", R"("keys": ["K"], "data": [2])",
                        R"({"type_key": "Array", "data": [3]}, {"type_key": "Array", "data": [3]})", "")),
      Contains("nested too deeply"));
}

TEST_CASE("metadata: extents", "[text]") {
  const auto read = [](absl::string_view node) {
    return Formatted(WithNodes("free_var %x: Tensor[(meta[K][0], 2), int8]; 1",
                               R"("keys": ["K"], "data": [2])",
                               absl::StrCat(R"({"type_key": "Array", "data": [3]}, )", node), ""));
  };
  CHECK_THAT(read(R"({"type_key": "tir.Any", "attrs": {"dtype": "int32"}})"),
             StartsWith("free_var %x: Tensor[(?, 2)"));
  CHECK_THAT(read(R"({"type_key": "Any"})"), StartsWith("free_var %x: Tensor[(?, 2)"));
  CHECK_THAT(
      read(
          R"({"type_key": "tir.SizeVar", "attrs": {"name": "4"}}, {"type_key": "runtime.String", "repr_str": "n"})"),
      StartsWith("free_var %x: Tensor[(n, 2)"));
}

}  // namespace
}  // namespace baton::text
