// How a convolution becomes tiles and chunks.
#pragma once

#include <vector>

#include "accel/vta/program/conv2d_shape.h"
#include "accel/vta/program/product.h"
#include "accel/vta/program/tiling.h"

namespace baton::vta {

// The program's buffers.
struct Conv2dBuffers {
  uint32_t data = 0, weight = 0, bias = 0, output = 0;
};

// Sizes of `tiling`, with slots; for ranking. None when it does not fit.
std::optional<ProductCounts> CountConv2d(const Config& config, const Conv2dShape& shape,
                                         const Epilogue& epilogue, const Tiling& tiling);

// REQUIRES: CountConv2d has a value.
ProductPlan PlanConv2d(const Config& config, const Conv2dShape& shape, const Epilogue& epilogue,
                       const Tiling& tiling, const Conv2dBuffers& buffers);

// All that fit.
std::vector<RankedTiling> RankConv2dTilings(const Config& config, const Conv2dShape& shape,
                                            const Epilogue& epilogue, const BuildOptions& options);

}  // namespace baton::vta
