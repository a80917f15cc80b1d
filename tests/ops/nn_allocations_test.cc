// A second call with the same shapes takes nothing from the heap: counted at operator new, for all libraries.
// oneDNN 2.6 is the exception: it makes a hash table of the arguments at every execution, which no interface
// of it avoids.
#include "tests/support/sanitized.h"

#if !BATON_SANITIZED

#include <atomic>
#include <cstdlib>
#include <new>

#include "tests/ops/nn_support.h"

namespace {

std::atomic<int64_t> num_allocations{0};

void* CountedAllocation(size_t num_bytes) {
  ++num_allocations;
  void* data = std::malloc(num_bytes == 0 ? 1 : num_bytes);
  if (data == nullptr) std::abort();
  return data;
}

}  // namespace

void* operator new(size_t num_bytes) {
  return CountedAllocation(num_bytes);
}
void* operator new[](size_t num_bytes) {
  return CountedAllocation(num_bytes);
}
void operator delete(void* data) noexcept {
  std::free(data);
}
void operator delete[](void* data) noexcept {
  std::free(data);
}
void operator delete(void* data, size_t) noexcept {
  std::free(data);
}
void operator delete[](void* data, size_t) noexcept {
  std::free(data);
}

namespace baton::test {
namespace {

// Scratch memory as a session gives it: taken once.
class ArenaContext final : public KernelContext {
 public:
  ArenaContext() : block_(Tensor::Allocate(DType::kUInt8, {int64_t{1} << 24}).value()) {}
  void* Scratch(size_t num_bytes) override {
    if (num_bytes > static_cast<size_t>(block_.num_elements())) return nullptr;
    return block_->data;  // kernels ask once per call
  }
  absl::Status AllocateOutput(int, DType, absl::Span<const int64_t>) override {
    return absl::InternalError("not expected");
  }

 private:
  Tensor block_;
};

// Allocations of the first and of the third call.
struct Counts {
  int64_t first, third;
};

Counts CountCalls(const Bound& bound, const std::vector<Tensor>& inputs) {
  std::vector<Tensor> results = bound.Run(inputs).value();  // for their shapes
  std::vector<TensorObject*> arguments, outputs;
  for (const Tensor& input : inputs) arguments.push_back(input.get());
  arguments.resize(bound.op.inputs.size(), nullptr);
  for (const Tensor& result : results) outputs.push_back(result.get());
  ArenaContext context;
  const std::unique_ptr<KernelState> state = bound.kernel->MakeState();
  context.state = state.get();
  int64_t counts[3];
  for (int64_t& count : counts) {
    const int64_t before = num_allocations;
    const absl::Status status = bound.kernel->Run(context, arguments, absl::MakeSpan(outputs));
    count = num_allocations - before;
    REQUIRE(status.ok());
  }
  return {counts[0], counts[2]};
}

// Table, buckets and an entry per argument, for the primitive and up to three reorders.
constexpr int64_t kOneDnnTables = 16;

void CheckKernels(const std::string& name, const Attributes& attributes, const std::vector<Tensor>& inputs,
                  const std::vector<size_t>& constants, bool calls_onednn = false) {
  const OpDef& op = *FindOp(name);
  for (size_t k = 0; k < op.kernels.size(); ++k) {
    auto bound = Bind(op, k, attributes, inputs, constants);
    REQUIRE(bound.ok());
    if (*bound == nullptr) continue;
    CAPTURE(name, op.kernels[k].name);
    const Counts counts = CountCalls(**bound, inputs);
    if (calls_onednn && op.kernels[k].name != "portable") {
      CHECK(counts.first > 2 * kOneDnnTables);  // primitives are made at the first call only
      CHECK(counts.third <= kOneDnnTables);
    } else {
      CHECK(counts.third == 0);
    }
  }
}

}  // namespace

TEST_CASE("kernels: a second call with the same shapes does not allocate", "[ops][nn]") {
  using Ints = std::vector<int64_t>;
  const Tensor few = Random({1, 20, 3}, 1), many = Random({1, 20, 40}, 1), weight = Random({17, 20, 3}, 2);
  const OpDef& conv = *FindOp("nn.conv");
  REQUIRE(conv.kernels[0].name == "packed");
  CHECK(CountCalls(**Bind(conv, 0, {}, {few, weight}, {1}), {few, weight}).third == 0);
  CheckKernels("nn.conv", {}, {many, weight}, {1}, true);
  CheckKernels("nn.conv", {}, {many, weight, Random({17}, 3)}, {}, true);
  CheckKernels("nn.conv_transpose", {}, {many, Random({20, 3, 2}, 2)}, {1}, true);
  CheckKernels("nn.matmul", {}, {Random({3, 20}, 1), Random({20, 18}, 1)}, {1});
  CheckKernels("nn.matmul", {}, {Random({2, 30, 20}, 1), Random({2, 20, 18}, 1)}, {});
  CheckKernels("nn.gemm", {}, {Random({30, 20}, 1), Random({20, 18}, 1), Random({18}, 1)}, {});
  const std::vector<Tensor> recurrent = {Random({4, 2, 3}, 1), Random({1, 20, 3}, 2), Random({1, 20, 5}, 3)};
  CheckKernels("lstm", {}, recurrent, {1, 2});
  CheckKernels("lstm", {}, recurrent, {});
  CheckKernels("gru", {}, {recurrent[0], Random({1, 15, 3}, 2), Random({1, 15, 5}, 3)}, {1, 2});
  CheckKernels("rnn", {}, {recurrent[0], Random({1, 5, 3}, 2), Random({1, 5, 5}, 3)}, {1, 2});
  CheckKernels("mean", {}, {Random({3, 4, 5}, 1), Int64s({0, 2})}, {1});
  CheckKernels("nn.softmax", {}, {many}, {});
  CheckKernels("nn.layer_norm", {}, {many, Random({40}, 1)}, {});
  CheckKernels("nn.max_pool", {{"kernel_shape", Ints{2}}}, {many}, {});
  CheckKernels("topk", {}, {many, Int64s({3})}, {});
}

}  // namespace baton::test

#endif  // !BATON_SANITIZED
