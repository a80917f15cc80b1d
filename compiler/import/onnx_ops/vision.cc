// Regions and boxes of object detection.
#include <string>

#include "compiler/import/onnx_ops/converters.h"

namespace baton {

using ir::Atom;

void ConvertRoiAlign(OnnxNode& node) {
  OnnxAttributes& from = node.attributes();
  // Version 10 knows one placing of the pixels, which version 16 calls so.
  const std::string placing =
      node.version() < 16 ? "output_half_pixel" : from.String("coordinate_transformation_mode", "half_pixel");
  if (placing != "half_pixel" && placing != "output_half_pixel") {
    return node.Invalid(absl::StrCat("attribute 'coordinate_transformation_mode' is '", placing,
                                     "', expected half_pixel or output_half_pixel"));
  }
  // Of samples between the pixels ONNX compares the parts, not the sums.
  std::string mode = from.String("mode", "avg");
  if (mode == "max") mode = "max_weighted";
  const std::vector<int64_t> size = {from.Int("output_height", 1), from.Int("output_width", 1)};
  node.SetOutput(0, node.Call("vision.roi_align", node.Inputs(),
                              {{"pooled_size", size},
                               {"spatial_scale", from.Float("spatial_scale", 1)},
                               {"sample_ratio", from.Int("sampling_ratio", 0)},
                               {"mode", mode},
                               {"aligned", placing == "half_pixel"}}));
}

void ConvertMaxRoiPool(OnnxNode& node) {
  if (!node.attributes().Has("pooled_shape")) return node.Invalid("attribute 'pooled_shape' is missing");
  node.SetOutput(0, node.Call("vision.roi_pool", node.Inputs(),
                              {{"pooled_size", node.attributes().Ints("pooled_shape")},
                               {"spatial_scale", node.attributes().Float("spatial_scale", 1)}}));
}

void ConvertNonMaxSuppression(OnnxNode& node) {
  const Atom max_output = node.HasInput(2) ? node.Input(2) : node.Int(0);
  const Atom threshold = node.HasInput(3) ? node.Input(3) : node.Scalar(DType::kFloat32, 0);
  node.SetOutput(0, node.Call("vision.all_class_non_max_suppression",
                              {node.Input(0), node.Input(1), max_output, threshold, node.Input(4)},
                              {{"center_point_box", node.attributes().Int("center_point_box", 0) != 0}}));
}

}  // namespace baton
