// Whole models through the program's own commands: the example always, larger real models where their data is
// present.
#include <catch2/catch.hpp>

#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "tests/tools/temporary_folder.h"
#include "tools/run_baton.h"

namespace baton {
namespace {

namespace fs = std::filesystem;

const std::string kSource = BATON_SOURCE_DIR;

struct Outcome {
  int exit_code;
  std::string out, err;
};

Outcome Baton(std::vector<std::string> arguments) {
  std::ostringstream out, err;
  const int exit_code = RunBaton(arguments, {out, err});
  return {exit_code, out.str(), err.str()};
}

// The data of real models beside the source tree; tests that need it are skipped where it is absent.
bool HaveModels(const std::string& folder) {
  if (fs::exists(folder)) return true;
  WARN("skipped: " << folder << " is absent");
  return false;
}

TEST_CASE("models: the example passes its test data at every optimisation", "[tools]") {
  for (const char* mode : {"static", "dynamic", "nofold", "reuse"}) {
    const Outcome outcome = Baton(
        {"conformance", kSource + "/examples/flood_fill", "--mode", mode, "--dispatch", "register,stack"});
    CAPTURE(mode, outcome.out, outcome.err);
    CHECK(outcome.exit_code == 0);
    CHECK(outcome.out.find("1 passed, 0 failed, 0 unsupported") != std::string::npos);
  }
}

TEST_CASE("models: compiling twice gives the same file", "[tools]") {
  const TemporaryFolder folder;
  const std::string model = kSource + "/examples/flood_fill/flood_fill.onnx";
  const std::string a = folder.File("a.baton"), b = folder.File("b.baton");
  REQUIRE(Baton({"compile", model, "-o", a}).exit_code == 0);
  REQUIRE(Baton({"compile", model, "-o", b}).exit_code == 0);
  CHECK(Baton({"verify", a}).exit_code == 0);
  CHECK(folder.Read("a.baton") == folder.Read("b.baton"));
}

TEST_CASE("models: a speech detector passes its test data", "[tools]") {
  const std::string folder = kSource + "/../shared/data/silero";
  if (!HaveModels(folder)) return;
  for (const char* mode : {"static", "dynamic", "nofold"}) {
    const Outcome outcome = Baton({"conformance", folder, "--atol", "1e-4", "--rtol", "1e-3", "--mode", mode,
                                   "--dispatch", "register,stack"});
    CAPTURE(mode, outcome.out, outcome.err);
    CHECK(outcome.exit_code == 0);
  }
}

TEST_CASE("models: recurrent and streaming models pass their test data", "[tools]") {
  const std::string folder = kSource + "/../shared/data/models";
  if (!HaveModels(folder)) return;
  const Outcome outcome =
      Baton({"conformance", folder, "--atol", "1e-3", "--rtol", "1e-3", "--dispatch", "register,stack"});
  CAPTURE(outcome.out, outcome.err);
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.out.find("3 passed, 0 failed, 0 unsupported") != std::string::npos);
}

TEST_CASE("models: a signal too long for the speech detector is an error that names the LSTM", "[tools]") {
  const std::string data = kSource + "/../shared/data/silero";
  if (!HaveModels(data)) return;
  const TemporaryFolder folder;
  const Outcome outcome =
      Baton({"run", data + "/silero_vad.onnx", "--scan", "input=" + data + "/speech_16k_20s.wav", "--chunk",
             "1024", "--context", "64", "--carry", "stateN=state", "--set", "sr=16000"});
  CAPTURE(outcome.err);
  CHECK(outcome.exit_code == 1);
  CHECK(outcome.err.find("X has rank 5") != std::string::npos);
  CHECK(outcome.err.find("/decoder/rnn/LSTM' (LSTM)") != std::string::npos);
}

}  // namespace
}  // namespace baton
