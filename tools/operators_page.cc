#include "tools/operators_page.h"

#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "compiler/import/onnx.h"
#include "ops/registry.h"
#include "tools/element_type_probe.h"
#include "tools/operator_facts.h"

namespace baton {
namespace {

constexpr char kHead[] = R"(# Operators

Made by `baton operators` from the definitions themselves; `tests/tools/operators_test.cc` fails when this page is not
current, and with `BATON_UPDATE_GOLDEN=1` in the environment rewrites it.

**Element types** were found by asking the type rules: *floats* are float32, float64, float16 and bfloat16, *signed* int8
to int64, *unsigned* uint8 to uint64, *any* these and bool. One entry for each input, unless all are the same.

**Shape** says what decides the extents of the result. *shapes*: those of the inputs and attributes, so that they are known
as expressions in the model's symbolic dimensions. *values*: values of integer inputs too, which may be constants, shape
arithmetic (then as *shapes*) or come at run time. *data*: only the kernel knows, while it runs.

**Kernels** are tried in this order; all run on the CPU.

## ONNX

The operators of the default domain, by the versions of the operator set in which they are imported. What several operators
stand for is composed of them; shape arithmetic among them is gone when the model is compiled; *nothing* stands for a value
that is there already. Types and shape are those of a node with the inputs that must be there. A dash: the node has graphs
or needs more than its inputs to be made up, see `compiler/import/onnx_ops/`.

| operator | opsets | becomes | element types | shape | kernels |
|---|---|---|---|---|---|
)";
constexpr char kBatonHead[] = R"(
## Baton

The registry's operators, those of the IR and of `baton.` in Relay text.
)";

// Text in a cell of a table.
std::string Cell(absl::string_view text) {
  return text.empty() ? "-" : absl::StrReplaceAll(text, {{"|", "\\|"}, {"\n", " "}});
}

absl::string_view ShapeText(ShapeSource shape) {
  switch (shape) {
    case ShapeSource::kShapes:
      return "shapes";
    case ShapeSource::kValues:
      return "values";
    case ShapeSource::kData:
      return "data";
    case ShapeSource::kUnknown:
      return "-";
  }
  return "";
}

// "floats", or "any; int32, int64" for inputs that differ.
std::string TypesText(const std::vector<std::vector<DType>>& inputs) {
  const bool same = absl::c_all_of(inputs, [&](const auto& types) { return types == inputs[0]; });
  if (same && !inputs.empty()) return DescribeElementTypes(inputs[0]);
  return absl::StrJoin(inputs, "; ", [](std::string* out, const std::vector<DType>& types) {
    absl::StrAppend(out, DescribeElementTypes(types));
  });
}

// Of all `operators`, each once, in the order in which they are tried; the portable one serves everything.
std::string KernelsText(const std::vector<const OpDef*>& operators) {
  std::vector<std::string> names;
  for (const OpDef* op : operators) {
    for (const KernelDef& kernel : op->kernels) {
      if (kernel.name != "portable" && !absl::c_linear_search(names, kernel.name))
        names.push_back(kernel.name);
    }
  }
  if (!operators.empty()) names.emplace_back("portable");
  return absl::StrJoin(names, ", ");
}

std::string OpsetsText(const OnnxOp& row) {
  if (row.last_version >= kNewestOpset) return absl::StrCat(row.first_version, "+");
  if (row.first_version == row.last_version) return absl::StrCat(row.first_version);
  return absl::StrCat(row.first_version, "-", row.last_version);
}

std::string OnnxRow(const OnnxOp& row) {
  const OnnxOperatorFacts facts = FactsOf(row);
  const std::string becomes = absl::StrJoin(facts.operators, ", ", [](std::string* out, const OpDef* op) {
    absl::StrAppend(out, "`", op->name, "`");
  });
  return absl::StrCat("| ", row.name, " | ", OpsetsText(row), " | ",
                      facts.probed && becomes.empty() ? "*nothing*" : Cell(becomes), " | ",
                      Cell(TypesText(facts.element_types)), " | ",
                      facts.probed ? ShapeText(facts.shape) : "-", " | ", Cell(KernelsText(facts.operators)),
                      " |\n");
}

std::string InputRow(const InputDef& input, absl::Span<const DType> types) {
  std::vector<std::string> notes;
  if (input.optional) notes.emplace_back("optional");
  if (input.variadic) notes.emplace_back("one or more");
  if (input.decides_shape) notes.emplace_back("decides the shape");
  const std::string note = notes.empty() ? "" : absl::StrCat(" (", absl::StrJoin(notes, ", "), ")");
  return absl::StrCat("- `", input.name, "`", note, types.empty() ? "" : ": ", DescribeElementTypes(types),
                      "\n");
}

std::string OperatorSection(const OpDef& op) {
  const OperatorFacts facts = FactsOf(op);
  std::string text = absl::StrCat("\n### ", op.name, "\n\n", op.doc, "\n\n");
  for (size_t i = 0; i < op.inputs.size(); ++i) {
    const bool known = i < facts.element_types.size();
    text += InputRow(op.inputs[i],
                     known ? absl::MakeConstSpan(facts.element_types[i]) : absl::Span<const DType>());
  }
  for (const AttrDef& attr : op.attrs) {
    const AttributeValue value = attr.get(op.make_attrs().get());
    absl::StrAppend(&text, "- attribute `", attr.name, "`: ", attr.doc,
                    attr.required ? "; required" : absl::StrCat("; default ", AttributeString(value)), "\n");
  }
  if (op.outputs.size() > 1) absl::StrAppend(&text, "- outputs: `", absl::StrJoin(op.outputs, "`, `"), "`\n");
  absl::StrAppend(&text, "- shape: ", ShapeText(facts.shape), "; kernels: ", KernelsText({&op}), "\n");
  return text;
}

}  // namespace

std::string OperatorsPage() {
  std::string page = kHead;
  for (const OnnxOp& row : AllOnnxOps()) page += OnnxRow(row);
  page += kBatonHead;
  for (const OpDef* op : AllOps()) page += OperatorSection(*op);
  return page;
}

}  // namespace baton
