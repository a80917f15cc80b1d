// Dynamic shapes: what is known only when a program runs (sections 16 and 21).
#include <catch2/catch.hpp>

#include "tests/language/run_text.h"

namespace baton {
namespace {

constexpr char kHead[] = "#[version = \"0.0.5\"]\n#[import = \"prelude\"]\n";
std::string Main(absl::string_view main, const std::vector<std::string>& inputs) {
  return RunText(absl::StrCat(kHead, main), inputs);
}

TEST_CASE("dynamic: recursion grows a tensor to 11 rows", "[language]") {
  CHECK(Main(R"(
def @grow(%n: int32, %x: Tensor[(?, 2), int32]) -> Tensor[(?, 2), int32] {
  if (%n == 0) { %x } else {
    @grow(%n - 1, concatenate((%x, reshape(stack((%n, %n * 10)), newshape=[1, 2])), axis=0))
  }
}
def @main(%n: int32) { let %x = @grow(%n, full(0, shape=[1, 2])); (shape_of(%x, dtype="int64"), sum(%x)) })",
             {"10"}) == "[11, 2]; 605");
}

TEST_CASE("dynamic: a wrong constant annotation of a growing result is an error", "[language]") {
  CHECK_THAT(Main(R"(
def @grow(%n: int32, %x: Tensor[(1), int32]) -> Tensor[(1), int32] {
  if (%n == 0) { %x } else { @grow(%n - 1, concatenate((%x, %x), axis=0)) }
}
def @main(%n: int32) { @grow(%n, full(0, shape=[1])) })",
                  {"1"}),
             Catch::Contains("argument 2 of @grow"));
}

TEST_CASE("dynamic: arange of an extent that is known when it runs", "[language]") {
  CHECK(Main("def @main(%n: int32) { arange(0, %n, 1, start=0, stop=%n, step=1, dtype=\"int32\") }", {"5"}) ==
        "[0, 1, 2, 3, 4]");
  CHECK(Main("def @main(%n: int32) { arange(0, %n, 2, dtype=\"int32\") }", {"7"}) == "[0, 2, 4, 6]");
}

TEST_CASE("dynamic: broadcasting of open extents succeeds, or names both", "[language]") {
  constexpr char kAdd[] =
      "def @main(%n: int32, %m: int32) {\n"
      "  add(reshape(arange(0, %n, 1, dtype=\"int32\"), newshape=[-1]), arange(0, %m, 1, "
      "dtype=\"int32\"))\n}\n";
  CHECK(Main(kAdd, {"3", "3"}) == "[0, 2, 4]");
  CHECK(Main(kAdd, {"1", "4"}) == "[0, 1, 2, 3]");
  CHECK_THAT(Main(kAdd, {"2", "3"}),
             Catch::Contains("2") && Catch::Contains("3") && Catch::Contains("broadcast"));
}

TEST_CASE("dynamic: extents that a caller promises are checked", "[language]") {
  constexpr char kText[] = R"(
def @three(%x: Tensor[(3), int32]) -> int32 { sum(%x) }
def @main(%n: int32) { @three(arange(0, %n, 1, dtype="int32")) })";
  CHECK(Main(kText, {"3"}) == "3");
  CHECK_THAT(Main(kText, {"4"}), Catch::Contains("4") && Catch::Contains("3"));
}

TEST_CASE("dynamic: positions, distinct values, the largest, parts and choices", "[language]") {
  constexpr char kVector[] =
      "let %x = floor_mod(arange(0, %n, 1, dtype=\"int32\") * 5, 4);\n";  // 0 1 2 3 0 1 ...
  const auto run = [&](absl::string_view expression) {
    return Main(absl::StrCat("def @main(%n: int32) {\n", kVector, expression, "\n}\n"), {"6"});
  };
  CHECK(run("argwhere(%x)") == "[[1], [2], [3], [5]]");
  CHECK(run("let %u = unique(%x); (%u.0, %u.2, %u.3)") == "[0, 1, 2, 3]; [0, 1, 2, 3, 0, 1]; [4]");
  CHECK(run("topk(%x, k=2, dtype=\"int32\")") == "[3, 2]; [3, 2]");
  CHECK(run("dyn.topk(%x, reshape(%n - 3, newshape=[1]), k=None, dtype=\"int32\").0") == "[3, 2, 1]");
  CHECK(run("dyn.strided_slice(%x, reshape(%n - 4, newshape=[1]), reshape(%n, newshape=[1]), full(1, "
            "shape=[1]), "
            "begin=None, end=None, strides=None, axes=None)") == "[2, 3, 0, 1]");
  CHECK(run("where(greater(%x, 1), %x, 0 - %x)") == "[0, -1, 2, 3, 0, -1]");
}

TEST_CASE("dynamic: non-maximum suppression keeps as many boxes as there are", "[language]") {
  // Class, score, box; the second overlaps the first by more than half.
  CHECK(Main(R"(
def @main(%s: float32) {
  let %boxes = reshape(concatenate((
    stack((0f, %s, 0f, 0f, 4f, 4f)), stack((0f, 0.5f, 0f, 0f, 4f, 3f)), stack((0f, 0.25f, 10f, 10f, 14f, 14f))), axis=0),
    newshape=[1, 3, 6]);
  let %valid = vision.get_valid_counts(%boxes, 0.1f, score_threshold=None, id_index=0, score_index=1);
  let %kept = vision.non_max_suppression(%valid.1, %valid.0, %valid.2, -1, 0.5f, return_indices=True);
  (%valid.0, %kept.0, %kept.1)
})",
             {"0.9f"}) == "[3]; [[0, 2, -1]]; [[2]]");
}

}  // namespace
}  // namespace baton
