// Random layers through the program builder: what the compiler will ask of a chip, beside programs that are
// random instruction by instruction (tests/support/vta_random_program.h).
#pragma once

#include <cstdint>
#include <string>

#include "accel/vta/config.h"
#include "accel/vta/program_file.h"

namespace baton::vta {

struct RandomLayer {
  std::string what;     // operator and shape
  ProgramFile program;  // random data; without expected outputs
};

// A convolution or a product of matrices, now and then a sum or a pool, with one or two contexts, by `seed`.
RandomLayer MakeRandomLayer(const Config& config, uint32_t seed);

}  // namespace baton::vta
