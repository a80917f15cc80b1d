#include <catch2/catch.hpp>

#include "tests/support/symbolic_types.h"

namespace baton::test {
namespace {

constexpr DType kI64 = DType::kInt64;

// The sources of the result's elements, or nullopt where they are not known.
std::optional<std::vector<int>> Sources(absl::string_view op, SymbolicTypes& types,
                                        const Attributes& attributes = {}) {
  const OpDef& def = *FindOp(op);
  REQUIRE(def.elements != nullptr);
  const OpAttrs attrs = def.ParseAttrs(attributes).value();
  absl::StatusOr<std::vector<int>> sources = def.elements(types, attrs.raw());
  if (sources.ok()) return *std::move(sources);
  CHECK(absl::IsFailedPrecondition(sources.status()));
  return std::nullopt;
}
using S = std::vector<int>;

TEST_CASE("element rules: views keep the order, past their operands", "[ops]") {
  SymbolicTypes reshape, squeeze, unsqueeze, copy;
  CHECK(Sources("reshape", reshape.Add(kI64, {"3"}).AddValue({"3", "1"})) == S{0, 1, 2});
  CHECK(Sources("squeeze", squeeze.Add(kI64, {"1", "2"}).AddValue({"0"})) == S{0, 1});
  CHECK(Sources("unsqueeze", unsqueeze.Add(kI64, {}).AddValue({"0"})) == S{0});
  CHECK(Sources("copy", copy.Add(DType::kBool, {"2"})) == S{0, 1});
}

TEST_CASE("element rules: concatenate counts through all inputs", "[ops]") {
  SymbolicTypes types;
  CHECK(Sources("concatenate", types.Add(kI64, {"2"}).Add(kI64, {"1"}).Add(kI64, {"0"}).Add(kI64, {"2"})) ==
        S{0, 1, 2, 3, 4});
}

TEST_CASE("element rules: slices, takes and permutations select", "[ops]") {
  SymbolicTypes slice, take, negative, transpose;
  CHECK(Sources("strided_slice",
                slice.Add(kI64, {"4"}).AddValue({"-1"}).AddValue({"0"}).AddAbsent().AddValue({"-2"})) ==
        S{3, 1});
  CHECK(Sources("take", take.Add(kI64, {"4"}).AddScalarValue("2")) == S{2});
  CHECK(Sources("take", negative.Add(kI64, {"4"}).AddValue({"-1", "0"})) == S{3, 0});
  CHECK(Sources("transpose", transpose.Add(kI64, {"2", "2"})) == S{0, 2, 1, 3});
}

TEST_CASE("element rules: expand, tile and full repeat", "[ops]") {
  SymbolicTypes expand, tile, full;
  CHECK(Sources("expand", expand.Add(kI64, {"1"}).AddValue({"3"})) == S{0, 0, 0});
  CHECK(Sources("tile", tile.Add(kI64, {"2"}).AddValue({"2"})) == S{0, 1, 0, 1});
  // The two elements of the shape come first.
  CHECK(Sources("full", full.AddValue({"1", "2"}).Add(kI64, {"1"})) == S{2, 2});
}

TEST_CASE("element rules: unknown operands, shapes and large inputs are not followed", "[ops]") {
  SymbolicTypes unknown, symbolic, large, index;
  CHECK(Sources("reshape", unknown.Add(kI64, {"3"}).Add(kI64, {"1"})) == std::nullopt);
  CHECK(Sources("copy", symbolic.Add(kI64, {"n"})) == std::nullopt);
  CHECK(Sources("copy", large.Add(kI64, {"100000"})) == std::nullopt);
  CHECK(Sources("take", index.Add(kI64, {"3"}).AddValue({"n"})) == std::nullopt);
}

TEST_CASE("value rules: shape_of and ndarray_size give extents", "[ops]") {
  SymbolicTypes types;
  types.Add(DType::kFloat32, {"batch", "3", "seq"});
  std::vector<Dim> elements;
  const OpDef& shape_of = *FindOp("shape_of");
  const OpAttrs attrs = shape_of.ParseAttrs({{"start", int64_t{1}}}).value();
  REQUIRE(shape_of.values(types, attrs.raw(), &elements));
  CHECK(elements == std::vector<Dim>{Dim(3), Dim::Symbol("seq")});
  const OpDef& size = *FindOp("ndarray_size");
  const OpAttrs no_attrs = size.DefaultAttrs();
  REQUIRE(size.values(types, no_attrs.raw(), &elements));
  REQUIRE(elements.size() == 1);
  CHECK(elements[0].ToString() == "3*batch*seq");
  SymbolicTypes unranked;
  unranked.AddUnranked(DType::kFloat32);
  CHECK_FALSE(size.values(unranked, no_attrs.raw(), &elements));
}

}  // namespace
}  // namespace baton::test
