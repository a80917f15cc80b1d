// RelayBuilder: appends typed operator calls to a region; what the converters of Relay's operators
// (relay_ops/*.cc) build with. Errors do not interrupt a converter: the first is kept, and calls after it
// return absent operands.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "compiler/ir/inference_scope.h"
#include "compiler/ir/module.h"
#include "vm/core/attributes.h"
#include "vm/core/tensor.h"

namespace baton {

// One extent of a shape under construction: a number, or an operand int64[1].
using RelayExtent = std::variant<int64_t, ir::Atom>;

class RelayBuilder {
 public:
  // All must outlive the builder.
  RelayBuilder(ir::Module& module, ir::Region* region, ir::InferenceScope& scope)
      : module_(module), region_(region), scope_(scope) {}

  // Where bindings go, and what they are called.
  void set_region(ir::Region* region) { region_ = region; }
  void set_location(int32_t location) { location_ = location; }
  void set_name_hint(absl::string_view hint) { hint_ = std::string(hint); }
  ir::Module& module() { return module_; }
  // Says what a tuple consists of, so that Fields needs no projections. Its fields must be visible wherever
  // the tuple is.
  void RegisterTuple(const ir::Var* tuple, std::vector<ir::Atom> fields) {
    tuples_[tuple] = std::move(fields);
  }

  // Appends a binding and types it. REQUIRES: an OpCall, MakeTuple or Project.
  ir::Atom Bind(ir::Expr expr);
  // Appends a call of a registry operator: its value, a tuple when it has several results. Trailing optional
  // operands may be left out.
  ir::Atom Call(absl::string_view op, std::vector<ir::Atom> args, const Attributes& attributes = {});
  ir::Atom Call(const OpDef& op, const OpAttrs& attrs, std::vector<ir::Atom> args);
  ir::Atom Tuple(std::vector<ir::Atom> fields);
  ir::Atom Field(ir::Atom tuple, int index);
  std::vector<ir::Atom> Fields(ir::Atom tuple);

  // Constants.
  ir::Atom Constant(Tensor tensor) { return module_.NewConstant(std::move(tensor)); }
  ir::Atom Ints(absl::Span<const int64_t> values);  // int64[n]
  ir::Atom Int(int64_t value);                      // int64, rank 0
  ir::Atom Scalar(DType dtype, double value);       // rank 0; rounded, saturated
  ir::Atom ScalarLike(ir::Atom like, double value) { return Scalar(ElementType(like), value); }
  // The elements of an integer constant; nullopt for anything else.
  static std::optional<std::vector<int64_t>> ConstantInts(ir::Atom value);

  // Types. What an error left absent is a float32 of unknown rank.
  TensorType TypeOf(ir::Atom value);
  DType ElementType(ir::Atom value) { return TypeOf(value).dtype; }
  // The rank, which must be known; 0 after an error. `what` names the value in the error.
  int Rank(ir::Atom value, absl::string_view what = "data");
  // `axis` in [-rank, rank) counted from the front; 0 after an error.
  int Axis(int64_t axis, int rank);

  // Small steps that many converters are made of.
  ir::Atom Cast(ir::Atom value, DType dtype);  // the value itself when it has the type already
  ir::Atom CastLike(ir::Atom value, ir::Atom like) { return Cast(value, ElementType(like)); }
  ir::Atom Transpose(ir::Atom value, absl::Span<const int64_t> axes);  // the value itself when nothing moves
  ir::Atom Unsqueeze(ir::Atom value, absl::Span<const int64_t> axes);  // axes of the result, in order
  ir::Atom Concatenate(std::vector<ir::Atom> parts, int64_t axis);
  // A vector that broadcasts along `axis` of a tensor of rank `rank`.
  ir::Atom AlongAxis(ir::Atom vector, int axis, int rank);
  ir::Atom Reduce(absl::string_view op, ir::Atom value, absl::Span<const int64_t> axes, bool keepdims);
  // An integer or float of one element with rank 0.
  ir::Atom AsScalar(ir::Atom value);

  // Shapes.
  ir::Atom ShapeOf(ir::Atom value) { return Call("shape_of", {value}); }
  // Extents [first, last) of a value of known rank.
  std::vector<RelayExtent> Extents(ir::Atom value, int first, int last);
  std::vector<RelayExtent> Extents(ir::Atom value) { return Extents(value, 0, Rank(value)); }
  RelayExtent Extent(ir::Atom value, int axis);
  // A shape operand, int64[n].
  ir::Atom ShapeOperand(absl::Span<const RelayExtent> extents);
  // "add", "subtract", "multiply", "floor_divide" of two extents.
  RelayExtent Arithmetic(absl::string_view op, const RelayExtent& a, const RelayExtent& b);
  RelayExtent Product(absl::Span<const RelayExtent> extents);
  // An extent as an int64 of rank 0.
  ir::Atom ExtentScalar(const RelayExtent& extent);
  // Exactly these extents, no codes but -1, which is inferred. The value itself when it has this shape.
  ir::Atom Reshape(ir::Atom value, absl::Span<const RelayExtent> extents);
  // `value`, whose axis has the extent: an error or a check at run time where that is not so.
  ir::Atom RequireExtent(ir::Atom value, int axis, int64_t extent, absl::string_view what);

  // Keeps the first error.
  void Invalid(absl::string_view message) { Fail(absl::InvalidArgumentError(message)); }
  void Unsupported(absl::string_view message) { Fail(absl::UnimplementedError(message)); }
  void Fail(absl::Status status);
  bool ok() const { return status_.ok(); }
  // The first error, which is forgotten.
  absl::Status TakeStatus();

 private:
  ir::Module& module_;
  ir::Region* region_;
  ir::InferenceScope& scope_;
  int32_t location_ = 0;
  std::string hint_ = "v";
  std::unordered_map<const ir::Var*, std::vector<ir::Atom>> tuples_;
  absl::Status status_;
};

}  // namespace baton
