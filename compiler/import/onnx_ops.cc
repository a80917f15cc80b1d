#include "compiler/import/onnx_ops.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "compiler/import/onnx.h"
#include "compiler/import/onnx_ops/converters.h"

namespace baton {
namespace {

constexpr OnnxOp kOnnxOps[] = {
#define ONNX_OP(name, first, last, min_inputs, max_inputs, max_outputs, converter) \
  {#name, first, last, min_inputs, max_inputs, max_outputs, converter, nullptr},
#define ONNX_SAME(name, first, last, min_inputs, max_inputs, op) \
  {#name, first, last, min_inputs, max_inputs, 1, nullptr, op},
#define ONNX_PREVIEW_OP(name, first, last, min_inputs, max_inputs, max_outputs, converter) \
  {"ai.onnx.preview." #name, first, last, min_inputs, max_inputs, max_outputs, converter, nullptr},
#include "compiler/import/onnx_ops.def"
#undef ONNX_PREVIEW_OP
#undef ONNX_OP
#undef ONNX_SAME
};

bool NameLess(const OnnxOp& a, const OnnxOp& b) {
  return std::strcmp(a.name, b.name) < 0;
}

const std::vector<OnnxOp>& SortedByName() {
  static const std::vector<OnnxOp>& sorted = *[] {
    auto* ops = new std::vector<OnnxOp>(std::begin(kOnnxOps), std::end(kOnnxOps));
    std::stable_sort(ops->begin(), ops->end(), NameLess);
    return ops;
  }();
  return sorted;
}

}  // namespace

absl::Span<const OnnxOp> AllOnnxOps() {
  return SortedByName();
}

const OnnxOp* FindOnnxOp(absl::string_view name, int64_t version) {
  const std::vector<OnnxOp>& ops = SortedByName();
  auto op = std::lower_bound(ops.begin(), ops.end(), name, [](const OnnxOp& row, absl::string_view value) {
    return absl::string_view(row.name) < value;
  });
  for (; op != ops.end() && absl::string_view(op->name) == name; ++op) {
    if (op->first_version <= version && version <= op->last_version) return &*op;
  }
  return nullptr;
}

}  // namespace baton
