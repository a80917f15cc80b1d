// What nn.layer_norm and nn.rms_norm share.
#pragma once

#include "ops/op_def.h"

namespace baton {

// Input `input` (scale, bias; may be absent) broadcasts, unidirectionally, to the axes of data from `axis`
// on.
absl::Status RequireBroadcastTo(TypeContext& context, int input, const Shape& data, int axis,
                                absl::string_view name);

}  // namespace baton
