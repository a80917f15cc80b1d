#include "tests/vta_sim/random_layer.h"

#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "accel/vta/program/add.h"
#include "accel/vta/program/conv2d.h"
#include "accel/vta/program/dense.h"
#include "accel/vta/program/loaded_program.h"
#include "accel/vta/program/max_pool.h"
#include "vm/core/status.h"

namespace baton::vta {
namespace {

constexpr uint64_t kMemoryBytes = 64 << 20;

class LayerMaker {
 public:
  LayerMaker(const Config& config, uint32_t seed) : config_(config), random_(seed) {
    options_.contexts = Draw(1, 2);
  }

  RandomLayer Make() {
    const uint32_t kind = Draw(0, 9);
    std::string what;
    Program program = kind < 5   ? Conv2d(&what)
                      : kind < 8 ? Dense(&what)
                      : kind < 9 ? Add(&what)
                                 : MaxPool(&what);
    return {absl::StrCat(what, ", contexts ", options_.contexts), Place(program)};
  }

 private:
  // Inclusive.
  uint32_t Draw(uint32_t low, uint32_t high) { return low + random_() % (high - low + 1); }

  Epilogue DrawEpilogue(bool bias) {
    Epilogue epilogue = {.bias = bias, .shift = static_cast<int>(Draw(0, 12))};
    epilogue.round = epilogue.shift > 0 && Draw(0, 1) == 1;
    epilogue.relu = Draw(0, 1) == 1;
    epilogue.clip = Draw(0, 3) != 0;
    return epilogue;
  }

  Program Conv2d(std::string* what) {
    Conv2dShape shape;
    shape.kernel_height = Draw(1, 3);
    shape.kernel_width = Draw(0, 1) == 1 ? shape.kernel_height : Draw(1, 5);
    shape.batch = Draw(1, 2);
    shape.height = Draw(shape.kernel_height, 14);
    shape.width = Draw(shape.kernel_width, 14);
    shape.stride_height = Draw(1, 2);
    shape.stride_width = Draw(1, 2);
    shape.pad_top = Draw(0, shape.kernel_height - 1);
    shape.pad_left = Draw(0, shape.kernel_width - 1);
    shape.pad_bottom = Draw(0, shape.kernel_height - 1);
    shape.pad_right = Draw(0, shape.kernel_width - 1);
    shape.groups = Draw(0, 3) == 0 ? Draw(2, 4) : 1;
    shape.in_channels = shape.groups * Draw(1, 60);
    shape.out_channels = shape.groups * Draw(1, 60);
    *what = absl::StrCat("conv2d ", ToString(shape));
    return Checked(BuildConv2d(config_, shape, DrawEpilogue(Draw(0, 1) == 1), options_));
  }

  Program Dense(std::string* what) {
    DenseShape shape = {
        .batch = Draw(1, 2), .rows = Draw(1, 40), .in_features = Draw(1, 200), .out_features = Draw(1, 200)};
    shape.weight_per_batch = Draw(0, 1) == 1;
    shape.initial = Draw(0, 3) == 0;
    *what = absl::StrCat("dense ", ToString(shape));
    return Checked(BuildDense(config_, shape, DrawEpilogue(Draw(0, 1) == 1), options_));
  }

  Program Add(std::string* what) {
    const uint32_t num_elements = Draw(1, 500);
    const AddOperands operands = Draw(0, 1) == 0 ? AddOperands::kInt8 : AddOperands::kInt32;
    options_.has_acc8 = Draw(0, 1) == 1;
    *what = absl::StrCat("add of ", num_elements, " elements");
    return Checked(BuildAdd(config_, num_elements, operands, DrawEpilogue(false), options_));
  }

  Program MaxPool(std::string* what) {
    MaxPoolShape shape = {.channels = Draw(1, 40)};
    shape.kernel_height = Draw(1, 3);
    shape.kernel_width = Draw(1, 3);
    shape.height = Draw(shape.kernel_height, 12);
    shape.width = Draw(shape.kernel_width, 12);
    shape.stride_height = Draw(1, 2);
    shape.stride_width = Draw(1, 2);
    shape.pad_top = Draw(0, shape.kernel_height - 1);
    shape.pad_right = Draw(0, shape.kernel_width - 1);
    *what = absl::StrCat("max_pool ", ToString(shape));
    return Checked(BuildMaxPool(config_, shape, options_));
  }

  Program Checked(absl::StatusOr<Program> program) {
    BATON_CHECK(program.ok());
    return *std::move(program);
  }

  // The program with random inputs, as the image that a chip starts from.
  ProgramFile Place(const Program& program) {
    auto memory = DeviceMemory::Create(kMemoryBytes);
    BATON_CHECK(memory.ok());
    auto loaded = LoadedProgram::Load(program, **memory);
    BATON_CHECK(loaded.ok());
    for (const ProgramBuffer& buffer : program.buffers) {
      if (buffer.role == BufferRole::kConstant && !buffer.contents.empty()) continue;
      auto bytes = (*loaded)->Buffer(buffer.name);
      BATON_CHECK(bytes.ok());
      for (uint8_t& byte : *bytes) byte = static_cast<uint8_t>(random_());
    }
    const RunRequest request = (*loaded)->request();
    // Pages are given from the lowest address up, but for one that is never given.
    const uint64_t image_bytes = (*memory)->allocated_bytes() + kPageBytes;
    ProgramFile file;
    file.instruction_address = request.instruction_address;
    file.instruction_count = request.instruction_count;
    file.image_bytes = static_cast<uint32_t>(image_bytes);
    file.inputs.push_back({0, std::vector<uint8_t>((*memory)->data(), (*memory)->data() + image_bytes)});
    return file;
  }

  const Config& config_;
  std::mt19937 random_;
  BuildOptions options_;
};

}  // namespace

RandomLayer MakeRandomLayer(const Config& config, uint32_t seed) {
  return LayerMaker(config, seed).Make();
}

}  // namespace baton::vta
