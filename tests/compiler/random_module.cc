#include "tests/compiler/random_module.h"

#include <random>

#include "tests/compiler/module_builder.h"

namespace baton {
namespace {

using Atoms = std::vector<ir::Atom>;

class Generator {
 public:
  explicit Generator(uint32_t seed) : random_(seed) {}

  std::unique_ptr<ir::Module> Run() {
    // Rank-2 float tensors [batch, width], integers and bools of rank 0: the pools that operands are drawn
    // from.
    tensors_ = {b_.Input("x", DType::kFloat32, {Dim::Symbol("batch"), Dim::Symbol("width")})};
    bools_ = {b_.Input("flag", DType::kBool, {})};
    ints_ = {b_.Input("count", DType::kInt64, {}), b_.Int(Pick(5))};
    for (int i = 0, n = 4 + Pick(12); i < n; ++i) Step(0);
    return b_.Finish({tensors_.back(), ints_.back(), bools_.back(), Any(tensors_)});
  }

 private:
  int Pick(int n) { return static_cast<int>(random_() % static_cast<uint32_t>(n)); }
  ir::Atom Any(const Atoms& pool) { return pool[Pick(static_cast<int>(pool.size()))]; }

  void Step(int depth) {
    switch (Pick(depth < 3 ? 9 : 6)) {
      case 0:
        tensors_.push_back(b_.Call(TensorOp(), {Any(tensors_), Any(tensors_)}));
        break;
      case 1:
        tensors_.push_back(b_.Call(Pick(2) ? "negative" : "abs", {Any(tensors_)}));
        break;
      case 2:
        ints_.push_back(b_.Call(IntOp(), {Any(ints_), Any(ints_)}));
        break;
      case 3:
        bools_.push_back(b_.Call(Pick(2) ? "less" : "equal", {Any(ints_), Any(ints_)}));
        break;
      case 4:
        bools_.push_back(b_.Call(Pick(2) ? "logical_and" : "logical_or", {Any(bools_), Any(bools_)}));
        break;
      case 5:
        ShapeStep();
        break;
      case 6:
        BranchStep(depth);
        break;
      case 7:
        RankStep();
        break;
      case 8:
        LoopStep(depth);
        break;
    }
  }

  const char* TensorOp() {
    static const char* const kOps[] = {"add", "subtract", "multiply", "maximum", "minimum"};
    return kOps[Pick(5)];
  }
  const char* IntOp() {
    static const char* const kOps[] = {"add", "subtract", "multiply", "maximum", "minimum"};
    return kOps[Pick(5)];
  }

  // An extent as an integer, or a tensor built from shape arithmetic.
  void ShapeStep() {
    ir::Var* shape = b_.Call("shape_of", {Any(tensors_)});
    const ir::Atom index = b_.Int(Pick(2) == 0 ? Pick(2) : -1 - Pick(2));
    ints_.push_back(b_.Call("take", {shape, index}, {{"axis", int64_t{0}}}));
    if (Pick(2) == 0) return;
    ir::Var* zeros = b_.Call("full", {shape, b_.Const<float>({1}, {0.5f})});
    ir::Var* flat = b_.Call("reshape", {zeros, b_.Ints({-1})});
    tensors_.push_back(b_.Call("reshape", {flat, shape}));
  }

  void BranchStep(int depth) {
    auto body = [&] {
      const Atoms tensors = tensors_, ints = ints_, bools = bools_;
      for (int i = 0, n = 1 + Pick(3); i < n; ++i) Step(depth + 1);
      Atoms results = {tensors_.back(), ints_.back(), bools_.back()};
      tensors_ = tensors, ints_ = ints, bools_ = bools;
      return results;
    };
    ir::Var* branch = b_.If(Any(bools_), body, body);
    tensors_.push_back(b_.Project(branch, 0));
    ints_.push_back(b_.Project(branch, 1));
    bools_.push_back(b_.Project(branch, 2));
  }

  // A branch that squeezes an extent of one away, as traced models do, and puts it back.
  void RankStep() {
    const ir::Atom x = Any(tensors_);
    ir::Var* extent = b_.Call("take", {b_.Call("shape_of", {x}), b_.Int(0)}, {{"axis", int64_t{0}}});
    ir::Var* is_one = b_.Call("equal", {extent, b_.Int(1)});
    ir::Var* squeezed = b_.If(
        is_one,
        [&] {
          return Atoms{b_.Call("squeeze", {x, b_.Ints({0})})};
        },
        [&] { return Atoms{x}; });
    ir::Var* negative = b_.Call("negative", {squeezed});
    ir::Var* rank = b_.Call("ndarray_size", {b_.Call("shape_of", {negative})});
    ir::Var* is_vector = b_.Call("equal", {rank, b_.Int(1)});
    ir::Var* restored = b_.If(
        is_vector,
        [&] {
          return Atoms{b_.Call("unsqueeze", {negative, b_.Ints({0})})};
        },
        [&] { return Atoms{negative}; });
    tensors_.push_back(b_.Call("add", {x, restored}));
  }

  void LoopStep(int depth) {
    const Atoms tensors = tensors_, ints = ints_, bools = bools_;
    const ir::Atom limit = b_.Int(Pick(5));
    ir::Var* loop = b_.Loop(
        {b_.Int(0), Any(tensors_), Any(ints_)},
        [&](const std::vector<ir::Var*>& carried) {
          return Atoms{b_.Call("less", {carried[0], limit})};
        },
        [&](const std::vector<ir::Var*>& carried) {
          tensors_.push_back(carried[1]);
          ints_.push_back(carried[2]);
          for (int i = 0, n = 1 + Pick(3); i < n; ++i) Step(depth + 1);
          return Atoms{b_.Call("add", {carried[0], b_.Int(1)}), tensors_.back(), ints_.back()};
        });
    tensors_ = tensors, ints_ = ints, bools_ = bools;
    tensors_.push_back(b_.Project(loop, 1));
    ints_.push_back(b_.Project(loop, 2));
  }

  std::mt19937 random_;
  ModuleBuilder b_;
  Atoms tensors_, ints_, bools_;
};

}  // namespace

std::unique_ptr<ir::Module> RandomModule(uint32_t seed) {
  return Generator(seed).Run();
}

std::vector<Tensor> RandomModuleInputs(uint32_t seed, int variant) {
  std::mt19937 random(seed * 31 + static_cast<uint32_t>(variant));
  const int64_t batch = variant % 2 == 0 ? 1 : 3;
  const int64_t width = variant % 3 == 0 ? 1 : 2 + variant;
  std::vector<float> values(batch * width);
  for (float& value : values) value = static_cast<float>(static_cast<int>(random() % 17) - 8) * 0.25f;
  return {Tensor::FromValues<float>({batch, width}, values), Tensor::Scalar(Bool(random() % 2 == 0)),
          Tensor::Scalar<int64_t>(static_cast<int64_t>(random() % 7) - 2)};
}

}  // namespace baton
