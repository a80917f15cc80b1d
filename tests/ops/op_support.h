// Short notation for tests of elementwise and tensor operators.
#pragma once

#include <functional>
#include <initializer_list>
#include <vector>

#include "ops/registry.h"
#include "tests/support/matchers.h"
#include "tests/support/random_tensor.h"

namespace baton::test {

using Index = std::vector<int64_t>;

// A tensor of `T` from C++ numbers: Of<float>({2, 2}, {1, 2, 3, 4}).
template <typename T>
Tensor Of(const Index& dims, const std::vector<double>& values) {
  Tensor tensor = Tensor::Allocate(DTypeOf<T>(), dims).value();
  REQUIRE(tensor.num_elements() == static_cast<int64_t>(values.size()));
  for (size_t i = 0; i < values.size(); ++i) tensor->As<T>()[i] = Convert<T>(values[i]);
  return tensor;
}
// An int64 vector: the operand of shapes.
inline Tensor Ints64(const Index& values) {
  return Tensor::FromValues<int64_t>({static_cast<int64_t>(values.size())}, values);
}

// Runs `op` by its rule and first kernel.
inline absl::StatusOr<std::vector<Tensor>> TryRun(absl::string_view op, const std::vector<Tensor>& inputs,
                                                  const Attributes& attributes = {}) {
  const OpDef* def = FindOp(op);
  REQUIRE(def != nullptr);
  BATON_ASSIGN_OR_RETURN(const OpAttrs attrs, def->ParseAttrs(attributes));
  return RunOp(*def, attrs, inputs);
}

// The first result. Fails the test on an error.
inline Tensor Run(absl::string_view op, const std::vector<Tensor>& inputs,
                  const Attributes& attributes = {}) {
  absl::StatusOr<std::vector<Tensor>> results = TryRun(op, inputs, attributes);
  INFO(op << ": " << results.status());
  REQUIRE(results.ok());
  return (*results)[0];
}

// The error message; empty when there was none.
inline std::string Error(absl::string_view op, const std::vector<Tensor>& inputs,
                         const Attributes& attributes = {}) {
  return std::string(TryRun(op, inputs, attributes).status().message());
}

inline int64_t Count(const Index& dims) {
  int64_t count = 1;
  for (int64_t dim : dims) count *= dim;
  return count;
}

// The offset of `index` in a dense tensor; an axis of extent 1 is broadcast, missing leading axes too.
inline int64_t BroadcastOffset(const Index& dims, const Index& index) {
  int64_t offset = 0;
  for (size_t i = 0; i < dims.size(); ++i) {
    const int64_t at = index[index.size() - dims.size() + i];
    offset = offset * dims[i] + (dims[i] == 1 ? 0 : at);
  }
  return offset;
}

// Calls `visit(index)` for every index of a tensor, row-major.
inline void ForEachIndex(const Index& dims, const std::function<void(const Index&)>& visit) {
  const int64_t count = Count(dims);
  for (int64_t i = 0; i < count; ++i) {
    Index index(dims.size());
    int64_t rest = i;
    for (size_t axis = dims.size(); axis-- > 0; rest /= dims[axis]) index[axis] = rest % dims[axis];
    visit(index);
  }
}

// The slow twin of every operator that moves elements: result[index] = data[source(index)], or `fill` where
// source gives an empty index for data of positive rank.
inline Tensor NaiveMove(const Tensor& data, const Index& dims,
                        const std::function<Index(const Index&)>& source, double fill = 0) {
  Tensor result = Tensor::Allocate(data.dtype(), dims).value();
  const Index from(data.shape().begin(), data.shape().end());
  VisitDType(data.dtype(), [&](auto element) {
    using T = decltype(element);
    int64_t next = 0;
    ForEachIndex(dims, [&](const Index& index) {
      const Index at = source(index);
      const bool filled = at.empty() && !from.empty();
      result->As<T>()[next++] = filled ? Convert<T>(fill) : data->As<T>()[BroadcastOffset(from, at)];
    });
  });
  return result;
}

}  // namespace baton::test
