// What convolution and pooling share: window attributes and the way to the registry's layouts, in which the
// batch comes first, then channels, then the spatial axes. Internal to relay_ops/.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/text/relay_ops/converters.h"

namespace baton {

// "NCHW" for two spatial axes, with any two letters in front: "OI" gives "OIHW".
std::string ChannelsFirst(absl::string_view leading, int num_spatial);
// The number of spatial axes of a layout such as "NHWC" or "NCHW16c"; an error unless 1 to 3.
int NumSpatial(RelayBuilder& b, absl::string_view layout);
// An attribute with one number per spatial axis, or one number for all.
std::vector<int64_t> PerAxis(RelayBuilder& b, const RelayAttributes& attrs, const char* name,
                             int num_spatial);
// Padding as all begins, then all ends: from one number, one per axis, or two per axis.
std::vector<int64_t> Padding(RelayBuilder& b, const RelayAttributes& attrs, int num_spatial);

}  // namespace baton
