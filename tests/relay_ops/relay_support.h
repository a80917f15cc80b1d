// Runs one Relay operator the way the elaborator uses it: attributes parsed, the call converted to typed
// bindings, and those run one by one with the registry's kernels.
#pragma once

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "compiler/ir/module.h"
#include "compiler/text/relay_operators.h"
#include "compiler/text/syntax.h"
#include "tests/support/matchers.h"
#include "vm/core/tensor.h"

namespace baton::test {

using Index = std::vector<int64_t>;
using Attrs = std::vector<text::AttributeSyntax>;

// Attributes as text has them: A("axis", 1), A("mode", "clip"), A("pads", {{0, 1}, {2, 0}}), None("axis").
text::AttributeSyntax A(const std::string& name, int64_t value);
text::AttributeSyntax A(const std::string& name, int value);
text::AttributeSyntax A(const std::string& name, double value);
text::AttributeSyntax A(const std::string& name, bool value);
text::AttributeSyntax A(const std::string& name, const char* value);
text::AttributeSyntax Ints(const std::string& name, const Index& values);
text::AttributeSyntax Floats(const std::string& name, const std::vector<double>& values);
text::AttributeSyntax Lists(const std::string& name, const std::vector<Index>& values);
text::AttributeSyntax None(const std::string& name);

// Tensors from C++ numbers: F32({2, 2}, {1, 2, 3, 4}).
template <typename T>
Tensor Of(const Index& dims, const std::vector<double>& values) {
  Tensor tensor = Tensor::Allocate(DTypeOf<T>(), dims).value();
  REQUIRE(tensor.num_elements() == static_cast<int64_t>(values.size()));
  for (size_t i = 0; i < values.size(); ++i) tensor->As<T>()[i] = Convert<T>(values[i]);
  return tensor;
}
inline Tensor F32(const Index& dims, const std::vector<double>& values) {
  return Of<float>(dims, values);
}
inline Tensor I32(const Index& dims, const std::vector<double>& values) {
  return Of<int32_t>(dims, values);
}
inline Tensor I64(const Index& dims, const std::vector<double>& values) {
  return Of<int64_t>(dims, values);
}
inline Tensor Bools(const Index& dims, const std::vector<double>& values) {
  return Of<Bool>(dims, values);
}
// 0, 1, 2, ...
Tensor Counting(const Index& dims);

// How arguments enter: with the shapes they have, with a symbol for each extent, or as constants.
enum class Mode { kStatic, kSymbolic, kConstant };

// A group of tensors is one tuple argument.
struct Argument {
  std::vector<Tensor> tensors;
  bool is_tuple = false;
  bool keeps_shape =
      false;  // also with a symbol for each extent: lists of numbers whose length is part of a type
  Argument(Tensor tensor) : tensors({std::move(tensor)}) {}                             // NOLINT
  Argument(std::vector<Tensor> fields) : tensors(std::move(fields)), is_tuple(true) {}  // NOLINT
};

inline Argument Fixed(Tensor tensor) {
  Argument argument(std::move(tensor));
  argument.keeps_shape = true;
  return argument;
}

// The results of a call, the fields of a tuple one by one. Checks that each binding's value has the type that
// was inferred for it.
absl::StatusOr<std::vector<Tensor>> TryRelay(const std::string& op, const std::vector<Argument>& args,
                                             const Attrs& attrs, Mode mode);

// The results, which are the same in all modes. Fails the test on an error.
std::vector<Tensor> Relay(const std::string& op, const std::vector<Argument>& args, const Attrs& attrs = {});
// In one mode only: for operators that need to know extents.
std::vector<Tensor> RelayIn(Mode mode, const std::string& op, const std::vector<Argument>& args,
                            const Attrs& attrs = {});
// The first result.
Tensor Relay1(const std::string& op, const std::vector<Argument>& args, const Attrs& attrs = {});
// The message of the error that the call gives; empty when it gives none.
std::string RelayError(const std::string& op, const std::vector<Argument>& args, const Attrs& attrs = {},
                       Mode mode = Mode::kStatic);

// The type of the result, from types as text: RelayType("nn.dense", {"Tensor[(n, 4), float32]", ...}).
// Arguments are element type and extents.
struct TypeText {
  DType dtype;
  std::vector<std::string> dims;
};
std::string RelayType(const std::string& op, const std::vector<TypeText>& args, const Attrs& attrs = {});

}  // namespace baton::test
