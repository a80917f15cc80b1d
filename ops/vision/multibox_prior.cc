#include <algorithm>
#include <cmath>

#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct MultiboxPriorAttrs {
  std::vector<double> sizes = {1};
  std::vector<double> ratios = {1};
  std::vector<double> steps = {-1, -1};
  std::vector<double> offsets = {0.5, 0.5};
  bool clip = false;
};

absl::Status CheckMultiboxPriorAttrs(const MultiboxPriorAttrs& attrs) {
  if (attrs.sizes.empty() || attrs.ratios.empty()) {
    return absl::InvalidArgumentError("sizes and ratios need at least one element each");
  }
  if (attrs.steps.size() == 2 && attrs.offsets.size() == 2) return absl::OkStatus();
  return absl::InvalidArgumentError("steps and offsets need two elements each: along height and width");
}

int64_t AnchorsPerPixel(const MultiboxPriorAttrs& attrs) {
  return static_cast<int64_t>(attrs.sizes.size() + attrs.ratios.size()) - 1;
}

absl::Status MultiboxPriorType(TypeContext& context, const MultiboxPriorAttrs& attrs, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, 0, DTypeSet::kFloat));
  BATON_RETURN_IF_ERROR(RequireRank(context, 0, 4, "data"));
  const TensorType& data = *context.input(0);
  const Dim anchors = data.shape.has_rank() ? data.shape[2] * data.shape[3] * AnchorsPerPixel(attrs)
                                            : context.FreshDim("anchors");
  result->push_back({data.dtype, Shape({Dim(1), anchors, Dim(4)})});
  return absl::OkStatus();
}

absl::Status MultiboxPriorKernel(const MultiboxPriorAttrs& attrs, KernelCall& call) {
  const int64_t height = call.inputs[0]->dims[2];
  const int64_t width = call.inputs[0]->dims[3];
  const double step_y = attrs.steps[0] > 0 ? attrs.steps[0] : 1.0 / static_cast<double>(height);
  const double step_x = attrs.steps[1] > 0 ? attrs.steps[1] : 1.0 / static_cast<double>(width);
  const double aspect = static_cast<double>(height) / static_cast<double>(width);
  const size_t num_sizes = attrs.sizes.size();
  return VisitDTypeIn<DTypeSet::kFloat>(call.inputs[0]->dtype, [&](auto element) {
    using T = decltype(element);
    T* y = call.outputs[0]->As<T>();
    const auto write = [&](double value) {
      *y++ = Convert<T>(attrs.clip ? std::clamp(value, 0.0, 1.0) : value);
    };
    for (int64_t pixel = 0; pixel < height * width; ++pixel) {
      const double center_y = (static_cast<double>(pixel / width) + attrs.offsets[0]) * step_y;
      const double center_x = (static_cast<double>(pixel % width) + attrs.offsets[1]) * step_x;
      for (size_t k = 0; k < num_sizes + attrs.ratios.size() - 1; ++k) {
        const double size = attrs.sizes[k < num_sizes ? k : 0];
        const double stretch = k < num_sizes ? 1 : std::sqrt(attrs.ratios[k - num_sizes + 1]);
        const double half_width = size * aspect * stretch / 2;
        const double half_height = size / stretch / 2;
        write(center_x - half_width);
        write(center_y - half_height);
        write(center_x + half_width);
        write(center_y + half_height);
      }
    }
    return absl::OkStatus();
  });
}

}  // namespace

const OpDef& MultiboxPrior() {
  static const OpDef& def = *new OpDef(MakeOp<MultiboxPriorAttrs>(
      {.name = "vision.multibox_prior",
       .doc =
           "The anchor boxes (x1, y1, x2, y2; the image is 1 by 1) around every pixel of a feature map: one "
           "for each size, then the first size stretched by each ratio but the first. Source: Liu et al., "
           "\"SSD: Single Shot MultiBox Detector\", 2016.",
       .attrs = {{"sizes", &MultiboxPriorAttrs::sizes, "heights of the boxes"},
                 {"ratios", &MultiboxPriorAttrs::ratios, "width over height"},
                 {"steps", &MultiboxPriorAttrs::steps,
                  "distance of pixels, y then x; not positive: 1 / extent"},
                 {"offsets", &MultiboxPriorAttrs::offsets, "centre of a pixel, y then x"},
                 {"clip", &MultiboxPriorAttrs::clip, "cut the boxes at the image's border"}},
       .inputs = {"data"},
       .type = MultiboxPriorType,
       .check_attrs = CheckMultiboxPriorAttrs,
       .kernels = {{"portable", MultiboxPriorKernel}}}));
  return def;
}

}  // namespace baton
