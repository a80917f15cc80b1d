#include <algorithm>
#include <cmath>

#include "ops/elementwise/kernels.h"
#include "ops/signal/spectrum.h"
#include "ops/tensor/indices.h"
#include "ops/tensor/number.h"

namespace baton {
namespace {

enum Input { kBands, kLength, kSampleRate, kLowerEdge, kUpperEdge };

struct MelWeightMatrixAttrs {
  DType dtype = DType::kFloat32;
};

absl::Status CheckMelWeightMatrix(const MelWeightMatrixAttrs& attrs) {
  if (Contains(DTypeSet::kNumeric, attrs.dtype)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("attribute 'dtype' is ", DTypeName(attrs.dtype), ", expected a numeric type"));
}

absl::Status MelWeightMatrixType(TypeContext& context, const MelWeightMatrixAttrs& attrs,
                                 TensorTypes* result) {
  constexpr const char* kNames[] = {"num_mel_bins", "dft_length", "sample_rate", "lower_edge_hertz",
                                    "upper_edge_hertz"};
  for (int i = kBands; i <= kUpperEdge; ++i) {
    BATON_RETURN_IF_ERROR(RequireDType(context, i, i <= kSampleRate ? DTypeSet::kInteger : DTypeSet::kFloat));
    BATON_RETURN_IF_ERROR(RequireOneElement(context, i, kNames[i]));
  }
  const std::vector<Dim>* bands = context.InputValue(kBands);
  const std::vector<Dim>* length = context.InputValue(kLength);
  Dims dims = {context.FreshDim("frequencies"), context.FreshDim("bands")};
  if (length != nullptr && length->size() == 1) {
    BATON_RETURN_IF_ERROR(RequireTransformLength(context, length->front(), "dft_length"));
    dims[0] = FloorDiv(length->front(), Dim(2)) + Dim(1);
  }
  if (bands != nullptr && bands->size() == 1) {
    BATON_RETURN_IF_ERROR(RequireTransformLength(context, bands->front(), "num_mel_bins"));
    dims[1] = bands->front();
  }
  result->push_back({attrs.dtype, Shape(std::move(dims))});
  return absl::OkStatus();
}

double MelOfHertz(double hertz) {
  return 2595 * std::log10(1 + hertz / 700);
}
double HertzOfMel(double mel) {
  return 700 * (std::pow(10, mel / 2595) - 1);
}

// Where the bands begin, peak and end, in frequencies of the transform: band i at edge i, i + 1 and i + 2.
struct BandEdges {
  double low, step;     // in mel
  double hertz_to_bin;  // frequencies of the transform per Hertz

  int64_t operator[](int64_t edge) const {
    const double bin = HertzOfMel(low + step * static_cast<double>(edge)) * hertz_to_bin;
    return std::max<int64_t>(FloatToInteger<int64_t>(std::floor(bin)), 0);
  }
};

absl::StatusOr<BandEdges> EdgesOf(const KernelCall& call, int64_t frequencies, int64_t bands) {
  const int64_t rate = IntegerAt(*call.inputs[kSampleRate], 0);
  const double lower = NumberAt(*call.inputs[kLowerEdge], 0), upper = NumberAt(*call.inputs[kUpperEdge], 0);
  if (rate < 1)
    return absl::InvalidArgumentError(absl::StrCat("sample_rate is ", rate, ", expected at least 1"));
  if (!(lower >= 0 && lower <= upper)) {
    return absl::InvalidArgumentError(
        absl::StrCat("the band from ", lower, " to ", upper, " Hz is none above 0"));
  }
  const double low = MelOfHertz(lower);
  const double length = static_cast<double>(IntegerAt(*call.inputs[kLength], 0));
  const BandEdges edges = {low, (MelOfHertz(upper) - low) / static_cast<double>(bands + 2),
                           (length + 1) / static_cast<double>(rate)};
  if (edges[bands] < frequencies) return edges;
  return absl::InvalidArgumentError(absl::StrCat("the band up to ", upper, " Hz needs frequency ",
                                                 edges[bands], " of a transform that has ", frequencies));
}

// Triangles from 0 to 1 and back; a side without width is left out.
template <typename T>
void FillBand(const BandEdges& edges, int64_t band, int64_t frequencies, int64_t bands, T* matrix) {
  const int64_t begin = edges[band], peak = edges[band + 1], end = edges[band + 2];
  const auto set = [&](int64_t frequency, int64_t rise, int64_t run) {
    matrix[frequency * bands + band] = Convert<T>(static_cast<double>(rise) / static_cast<double>(run));
  };
  for (int64_t i = begin; i < peak; ++i) set(i, i - begin, peak - begin);
  set(peak, 1, 1);
  for (int64_t i = peak + 1; i < std::min(end, frequencies); ++i) set(i, end - i, end - peak);
}

absl::Status MelWeightMatrixKernel(const MelWeightMatrixAttrs& attrs, KernelCall& call) {
  TensorObject& result = *call.outputs[0];
  const int64_t frequencies = result.dims[0], bands = result.dims[1];
  BATON_ASSIGN_OR_RETURN(const BandEdges edges, EdgesOf(call, frequencies, bands));
  return VisitDTypeIn<DTypeSet::kNumeric>(attrs.dtype, [&](auto element) {
    using T = decltype(element);
    std::fill_n(result.As<T>(), result.num_elements(), T{});
    for (int64_t band = 0; band < bands; ++band) FillBand(edges, band, frequencies, bands, result.As<T>());
    return absl::OkStatus();
  });
}

}  // namespace

const OpDef& MelWeightMatrix() {
  static const OpDef& def = *new OpDef(MakeOp<MelWeightMatrixAttrs>(
      {.name = "mel_weight_matrix",
       .doc = "The matrix [dft_length / 2 + 1, num_mel_bins] that takes a spectrum to overlapping triangular "
              "bands "
              "which are equally wide on the mel scale. Source: ONNX MelWeightMatrix-17.",
       .attrs = {{"dtype", &MelWeightMatrixAttrs::dtype, "element type of the result"}},
       .inputs = {InputDef("num_mel_bins").DecidesShape(), InputDef("dft_length").DecidesShape(),
                  "sample_rate", "lower_edge_hertz", "upper_edge_hertz"},
       .type = MelWeightMatrixType,
       .check_attrs = CheckMelWeightMatrix,
       .kernels = {{"portable", MelWeightMatrixKernel}}}));
  return def;
}

}  // namespace baton
