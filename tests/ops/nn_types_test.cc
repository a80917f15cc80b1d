// Type rules of the neural-network operators over symbolic and unknown shapes.
#include <catch2/catch.hpp>

#include "tests/support/symbolic_types.h"

namespace baton::test {
namespace {

using Ints = std::vector<int64_t>;
constexpr DType kF32 = DType::kFloat32;

TEST_CASE("types: convolutions compute symbolic extents", "[ops][nn]") {
  SymbolicTypes types;
  types.Add(kF32, {"n", "4", "len"}).Add(kF32, {"8", "4", "3"});
  CHECK(types.Infer("nn.conv", {{"pads", Ints{1, 1}}, {"strides", Ints{1}}}) ==
        "Tensor[(n, 8, len), float32]");
  CHECK(types.required() == std::vector<std::string>{"len + 2 >= 3"});
  SymbolicTypes strided;
  strided.Add(kF32, {"1", "1", "2*len + 2"}).Add(kF32, {"8", "1", "2"});
  CHECK(strided.Infer("nn.conv", {{"strides", Ints{2}}}) == "Tensor[(1, 8, len + 1), float32]");
  CHECK(strided.required().empty());
  SymbolicTypes channels;
  channels.Add(kF32, {"1", "c", "5"}).Add(kF32, {"8", "2", "1"});
  CHECK(channels.Infer("nn.conv", {{"group", int64_t{2}}}) == "Tensor[(1, 8, 5), float32]");
  CHECK(channels.required() == std::vector<std::string>{"c == 4"});
  SymbolicTypes transposed;
  transposed.Add(kF32, {"1", "3", "len + 1"}).Add(kF32, {"3", "2", "4"});
  CHECK(transposed.Infer("nn.conv_transpose", {{"strides", Ints{2}}, {"pads", Ints{1, 1}}}) ==
        "Tensor[(1, 2, 2*len + 2), float32]");
}

TEST_CASE("types: matrix products broadcast batches and require equal contractions", "[ops][nn]") {
  SymbolicTypes types;
  types.Add(kF32, {"b", "seq", "k"}).Add(kF32, {"1", "k", "16"});
  CHECK(types.Infer("nn.matmul") == "Tensor[(b, seq, 16), float32]");
  CHECK(types.required().empty());
  SymbolicTypes gemm;
  gemm.Add(kF32, {"m", "3"}).Add(kF32, {"n", "3"}).Add(kF32, {"n"});
  CHECK(gemm.Infer("nn.gemm", {{"trans_b", true}}) == "Tensor[(m, n), float32]");
}

TEST_CASE("types: recurrent operators follow X, W and R", "[ops][nn]") {
  SymbolicTypes types;
  types.Add(kF32, {"seq", "n", "4"}).Add(kF32, {"2", "12", "4"}).Add(kF32, {"2", "12", "3"});
  CHECK(types.Infer("lstm", {{"direction", "bidirectional"}}) ==
        "Tensor[(seq, 2, n, 3), float32]; Tensor[(2, n, 3), float32]; Tensor[(2, n, 3), float32]");
  SymbolicTypes batch_first;
  batch_first.Add(kF32, {"n", "seq", "4"}).Add(kF32, {"1", "9", "4"}).Add(kF32, {"1", "9", "3"});
  CHECK(batch_first.Infer("gru", {{"layout", int64_t{1}}}) ==
        "Tensor[(n, seq, 1, 3), float32]; Tensor[(n, 1, 3), float32]");
  SymbolicTypes half;
  half.Add(DType::kFloat16, {"1", "1", "1"})
      .Add(DType::kFloat16, {"1", "1", "1"})
      .Add(DType::kFloat16, {"1", "1", "1"});
  CHECK_THAT(half.Infer("rnn"),
             Catch::Matchers::Contains("X has element type float16, expected float32 or float64"));
}

TEST_CASE("types: reductions drop or keep axes; axes may come at run time", "[ops][reduce]") {
  const auto infer = [](const std::vector<std::string>& axes, const Attributes& attributes) {
    SymbolicTypes types;
    types.Add(kF32, {"a", "b", "c"}).AddValue(axes);
    return types.Infer("mean", attributes);
  };
  CHECK(infer({"1"}, {}) == "Tensor[(a, 1, c), float32]");
  CHECK(infer({"-1", "0"}, {{"keepdims", false}}) == "Tensor[(b), float32]");
  CHECK(infer({}, {{"keepdims", false}}) == "Tensor[(), float32]");
  CHECK(infer({}, {{"noop_with_empty_axes", true}}) == "Tensor[(a, b, c), float32]");
  SymbolicTypes one_axis;
  one_axis.Add(kF32, {"a", "b", "c"}).Add(DType::kInt64, {"1"});
  CHECK(one_axis.Infer("sum") == "Tensor[(_0, _1, _2), float32]");
  CHECK(one_axis.Infer("sum", {{"keepdims", false}}) == "Tensor[(_3, _4), float32]");
  SymbolicTypes some_axes;
  some_axes.Add(kF32, {"a", "b", "c"}).Add(DType::kInt64, {"n"});
  CHECK(some_axes.Infer("sum", {{"keepdims", false}}) == "Tensor[*, float32]");
  SymbolicTypes unranked;
  unranked.AddUnranked(kF32).AddAbsent();
  CHECK(unranked.Infer("sum", {{"keepdims", false}}) == "Tensor[(), float32]");
  CHECK(unranked.Infer("sum") == "Tensor[*, float32]");
}

TEST_CASE("types: topk takes k from its operand", "[ops][reduce]") {
  SymbolicTypes known;
  known.Add(kF32, {"a", "9"}).AddValue({"4"});
  CHECK(known.Infer("topk") == "Tensor[(a, 4), float32]; Tensor[(a, 4), int64]");
  SymbolicTypes unknown;
  unknown.Add(kF32, {"a", "9"}).Add(DType::kInt64, {"1"});
  CHECK(unknown.Infer("topk") == "Tensor[(a, _0), float32]; Tensor[(a, _0), int64]");
}

TEST_CASE("types: pools and normalisations", "[ops][nn]") {
  SymbolicTypes image;
  image.Add(kF32, {"n", "c", "2*h", "w"});
  CHECK(image.Infer("nn.max_pool", {{"kernel_shape", Ints{2, 1}}, {"strides", Ints{2, 1}}}) ==
        "Tensor[(n, c, h, w), float32]");
  CHECK(image.Infer("nn.max_pool_with_indices", {{"kernel_shape", Ints{2, 1}}, {"strides", Ints{2, 1}}}) ==
        "Tensor[(n, c, h, w), float32]; Tensor[(n, c, h, w), int64]");
  CHECK(image.Infer("nn.avg_pool",
                    {{"kernel_shape", Ints{3, 3}}, {"auto_pad", "SAME_UPPER"}, {"strides", Ints{2, 1}}}) ==
        "Tensor[(n, c, h, w), float32]");
  CHECK(image.Infer("nn.global_avg_pool") == "Tensor[(n, c, 1, 1), float32]");
  CHECK(image.Infer("nn.softmax") == "Tensor[(n, c, 2*h, w), float32]");
  CHECK(image.Infer("argmax", {{"axis", int64_t{1}}, {"keepdims", false}}) == "Tensor[(n, 2*h, w), int64]");
  SymbolicTypes rows;
  rows.Add(DType::kFloat16, {"n", "d"}).Add(DType::kFloat16, {"d"});
  CHECK(rows.Infer("nn.layer_norm") ==
        "Tensor[(n, d), float16]; Tensor[(n, 1), float32]; Tensor[(n, 1), float32]");
}

TEST_CASE("types: unknown rank stays unknown, element types do not", "[ops][nn]") {
  const auto infer = [](const std::string& op, int num_inputs, const Attributes& attributes = {}) {
    SymbolicTypes types;
    for (int i = 0; i < num_inputs; ++i) types.AddUnranked(kF32);
    return types.Infer(op, attributes);
  };
  const std::string unknown = "Tensor[*, float32]";
  CHECK(infer("nn.conv", 2) == unknown);
  CHECK(infer("nn.conv_transpose", 3) == unknown);
  CHECK(infer("nn.matmul", 2) == unknown);
  CHECK(infer("nn.gemm", 2) == unknown);
  CHECK(infer("lstm", 3) == absl::StrCat(unknown, "; ", unknown, "; ", unknown));
  CHECK(infer("gru", 3) == absl::StrCat(unknown, "; ", unknown));
  CHECK(infer("nn.max_pool", 1, {{"kernel_shape", Ints{2}}}) == unknown);
  CHECK(infer("nn.max_pool_with_indices", 1, {{"kernel_shape", Ints{2}}}) ==
        absl::StrCat(unknown, "; Tensor[*, int64]"));
  CHECK(infer("nn.softmax", 1) == unknown);
  CHECK(infer("nn.layer_norm", 2) == absl::StrCat(unknown, "; ", unknown, "; ", unknown));
  CHECK(infer("nn.batch_norm", 5) == unknown);
  CHECK(infer("argmin", 1) == "Tensor[*, int64]");
}

}  // namespace
}  // namespace baton::test
