// OpDef: everything that Baton knows about one operator: name, typed attributes, inputs, type rule, kernels,
// documentation. One per file under ops/, listed in op_list.def. The importer, the text form, the compiler
// and the kernel resolver all read this definition; none of them knows an operator by name.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "vm/core/attributes.h"
#include "vm/core/dim.h"
#include "vm/core/kernel.h"
#include "vm/core/status.h"
#include "vm/core/tensor.h"
#include "vm/core/type.h"

namespace baton {

class OpDef;

// The attributes of one call: an immutable typed struct, checked against the operator's schema when made.
// Cheap to copy.
class OpAttrs {
 public:
  OpAttrs() = default;
  OpAttrs(const OpDef* op, std::shared_ptr<const void> attrs) : op_(op), attrs_(std::move(attrs)) {}
  const OpDef* op() const { return op_; }
  // REQUIRES: Attrs is the struct given to MakeOp for op().
  template <typename Attrs>
  const Attrs& As() const {
    return *static_cast<const Attrs*>(attrs_.get());
  }
  const void* raw() const { return attrs_.get(); }
  // By reflection, in schema order.
  Attributes ToAttributes() const;

 private:
  const OpDef* op_ = nullptr;
  std::shared_ptr<const void> attrs_;
};

// What a type rule sees. Implemented by type inference (symbolic) and by bound kernels (constants).
class TypeContext {
 public:
  virtual ~TypeContext() = default;
  virtual int num_inputs() const = 0;
  // Null for an absent optional input.
  virtual const TensorType* input(int index) const = 0;
  // The elements of an integer input of rank 0 or 1 as Dims, if they are known (symbolically); nullptr
  // otherwise.
  virtual const std::vector<Dim>* InputValue(int index) = 0;
  // The same for an input of any rank, row-major; for element rules, not for type rules.
  virtual const std::vector<Dim>* InputElements(int index) { return InputValue(index); }
  // A new non-negative symbol for a data-dependent extent.
  virtual Dim FreshDim(absl::string_view hint) = 0;
  // Requires a == b: an error when provably different, a run-time check when not provable. `what` names the
  // two in the message: "contraction extents of data and weight".
  virtual absl::Status RequireEqual(const Dim& a, const Dim& b, absl::string_view what) = 0;
  // Requires a >= b in the same manner.
  virtual absl::Status RequireAtLeast(const Dim& a, const Dim& b, absl::string_view what) = 0;
  // The broadcast of two extents, requiring that they are equal or one of them is 1.
  virtual absl::StatusOr<Dim> BroadcastDim(const Dim& a, const Dim& b) = 0;

  bool HasInput(int index) const { return index < num_inputs() && input(index) != nullptr; }
  bool AllRanked() const;  // every present input has known rank
};

// Broadcasts shapes numpy style. Unranked if any is.
absl::StatusOr<Shape> BroadcastShapes(TypeContext& context, absl::Span<const Shape* const> shapes);
// `axis` in [-rank, rank) as a non-negative axis. Errors: InvalidArgument "axis 3 is outside [-2, 2)".
absl::StatusOr<int> NormalizeAxis(int64_t axis, int rank);

// How the scalar form of an operator is computed on unboxed elements. kNone: it has none. The compiler's
// unbox_scalars pass and lowering map each to opcodes; float results are rounded to the element type.
enum class ScalarForm : uint8_t {
  kNone,
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kModulo,
  kFloorDivide,
  kFloorModulo,
  kMinimum,
  kMaximum,
  kNegative,
  kAbs,
  kSqrt,
  kFloor,
  kCeil,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kAnd,
  kOr,
  kXor,
  kNot,
  kSelect,  // where(condition, a, b)
  kCast,
};

// How results move with respect to inputs: operators that only rearrange whole elements of small integer
// vectors are followed by value tracking (shape arithmetic) in type inference and become no instructions at
// all.
using ElementRule = std::function<absl::StatusOr<std::vector<int>>(TypeContext& context, const void* attrs)>;

// The elements of a small integer result as Dims, when they follow from the inputs' types (shape_of,
// ndarray_size). False when they do not.
using ValueRule = std::function<bool(TypeContext& context, const void* attrs, std::vector<Dim>* elements)>;

// Of an operator with several results: a call that gives one of them alone, with the default attributes of
// `op`, of the operator's first input followed by `operands`.
struct ResultCall {
  const OpDef* op = nullptr;
  std::vector<Tensor> operands;
};
// None when there is no such call, or when it does not follow from the types of the results.
using ResultRule =
    std::function<std::optional<ResultCall>(const void* attrs, const TensorTypes& results, int index)>;
// The floating-point operations (or the integer ones that stand in their place) of one call, from the extents
// of its operands; estimates need no more than the right order. All types have ranks; `inputs` is null where
// an input is absent. May be opaque.
using CostRule = std::function<Dim(absl::Span<const TensorType* const> inputs,
                                   absl::Span<const TensorType> outputs, const void* attrs)>;

enum class Fusion : uint8_t { kElementwise, kBroadcast, kInjective, kReduction, kOpaque };

struct InputDef {
  std::string name;
  bool optional = false;
  bool variadic = false;                      // the last input only: one or more
  bool decides_shape = false;                 // its integer values decide the result's shape
  InputDef(const char* name) : name(name) {}  // NOLINT: most inputs are just a name
  InputDef Optional() const {
    InputDef d = *this;
    d.optional = true;
    return d;
  }
  InputDef Variadic() const {
    InputDef d = *this;
    d.variadic = true;
    return d;
  }
  InputDef DecidesShape() const {
    InputDef d = *this;
    d.decides_shape = true;
    return d;
  }
};

// A kernel of the simple sort: a function. Attrs as declared; see Kernel::Run for what is guaranteed.
struct KernelCall {
  KernelContext& context;
  absl::Span<TensorObject* const> inputs;  // one per operator input, null where absent
  absl::Span<TensorObject*> outputs;
};
using KernelFunction = std::function<absl::Status(const void* attrs, KernelCall& call)>;

// What a kernel with preparation (prepacked weights, per-shape primitives) implements. Immutable once made.
class PreparedKernel {
 public:
  virtual ~PreparedKernel() = default;
  virtual std::unique_ptr<KernelState> MakeState() const { return nullptr; }
  virtual absl::Status Run(KernelCall& call) const = 0;
};
// Makes a PreparedKernel for a call site; null when this kernel does not serve it (the next in the list is
// tried).
using KernelFactory = std::function<absl::StatusOr<std::unique_ptr<PreparedKernel>>(const OpAttrs& attrs,
                                                                                    const KernelSpec& spec)>;

struct KernelDef {
  std::string name;  // "portable", "onednn", "openblas"
  std::variant<KernelFunction, KernelFactory> make;
};

// One attribute: name, how to read and write the field, documentation.
struct AttrDef {
  std::string name;
  std::string doc;
  bool required = false;
  std::function<absl::Status(void* attrs, const AttributeValue& value)> set;  // checks the type
  std::function<AttributeValue(const void* attrs)> get;
};

class OpDef {
 public:
  std::string name;  // Relay's name where Relay has the operator: "nn.conv2d"; else ONNX's in snake_case
  std::string doc;   // what it computes, with its source
  std::vector<InputDef> inputs;
  std::vector<std::string> outputs = {"output"};  // more than one: the call's type is a tuple
  std::vector<AttrDef> attrs;
  std::function<std::shared_ptr<void>()> make_attrs;
  std::function<absl::Status(TypeContext&, const void* attrs, TensorTypes* result)> type;
  std::function<absl::Status(const void* attrs)> check_attrs;  // may be null
  ScalarForm scalar = ScalarForm::kNone;
  ScalarForm fold = ScalarForm::kNone;  // of reductions: all elements of the first input joined by this form
  ElementRule elements;                 // may be null
  ValueRule values;                     // may be null
  ResultRule result_alone;              // may be null
  CostRule flops;                       // may be null: one per element of the largest operand or result
  bool is_view = false;  // the result has the first input's bytes in the same order, only another shape
  bool variadic_outputs = false;  // as many outputs as the type rule returns (split)
  bool pure = true;
  Fusion fusion = Fusion::kOpaque;
  std::vector<KernelDef> kernels;  // tried in order; the last is the portable one and serves everything

  // Builds the typed attributes from data; missing ones take their defaults. Errors: InvalidArgument for
  // unknown names, wrong kinds, missing required ones, and what check_attrs refuses; all name operator and
  // attribute.
  absl::StatusOr<OpAttrs> ParseAttrs(const Attributes& attributes) const;
  OpAttrs DefaultAttrs() const;  // REQUIRES: no required attributes
  bool IsVariadic() const { return !inputs.empty() && inputs.back().variadic; }
  // The definition of input `index`, following a variadic tail.
  const InputDef& input(int index) const;
};

namespace internal {
template <typename Field>
absl::Status SetField(Field* field, const AttributeValue& value) {
  if constexpr (std::is_same_v<Field, double>) {
    if (const auto* i = std::get_if<int64_t>(&value))
      return *field = static_cast<double>(*i), absl::OkStatus();
  }
  if constexpr (std::is_same_v<Field, bool>) {
    if (const auto* i = std::get_if<int64_t>(&value)) return *field = *i != 0, absl::OkStatus();
  }
  if constexpr (std::is_same_v<Field, std::vector<double>> ||
                std::is_same_v<Field, std::vector<std::string>>) {
    // An empty list has no element kind of its own.
    if (const auto* i = std::get_if<std::vector<int64_t>>(&value); i != nullptr && i->empty())
      return field->clear(), absl::OkStatus();
  }
  if constexpr (std::is_same_v<Field, DType>) {
    // Text writes element types as strings.
    if (const auto* name = std::get_if<std::string>(&value)) {
      const std::optional<DType> dtype = DTypeFromName(*name);
      if (!dtype) return absl::InvalidArgumentError("is no element type");
      return *field = *dtype, absl::OkStatus();
    }
  }
  const Field* typed = std::get_if<Field>(&value);
  if (typed == nullptr) return absl::InvalidArgumentError("has the wrong type");
  *field = *typed;
  return absl::OkStatus();
}

// Every type rule ends here: refuses results of too high rank or negative extents, and makes an error say the
// operator and its input types: "nn.relu: data must be a float (data Tensor[(2), bool])".
absl::Status FinishTypeRule(absl::string_view op, absl::Span<const InputDef> inputs,
                            const TypeContext& context, absl::Status status, const TensorTypes& result);
}  // namespace internal

// {"axis", &SoftmaxAttrs::axis, "axis to normalise"}: one reflected attribute. Field types: bool, int64_t,
// double, std::string, DType and vectors of int64_t, double, std::string.
template <typename Attrs>
struct Attr {
  AttrDef def;
  template <typename Field>
  Attr(const char* name, Field Attrs::*field, const char* doc, bool required = false) {
    def.name = name;
    def.doc = doc;
    def.required = required;
    def.set = [field](void* attrs, const AttributeValue& value) {
      return internal::SetField(&(static_cast<Attrs*>(attrs)->*field), value);
    };
    def.get = [field](const void* attrs) { return AttributeValue(static_cast<const Attrs*>(attrs)->*field); };
  }
};

// For operators without attributes.
struct NoAttrs {};

// The typed way to write an OpDef; see ops/nn/softmax.cc for the pattern.
template <typename Attrs>
struct OpSpec {
  std::string name;
  std::string doc;
  std::vector<Attr<Attrs>> attrs = {};
  std::vector<InputDef> inputs;
  std::vector<std::string> outputs = {"output"};
  absl::Status (*type)(TypeContext& context, const Attrs& attrs, TensorTypes* result);
  absl::Status (*check_attrs)(const Attrs& attrs) = nullptr;
  ScalarForm scalar = ScalarForm::kNone;
  // For each element of the result: the index of its source among the elements of all inputs, concatenated in
  // order.
  absl::StatusOr<std::vector<int>> (*elements)(TypeContext& context, const Attrs& attrs) = nullptr;
  bool (*values)(TypeContext& context, const Attrs& attrs, std::vector<Dim>* elements) = nullptr;
  std::optional<ResultCall> (*result_alone)(const Attrs& attrs, const TensorTypes& results,
                                            int index) = nullptr;
  Dim (*flops)(absl::Span<const TensorType* const> inputs, absl::Span<const TensorType> outputs,
               const Attrs& attrs) = nullptr;
  bool is_view = false;
  bool variadic_outputs = false;
  Fusion fusion = Fusion::kOpaque;
  struct KernelSpecOf {
    std::string name;
    absl::Status (*run)(const Attrs& attrs, KernelCall& call) = nullptr;
    absl::StatusOr<std::unique_ptr<PreparedKernel>> (*prepare)(const Attrs& attrs,
                                                               const KernelSpec& spec) = nullptr;
  };
  std::vector<KernelSpecOf> kernels;
};

template <typename Attrs>
OpDef MakeOp(OpSpec<Attrs> spec) {
  OpDef op;
  op.name = std::move(spec.name);
  op.doc = std::move(spec.doc);
  op.inputs = std::move(spec.inputs);
  op.outputs = std::move(spec.outputs);
  for (Attr<Attrs>& attr : spec.attrs) op.attrs.push_back(std::move(attr.def));
  op.make_attrs = [] { return std::static_pointer_cast<void>(std::make_shared<Attrs>()); };
  op.type = [type = spec.type, name = op.name, inputs = op.inputs](TypeContext& context, const void* attrs,
                                                                   TensorTypes* result) {
    absl::Status status = type(context, *static_cast<const Attrs*>(attrs), result);
    return internal::FinishTypeRule(name, inputs, context, std::move(status), *result);
  };
  if (spec.check_attrs != nullptr) {
    op.check_attrs = [check = spec.check_attrs](const void* attrs) {
      return check(*static_cast<const Attrs*>(attrs));
    };
  }
  op.scalar = spec.scalar;
  if (spec.elements != nullptr) {
    op.elements = [elements = spec.elements](TypeContext& context, const void* attrs) {
      return elements(context, *static_cast<const Attrs*>(attrs));
    };
  }
  if (spec.values != nullptr) {
    op.values = [values = spec.values](TypeContext& context, const void* attrs, std::vector<Dim>* result) {
      return values(context, *static_cast<const Attrs*>(attrs), result);
    };
  }
  if (spec.result_alone != nullptr) {
    op.result_alone = [rule = spec.result_alone](const void* attrs, const TensorTypes& results, int index) {
      return rule(*static_cast<const Attrs*>(attrs), results, index);
    };
  }
  if (spec.flops != nullptr) {
    op.flops = [flops = spec.flops](absl::Span<const TensorType* const> inputs,
                                    absl::Span<const TensorType> outputs, const void* attrs) {
      return flops(inputs, outputs, *static_cast<const Attrs*>(attrs));
    };
  }
  op.is_view = spec.is_view;
  op.variadic_outputs = spec.variadic_outputs;
  op.fusion = spec.fusion;
  for (auto& kernel : spec.kernels) {
    if (kernel.prepare != nullptr) {
      op.kernels.push_back({kernel.name, KernelFactory([prepare = kernel.prepare](const OpAttrs& attrs,
                                                                                  const KernelSpec& spec) {
                              return prepare(attrs.As<Attrs>(), spec);
                            })});
    } else {
      op.kernels.push_back(
          {kernel.name, KernelFunction([run = kernel.run](const void* attrs, KernelCall& call) {
             return run(*static_cast<const Attrs*>(attrs), call);
           })});
    }
  }
  return op;
}

}  // namespace baton
