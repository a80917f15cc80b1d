#include "tests/accel/vta_program_runner.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "accel/vta/model_chip.h"
#include "accel/vta/program/loaded_program.h"
#include "vm/core/status.h"

namespace baton::vta {
namespace {

constexpr uint64_t kMemoryBytes = uint64_t{1} << 26;

}  // namespace

Config ConfigNamed(const std::string& name) {
  const NamedConfig* named = FindConfig(name);
  REQUIRE(named != nullptr);
  return named->config;
}

uint32_t Draw(Random& random, uint32_t low, uint32_t high) {
  return std::uniform_int_distribution<uint32_t>(low, high)(random);
}

std::vector<int8_t> RandomInt8(Random& random, uint64_t size) {
  std::uniform_int_distribution<int> distribution(-128, 127);
  std::vector<int8_t> values(size);
  for (int8_t& value : values) value = static_cast<int8_t>(distribution(random));
  return values;
}

std::vector<int32_t> RandomInt32(Random& random, uint64_t size, int32_t magnitude) {
  std::uniform_int_distribution<int32_t> distribution(-magnitude, magnitude);
  std::vector<int32_t> values(size);
  for (int32_t& value : values) value = distribution(random);
  return values;
}

Epilogue RandomEpilogue(Random& random) {
  Epilogue epilogue;
  epilogue.bias = Draw(random, 0, 1) == 1;
  epilogue.shift = static_cast<int>(Draw(random, 0, 3) == 0 ? Draw(random, 16, 20) : Draw(random, 0, 12));
  epilogue.round = Draw(random, 0, 1) == 1;
  epilogue.relu = Draw(random, 0, 2) == 0;
  epilogue.clip = Draw(random, 0, 3) != 0;
  return epilogue;
}

absl::StatusOr<std::vector<uint8_t>> RunOnModel(const Program& program, const Inputs& inputs, uint64_t seed,
                                                bool portable_only) {
  ModelOptions options;
  options.seed = seed;
  options.portable_only = portable_only;
  return RunOnModel(program, inputs, options);
}

absl::StatusOr<std::vector<uint8_t>> RunOnModel(const Program& program, const Inputs& inputs,
                                                const ModelOptions& options) {
  BATON_ASSIGN_OR_RETURN(std::unique_ptr<DeviceMemory> memory, DeviceMemory::Create(kMemoryBytes));
  BATON_ASSIGN_OR_RETURN(const std::unique_ptr<ModelChip> chip,
                         ModelChip::Create(program.config, options, std::move(memory)));
  BATON_ASSIGN_OR_RETURN(const std::unique_ptr<LoadedProgram> loaded,
                         LoadedProgram::Load(program, chip->memory()));
  BATON_ASSIGN_OR_RETURN(const absl::Span<uint8_t> output, loaded->Buffer("output"));
  std::fill(output.begin(), output.end(), 0x5a);
  for (const auto& [name, bytes] : inputs) BATON_RETURN_IF_ERROR(loaded->Write(name, bytes));
  BATON_ASSIGN_OR_RETURN(const RunResult result, chip->Run(loaded->request()));
  if (result.outcome != Outcome::kFinished)
    return absl::InternalError(DescribeResult(program.config, result));
  if (result.counters.gemm_steps != program.gemm_steps) {
    return absl::InternalError(
        absl::StrCat(result.counters.gemm_steps, " GEMM steps, the program says ", program.gemm_steps));
  }
  return std::vector<uint8_t>(output.begin(), output.end());
}

int8_t ApplyEpilogue(const Epilogue& epilogue, int32_t accumulator, int32_t bias) {
  int64_t value = int64_t{accumulator} + (epilogue.bias ? bias : 0);
  if (epilogue.round && epilogue.shift > 0) value += int64_t{1} << (epilogue.shift - 1);
  value >>= epilogue.shift;
  if (epilogue.relu) value = std::max<int64_t>(value, 0);
  if (epilogue.clip) value = std::clamp<int64_t>(value, epilogue.low, epilogue.high);
  return static_cast<int8_t>(static_cast<uint8_t>(value));
}

std::vector<int8_t> NaiveConv2d(const Conv2dShape& shape, const Epilogue& epilogue,
                                const std::vector<int8_t>& data, const std::vector<int8_t>& weight,
                                const std::vector<int32_t>& bias) {
  const int64_t height = shape.height, width = shape.width;
  const int64_t group_in = shape.in_channels / shape.groups, group_out = shape.out_channels / shape.groups;
  std::vector<int8_t> output;
  for (int64_t n = 0; n < shape.batch; ++n) {
    for (int64_t oc = 0; oc < shape.out_channels; ++oc) {
      for (int64_t oy = 0; oy < shape.out_height(); ++oy) {
        for (int64_t ox = 0; ox < shape.out_width(); ++ox) {
          int32_t sum = 0;
          for (int64_t ic = 0; ic < group_in; ++ic) {
            for (int64_t ky = 0; ky < shape.kernel_height; ++ky) {
              for (int64_t kx = 0; kx < shape.kernel_width; ++kx) {
                const int64_t y = oy * shape.stride_height + ky - shape.pad_top;
                const int64_t x = ox * shape.stride_width + kx - shape.pad_left;
                if (y < 0 || y >= height || x < 0 || x >= width) continue;
                const int64_t channel = oc / group_out * group_in + ic;
                sum += data[((n * shape.in_channels + channel) * height + y) * width + x] *
                       weight[((oc * group_in + ic) * shape.kernel_height + ky) * shape.kernel_width + kx];
              }
            }
          }
          output.push_back(ApplyEpilogue(epilogue, sum, epilogue.bias ? bias[oc] : 0));
        }
      }
    }
  }
  return output;
}

std::vector<int8_t> NaiveDense(const DenseShape& shape, const Epilogue& epilogue,
                               const std::vector<int8_t>& data, const std::vector<int8_t>& weight,
                               const std::vector<int32_t>& bias, const std::vector<int32_t>& initial) {
  std::vector<int8_t> output;
  for (uint64_t b = 0; b < shape.batch; ++b) {
    for (uint64_t m = b * shape.rows; m < (b + 1) * shape.rows; ++m) {
      for (uint64_t n = 0; n < shape.out_features; ++n) {
        int32_t sum = shape.initial ? initial[m * shape.out_features + n] : 0;
        const uint64_t weight_row = (shape.weight_per_batch ? b * shape.out_features : 0) + n;
        for (uint64_t k = 0; k < shape.in_features; ++k) {
          sum += data[m * shape.in_features + k] * weight[weight_row * shape.in_features + k];
        }
        output.push_back(ApplyEpilogue(epilogue, sum, epilogue.bias ? bias[n] : 0));
      }
    }
  }
  return output;
}

std::vector<int8_t> NaiveMaxPool(const MaxPoolShape& shape, const std::vector<int8_t>& data) {
  const int64_t height = shape.height, width = shape.width;
  std::vector<int8_t> output;
  for (int64_t plane = 0; plane < int64_t{shape.batch} * shape.channels; ++plane) {
    for (int64_t oy = 0; oy < shape.out_height(); ++oy) {
      for (int64_t ox = 0; ox < shape.out_width(); ++ox) {
        int8_t largest = -128;
        for (int64_t ky = 0; ky < shape.kernel_height; ++ky) {
          for (int64_t kx = 0; kx < shape.kernel_width; ++kx) {
            const int64_t y = oy * shape.stride_height + ky - shape.pad_top;
            const int64_t x = ox * shape.stride_width + kx - shape.pad_left;
            if (y < 0 || y >= height || x < 0 || x >= width) continue;
            largest = std::max(largest, data[(plane * height + y) * width + x]);
          }
        }
        output.push_back(largest);
      }
    }
  }
  return output;
}

}  // namespace baton::vta
