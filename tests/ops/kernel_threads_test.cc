// Kernels that may use several threads: the result is the same but for rounding, and one thread after several
// gives the bits that one thread gave before.
#include <dlfcn.h>

#include "tests/ops/nn_support.h"

namespace baton::test {
namespace {

// The kernel of `name` that is called `kernel`, bound with input 1 as an argument.
std::unique_ptr<Bound> BindNamed(const char* name, const std::string& kernel, const Attributes& attributes,
                                 const std::vector<Tensor>& inputs) {
  const OpDef& op = *FindOp(name);
  for (size_t i = 0; i < op.kernels.size(); ++i) {
    if (op.kernels[i].name == kernel) return Bind(op, i, attributes, inputs, {}).value();
  }
  FAIL(name << " has no kernel " << kernel);
  return nullptr;
}

void CheckThreads(Bound& bound, const std::vector<Tensor>& inputs) {
  const Tensor one = bound.Run(inputs).value()[0];
  for (const int num_threads : {2, 3}) {
    CAPTURE(num_threads);
    bound.num_threads = num_threads;
    const Values expected = ToValues(one), got = ToValues(bound.Run(inputs).value()[0]);
    REQUIRE(got.size() == expected.size());
    for (size_t i = 0; i < got.size(); ++i) CHECK(got[i] == Approx(expected[i]).margin(1e-3));
  }
  bound.num_threads = 1;
  CHECK(BitwiseEqual(bound.Run(inputs).value()[0], one));
}

TEST_CASE("kernel threads: OpenBLAS's products", "[ops]") {
  const std::vector<Tensor> inputs = {Random({96, 256}, 1), Random({256, 128}, 2)};
  const auto matmul = BindNamed("nn.matmul", "openblas", {}, inputs);
  CheckThreads(*matmul, inputs);
}

TEST_CASE("kernel threads: oneDNN's convolutions, and the caller's OpenMP is left as it was", "[ops]") {
  const auto max_threads = reinterpret_cast<int (*)()>(dlsym(RTLD_DEFAULT, "omp_get_max_threads"));
  const int before = max_threads == nullptr ? 0 : max_threads();
  const std::vector<Tensor> inputs = {Random({1, 16, 20, 20}, 3), Random({32, 16, 3, 3}, 4)};
  const auto conv = BindNamed("nn.conv", "onednn", {}, inputs);
  CheckThreads(*conv, inputs);
  if (max_threads != nullptr) CHECK(max_threads() == before);
}

}  // namespace
}  // namespace baton::test
