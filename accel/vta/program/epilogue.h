// PUBLIC: what is done to accumulators before their low 8 bits are stored: bias, shift, clipping.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "accel/vta/isa.h"

namespace baton::vta {

// y = clip((acc + bias + (round ? 2^(shift-1) : 0)) >> shift, low, high), in this order.
struct Epilogue {
  bool bias = false;   // an int32 for each output channel
  int shift = 0;       // to the right, arithmetic: 0..31
  bool round = false;  // half up instead of down
  bool relu = false;   // low is at least 0
  bool clip = true;    // else the low 8 bits of what is left
  int low = -128;
  int high = 127;

  friend bool operator==(const Epilogue&, const Epilogue&) = default;
};

// Errors: InvalidArgument with the field that is out of range.
absl::Status CheckEpilogue(const Epilogue& epilogue);

// An operation with a constant on each accumulator.
struct ImmOperation {
  AluOpcode opcode;
  int32_t imm;

  friend bool operator==(const ImmOperation&, const ImmOperation&) = default;
};

// What follows the addition of the bias. Shifts are at most 15 a time and constants have 16 bits, as
// the portable subset of the specification's section 10.1 demands.
std::vector<ImmOperation> EpilogueOperations(const Epilogue& epilogue);

}  // namespace baton::vta
