// What GEMM and ALU must not do and only their micro-ops and data can tell. Ranges are looked at once for an
// instruction; single steps only when a range is not good as a whole.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "accel/vta/model_core.h"

namespace baton::vta {
namespace {

constexpr uint64_t kPortableDistance = 3;  // steps: section 6

// The smallest and the largest value of one index over all steps.
struct Range {
  uint32_t first;
  uint32_t last;
};

Range RangeOf(const LoopNest& loops, uint32_t Indices::*index) {
  const auto [min, max] =
      std::minmax_element(loops.uops.begin(), loops.uops.end(),
                          [&](const Indices& a, const Indices& b) { return a.*index < b.*index; });
  const Indices last = loops.Offset(loops.iter_out - 1, loops.iter_in - 1);
  return {(*min).*index, (*max).*index + last.*index};
}

std::optional<Violation> CheckRange(const LoopNest& loops, uint32_t Indices::*index, const char* field,
                                    uint32_t depth) {
  const Range range = RangeOf(loops, index);
  if (range.last < depth) return std::nullopt;
  return Violation{Rule::index_range, field,
                   absl::StrCat("reaches ", range.last, ", expected at most ", depth - 1)};
}

bool AllWritten(const LoopNest& loops, uint32_t Indices::*index, const Written& written) {
  const Range range = RangeOf(loops, index);
  return written.HasAll(range.first, range.last);
}

// The first step whose element was not written.
std::optional<Violation> FirstUnwritten(const LoopNest& loops, uint32_t Indices::*index, const char* field,
                                        const Written& written) {
  if (AllWritten(loops, index, written)) return std::nullopt;
  std::optional<Violation> violation;
  loops.VisitSteps([&](const Indices& step) {
    if (written.Has(step.*index)) return true;
    violation =
        Violation{Rule::scratchpad_undefined, field,
                  absl::StrCat("reaches element ", step.*index, ", which was not written in this run")};
    return false;
  });
  return violation;
}

}  // namespace

// Into loops_.uops. In range: instruction_checks.cc, CheckLoops.
std::optional<Violation> ModelCore::ReadUops(uint32_t begin, uint32_t end, bool is_alu) {
  loops_.uops.clear();
  const bool traps_reserved = Traps(Rule::uop_reserved_bits);
  const bool traps_wgt = is_alu && Traps(Rule::alu_wgt_idx);
  const bool traps_undefined = Traps(Rule::scratchpad_undefined);
  for (uint32_t i = begin; i < end; ++i) {
    if (traps_undefined && !pads_.uop_written.Has(i)) {
      return Violation{Rule::scratchpad_undefined, "uop_bgn",
                       absl::StrCat("reaches micro-op ", i, ", which was not written in this run")};
    }
    const uint32_t bits = pads_.uop.data()[i];
    const Uop uop = UnpackUop(config_, bits);
    if (traps_reserved && (bits & uop_reserved_) != 0) {
      return Violation{Rule::uop_reserved_bits, "reserved_0",
                       absl::StrCat("is not 0 in micro-op ", i, ", expected 0")};
    }
    if (traps_wgt && uop.wgt_idx != 0) {
      return Violation{Rule::alu_wgt_idx, "wgt_idx",
                       absl::StrCat("is ", uop.wgt_idx, " in micro-op ", i, ", expected 0")};
    }
    loops_.uops.push_back({uop.dst_idx, uop.src_idx, uop.wgt_idx});
  }
  return std::nullopt;
}

std::optional<Violation> ModelCore::CheckIndices(bool reads_inp_and_wgt, bool reads_src_of_acc) const {
  if (auto violation = CheckRange(loops_, &Indices::dst, "dst_idx", config_.acc_depth())) return violation;
  if (reads_src_of_acc) return CheckRange(loops_, &Indices::src, "src_idx", config_.acc_depth());
  if (!reads_inp_and_wgt) return std::nullopt;
  if (auto violation = CheckRange(loops_, &Indices::src, "src_idx", config_.inp_depth())) return violation;
  return CheckRange(loops_, &Indices::wgt, "wgt_idx", config_.wgt_depth());
}

// No step makes an accumulator defined that another step reads: each step reads what it writes.
std::optional<Violation> ModelCore::CheckWritten(bool is_gemm, bool reads_src) const {
  if (!Traps(Rule::scratchpad_undefined)) return std::nullopt;
  if (auto violation = FirstUnwritten(loops_, &Indices::dst, "dst_idx", pads_.acc_written)) return violation;
  if (!reads_src) return std::nullopt;
  const Written& src_written = is_gemm ? pads_.inp_written : pads_.acc_written;
  if (auto violation = FirstUnwritten(loops_, &Indices::src, "src_idx", src_written)) return violation;
  if (!is_gemm) return std::nullopt;
  return FirstUnwritten(loops_, &Indices::wgt, "wgt_idx", pads_.wgt_written);
}

// The factors were compared by instruction_checks.cc.
std::optional<Violation> ModelCore::CheckImmediateSource() const {
  if (!Traps(Rule::immediate_source)) return std::nullopt;
  for (const Indices& uop : loops_.uops) {
    if (uop.src == uop.dst) continue;
    return Violation{Rule::immediate_source, "src_idx",
                     absl::StrCat("is ", uop.src, " with use_imm, expected dst_idx = ", uop.dst)};
  }
  return std::nullopt;
}

std::optional<Violation> ModelCore::CheckAluDistance(bool reads_src) const {
  if (!Traps(Rule::alu_distance)) return std::nullopt;
  std::vector<uint64_t> readable_from(config_.acc_depth(), 0);  // step
  std::optional<Violation> violation;
  uint64_t now = 0;
  loops_.VisitSteps([&](const Indices& step) {
    const bool dst_too_early = now < readable_from[step.dst];
    if (dst_too_early || (reads_src && now < readable_from[step.src])) {
      violation = Violation{
          Rule::alu_distance, dst_too_early ? "dst_idx" : "src_idx",
          absl::StrCat("reaches accumulator ", dst_too_early ? step.dst : step.src, " at step ", now,
                       ", expected not before step ", readable_from[dst_too_early ? step.dst : step.src])};
      return false;
    }
    readable_from[step.dst] = now + kPortableDistance;
    ++now;
    return true;
  });
  return violation;
}

// Steps change amounts that later steps use, so they are tried on a copy.
std::optional<Violation> ModelCore::CheckShiftAmounts() const {
  if (!Traps(Rule::shift_portable)) return std::nullopt;
  const size_t lanes = size_t{1} * config_.batch() * config_.block();
  Lanes<uint32_t> acc = pads_.acc;
  std::optional<Violation> violation;
  loops_.VisitSteps([&](const Indices& step) {
    const uint32_t* amounts = acc.data() + step.src * lanes;
    const auto* found = std::find_if(amounts, amounts + lanes, [](uint32_t amount) { return amount > 15; });
    if (found != amounts + lanes) {
      violation = Violation{Rule::shift_portable, "src_idx",
                            absl::StrCat("reaches accumulator ", step.src, ", which holds ",
                                         static_cast<int32_t>(*found), ", expected 0 to 15")};
      return false;
    }
    uint32_t* values = acc.data() + step.dst * lanes;
    for (size_t i = 0; i < lanes; ++i) {
      values[i] = static_cast<uint32_t>(static_cast<int32_t>(values[i]) >> amounts[i]);
    }
    return true;
  });
  return violation;
}

}  // namespace baton::vta
