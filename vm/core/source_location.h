// SourceLocation: where in the user's model something comes from. Carried from the importers down to the
// debug table.
#pragma once

#include <string>

namespace baton {

struct SourceLocation {
  std::string file;  // "vad.onnx"
  std::string node;  // ONNX node name; empty for text
  std::string op;    // operator as the model names it: "LSTM"
  int line = 0;      // text: 1-based; 0 for ONNX
  int column = 0;

  // "node 'rnn/LSTM' (LSTM) in vad.onnx", "model.rly:12:3".
  std::string ToString() const;
  friend bool operator==(const SourceLocation&, const SourceLocation&) = default;
};

}  // namespace baton
