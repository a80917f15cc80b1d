// Losses against hand-worked numbers.
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <optional>

#include "tests/import/model_builder.h"

namespace baton {
namespace {

using Catch::Matchers::Contains;

constexpr int kFloat = onnx::TensorProto::FLOAT;
constexpr int kInt64 = onnx::TensorProto::INT64;

struct Loss {
  std::string reduction = "mean";
  bool weighted = false;
  std::optional<int64_t> ignore = {};
};

// Of log probabilities -1 -2 -3 and -4 -5 -6 for three classes; weights 1 10 100.
absl::StatusOr<std::vector<Tensor>> TryNll(const Loss& loss, const std::vector<int64_t>& targets) {
  ModelBuilder model(13);
  model.Input("x", kFloat, {"n", "c"}).Input("t", kInt64, {"n"}).Input("w", kFloat, {"c"}).Output("y");
  std::vector<std::string> inputs = {"x", "t"};
  if (loss.weighted) inputs.push_back("w");
  NodeBuilder node = model.Node("NegativeLogLikelihoodLoss", inputs, {"y"});
  node.String("reduction", loss.reduction);
  if (loss.ignore) node.Int("ignore_index", *loss.ignore);
  auto module = model.Import();
  if (!module.ok()) return module.status();
  return Evaluate(**module,
                  {F32({2, 3}, {-1, -2, -3, -4, -5, -6}), I64({2}, targets), F32({3}, {1, 10, 100})});
}

std::vector<float> Nll(const Loss& loss, const std::vector<int64_t>& targets) {
  auto outputs = TryNll(loss, targets);
  INFO(outputs.status());
  REQUIRE(outputs.ok());
  return Floats((*outputs)[0]);
}

TEST_CASE("losses: the likelihood of the target classes, weighted and reduced", "[import]") {
  CHECK(Nll({"none"}, {2, 0}) == std::vector<float>{3, 4});
  CHECK(Nll({"sum"}, {2, 0}) == std::vector<float>{7});
  CHECK(Nll({"mean"}, {2, 0}) == std::vector<float>{3.5});
  CHECK(Nll({"none", true}, {2, 0}) == std::vector<float>{300, 4});
  CHECK(Nll({"sum", true}, {2, 0}) == std::vector<float>{304});
  CHECK(Nll({"mean", true}, {2, 0}) == std::vector<float>{304.f / 101});
}

TEST_CASE("losses: ignored targets count nothing, whatever class they name", "[import]") {
  const int64_t ignored = GENERATE(-100, 7, 1);
  CHECK(Nll({"none", false, ignored}, {ignored, 0}) == std::vector<float>{0, 4});
  CHECK(Nll({"mean", false, ignored}, {ignored, 0}) == std::vector<float>{4});
  CHECK(Nll({"mean", true, ignored}, {2, ignored}) == std::vector<float>{3});
  CHECK(std::isnan(Nll({"mean", false, ignored}, {ignored, ignored})[0]));
}

TEST_CASE("losses: a class that does not exist is an error", "[import]") {
  CHECK_THAT(std::string(TryNll({}, {3, 0}).status().message()), Contains("index 3 is outside"));
  CHECK_THAT(std::string(TryNll({}, {-1, 0}).status().message()), Contains("index 3 is outside"));
  CHECK_THAT(std::string(TryNll({"median"}, {0, 0}).status().message()),
             Contains("attribute 'reduction' is 'median'"));
}

TEST_CASE("losses: cross entropy normalises over the classes and gives the log probabilities", "[import]") {
  ModelBuilder model(13);
  model.Input("x", kFloat, {1, 2, "d"}).Input("t", kInt64, {1, "d"}).Output("y").Output("p");
  model.Node("SoftmaxCrossEntropyLoss", {"x", "t"}, {"y", "p"}).String("reduction", "none");
  const float e = std::exp(1.f);
  const std::vector<Tensor> outputs = Run(model, {F32({1, 2, 2}, {0, 1, 0, 0}), I64({1, 2}, {0, 1})});
  CHECK(DimsOf(outputs[0]) == std::vector<int64_t>{1, 2});
  CHECK(Floats(outputs[0])[0] == Approx(std::log(2)));
  CHECK(Floats(outputs[0])[1] == Approx(std::log(1 + e)));
  CHECK(DimsOf(outputs[1]) == std::vector<int64_t>{1, 2, 2});
  CHECK(Floats(outputs[1])[1] == Approx(1 - std::log(1 + e)));
}

}  // namespace
}  // namespace baton
