// Detection: non-maximum suppression and regions of interest.
#include <string>

#include "absl/strings/str_cat.h"
#include "compiler/text/relay_ops/converters.h"

namespace baton {

using ir::Atom;

// The threshold is an operand; the attribute repeats it.
Atom ConvertGetValidCounts(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  return b.Call("vision.get_valid_counts", {args[0], args[1]},
                {{"id_index", attrs.Int("id_index")}, {"score_index", attrs.Int("score_index")}});
}

// (indices, their numbers) or the boxes.
Atom ConvertNonMaxSuppression(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  const Atom kept = b.Call("vision.non_max_suppression", std::vector<Atom>(args.begin(), args.end()),
                           {{"force_suppress", attrs.Bool("force_suppress")},
                            {"top_k", attrs.Int("top_k")},
                            {"coord_start", attrs.Int("coord_start")},
                            {"score_index", attrs.Int("score_index")},
                            {"id_index", attrs.Int("id_index")},
                            {"invalid_to_bottom", attrs.Bool("invalid_to_bottom")}});
  if (!attrs.Bool("return_indices")) return b.Field(kept, 0);
  return b.Tuple({b.Field(kept, 1), b.Field(kept, 2)});
}

// (batch, class, box) of those kept and their number: as many rows as there are, without TVM's padding.
Atom ConvertAllClassNonMaxSuppression(RelayBuilder& b, const RelayAttributes& attrs,
                                      absl::Span<const Atom> args) {
  if (attrs.String("output_format") != "onnx") {
    b.Unsupported(absl::StrCat("output_format \"", attrs.String("output_format"), "\""));
  }
  const Atom selected =
      b.Call("vision.all_class_non_max_suppression", std::vector<Atom>(args.begin(), args.end()));
  return b.Tuple({selected, b.ShapeOperand({b.Extent(selected, 0)})});
}

namespace {

// A region operator, whose data and result have channels first.
Atom OfRegions(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args,
               Attributes attributes) {
  const std::string& layout = attrs.String("layout");
  attributes.emplace_back("pooled_size", attrs.Ints("pooled_size"));
  attributes.emplace_back("spatial_scale", attrs.Float("spatial_scale"));
  const Atom data = TransformLayout(b, args[0], layout, "NCHW");
  return TransformLayout(b, b.Call(attrs.op().name, {data, args[1]}, attributes), "NCHW", layout);
}

}  // namespace

Atom ConvertRoiAlign(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  return OfRegions(b, attrs, args,
                   {{"sample_ratio", attrs.Int("sample_ratio")}, {"mode", attrs.String("mode")}});
}

Atom ConvertRoiPool(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  return OfRegions(b, attrs, args, {});
}

}  // namespace baton
