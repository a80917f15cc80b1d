#include "tools/bench_inputs.h"

#include <catch2/catch.hpp>

#include "absl/strings/match.h"
#include "tools/exit_codes.h"
#include "tools/measure.h"

namespace baton {
namespace {

EntryPoint MakeEntry() {
  const Dim batch = Dim::Symbol("batch"), length = Dim::Symbol("length");
  EntryPoint entry;
  entry.name = "main";
  entry.inputs = {{"x", {DType::kFloat32, {batch, length}}},
                  {"ids", {DType::kInt64, {length * Dim(2) + Dim(1)}}},
                  {"mask", {DType::kBool, {3}}}};
  return entry;
}

TEST_CASE("bench inputs: extents come from the combination, then from inputs given, then are 1", "[tools]") {
  const EntryPoint entry = MakeEntry();
  std::vector<Tensor> inputs(3);
  const auto guessed = FillRandomInputs(entry, {{"length", 4}}, &inputs);
  REQUIRE(guessed.ok());
  CHECK(*guessed == std::vector<std::string>{"batch"});
  CHECK(inputs[0].shape() == std::vector<int64_t>{1, 4});
  CHECK(inputs[1].shape() == std::vector<int64_t>{9});
  CHECK(inputs[2].shape() == std::vector<int64_t>{3});

  std::vector<Tensor> given(3);
  given[0] = Tensor::Allocate(DType::kFloat32, {2, 5}).value();
  CHECK(FillRandomInputs(entry, {}, &given)->empty());
  CHECK(given[1].shape() == std::vector<int64_t>{11});
}

TEST_CASE("bench inputs: values are in range, varied, and the same each time", "[tools]") {
  const EntryPoint entry = MakeEntry();
  std::vector<Tensor> inputs(3), again(3);
  REQUIRE(FillRandomInputs(entry, {{"batch", 10}, {"length", 50}}, &inputs).ok());
  REQUIRE(FillRandomInputs(entry, {{"batch", 10}, {"length", 50}}, &again).ok());
  bool negative = false, positive = false;
  for (const float value : inputs[0].values<float>()) {
    CHECK((value >= -1 && value < 1));
    (value < 0 ? negative : positive) = true;
  }
  CHECK((negative && positive));
  int64_t num_ones = 0;
  for (const int64_t value : inputs[1].values<int64_t>()) {
    CHECK((value == 0 || value == 1));
    num_ones += value;
  }
  CHECK((num_ones > 0 && num_ones < 101));
  for (size_t i = 0; i < inputs.size(); ++i) CHECK(BitwiseEqual(inputs[i], again[i]));
}

TEST_CASE("bench inputs: an unknown dimension is reported with those there are", "[tools]") {
  std::vector<Tensor> inputs(3);
  const absl::Status error = FillRandomInputs(MakeEntry(), {{"seq", 4}}, &inputs).status();
  CHECK(IsUsageError(error));
  CHECK(error.message() == "--shapes: no dimension 'seq'; the inputs have: batch, length");
}

TEST_CASE("bench inputs: an input of unknown rank must be given", "[tools]") {
  EntryPoint entry;
  entry.inputs = {{"x", {DType::kFloat32, Shape::Unranked()}}};
  std::vector<Tensor> inputs(1);
  CHECK(IsUsageError(FillRandomInputs(entry, {}, &inputs).status()));
  inputs[0] = Tensor::Scalar<float>(1);
  CHECK(FillRandomInputs(entry, {}, &inputs).ok());
}

TEST_CASE("bench inputs: sweeps combine", "[tools]") {
  const auto sweeps = ParseShapeSweeps({"a=1,2", "b=3,4"});
  REQUIRE(sweeps.ok());
  const auto combinations = Combine(*sweeps);
  REQUIRE(combinations.ok());
  REQUIRE(combinations->size() == 4);
  CHECK((*combinations)[1] == Combination{{"a", 1}, {"b", 4}});
  CHECK((*combinations)[2] == Combination{{"a", 2}, {"b", 3}});
  CHECK(Combine({})->size() == 1);
}

TEST_CASE("bench inputs: malformed sweeps are usage errors", "[tools]") {
  for (const char* text : {"a", "=1", "a=", "a=x", "a=1,,2", "a=-1"}) {
    CAPTURE(text);
    CHECK(IsUsageError(ParseShapeSweeps({text}).status()));
  }
  CHECK(IsUsageError(ParseShapeSweeps({"a=1", "a=2"}).status()));
  const std::vector<int64_t> many(40, 1);
  CHECK(IsUsageError(Combine({{"a", many}, {"b", many}}).status()));
}

TEST_CASE("measure: percentiles are nearest ranks", "[tools]") {
  const std::vector<double> values = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  CHECK(Percentile(values, 0.5) == 5);
  CHECK(Percentile(values, 0.9) == 9);
  CHECK(Percentile(values, 0.99) == 10);
  CHECK(Percentile(values, 0.01) == 1);
  CHECK(Percentile({42}, 0.5) == 42);
}

}  // namespace
}  // namespace baton
