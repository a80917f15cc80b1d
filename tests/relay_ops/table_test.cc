// The table as a whole.
#include <catch2/catch.hpp>
#include <cstdint>

#include "absl/strings/str_split.h"
#include "ops/registry.h"
#include "tests/relay_ops/relay_support.h"

namespace baton::test {
namespace {

// The operators of tables 21.2 to 21.7 of the language specification, in its order.
constexpr absl::string_view kPriorityA = R"(
  add subtract multiply divide power maximum minimum floor_divide floor_mod trunc_divide trunc_mod mod
  equal not_equal less less_equal greater greater_equal logical_and logical_or logical_xor
  bitwise_and bitwise_or bitwise_xor left_shift right_shift logical_not bitwise_not
  exp log log2 sqrt rsqrt tan sigmoid tanh negative floor ceil round
  abs sign trunc erf sin cos atan asin acos sinh cosh asinh acosh atanh log10 isnan isfinite isinf
  fast_exp fast_tanh fast_erf clip cast cast_like reinterpret where zeros_like ones_like full_like copy
  nn.dense nn.matmul nn.batch_matmul nn.contrib_dense_pack nn.bias_add nn.relu nn.leaky_relu nn.prelu
  nn.softmax nn.fast_softmax nn.log_softmax nn.layer_norm nn.group_norm nn.instance_norm nn.batch_norm
  nn.l2_normalize nn.lrn nn.dropout nn.batch_flatten nn.pad nn.mirror_pad nn.fifo_buffer
  reshape reshape_like expand_dims squeeze transpose concatenate stack split strided_slice slice_like take
  gather gather_nd scatter_elements scatter_nd full zeros ones broadcast_to broadcast_to_like
  collapse_sum_like collapse_sum_to arange tile repeat reverse reverse_sequence one_hot shape_of
  ndarray_size layout_transform meshgrid matrix_set_diag trilu sequence_mask adv_index einsum
  unravel_index invert_permutation sliding_window
  sum prod max min mean all any variance argmax argmin cumsum cumprod sort argsort topk searchsorted
  argwhere unique dyn.reshape dyn.broadcast_to dyn.tile dyn.zeros dyn.ones dyn.full dyn.one_hot
  dyn.strided_slice dyn.topk dyn.expand_dims dyn.squeeze dyn.sparse_to_dense dyn.nn.pad dyn.nn.upsampling
  dyn.nn.upsampling3d dyn.image.resize2d sparse_fill_empty_rows sparse_reshape sparse_to_dense
  vision.multibox_prior vision.multibox_transform_loc vision.get_valid_counts vision.non_max_suppression
  vision.all_class_non_max_suppression vision.regular_non_max_suppression vision.roi_align vision.roi_pool
  vision.yolo_reorg vision.proposal image.resize2d image.crop_and_resize image.grid_sample image.affine_grid
)";

TEST_CASE("table: every operator of priority A is there", "[relay]") {
  for (absl::string_view name : absl::StrSplit(kPriorityA, absl::ByAnyChar(" \n"), absl::SkipEmpty())) {
    INFO(name);
    CHECK(FindRelayOperator(name) != nullptr);
  }
}

TEST_CASE("table: the registry's own operators are found by name and with a prefix", "[relay]") {
  for (const OpDef* op : AllOps()) {
    INFO(op->name);
    const RelayOperator* prefixed = FindRelayOperator("baton." + op->name);
    REQUIRE(prefixed != nullptr);
    CHECK(prefixed->same == op);
    const RelayOperator* plain = FindRelayOperator(op->name);
    REQUIRE(plain != nullptr);
    // Text may leave the prefix out exactly where the name alone means the same operator.
    CHECK(NeedsBatonPrefix(op->name) == (plain->same != op));
  }
  CHECK(NeedsBatonPrefix("take"));
  CHECK_FALSE(NeedsBatonPrefix("add"));
  CHECK_FALSE(NeedsBatonPrefix("nn.gemm"));
  CHECK(FindRelayOperator("no_such_operator") == nullptr);
  CHECK(FindRelayOperator("baton.nn.dense") == nullptr);
}

TEST_CASE("table: a call with the wrong number of arguments is refused", "[relay]") {
  const Tensor x = F32({1}, {1});
  CHECK(RelayError("nn.relu", {x, x}) == "nn.relu: has 2 arguments, expected 1");
  CHECK(RelayError("nn.pad", {}, {Lists("pad_width", {})}) == "nn.pad: has 0 arguments, expected 1 to 2");
}

// A value for an attribute that has to be given.
text::AttributeSyntax Sample(const RelaySchemaEntry& entry, int64_t number) {
  using Kind = RelaySchemaEntry::Kind;
  switch (entry.kind) {
    case Kind::kBool:
    case Kind::kInt:
    case Kind::kFloat:
    case Kind::kExpression:
      return A(entry.name, number);
    case Kind::kString:
      return A(entry.name, "NCHW");
    case Kind::kDType:
      return A(entry.name, "int32");
    case Kind::kIntLists:
      return Lists(entry.name, {{number, number}, {number, number}});
    default:
      return Ints(entry.name, number == 0 ? Index{} : Index{number, number});
  }
}

// Runs an operator whatever comes of it.
void TryEverything(const RelayOperator& op, const Attrs& attrs) {
  const Tensor x = F32({2, 2}, {1, 2, 3, 4});
  const std::vector<Argument> arguments = {x,
                                           F32({}, {1}),
                                           I64({2}, {0, 1}),
                                           Counting({1, 2, 3, 2}),
                                           std::vector<Tensor>{x, x},
                                           std::vector<Tensor>{}};
  for (const Argument& argument : arguments) {
    const std::vector<Argument> args(static_cast<size_t>(op.min_args), argument);
    for (const Mode mode : {Mode::kStatic, Mode::kSymbolic, Mode::kConstant}) {
      (void)TryRelay(op.name, args, attrs, mode);
    }
  }
}

TEST_CASE("table: no operator crashes on arguments or attributes of any value", "[relay]") {
  for (const RelayOperator& op : AllRelayOperators()) {
    INFO(op.name);
    for (const int64_t number : {int64_t{1}, int64_t{0}, int64_t{-1}, int64_t{3}, INT64_MAX, INT64_MIN}) {
      Attrs required, all;
      for (const RelaySchemaEntry& entry : op.schema.entries()) {
        const text::AttributeSyntax value = Sample(entry, number);
        if (entry.required) required.push_back(value);
        if (entry.kind != RelaySchemaEntry::Kind::kString) all.push_back(value);
      }
      TryEverything(op, required);
      TryEverything(op, all);
    }
  }
}

TEST_CASE("table: a tuple, or a tensor, where it does not belong is refused", "[relay]") {
  const Tensor x = F32({1}, {1});
  CHECK_FALSE(RelayError("nn.relu", {Argument(std::vector<Tensor>{x})}).empty());
  CHECK_FALSE(RelayError("concatenate", {x}).empty());
}

TEST_CASE("table: the registry's operators with variadic operands take a tuple", "[relay]") {
  const Tensor x = F32({1}, {1}), y = F32({2}, {2, 3});
  CHECK_THAT(Relay1("baton.concatenate", {Argument(std::vector<Tensor>{x, y})}), Equals(F32({3}, {1, 2, 3})));
}

}  // namespace
}  // namespace baton::test
