// What lstm, gru and rnn share: attributes, the type rule, the walk over directions, steps and sequence
// lengths. A cell (lstm.cc, gru.cc, rnn.cc) computes one step.
//   X [T, B, I], W [D, G*H, I], R [D, G*H, H], B [D, 2*G*H]; Y [T, D, B, H], Y_h and Y_c [D, B, H]; with
//   layout 1 X [B, T, I], Y [B, T, D, H], states [B, D, H]. G is the number of gates, D of directions.
//   Source: ONNX LSTM-14.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "ops/nn/activation.h"
#include "ops/op_def.h"

namespace baton {

// A view of an operator's attributes.
struct RecurrentAttrs {
  absl::string_view direction;
  int64_t hidden_size = 0;  // 0: as R says
  absl::Span<const std::string> activations;
  absl::Span<const double> activation_alpha, activation_beta;
  double clip = 0;  // 0: none
  int64_t layout = 0;

  int num_directions() const { return direction == "bidirectional" ? 2 : 1; }
  bool Reverses(int d) const { return d == 1 || direction == "reverse"; }
};

template <typename Attrs>
RecurrentAttrs RecurrentOf(const Attrs& attrs) {
  return {attrs.direction,       attrs.hidden_size, attrs.activations, attrs.activation_alpha,
          attrs.activation_beta, attrs.clip,        attrs.layout};
}

// The activations of all directions; `defaults` are those of one. Errors: InvalidArgument for an unknown name
// or a wrong count.
absl::StatusOr<Activations> RecurrentActivations(const RecurrentAttrs& attrs,
                                                 absl::Span<const std::string> defaults);

absl::Status CheckRecurrent(const RecurrentAttrs& attrs, absl::Span<const std::string> default_activations);

// Inputs X, W, R, B, sequence_lens, initial_h and, with `has_cell_state`, initial_c and P; results Y, Y_h (,
// Y_c).
absl::Status RecurrentType(TypeContext& context, const RecurrentAttrs& attrs, int gates, bool has_cell_state,
                           TensorTypes* result);

// One call. REQUIRES: obeys the type rule.
struct RecurrentCall {
  RecurrentCall(const RecurrentAttrs& attrs, const KernelCall& call);

  // Errors: InvalidArgument when a sequence length is outside [0, steps].
  absl::Status CheckLengths() const;
  // No result has an element. Without this, steps over nothing would still be steps: any number of them.
  bool IsEmpty() const { return batch == 0 || hidden == 0; }
  // Steps of batch row `b`.
  int64_t Length(int64_t b) const;

  int64_t InputRow(int64_t t, int64_t b) const { return batch_first ? b * steps + t : t * batch + b; }
  int64_t InputRowsPerBatch() const { return batch_first ? steps : 1; }  // rows between b and b + 1
  int64_t OutputRow(int64_t t, int64_t d, int64_t b) const {
    return batch_first ? (b * steps + t) * directions + d : (t * directions + d) * batch + b;
  }
  int64_t StateRow(int64_t d, int64_t b) const { return batch_first ? b * directions + d : d * batch + b; }

  int64_t steps, batch, input, hidden, directions;
  bool batch_first;
  const TensorObject* lengths;  // int32 or int64, or null
};

// Runs `cell` over direction `d` with projected inputs f[rows of X, width]. `h` and `c` (null without cell
// state) are [batch, hidden], hold the initial state and end with the last one; `y` is Y's data, zero where
// sequences have ended. Cell::Step(n, projected, stride, h, c) advances n rows of state, whose projected
// inputs lie `stride` elements apart.
template <typename T, typename Cell>
void RunDirection(const RecurrentCall& call, int64_t d, bool reverse, const T* projected, int64_t width,
                  Cell& cell, T* h, T* c, T* y) {
  const int64_t hidden = call.hidden;
  const auto step = [&](int64_t t, int64_t b, int64_t n) {
    T* h_rows = h + b * hidden;
    cell.Step(n, projected + call.InputRow(t, b) * width, call.InputRowsPerBatch() * width, h_rows,
              c == nullptr ? nullptr : c + b * hidden);
    for (int64_t i = 0; i < n; ++i) {
      std::copy_n(h_rows + i * hidden, hidden, y + call.OutputRow(t, d, b + i) * hidden);
    }
  };
  if (call.lengths == nullptr) {
    for (int64_t s = 0; s < call.steps; ++s) step(reverse ? call.steps - 1 - s : s, 0, call.batch);
    return;
  }
  for (int64_t b = 0; b < call.batch; ++b) {
    const int64_t length = call.Length(b);
    for (int64_t s = 0; s < length; ++s) step(reverse ? length - 1 - s : s, b, 1);
    for (int64_t t = length; t < call.steps; ++t)
      std::fill_n(y + call.OutputRow(t, d, b) * hidden, hidden, T(0));
  }
}

// Copies the states of direction `d` between a tensor [D, B, H] or [B, D, H] and rows [B, H]. A null tensor
// is zeros.
template <typename T>
void LoadState(const RecurrentCall& call, int64_t d, const TensorObject* tensor, T* rows) {
  for (int64_t b = 0; b < call.batch; ++b) {
    T* row = rows + b * call.hidden;
    if (tensor == nullptr) {
      std::fill_n(row, call.hidden, T(0));
    } else {
      std::copy_n(tensor->As<T>() + call.StateRow(d, b) * call.hidden, call.hidden, row);
    }
  }
}
template <typename T>
void StoreState(const RecurrentCall& call, int64_t d, const T* rows, TensorObject* tensor) {
  for (int64_t b = 0; b < call.batch; ++b) {
    std::copy_n(rows + b * call.hidden, call.hidden, tensor->As<T>() + call.StateRow(d, b) * call.hidden);
  }
}

// Clamps to [-clip, clip]; NaN stays. Clip 0 leaves all.
template <typename T>
void ClipRow(double clip, T* x, int64_t n) {
  if (clip == 0) return;
  const T bound = static_cast<T>(clip);
  for (int64_t i = 0; i < n; ++i) x[i] = x[i] > bound ? bound : x[i] < -bound ? -bound : x[i];
}

}  // namespace baton
