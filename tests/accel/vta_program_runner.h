// Runs built programs on the model chip, strict and within the portable subset, and the slow twins of what
// they compute.
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "accel/vta/config.h"
#include "accel/vta/model_options.h"
#include "accel/vta/program/conv2d_shape.h"
#include "accel/vta/program/dense.h"
#include "accel/vta/program/epilogue.h"
#include "accel/vta/program/max_pool.h"
#include "accel/vta/program/program.h"

namespace baton::vta {

Config ConfigNamed(const std::string& name);

using Random = std::mt19937;
uint32_t Draw(Random& random, uint32_t low, uint32_t high);  // inclusive
std::vector<int8_t> RandomInt8(Random& random, uint64_t size);
std::vector<int32_t> RandomInt32(Random& random, uint64_t size, int32_t magnitude);
Epilogue RandomEpilogue(Random& random);

// Packed bytes by buffer.
using Inputs = std::map<std::string, std::vector<uint8_t>>;

// The bytes of "output" after a run on a chip whose queues take turns by `seed`. Its errors: what the chip
// trapped, or a deadlock; scratchpads and the output start with other values than 0.
absl::StatusOr<std::vector<uint8_t>> RunOnModel(const Program& program, const Inputs& inputs, uint64_t seed,
                                                bool portable_only = true);
absl::StatusOr<std::vector<uint8_t>> RunOnModel(const Program& program, const Inputs& inputs,
                                                const ModelOptions& options);

int8_t ApplyEpilogue(const Epilogue& epilogue, int32_t accumulator, int32_t bias);
std::vector<int8_t> NaiveConv2d(const Conv2dShape& shape, const Epilogue& epilogue,
                                const std::vector<int8_t>& data, const std::vector<int8_t>& weight,
                                const std::vector<int32_t>& bias);
std::vector<int8_t> NaiveDense(const DenseShape& shape, const Epilogue& epilogue,
                               const std::vector<int8_t>& data, const std::vector<int8_t>& weight,
                               const std::vector<int32_t>& bias, const std::vector<int32_t>& initial);
std::vector<int8_t> NaiveMaxPool(const MaxPoolShape& shape, const std::vector<int8_t>& data);

}  // namespace baton::vta
