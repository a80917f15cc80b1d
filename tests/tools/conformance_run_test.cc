// Finding conformance tests, their data, and running one in this process.
#include <catch2/catch.hpp>

#include "absl/strings/match.h"
#include "tests/support/matchers.h"
#include "tests/tools/sample_files.h"
#include "tests/tools/temporary_folder.h"
#include "tools/conformance_data.h"
#include "tools/conformance_run.h"

namespace baton {
namespace {

Tensor Floats(absl::Span<const int64_t> dims, const std::vector<float>& values) {
  return Tensor::FromValues<float>(dims, values);
}

TEST_CASE("conformance cases: found at most two levels down, data sets by number", "[tools]") {
  const TemporaryFolder folder;
  folder.Write("a/b/model.onnx", "");
  folder.Write("a/b/other.onnx", "");
  folder.Write("c/only.onnx", "");
  folder.Write("d/e/f/model.onnx", "");
  for (const char* number : {"10", "2", "0"})
    folder.Write(std::string("a/b/test_data_set_") + number + "/input_0.pb", "");
  const auto cases = FindConformanceCases(folder.File(""));
  REQUIRE(cases.ok());
  REQUIRE(cases->size() == 2);
  CHECK((*cases)[0].name == "b");
  CHECK(absl::EndsWith((*cases)[0].model, "model.onnx"));
  REQUIRE((*cases)[0].data_sets.size() == 3);
  CHECK(absl::EndsWith((*cases)[0].data_sets[1], "test_data_set_2"));
  CHECK(absl::EndsWith((*cases)[1].model, "only.onnx"));
  CHECK(FindConformanceCases(folder.File("c/"))->front().name == "c");
  CHECK_FALSE(FindConformanceCases(folder.File("d/e/f/model.onnx")).ok());
  CHECK_FALSE(FindConformanceCases(folder.File("none")).ok());
}

TEST_CASE("conformance run: says what it is about to do", "[tools]") {
  const TemporaryFolder folder;
  folder.Write("m/model.onnx", OnnxUnaryModel("Relu"));
  folder.Write("m/test_data_set_0/input_0.pb", OnnxTensor({2, 3}, {-1, 2, -3, 4, 0, 6}));
  folder.Write("m/test_data_set_0/output_0.pb", OnnxTensor({2, 3}, {0, 2, 0, 4, 0, 6}));
  const ConformanceCase test = FindConformanceCases(folder.File("m"))->front();
  ConformanceOptions options;
  options.dispatches = {Dispatch::kStack};
  std::vector<std::string> parts;
  const auto on_part = [&](absl::string_view part) { parts.emplace_back(part); };
  const ConformanceResult result = RunConformanceCase(test, ConformanceMode::kReuse, options, on_part);
  CHECK(result.outcome == CaseOutcome::kPassed);
  CHECK(result.stage_seconds[static_cast<size_t>(Stage::kRun)] > 0);
  const std::string run = "run stack code, test_data_set_0";
  CHECK(parts == std::vector<std::string>{"import", "compile", "load", "load", "run", run,
                                          run + " with other extents", run + " with other extents", run});
}

TEST_CASE("conformance run: other extents are one more and one less", "[tools]") {
  const std::vector<Value> inputs = {Floats({2, 2}, {1, 2, 3, 4}), Floats({}, {7}), Floats({0, 3}, {})};
  const auto variants = WithOtherExtents(inputs);
  REQUIRE(variants.ok());
  REQUIRE(variants->size() == 2);
  CHECK(BitwiseEqual((*variants)[0][0].tensor(), Floats({3, 2}, {1, 2, 3, 4, 1, 2})));
  CHECK(BitwiseEqual((*variants)[0][1].tensor(), inputs[1].tensor()));
  CHECK(BitwiseEqual((*variants)[0][2].tensor(), Floats({1, 3}, {0, 0, 0})));
  CHECK(BitwiseEqual((*variants)[1][0].tensor(), Floats({1, 2}, {1, 2})));
  CHECK(BitwiseEqual((*variants)[1][2].tensor(), inputs[2].tensor()));
  CHECK(WithOtherExtents({Floats({}, {7})})->empty());
  CHECK(WithOtherExtents({Value::Sequence()})->empty());
  const auto sequences = WithOtherExtents({Value::Sequence({inputs[0], inputs[1]})});
  REQUIRE(sequences->size() == 2);
  CHECK((*sequences)[0][0].fields().size() == 3);
  CHECK(SameBits((*sequences)[1], {Value::Sequence({inputs[0]})}));
}

TEST_CASE("conformance data: structure, type, shape, then values are compared", "[tools]") {
  const Value a = Floats({2}, {1, 2});
  const auto outcome = [](const Value& got, const Value& expected) {
    return CompareValues(got, expected, Tolerance()).outcome;
  };
  CHECK(outcome(a, Floats({2}, {1, 2.001f})) == CaseOutcome::kPassed);
  CHECK(outcome(a, Floats({2}, {1, 2.01f})) == CaseOutcome::kWrongValue);
  CHECK(outcome(a, Floats({1, 2}, {1, 2})) == CaseOutcome::kWrongType);
  CHECK(outcome(a, Tensor::FromValues<double>({2}, {1, 2})) == CaseOutcome::kWrongType);
  CHECK(outcome(a, Value::Tuple({a})) == CaseOutcome::kWrongType);
  CHECK(outcome(Value::Tuple({a}), Value::Tuple({a, a})) == CaseOutcome::kWrongType);
  CHECK(outcome(Value::Data("Some", {a}), Value::Data("None")) == CaseOutcome::kWrongType);
  CHECK(outcome(Value::Sequence({a}), Value::Sequence({a})) == CaseOutcome::kPassed);
  CHECK(outcome(Value::Sequence({a}), Value::Tuple({a})) == CaseOutcome::kWrongType);
  CHECK(outcome(Value::Sequence(), Value::Sequence({a})) == CaseOutcome::kWrongType);
  CHECK(outcome(Value(), Value()) == CaseOutcome::kPassed);
  const Comparison inner =
      CompareValues(Value::Tuple({a, a}), Value::Tuple({a, Value(Floats({2}, {1, 3}))}), Tolerance());
  CHECK(inner.outcome == CaseOutcome::kWrongValue);
  CHECK(absl::StartsWith(inner.message, "element 1: 1 of 2 elements differ"));
}

TEST_CASE("conformance data: bfloat16 may differ by its last digits", "[tools]") {
  const auto value = [](float number) { return Value(Tensor::Scalar(BFloat16(number))); };
  CHECK(CompareValues(value(1.0f), value(1.0078125f), Tolerance()).outcome == CaseOutcome::kPassed);
  CHECK(CompareValues(value(1.0f), value(1.03125f), Tolerance()).outcome == CaseOutcome::kWrongValue);
}

TEST_CASE("conformance data: bits are compared through all parts", "[tools]") {
  const Value zero = Floats({1}, {0.0f}), negative = Floats({1}, {-0.0f});
  const auto same = [](const Value& a, const Value& b) { return SameBits({a}, {b}); };
  CHECK(same(Value::Tuple({zero}), Value::Tuple({zero})));
  CHECK_FALSE(same(Value::Tuple({zero}), Value::Tuple({negative})));
  CHECK_FALSE(SameBits({zero}, {zero, zero}));
}

}  // namespace
}  // namespace baton
