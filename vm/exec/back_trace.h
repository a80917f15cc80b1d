// BackTrace: where in the model an error happened and from where that was called, across strands. Internal to
// vm/exec.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "vm/exec/frame.h"
#include "vm/exec/loaded_program.h"

namespace baton {

struct BackTrace {
  std::vector<std::string> places;  // the innermost first, of the first few
  int64_t num_frames = 0;

  // Adds the frames of a strand, the innermost, which is the last, first.
  void Append(const LoadedProgram& program, const FrameStack& frames);
  std::string ToString() const;
};

// Where the frame stands, as its function's debug entries count.
uint32_t PlaceOf(const LoadedProgram& program, const Frame& frame);

// Why a strand failed.
struct StrandError {
  absl::Status status;
  BackTrace trace;
};

}  // namespace baton
