#include "compiler/text/relay_operators.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "compiler/text/relay_ops/converters.h"
#include "ops/registry.h"
#include "vm/core/status.h"

namespace baton {
namespace {

using ir::Atom;

constexpr absl::string_view kRegistryPrefix = "baton.";

// The registry's operator `op` under `name`; a variadic tail is one tuple argument.
RelayOperator SameRow(absl::string_view name, const OpDef* op) {
  BATON_CHECK(op != nullptr);
  RelayOperator row;
  row.name = std::string(name);
  row.same = op;
  row.max_args = static_cast<int>(op->inputs.size());
  row.min_args = static_cast<int>(
      std::count_if(op->inputs.begin(), op->inputs.end(), [](const InputDef& i) { return !i.optional; }));
  return row;
}

RelayOperator Row(absl::string_view name, int min_args, int max_args, absl::string_view schema,
                  RelayConverter convert, RelayInference infer) {
  RelayOperator row;
  row.name = std::string(name);
  row.min_args = min_args;
  row.max_args = max_args;
  row.schema = RelaySchema(schema);
  row.convert = convert;
  row.infer = infer;
  return row;
}

RelayOperator RefusedRow(absl::string_view name, absl::string_view reason) {
  RelayOperator row;
  row.name = std::string(name);
  row.max_args = kAnyNumberOfArguments;
  row.refusal = reason;
  return row;
}

// Schemas that families share.
constexpr absl::string_view kReduceSchema =
    "axis: ints? = None; keepdims: bool = False; exclude: bool = False";
constexpr absl::string_view kArgReduceSchema =
    "axis: ints? = None; keepdims: bool = False; select_last_index: bool = False; exclude: bool = False";
constexpr absl::string_view kCumulateSchema =
    "axis: int? = None; dtype: dtype? = None; exclusive: bool = False";
#define CONV_SCHEMA(ones, zeros, data_layout, kernel_layout)                                                \
  "strides: ints = " ones "; padding: ints = " zeros "; dilation: ints = " ones                             \
  "; groups: int = 1; channels: int? = None; kernel_size: ints? = None; data_layout: string = " data_layout \
  "; kernel_layout: string = " kernel_layout "; out_layout: string? = None; out_dtype: dtype? = None"
#define POOL_SCHEMA(ones, zeros, layout)                                                         \
  "pool_size: ints; strides: ints = " ones "; dilation: ints = " ones "; padding: ints = " zeros \
  "; layout: string = " layout "; out_layout: string? = None; ceil_mode: bool = False"
#define RESIZE_SCHEMA                                                                      \
  "roi: floats? = None; layout: string = NCHW; method: string = linear; "                  \
  "coordinate_transformation_mode: string = half_pixel; rounding_method: string = round; " \
  "cubic_alpha: float = -0.5; cubic_exclude: int = 0; extrapolation_value: float = 0; "    \
  "out_dtype: dtype? = None"
#define ADAPTIVE_SCHEMA(layout) \
  "output_size: ints? = None; layout: string = " layout "; out_layout: string? = None"
constexpr absl::string_view kLoweredDialect =
    "belongs to the dialect inside TVM's pipeline; dump the module before its lowering passes";

std::vector<RelayOperator> MakeRows() {
  return {
#define RELAY_SAME(name) SameRow(name, FindOp(name)),
#define RELAY_AS(name, registry_name) SameRow(name, FindOp(registry_name)),
#define RELAY_OP(name, min_args, max_args, schema, converter) \
  Row(name, min_args, max_args, schema, converter, nullptr),
#define RELAY_INFERRED(name, min_args, max_args, schema, converter, infer) \
  Row(name, min_args, max_args, schema, converter, infer),
#define RELAY_REFUSED(name, reason) RefusedRow(name, reason),
#include "compiler/text/relay_operators.def"
#undef RELAY_SAME
#undef RELAY_AS
#undef RELAY_OP
#undef RELAY_INFERRED
#undef RELAY_REFUSED
  };
}

// Rows never move once the table is made.
class Table {
 public:
  Table() : relay_(MakeRows()) {
    for (const RelayOperator& row : relay_) {
      BATON_CHECK(by_name_.emplace(row.name, &row).second);
    }
    for (const OpDef* op : AllOps()) {
      const auto known = by_name_.find(op->name);
      if (known == by_name_.end()) AddRegistryRow(op->name, op);
      AddRegistryRow(absl::StrCat(kRegistryPrefix, op->name), op);
    }
  }

  absl::Span<const RelayOperator> relay() const { return relay_; }
  const RelayOperator* Find(absl::string_view name) const {
    const auto row = by_name_.find(name);
    return row == by_name_.end() ? nullptr : row->second;
  }

 private:
  void AddRegistryRow(absl::string_view name, const OpDef* op) {
    registry_.push_back(std::make_unique<RelayOperator>(SameRow(name, op)));
    by_name_.emplace(registry_.back()->name, registry_.back().get());
  }

  std::vector<RelayOperator> relay_;
  std::vector<std::unique_ptr<RelayOperator>> registry_;
  std::map<absl::string_view, const RelayOperator*> by_name_;
};

const Table& TheTable() {
  static const Table& table = *new Table();
  return table;
}

absl::Status Prefixed(const RelayOperator& op, const absl::Status& status) {
  const std::string prefix = absl::StrCat(op.name, ": ");
  if (absl::StartsWith(status.message(), prefix)) return status;
  return absl::Status(status.code(), absl::StrCat(prefix, status.message()));
}

absl::Status CheckArgumentCount(const RelayOperator& op, size_t count) {
  const size_t min = static_cast<size_t>(op.min_args), max = static_cast<size_t>(op.max_args);
  if (count >= min && count <= max) return absl::OkStatus();
  const std::string expected = min == max ? absl::StrCat(min) : absl::StrCat(min, " to ", max);
  return absl::InvalidArgumentError(
      absl::StrCat(op.name, ": has ", count, " arguments, expected ", expected));
}

// A call of the registry's own operator: a variadic tail comes as a tuple.
Atom ConvertSame(const RelayAttributes& attributes, std::vector<Atom> args, RelayBuilder& builder) {
  const OpDef& op = *attributes.op().same;
  if (op.IsVariadic() && args.size() == op.inputs.size()) {
    const Atom tail = args.back();
    args.pop_back();
    for (const Atom& field : builder.Fields(tail)) args.push_back(field);
    if (args.size() < op.inputs.size()) builder.Invalid("its tuple is empty");
  }
  return builder.ok() ? builder.Call(op, attributes.same(), std::move(args)) : Atom();
}

}  // namespace

const RelayOperator* FindRelayOperator(absl::string_view name) {
  return TheTable().Find(name);
}

absl::Span<const RelayOperator> AllRelayOperators() {
  return TheTable().relay();
}

bool NeedsBatonPrefix(absl::string_view name) {
  const RelayOperator* row = TheTable().Find(name);
  return row != nullptr && (row->same == nullptr || row->same->name != name);
}

absl::StatusOr<RelayAttributes> ParseRelayAttributes(const RelayOperator& op,
                                                     absl::Span<const text::AttributeSyntax> attributes) {
  if (!op.refusal.empty()) return absl::UnimplementedError(absl::StrCat(op.name, ": ", op.refusal));
  if (op.same != nullptr) {
    absl::StatusOr<Attributes> values = ToRegistryAttributes(attributes);
    if (!values.ok()) return Prefixed(op, values.status());
    absl::StatusOr<OpAttrs> attrs = op.same->ParseAttrs(*values);
    if (!attrs.ok()) return Prefixed(op, attrs.status());
    return RelayAttributes(&op, *std::move(attrs));
  }
  absl::StatusOr<std::vector<RelayValue>> values = op.schema.Parse(attributes);
  if (!values.ok()) return Prefixed(op, values.status());
  return RelayAttributes(&op, *std::move(values));
}

bool InferRelayArguments(const RelayOperator& op, const RelayAttributes& attributes, absl::Span<Type> args) {
  const auto unknown = [&] {
    return std::count_if(args.begin(), args.end(),
                         [](const Type& type) { return type.kind() == Type::Kind::kUnknown; });
  };
  const auto before = unknown();
  if (op.infer == nullptr || before == 0 || args.size() < static_cast<size_t>(op.min_args)) return false;
  op.infer(attributes, args);
  return unknown() < before;
}

absl::StatusOr<Atom> ConvertRelayCall(const RelayOperator& op, const RelayAttributes& attributes,
                                      std::vector<Atom> args, RelayBuilder& builder) {
  BATON_RETURN_IF_ERROR(CheckArgumentCount(op, args.size()));
  const Atom result = op.same != nullptr ? ConvertSame(attributes, std::move(args), builder)
                                         : op.convert(builder, attributes, args);
  if (absl::Status status = builder.TakeStatus(); !status.ok()) return Prefixed(op, status);
  return result;
}

}  // namespace baton
