// The options that turn the command line into tensors: InputOptions, StreamOptions, OutputPlan.
#include <catch2/catch.hpp>

#include "absl/strings/match.h"
#include "tests/tools/sample_files.h"
#include "tests/tools/temporary_folder.h"
#include "tools/exit_codes.h"
#include "tools/input_options.h"
#include "tools/npy.h"
#include "tools/npz.h"
#include "tools/run_outputs.h"
#include "tools/stream_options.h"

namespace baton {
namespace {

std::string WriteNpy(const TemporaryFolder& folder, const std::string& name, const Tensor& tensor) {
  return folder.Write(name, SerializeNpy(*tensor).value());
}

std::string MessageOf(const absl::Status& status) {
  CHECK(IsUsageError(status));
  return std::string(status.message());
}

Tensor Floats(const std::vector<int64_t>& dims, float value) {
  const Tensor tensor = Tensor::Allocate(DType::kFloat32, dims).value();
  std::fill_n(tensor->As<float>(), tensor.num_elements(), value);
  return tensor;
}

TEST_CASE("input options: files and values fill inputs by name", "[tools]") {
  const TemporaryFolder folder;
  const std::string file = WriteNpy(folder, "x.npy", Floats({1, 4}, 2));
  const auto inputs = ReadInputs({{"input=" + file}, {"sr=16000"}}, MakeStreamEntry());
  REQUIRE(inputs.ok());
  CHECK((*inputs)[0].shape() == std::vector<int64_t>{1, 4});
  CHECK_FALSE((*inputs)[1]);
  CHECK((*inputs)[2].values<int64_t>()[0] == 16000);
  CHECK(MessageOf(CheckNoneMissing(MakeStreamEntry(), *inputs)) ==
        "missing inputs: state: Tensor[(2, batch, other), float32]");
}

TEST_CASE("input options: an archive alone feeds all its arrays", "[tools]") {
  const TemporaryFolder folder;
  const std::string file = folder.Write(
      "a.npz", SerializeNpz({{"state", Floats({2, 1, 1}, 1)}, {"input", Floats({1, 4}, 2)}}).value());
  const auto inputs = ReadInputs({{file}, {}}, MakeStreamEntry());
  REQUIRE(inputs.ok());
  CHECK((*inputs)[0].shape() == std::vector<int64_t>{1, 4});
  CHECK((*inputs)[1].shape() == std::vector<int64_t>{2, 1, 1});
  CHECK(ReadInputs({{"input=" + file}, {}}, MakeStreamEntry()).ok());
}

TEST_CASE("input options: unknown and repeated names are usage errors", "[tools]") {
  const EntryPoint entry = MakeStreamEntry();
  CHECK(MessageOf(ReadInputs({{}, {"foo=1"}}, entry).status()) ==
        "no input 'foo'; the model has: input, state, sr");
  CHECK(MessageOf(ReadInputs({{}, {"sr=1", "sr=2"}}, entry).status()) == "input 'sr' is given twice");
  CHECK(MessageOf(ReadInputs({{}, {"sr"}}, entry).status()) == "--set 'sr': expected NAME=...");
  CHECK(MessageOf(ReadInputs({{}, {"sr=x"}}, entry).status()) ==
        "--set sr: 'x' is not a value of type int64; the input is Tensor[(), int64]");
  CHECK(absl::StrContains(MessageOf(ReadInputs({{"x.npy"}, {}}, entry).status()), "NAME=FILE"));
  CHECK(absl::StrContains(MessageOf(ReadInputs({{"input=x.txt"}, {}}, entry).status()),
                          ".npy, .npz, .pb or .wav"));
  CHECK(absl::IsNotFound(ReadInputs({{"input=/none/x.npy"}, {}}, entry).status()));
}

TEST_CASE("stream options: the recording gets a batch axis, states start as zeros", "[tools]") {
  const TemporaryFolder folder;
  StreamOptions options;
  options.scan = "input=" + WriteNpy(folder, "x.npy", Floats({10}, 1));
  options.chunk = 4;
  options.context = 2;
  options.carries = {"stateN=state"};
  std::vector<Tensor> inputs(3);
  inputs[2] = Tensor::Scalar<int64_t>(16000);
  const auto plan = MakeStreamPlan(options, MakeStreamEntry(), inputs);
  REQUIRE(plan.ok());
  CHECK(plan->scan_input == 0);
  CHECK(plan->recording.shape() == std::vector<int64_t>{1, 10});
  CHECK(plan->carries == std::vector<std::pair<int, int>>{{1, 1}});
  CHECK(plan->num_outputs == 2);
  CHECK(BitwiseEqual(plan->inputs[1], Floats({2, 1, 1}, 0)));
}

TEST_CASE("stream options: symbols of a state follow the recording's batch", "[tools]") {
  const TemporaryFolder folder;
  StreamOptions options;
  options.scan = "input=" + WriteNpy(folder, "x.npy", Floats({3, 10}, 1));
  options.chunk = 4;
  options.carries = {"stateN=state"};
  std::vector<Tensor> inputs(3);
  inputs[2] = Tensor::Scalar<int64_t>(16000);
  CHECK(BitwiseEqual(MakeStreamPlan(options, MakeStreamEntry(), inputs)->inputs[1], Floats({2, 3, 3}, 0)));
}

TEST_CASE("stream options: --init gives a first value", "[tools]") {
  const TemporaryFolder folder;
  StreamOptions options;
  options.scan = "input=" + WriteNpy(folder, "x.npy", Floats({10}, 1));
  options.chunk = 4;
  options.carries = {"stateN=state"};
  options.initial = {"state=" + WriteNpy(folder, "s.npy", Floats({2, 1, 5}, 7))};
  std::vector<Tensor> inputs(3);
  inputs[2] = Tensor::Scalar<int64_t>(16000);
  CHECK(BitwiseEqual(MakeStreamPlan(options, MakeStreamEntry(), inputs)->inputs[1], Floats({2, 1, 5}, 7)));
  options.carries.clear();
  inputs[1] = Floats({2, 1, 5}, 0);
  CHECK(MessageOf(MakeStreamPlan(options, MakeStreamEntry(), inputs).status()) ==
        "--init: input 'state' is not carried; use --input");
}

TEST_CASE("stream options: wrong carries are usage errors", "[tools]") {
  const TemporaryFolder folder;
  StreamOptions options;
  options.scan = "input=" + WriteNpy(folder, "x.npy", Floats({10}, 1));
  options.chunk = 4;
  const auto message_of = [&](const std::vector<std::string>& carries) {
    options.carries = carries;
    std::vector<Tensor> inputs(3);
    return MessageOf(MakeStreamPlan(options, MakeStreamEntry(), inputs).status());
  };
  CHECK(message_of({"foo=state"}) == "no output 'foo'; the model has: output, stateN");
  CHECK(message_of({"stateN=foo"}) == "no input 'foo'; the model has: input, state, sr");
  CHECK(message_of({"stateN=sr"}) == "--carry stateN=sr: the output is float32, the input int64");
  CHECK(message_of({"stateN=state", "output=state"}) == "--carry: input 'state' is given twice");
  CHECK(message_of({"stateN=input"}) == "input 'input' is given twice");
  CHECK(message_of({"stateN"}) == "--carry 'stateN': expected NAME=...");
  CHECK(absl::StrContains(message_of({"stateN=state"}), "missing inputs: sr"));
}

TEST_CASE("output plan: names, files and the archive", "[tools]") {
  const auto plan = MakeOutputPlan({"stateN=s.npy"}, MakeStreamEntry());
  REQUIRE(plan.ok());
  CHECK(plan->files == std::vector<std::string>{"", "s.npy"});
  CHECK(MakeOutputPlan({"all.npz"}, MakeStreamEntry())->archive == "all.npz");
  for (const std::vector<std::string>& wrong :
       std::vector<std::vector<std::string>>{{"foo=x.npy"},
                                             {"output=x.txt"},
                                             {"output="},
                                             {"output"},
                                             {"x.npy"},
                                             {"a.npz", "b.npz"},
                                             {"output=a.npy", "output=b.npy"}}) {
    CAPTURE(wrong);
    CHECK(IsUsageError(MakeOutputPlan(wrong, MakeStreamEntry()).status()));
  }
}

TEST_CASE("output plan: files are written and the rest is printed", "[tools]") {
  const TemporaryFolder folder;
  const EntryPoint entry = MakeStreamEntry();
  const std::vector<Tensor> values = {Floats({1, 1}, 0.5f), Floats({2, 1, 1}, 3)};
  std::ostringstream out;
  REQUIRE(EmitOutputs(MakeOutputPlan({"stateN=" + folder.File("s.npy")}, entry).value(), entry, values, false,
                      out)
              .ok());
  CHECK(out.str() == "output: Tensor[(1, 1), float32] = [[0.5]]\n");
  CHECK(BitwiseEqual(ParseNpy(folder.Read("s.npy"), "s").value(), values[1]));
}

TEST_CASE("output plan: hidden outputs are left out of print and archive", "[tools]") {
  const TemporaryFolder folder;
  const EntryPoint entry = MakeStreamEntry();
  const std::vector<Tensor> values = {Floats({1, 1}, 0.5f), Floats({2, 1, 1}, 3)};
  OutputPlan plan = MakeOutputPlan({folder.File("all.npz")}, entry).value();
  plan.hidden[1] = true;
  std::ostringstream out;
  REQUIRE(EmitOutputs(plan, entry, values, true, out).ok());
  CHECK(ParseNpz(folder.Read("all.npz"), "a")->size() == 1);
  CHECK(absl::StrContains(out.str(), "\"name\": \"output\""));
  CHECK_FALSE(absl::StrContains(out.str(), "stateN"));
}

}  // namespace
}  // namespace baton
