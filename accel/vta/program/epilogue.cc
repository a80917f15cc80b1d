#include "accel/vta/program/epilogue.h"

#include <algorithm>

#include "absl/strings/str_format.h"

namespace baton::vta {
namespace {

constexpr int kMaxShift = 15;

void AppendShift(int shift, std::vector<ImmOperation>& operations) {
  for (; shift > 0; shift -= kMaxShift) {
    operations.push_back({AluOpcode::kShr, std::min(shift, kMaxShift)});
  }
}

}  // namespace

absl::Status CheckEpilogue(const Epilogue& epilogue) {
  if (epilogue.shift < 0 || epilogue.shift > 31) {
    return absl::InvalidArgumentError(
        absl::StrFormat("VTA epilogue: a shift by %d; 0 to 31 are possible", epilogue.shift));
  }
  if (epilogue.clip && (epilogue.low > epilogue.high || epilogue.low < -128 || epilogue.high > 127)) {
    return absl::InvalidArgumentError(
        absl::StrFormat("VTA epilogue: clipping to [%d, %d]; it must be a range within [-128, 127]",
                        epilogue.low, epilogue.high));
  }
  if (epilogue.clip && epilogue.relu && epilogue.high < 0) {
    return absl::InvalidArgumentError(
        absl::StrFormat("VTA epilogue: relu and clipping to at most %d leave no value", epilogue.high));
  }
  return absl::OkStatus();
}

std::vector<ImmOperation> EpilogueOperations(const Epilogue& epilogue) {
  std::vector<ImmOperation> operations;
  const int shift = epilogue.shift;
  if (!epilogue.round || shift == 0) {
    AppendShift(shift, operations);
  } else if (shift <= kMaxShift) {
    operations.push_back({AluOpcode::kAdd, 1 << (shift - 1)});
    AppendShift(shift, operations);
  } else {
    // The constant has no room for 2^(shift-1): shift all but one bit, then round that.
    AppendShift(shift - 1, operations);
    operations.push_back({AluOpcode::kAdd, 1});
    AppendShift(1, operations);
  }
  const int low = epilogue.relu ? std::max(epilogue.low, 0) : epilogue.low;
  if (epilogue.clip) {
    operations.push_back({AluOpcode::kMax, low});
    operations.push_back({AluOpcode::kMin, epilogue.high});
  } else if (epilogue.relu) {
    operations.push_back({AluOpcode::kMax, 0});
  }
  return operations;
}

}  // namespace baton::vta
