#include "tools/conformance_data.h"

#include <algorithm>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "compiler/import/onnx_test_data.h"
#include "tools/file_io.h"
#include "vm/core/status.h"

namespace baton {
namespace {

namespace fs = std::filesystem;

constexpr double kBFloat16Tolerance = 1.0 / 64;

// Upstream's files from before numpy knew bfloat16 hold its bits as uint16.
Value AsDeclared(Value value, const Type& declared) {
  if (!declared.is_tensor() || declared.tensor().dtype != DType::kBFloat16 || !value.is_tensor() ||
      value.tensor()->dtype != DType::kUInt16) {
    return value;
  }
  const Tensor& bits = value.tensor();
  return Tensor::Wrap(DType::kBFloat16, bits.shape(), bits->data, [bits] {});
}

absl::StatusOr<OnnxValueKind> KindOfFile(const Parameter& parameter) {
  if (const std::optional<OnnxValueKind> kind = OnnxValueKindOf(parameter.type)) return *kind;
  return absl::UnimplementedError(
      absl::StrCat("test data of type ", parameter.type.ToString(), ", for '", parameter.name, "'"));
}

// `kind`_0.pb, `kind`_1.pb, ... as far as they go.
std::vector<std::string> NumberedFiles(const std::string& folder, absl::string_view kind) {
  std::vector<std::string> paths;
  while (true) {
    std::string path = absl::StrCat(folder, "/", kind, "_", paths.size(), ".pb");
    std::error_code error;
    if (!fs::exists(path, error)) return paths;
    paths.push_back(std::move(path));
  }
}

absl::StatusOr<std::vector<Value>> ReadValues(const std::string& folder, absl::string_view kind,
                                              const std::vector<Parameter>& parameters) {
  const std::vector<std::string> paths = NumberedFiles(folder, kind);
  if (paths.size() != parameters.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("has ", paths.size(), " ", kind, "s, the model has ", parameters.size()));
  }
  std::vector<Value> values;
  for (size_t i = 0; i < paths.size(); ++i) {
    BATON_ASSIGN_OR_RETURN(const OnnxValueKind file_kind, KindOfFile(parameters[i]));
    BATON_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(paths[i]));
    BATON_ASSIGN_OR_RETURN(Value value,
                           ParseOnnxValue(bytes, file_kind, fs::path(paths[i]).filename().string()));
    values.push_back(AsDeclared(std::move(value), parameters[i].type));
  }
  return values;
}

bool SameStructure(const Value& a, const Value& b) {
  if (a.kind() != b.kind()) return false;
  if (a.kind() == Value::Kind::kNone) return true;
  if (a.is_tensor())
    return a.tensor()->dtype == b.tensor()->dtype && a.tensor()->shape() == b.tensor()->shape();
  return a.fields().size() == b.fields().size() && (!a.is_data() || a.constructor() == b.constructor());
}

bool HasFields(const Value& value) {
  return value.kind() != Value::Kind::kNone && !value.is_tensor();
}

}  // namespace

absl::StatusOr<DataSet> ReadDataSet(const std::string& folder, const EntryPoint& entry) {
  DataSet data;
  data.name = fs::path(folder).filename().string();
  BATON_ASSIGN_OR_RETURN(data.inputs, ReadValues(folder, "input", entry.inputs));
  BATON_ASSIGN_OR_RETURN(data.outputs, ReadValues(folder, "output", entry.outputs));
  return data;
}

Comparison CompareValues(const Value& got, const Value& expected, const Tolerance& tolerance) {
  if (!SameStructure(got, expected)) {
    return {CaseOutcome::kWrongType, absl::StrCat("got ", Describe(got), ", expected ", Describe(expected))};
  }
  if (got.is_tensor()) {
    Tolerance allowed = tolerance;
    if (got.tensor()->dtype == DType::kBFloat16)
      allowed.relative = std::max(allowed.relative, kBFloat16Tolerance);
    const absl::Status same = CompareTensors(*got.tensor(), *expected.tensor(), allowed);
    if (!same.ok()) return {CaseOutcome::kWrongValue, std::string(same.message())};
    return {};
  }
  for (size_t i = 0; HasFields(got) && i < got.fields().size(); ++i) {
    Comparison part = CompareValues(got.fields()[i], expected.fields()[i], tolerance);
    if (part.outcome == CaseOutcome::kPassed) continue;
    part.message = absl::StrCat("element ", i, ": ", part.message);
    return part;
  }
  return {};
}

Comparison CompareOutputs(absl::Span<const Value> got, absl::Span<const Value> expected,
                          const std::vector<Parameter>& outputs, const Tolerance& tolerance) {
  for (size_t i = 0; i < expected.size(); ++i) {
    Comparison one = CompareValues(got[i], expected[i], tolerance);
    if (one.outcome == CaseOutcome::kPassed) continue;
    one.message = absl::StrCat("output ", i, " '", outputs[i].name, "': ", one.message);
    return one;
  }
  return {};
}

bool SameBits(absl::Span<const Value> a, absl::Span<const Value> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Value& x, const Value& y) {
    if (!SameStructure(x, y)) return false;
    if (x.is_tensor()) return BitwiseEqual(x.tensor(), y.tensor());
    return !HasFields(x) || SameBits(x.fields(), y.fields());
  });
}

}  // namespace baton
