#include <cmath>
#include <numeric>

#include "ops/elementwise/kernels.h"
#include "ops/vision/boxes.h"

namespace baton {
namespace {

enum Input { kClassProbability, kBoxDelta, kImageInfo };

struct ProposalAttrs {
  std::vector<double> scales = {4, 8, 16, 32};
  std::vector<double> ratios = {0.5, 1, 2};
  int64_t feature_stride = 16;
  double threshold = 0.7;
  int64_t rpn_pre_nms_top_n = 6000;
  int64_t rpn_post_nms_top_n = 300;
  int64_t rpn_min_size = 16;
  bool iou_loss = false;
};

absl::Status CheckProposalAttrs(const ProposalAttrs& attrs) {
  if (attrs.feature_stride > 0 && attrs.rpn_post_nms_top_n >= 0) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("feature_stride is ", attrs.feature_stride,
                                                 " and rpn_post_nms_top_n is ", attrs.rpn_post_nms_top_n,
                                                 ", expected positive numbers"));
}

// Per pixel.
int64_t NumAnchors(const ProposalAttrs& attrs) {
  return static_cast<int64_t>(attrs.scales.size() * attrs.ratios.size());
}

// REQUIRES: all inputs are ranked.
absl::Status CheckExtents(TypeContext& context, const ProposalAttrs& attrs) {
  const Shape& scores = context.input(kClassProbability)->shape;
  const Shape& deltas = context.input(kBoxDelta)->shape;
  const Shape& info = context.input(kImageInfo)->shape;
  const Dim anchors = NumAnchors(attrs);
  BATON_RETURN_IF_ERROR(
      context.RequireEqual(scores[1], anchors * Dim(2), "channels of cls_prob and 2 per anchor"));
  BATON_RETURN_IF_ERROR(context.RequireEqual(deltas[0], scores[0], "batches of bbox_pred and cls_prob"));
  BATON_RETURN_IF_ERROR(
      context.RequireEqual(deltas[1], anchors * Dim(4), "channels of bbox_pred and 4 per anchor"));
  for (int i = 2; i < 4; ++i) {
    BATON_RETURN_IF_ERROR(context.RequireEqual(
        deltas[i], scores[i], absl::StrCat("extents of bbox_pred and cls_prob along axis ", i)));
  }
  BATON_RETURN_IF_ERROR(context.RequireEqual(info[0], scores[0], "batches of im_info and cls_prob"));
  return context.RequireEqual(info[1], Dim(3), "elements of im_info and 3");
}

absl::Status ProposalType(TypeContext& context, const ProposalAttrs& attrs, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, kClassProbability, DTypeSet::kFloat));
  BATON_RETURN_IF_ERROR(RequireSameDType(context));
  BATON_RETURN_IF_ERROR(RequireRank(context, kClassProbability, 4, "cls_prob"));
  BATON_RETURN_IF_ERROR(RequireRank(context, kBoxDelta, 4, "bbox_pred"));
  BATON_RETURN_IF_ERROR(RequireRank(context, kImageInfo, 2, "im_info"));
  if (context.AllRanked()) BATON_RETURN_IF_ERROR(CheckExtents(context, attrs));
  const TensorType& scores = *context.input(kClassProbability);
  const Dim rows =
      scores.shape.has_rank() ? scores.shape[0] * Dim(attrs.rpn_post_nms_top_n) : context.FreshDim("regions");
  result->push_back({scores.dtype, Shape({rows, Dim(5)})});
  return absl::OkStatus();
}

// Anchor `k` around the first pixel; a box contains its corner pixels.
Box AnchorBox(const ProposalAttrs& attrs, int64_t k) {
  const double ratio = attrs.ratios[k / static_cast<int64_t>(attrs.scales.size())];
  const double scale = attrs.scales[k % static_cast<int64_t>(attrs.scales.size())];
  const double stride = static_cast<double>(attrs.feature_stride);
  const double center = (stride - 1) / 2;
  const double side = std::floor(std::sqrt(std::floor(stride * stride / ratio)) + 0.5);
  const double half_width = (side * scale - 1) / 2;
  const double half_height = (std::floor(side * ratio + 0.5) * scale - 1) / 2;
  return {center - half_width, center - half_height, center + half_width, center + half_height};
}

// `box` moved and stretched as the network says.
Box ApplyDelta(const ProposalAttrs& attrs, const Box& box, const double (&delta)[4]) {
  if (attrs.iou_loss) return {box.x1 + delta[0], box.y1 + delta[1], box.x2 + delta[2], box.y2 + delta[3]};
  const double width = box.x2 - box.x1 + 1, height = box.y2 - box.y1 + 1;
  const double x = delta[0] * width + (box.x1 + box.x2) / 2;
  const double y = delta[1] * height + (box.y1 + box.y2) / 2;
  const double half_width = (std::exp(delta[2]) * width - 1) / 2;
  const double half_height = (std::exp(delta[3]) * height - 1) / 2;
  return {x - half_width, y - half_height, x + half_width, y + half_height};
}

struct Candidate {
  Box box;
  double score;
};

struct ImageInfo {
  double height, width, scale;
};

// Cuts the box at the image's border. Boxes below the least size, and those of padding beyond the image, get
// the score -1.
Candidate MakeCandidate(const ProposalAttrs& attrs, const ImageInfo& image, Box box, double score,
                        bool is_padding) {
  box = {std::max(std::min(box.x1, image.width - 1), 0.0), std::max(std::min(box.y1, image.height - 1), 0.0),
         std::max(std::min(box.x2, image.width - 1), 0.0), std::max(std::min(box.y2, image.height - 1), 0.0)};
  const double least = image.scale * static_cast<double>(attrs.rpn_min_size);
  if (box.x2 - box.x1 + 1 < least || box.y2 - box.y1 + 1 < least) {
    return {{box.x1 - least / 2, box.y1 - least / 2, box.x2 + least / 2, box.y2 + least / 2}, -1};
  }
  return {box, is_padding ? -1 : score};
}

// All candidates of a batch, by pixel, then anchor.
template <typename T>
void MakeCandidates(const ProposalAttrs& attrs, int64_t batch, KernelCall& call, Candidate* candidates) {
  const TensorObject& scores = *call.inputs[kClassProbability];
  const int64_t anchors = NumAnchors(attrs);
  const int64_t width = scores.dims[3], pixels = scores.dims[2] * width;
  const T* score = scores.As<T>() + (batch * 2 + 1) * anchors * pixels;
  const T* deltas = call.inputs[kBoxDelta]->As<T>() + batch * anchors * 4 * pixels;
  const T* info = call.inputs[kImageInfo]->As<T>() + batch * 3;
  const ImageInfo image = {Convert<double>(info[0]), Convert<double>(info[1]), Convert<double>(info[2])};
  const double stride = static_cast<double>(attrs.feature_stride);
  for (int64_t k = 0; k < anchors; ++k) {
    const Box anchor = AnchorBox(attrs, k);
    for (int64_t pixel = 0; pixel < pixels; ++pixel) {
      const double row = static_cast<double>(pixel / width), column = static_cast<double>(pixel % width);
      const double dx = column * stride, dy = row * stride;
      double delta[4];
      for (int i = 0; i < 4; ++i) delta[i] = Convert<double>(deltas[(k * 4 + i) * pixels + pixel]);
      const Box box =
          ApplyDelta(attrs, {anchor.x1 + dx, anchor.y1 + dy, anchor.x2 + dx, anchor.y2 + dy}, delta);
      const bool is_padding =
          row >= std::trunc(image.height / stride) || column >= std::trunc(image.width / stride);
      candidates[pixel * anchors + k] =
          MakeCandidate(attrs, image, box, Convert<double>(score[k * pixels + pixel]), is_padding);
    }
  }
}

// Writes the kept boxes of a batch, again from the first until there are enough; zeros when none is kept.
template <typename T>
void WriteBoxes(const Candidate* candidates, absl::Span<const int64_t> kept, int64_t batch,
                absl::Span<T> rows) {
  std::fill(rows.begin(), rows.end(), T(0));
  for (size_t i = 0; i * 5 < rows.size() && !kept.empty(); ++i) {
    const Box& box = candidates[kept[i % kept.size()]].box;
    const double values[] = {static_cast<double>(batch), box.x1, box.y1, box.x2, box.y2};
    for (int k = 0; k < 5; ++k) rows[i * 5 + k] = Convert<T>(values[k]);
  }
}

absl::Status ProposalKernel(const ProposalAttrs& attrs, KernelCall& call) {
  const TensorObject& scores = *call.inputs[kClassProbability];
  if (call.outputs[0]->num_elements() == 0) return absl::OkStatus();
  const int64_t n = scores.dims[2] * scores.dims[3] * NumAnchors(attrs);
  auto* candidates = static_cast<Candidate*>(call.context.Scratch(n * sizeof(Candidate)));
  auto* order = static_cast<int64_t*>(call.context.Scratch(n * sizeof(int64_t)));
  if (candidates == nullptr || order == nullptr)
    return absl::ResourceExhaustedError("no memory for the candidates");
  const int64_t taken = attrs.rpn_pre_nms_top_n > 0 ? std::min(attrs.rpn_pre_nms_top_n, n) : n;
  const int64_t row = attrs.rpn_post_nms_top_n * 5;
  return VisitDTypeIn<DTypeSet::kFloat>(scores.dtype, [&](auto element) {
    using T = decltype(element);
    for (int64_t batch = 0; batch < scores.dims[0]; ++batch) {
      MakeCandidates<T>(attrs, batch, call, candidates);
      std::iota(order, order + n, 0);
      SortByScore(absl::MakeSpan(order, n), [&](int64_t i) { return candidates[i].score; });
      const int64_t kept = SuppressBoxes(absl::MakeSpan(order, taken), taken, [&](int64_t winner, int64_t i) {
        return IntersectionOverUnion(candidates[winner].box, candidates[i].box, /*border=*/1) >
               attrs.threshold;
      });
      WriteBoxes(candidates, absl::MakeConstSpan(order, kept), batch,
                 absl::MakeSpan(call.outputs[0]->As<T>() + batch * row, row));
    }
    return absl::OkStatus();
  });
}

}  // namespace

const OpDef& Proposal() {
  static const OpDef& def = *new OpDef(MakeOp<ProposalAttrs>(
      {.name = "vision.proposal",
       .doc = "Regions (batch, x1, y1, x2, y2) that may hold an object: anchors around every pixel, moved by "
              "bbox_pred [N, 4 * anchors, H, W], those of the best scores in cls_prob [N, 2 * anchors, H, W] "
              "that "
              "overlap no better one; repeated until there are rpn_post_nms_top_n. im_info: [height, width, "
              "scale] "
              "of each image. Source: Ren et al., \"Faster R-CNN\", 2015.",
       .attrs = {{"scales", &ProposalAttrs::scales, "sizes of the anchors"},
                 {"ratios", &ProposalAttrs::ratios, "height over width of the anchors"},
                 {"feature_stride", &ProposalAttrs::feature_stride,
                  "pixels of the image per pixel of the features"},
                 {"threshold", &ProposalAttrs::threshold, "overlap allowed"},
                 {"rpn_pre_nms_top_n", &ProposalAttrs::rpn_pre_nms_top_n,
                  "candidates that take part; not positive: all"},
                 {"rpn_post_nms_top_n", &ProposalAttrs::rpn_post_nms_top_n, "regions of a batch"},
                 {"rpn_min_size", &ProposalAttrs::rpn_min_size,
                  "the least side of a region, times the image's scale"},
                 {"iou_loss", &ProposalAttrs::iou_loss, "bbox_pred moves the corners, not centre and size"}},
       .inputs = {"cls_prob", "bbox_pred", "im_info"},
       .type = ProposalType,
       .check_attrs = CheckProposalAttrs,
       .kernels = {{"portable", ProposalKernel}}}));
  return def;
}

}  // namespace baton
