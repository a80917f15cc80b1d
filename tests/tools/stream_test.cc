#include "tools/stream.h"

#include <catch2/catch.hpp>

#include "absl/strings/match.h"

namespace baton {
namespace {

Tensor Row(const std::vector<float>& values) {
  return Tensor::FromValues<float>({1, static_cast<int64_t>(values.size())}, values);
}

std::vector<float> Values(const Tensor& tensor) {
  return {tensor.values<float>().begin(), tensor.values<float>().end()};
}

StreamPlan MakePlan(const Tensor& recording, int64_t chunk, int64_t context) {
  StreamPlan plan;
  plan.recording = recording;
  plan.chunk = chunk;
  plan.context = context;
  plan.inputs.resize(1);
  plan.num_outputs = 1;
  return plan;
}

// Gives a copy of the window.
absl::Status CopyWindow(absl::Span<const Tensor> inputs, absl::Span<Tensor> outputs) {
  outputs[0] = CopyTensor(*inputs[0]).value();
  return absl::OkStatus();
}

TEST_CASE("stream: windows hold context and chunk, zeros outside the recording", "[tools]") {
  const auto result = RunStream(MakePlan(Row({1, 2, 3, 4, 5, 6, 7}), 3, 2), CopyWindow);
  REQUIRE(result.ok());
  CHECK(result->num_chunks == 3);
  CHECK(result->outputs[0].shape() == std::vector<int64_t>{3, 5});
  CHECK(Values(result->outputs[0]) == std::vector<float>{0, 0, 1, 2, 3, 2, 3, 4, 5, 6, 5, 6, 7, 0, 0});
}

TEST_CASE("stream: a context longer than a chunk reaches back over several", "[tools]") {
  const auto result = RunStream(MakePlan(Row({1, 2, 3}), 1, 3), CopyWindow);
  REQUIRE(result.ok());
  CHECK(Values(result->outputs[0]) == std::vector<float>{0, 0, 0, 1, 0, 0, 1, 2, 0, 1, 2, 3});
}

TEST_CASE("stream: a chunk longer than the recording is padded", "[tools]") {
  const auto result = RunStream(MakePlan(Row({1, 2}), 4, 0), CopyWindow);
  REQUIRE(result.ok());
  CHECK(result->num_chunks == 1);
  CHECK(Values(result->outputs[0]) == std::vector<float>{1, 2, 0, 0});
}

TEST_CASE("stream: every row of a batch is cut alike", "[tools]") {
  const Tensor recording = Tensor::FromValues<float>({2, 3}, {1, 2, 3, 10, 20, 30});
  const auto result = RunStream(MakePlan(recording, 2, 1), CopyWindow);
  REQUIRE(result.ok());
  CHECK(result->outputs[0].shape() == std::vector<int64_t>{4, 3});
  CHECK(Values(result->outputs[0]) == std::vector<float>{0, 1, 2, 0, 10, 20, 2, 3, 0, 20, 30, 0});
}

TEST_CASE("stream: a recording of rank 1 gives windows of rank 1", "[tools]") {
  const auto result = RunStream(MakePlan(Tensor::FromValues<float>({3}, {1, 2, 3}), 2, 0), CopyWindow);
  REQUIRE(result.ok());
  CHECK(result->outputs[0].shape() == std::vector<int64_t>{4});
}

TEST_CASE("stream: a carried output is the next step's input, and its last value the result", "[tools]") {
  StreamPlan plan = MakePlan(Row({1, 2, 3, 4, 5}), 2, 0);
  plan.inputs = {Tensor(), Tensor::Scalar<float>(100), Tensor::Scalar<float>(2)};
  plan.carries = {{1, 1}};
  plan.num_outputs = 2;
  // sum := sum + factor * all samples; also given out at each step.
  const auto step = [](absl::Span<const Tensor> inputs, absl::Span<Tensor> outputs) {
    float sum = inputs[1].values<float>()[0];
    for (const float sample : inputs[0].values<float>()) sum += inputs[2].values<float>()[0] * sample;
    outputs[0] = outputs[1] = Tensor::Scalar<float>(sum);
    return absl::OkStatus();
  };
  const auto result = RunStream(std::move(plan), step);
  REQUIRE(result.ok());
  CHECK(Values(result->outputs[0]) == std::vector<float>{106, 120, 130});
  CHECK(result->outputs[0].shape() == std::vector<int64_t>{3});
  CHECK(Values(result->outputs[1]) == std::vector<float>{130});
  CHECK(result->outputs[1]->rank == 0);
}

TEST_CASE("stream: one output can be carried into two inputs", "[tools]") {
  StreamPlan plan = MakePlan(Row({1, 2}), 1, 0);
  plan.inputs = {Tensor(), Tensor::Scalar<float>(10), Tensor::Scalar<float>(20)};
  plan.carries = {{0, 1}, {0, 2}};
  const auto step = [](absl::Span<const Tensor> inputs, absl::Span<Tensor> outputs) {
    outputs[0] = Tensor::Scalar<float>(inputs[1].values<float>()[0] + inputs[2].values<float>()[0]);
    return absl::OkStatus();
  };
  CHECK(Values(RunStream(std::move(plan), step)->outputs[0]) == std::vector<float>{60});
}

TEST_CASE("stream: a carried output that is the window itself keeps its values", "[tools]") {
  StreamPlan plan = MakePlan(Row({1, 2, 3}), 1, 0);
  plan.inputs = {Tensor(), Row({0})};
  plan.carries = {{0, 1}};
  plan.num_outputs = 2;
  // Carries the window uncopied and gives the one before.
  const auto step = [](absl::Span<const Tensor> inputs, absl::Span<Tensor> outputs) {
    outputs[0] = inputs[0];
    outputs[1] = CopyTensor(*inputs[1]).value();
    return absl::OkStatus();
  };
  CHECK(Values(RunStream(std::move(plan), step)->outputs[1]) == std::vector<float>{0, 1, 2});
}

TEST_CASE("stream: the window's memory is reused when nothing shares it", "[tools]") {
  std::vector<const void*> windows;
  const auto step = [&](absl::Span<const Tensor> inputs, absl::Span<Tensor> outputs) {
    windows.push_back(inputs[0]->data);
    return CopyWindow(inputs, outputs);
  };
  REQUIRE(RunStream(MakePlan(Row({1, 2, 3}), 1, 0), step).ok());
  CHECK(windows[0] == windows[1]);
  CHECK(windows[1] == windows[2]);
}

TEST_CASE("stream: outputs may differ in their first extent only", "[tools]") {
  int calls = 0;
  const auto growing = [&](absl::Span<const Tensor>, absl::Span<Tensor> outputs) {
    ++calls;
    outputs[0] = Tensor::FromValues<float>({calls, 1}, std::vector<float>(calls, static_cast<float>(calls)));
    return absl::OkStatus();
  };
  const auto result = RunStream(MakePlan(Row({1, 2}), 1, 0), growing);
  REQUIRE(result.ok());
  CHECK(Values(result->outputs[0]) == std::vector<float>{1, 2, 2});

  calls = 0;
  const auto widening = [&](absl::Span<const Tensor>, absl::Span<Tensor> outputs) {
    ++calls;
    outputs[0] = Tensor::Allocate(DType::kFloat32, {1, calls}).value();
    return absl::OkStatus();
  };
  const absl::Status error = RunStream(MakePlan(Row({1, 2}), 1, 0), widening).status();
  CHECK(absl::IsInvalidArgument(error));
  CHECK(absl::StrContains(error.message(), "chunk 1"));
}

TEST_CASE("stream: an error of a step names its chunk", "[tools]") {
  int calls = 0;
  const auto step = [&](absl::Span<const Tensor> inputs, absl::Span<Tensor> outputs) {
    return ++calls == 2 ? absl::InternalError("broken") : CopyWindow(inputs, outputs);
  };
  const absl::Status error = RunStream(MakePlan(Row({1, 2, 3}), 1, 0), step).status();
  CHECK(error.message() == "broken; chunk 1 of 3");
}

TEST_CASE("stream: a recording without samples is refused", "[tools]") {
  CHECK(absl::IsInvalidArgument(RunStream(MakePlan(Row({}), 1, 0), CopyWindow).status()));
  CHECK(absl::IsInvalidArgument(
      RunStream(MakePlan(Tensor::Allocate(DType::kFloat32, {0, 4}).value(), 1, 0), CopyWindow).status()));
}

TEST_CASE("stream: element types other than float are cut by bytes", "[tools]") {
  const auto result = RunStream(MakePlan(Tensor::FromValues<int16_t>({3}, {7, 8, 9}), 2, 1), CopyWindow);
  REQUIRE(result.ok());
  CHECK(ValueString(*result->outputs[0]) == "[0, 7, 8, 8, 9, 0]");
}

}  // namespace
}  // namespace baton
