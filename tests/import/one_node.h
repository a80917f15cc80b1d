// OneNode: a model of one ONNX node, for tests of conversions.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>

#include "tests/import/model_builder.h"

namespace baton {

using Attribute = std::function<void(NodeBuilder&)>;
using Strings = std::vector<std::string>;

inline const Attribute kPlain = [](NodeBuilder&) {};

// A model with one node. Inputs are float vectors or images x [1, 1, h, w], integers where the name begins
// with "n", and the constants given.
class OneNode {
 public:
  OneNode(int64_t opset, const std::string& op, const Strings& inputs, const Attribute& set = kPlain,
          const std::vector<onnx::TensorProto>& constants = {})
      : model_(opset, opset < 9 ? 3 : 8) {
    for (const onnx::TensorProto& constant : constants) model_.Initializer(constant);
    for (const std::string& input : inputs) {
      const bool is_constant = std::any_of(constants.begin(), constants.end(),
                                           [&](const auto& constant) { return constant.name() == input; });
      if (input.empty() || is_constant) continue;
      if (input == "b") {
        model_.Input(input, onnx::TensorProto::BOOL, {"b"});
      } else if (input[0] == 'n') {
        model_.Input(input, onnx::TensorProto::INT64,
                     input == "n" ? std::vector<TestDim>{} : std::vector<TestDim>{input.c_str()});
      } else {
        model_.Input(
            input, onnx::TensorProto::FLOAT,
            input == "x" ? std::vector<TestDim>{1, 1, "h", "w"} : std::vector<TestDim>{input.c_str()});
      }
    }
    NodeBuilder node = model_.Node(op, inputs, {"y"});
    set(node);
    model_.Output("y");
  }

  std::string Error() { return std::string(model_.Import().status().message()); }
  std::string Text() {
    auto module = model_.Import();
    INFO(module.status());
    REQUIRE(module.ok());
    const std::string text = Dump(**module);
    const size_t start = text.find('\n') + 1;
    return text.substr(start, text.find("=> ") - start);
  }
  Tensor Result(const std::vector<Tensor>& inputs) { return Run(model_, inputs)[0]; }
  // The error at run time.
  std::string RunError(const std::vector<Tensor>& inputs) {
    auto module = model_.Import();
    REQUIRE(module.ok());
    return std::string(Evaluate(**module, inputs).status().message());
  }

 private:
  ModelBuilder model_;
};

inline Tensor Image(const std::vector<float>& pixels, int64_t width) {
  return F32({1, 1, static_cast<int64_t>(pixels.size()) / width, width}, pixels);
}
inline Tensor Scalar(int64_t value) {
  return Tensor::Scalar<int64_t>(value);
}

}  // namespace baton
