#include "accel/vta/program/conv2d.h"

#include "absl/strings/str_cat.h"
#include "accel/vta/program/conv2d_plan.h"
#include "accel/vta/program/emitter.h"
#include "vm/core/status.h"

namespace baton::vta {
namespace {

Conv2dBuffers AddBuffers(const Conv2dShape& shape, const Conv2dBlocks& blocks, const Epilogue& epilogue,
                         Emitter& emitter) {
  const uint64_t in_pixels = uint64_t{shape.height} * shape.width;
  const uint64_t out_pixels = uint64_t{shape.out_height()} * shape.out_width();
  Conv2dBuffers buffers;
  buffers.data = emitter.AddBuffer("data", BufferRole::kInput, MemoryType::kInp,
                                   uint64_t{blocks.batch} * blocks.in_blocks * in_pixels);
  buffers.weight = emitter.AddBuffer(
      "weight", BufferRole::kInput, MemoryType::kWgt,
      uint64_t{blocks.out_blocks} * blocks.group_in_blocks * shape.kernel_height * shape.kernel_width);
  if (epilogue.bias) {
    buffers.bias = emitter.AddBuffer("bias", BufferRole::kInput, MemoryType::kAcc, blocks.out_blocks);
  }
  buffers.output = emitter.AddBuffer("output", BufferRole::kOutput, MemoryType::kOut,
                                     uint64_t{blocks.batch} * blocks.out_blocks * out_pixels);
  return buffers;
}

// What a chunk leaves out of the kernel, or of its rows, must be one piece of the packed weights.
absl::Status CheckTiling(const Conv2dShape& shape, const Tiling& tiling) {
  const bool whole_rows = tiling.kernel_cols >= shape.kernel_width;
  const bool whole_kernel = whole_rows && tiling.kernel_rows >= shape.kernel_height;
  if ((!whole_kernel && tiling.in_blocks > 1) || (!whole_rows && tiling.kernel_rows > 1)) {
    return absl::InvalidArgumentError(
        absl::StrCat("VTA conv2d: ", ToString(tiling),
                     ": a chunk has one block or whole kernels, and one row of a "
                     "kernel or whole rows (",
                     ToString(shape), ")"));
  }
  return absl::OkStatus();
}

absl::StatusOr<Program> BuildTiled(const Config& config, const Conv2dShape& shape, const Epilogue& epilogue,
                                   const Tiling& tiling) {
  if (shape.batch > 0 && !CountConv2d(config, shape, epilogue, tiling).has_value()) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "VTA conv2d: ", ToString(tiling), " does not fit the scratchpads (", ToString(shape), ")"));
  }
  Emitter emitter(config);
  const Conv2dBuffers buffers = AddBuffers(shape, BlocksOf(config, shape), epilogue, emitter);
  BATON_RETURN_IF_ERROR(Annotate(emitter.status(), ToString(shape)));
  if (shape.batch > 0) EmitProduct(PlanConv2d(config, shape, epilogue, tiling, buffers), emitter);
  BATON_ASSIGN_OR_RETURN(Program program, emitter.Finish());
  program.macs = shape.num_macs();
  program.tiling = ToString(tiling);
  return program;
}

}  // namespace

absl::StatusOr<Program> BuildConv2d(const Config& config, const Conv2dShape& shape, const Epilogue& epilogue,
                                    const BuildOptions& options) {
  BATON_RETURN_IF_ERROR(CheckShape(shape));
  BATON_RETURN_IF_ERROR(CheckEpilogue(epilogue));
  BATON_RETURN_IF_ERROR(CheckOptions(config, options));
  const auto build = [&](const Tiling& tiling) { return BuildTiled(config, shape, epilogue, tiling); };
  std::vector<RankedTiling> ranked;
  if (options.tiling.has_value()) {
    BATON_RETURN_IF_ERROR(CheckTiling(shape, *options.tiling));
    ranked.push_back({*options.tiling, 0});
  } else if (shape.batch == 0) {
    ranked.push_back({Tiling{}, 0});
  } else {
    ranked = RankConv2dTilings(config, shape, epilogue, options);
  }
  return BuildBest(absl::StrCat("VTA conv2d ", ToString(shape)), std::move(ranked), options.machine, build);
}

}  // namespace baton::vta
