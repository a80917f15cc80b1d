// docs/operators.md, and what it is made of.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "ops/registry.h"
#include "tools/element_type_probe.h"
#include "tools/operator_facts.h"
#include "tools/operators_page.h"

namespace baton {
namespace {

// "add: floats, signed, unsigned".
std::string Types(absl::string_view op, size_t input) {
  const OperatorFacts facts = FactsOf(*FindOp(op));
  return input < facts.element_types.size() ? DescribeElementTypes(facts.element_types[input]) : "none";
}

// "take: any; int32, int64", the operators that a node becomes and the types of its inputs.
std::string Onnx(absl::string_view name, int64_t version) {
  const OnnxOperatorFacts facts = FactsOf(*FindOnnxOp(name, version));
  std::string text;
  for (const OpDef* op : facts.operators) absl::StrAppend(&text, text.empty() ? "" : ", ", op->name);
  for (size_t i = 0; i < facts.element_types.size(); ++i)
    absl::StrAppend(&text, i == 0 ? ": " : "; ", DescribeElementTypes(facts.element_types[i]));
  return text;
}

ShapeSource OnnxShape(absl::string_view name, int64_t version) {
  return FactsOf(*FindOnnxOp(name, version)).shape;
}

TEST_CASE("operators: the page is current", "[tools]") {
  const std::string path = std::string(BATON_SOURCE_DIR) + "/docs/operators.md", page = OperatorsPage();
  if (const char* update = std::getenv("BATON_UPDATE_GOLDEN");
      update != nullptr && std::string(update) == "1") {
    std::ofstream(path, std::ios::binary) << page;
    SUCCEED("rewritten");
    return;
  }
  std::stringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  INFO("docs/operators.md is not current: `baton operators > docs/operators.md` makes it");
  // Not CHECK(a == b), which would print both pages.
  const bool same = text.str() == page;
  CHECK(same);
}

TEST_CASE("operators: element types are those that the type rules take", "[tools]") {
  CHECK(Types("add", 0) == "floats, signed, unsigned");
  CHECK(Types("logical_and", 1) == "bool");
  CHECK(Types("sqrt", 0) == "floats");
  CHECK(Types("where", 0) == "bool");
  CHECK(Types("where", 2) == "any");
  CHECK(Types("take", 0) == "any");
  CHECK(Types("take", 1) == "int32, int64");
}

TEST_CASE("operators: what decides shapes", "[tools]") {
  CHECK(FactsOf(*FindOp("nn.conv")).shape == ShapeSource::kShapes);
  CHECK(FactsOf(*FindOp("gather_nd")).shape == ShapeSource::kShapes);
  CHECK(FactsOf(*FindOp("reshape")).shape == ShapeSource::kValues);
  CHECK(FactsOf(*FindOp("arange")).shape == ShapeSource::kValues);
  CHECK(FactsOf(*FindOp("nonzero")).shape == ShapeSource::kData);
}

TEST_CASE("operators: what an ONNX operator becomes", "[tools]") {
  CHECK(Onnx("Add", 13) == "add: floats, signed, unsigned; floats, signed, unsigned");
  CHECK(Onnx("Gather", 13) == "take: any; int32, int64");
  CHECK(Onnx("Swish", 24) == "multiply, sigmoid: floats");
  CHECK(Onnx("Identity", 13) == ": any");
  CHECK(Onnx("Concat", 13) == "concatenate: any; any");
  CHECK_FALSE(FactsOf(*FindOnnxOp("If", 13)).probed);
  CHECK(OnnxShape("MatMul", 13) == ShapeSource::kShapes);
  CHECK(OnnxShape("Squeeze", 13) == ShapeSource::kShapes);
  CHECK(OnnxShape("Reshape", 13) == ShapeSource::kValues);
  CHECK(OnnxShape("Expand", 13) == ShapeSource::kValues);
  CHECK(OnnxShape("Compress", 13) == ShapeSource::kData);
}

TEST_CASE("element types: found at each operand, alone and together", "[tools]") {
  // x and y of one type that is a float, or integers of any two types.
  const auto accepts = [](absl::Span<const DType> types) {
    const auto is_float = [](DType type) { return type == DType::kFloat32 || type == DType::kFloat64; };
    const auto is_int = [](DType type) { return type == DType::kInt64 || type == DType::kInt8; };
    return (is_float(types[0]) && types[0] == types[1]) || (is_int(types[0]) && is_int(types[1]));
  };
  const std::vector<DType> all = {DType::kFloat32, DType::kFloat64, DType::kInt8, DType::kInt64};
  CHECK(ProbeElementTypes(2, accepts) == std::vector<std::vector<DType>>{all, all});
  CHECK(ProbeElementTypes(2, [](absl::Span<const DType>) { return false; }).empty());
  CHECK(ProbeElementTypes(0, [](absl::Span<const DType>) { return true; }).empty());
}

TEST_CASE("element types: families have names", "[tools]") {
  CHECK(DescribeElementTypes(AllDTypes()) == "any");
  CHECK(DescribeElementTypes({}).empty());
  CHECK(DescribeElementTypes({DType::kUInt8, DType::kFloat64, DType::kUInt16, DType::kUInt32, DType::kUInt64,
                              DType::kBool}) == "unsigned, float64, bool");
}

}  // namespace
}  // namespace baton
