// The slow, obvious twin of the chips: runs a program in its order, without tokens, with the loops of the
// specification's sections 4 to 6 as they stand there. For programs that break no rule.
#pragma once

#include <cstdint>
#include <vector>

#include "accel/vta/config.h"
#include "accel/vta/program_file.h"

namespace baton::vta::test {

// The memory that `program` leaves: its image.
std::vector<uint8_t> RunPlainModel(const Config& config, const ProgramFile& program);

}  // namespace baton::vta::test
