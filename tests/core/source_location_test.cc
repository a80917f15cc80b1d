#include "vm/core/source_location.h"

#include <catch2/catch.hpp>

using baton::SourceLocation;

TEST_CASE("source_location: ONNX nodes are named", "[core]") {
  CHECK(SourceLocation{"vad.onnx", "rnn/LSTM", "LSTM"}.ToString() == "node 'rnn/LSTM' (LSTM) in vad.onnx");
  CHECK(SourceLocation{"vad.onnx", "rnn/LSTM", ""}.ToString() == "node 'rnn/LSTM' in vad.onnx");
  CHECK(SourceLocation{"", "rnn/LSTM", "LSTM"}.ToString() == "node 'rnn/LSTM' (LSTM)");
}

TEST_CASE("source_location: nodes without a name show their operator", "[core]") {
  CHECK(SourceLocation{"vad.onnx", "", "LSTM"}.ToString() == "LSTM node in vad.onnx");
  CHECK(SourceLocation{"", "", "LSTM"}.ToString() == "LSTM node");
}

TEST_CASE("source_location: text has line and column", "[core]") {
  CHECK(SourceLocation{"model.rly", "", "", 12, 3}.ToString() == "model.rly:12:3");
  CHECK(SourceLocation{"model.rly", "", "add", 12, 0}.ToString() == "model.rly:12");
  CHECK(SourceLocation{"", "", "", 12, 3}.ToString() == "line 12, column 3");
  CHECK(SourceLocation{"", "", "", 12, 0}.ToString() == "line 12");
}

TEST_CASE("source_location: what is unknown prints nothing", "[core]") {
  CHECK(SourceLocation{}.ToString().empty());
  CHECK(SourceLocation{"m.onnx", "", ""}.ToString() == "m.onnx");
}

TEST_CASE("source_location: control characters in names are escaped", "[core]") {
  CHECK(SourceLocation{"m\x1b[2J", "a\nb", ""}.ToString() == "node 'a\\nb' in m\\033[2J");
  CHECK(SourceLocation{"m", "\xc3\xa9", ""}.ToString() == "node '\xc3\xa9' in m");
}
