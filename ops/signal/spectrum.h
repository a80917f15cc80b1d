// Signals and spectra as dft and stft take and give them: tensors whose last axis holds a real number, or
// real and imaginary part.
#pragma once

#include "ops/elementwise/convert.h"
#include "ops/op_def.h"
#include "ops/signal/fft.h"
#include "ops/type_relations.h"

namespace baton {

// The extent of the last axis of `what` must be 1 or 2.
inline absl::Status RequireParts(TypeContext& context, const Dim& parts, absl::string_view what) {
  BATON_RETURN_IF_ERROR(
      context.RequireAtLeast(parts, Dim(1), absl::StrCat("the last axis of ", what, " (real, imaginary)")));
  return context.RequireAtLeast(
      Dim(2), parts, absl::StrCat("the number of parts of a complex number, for the last axis of ", what));
}

inline absl::Status RequireTransformLength(TypeContext& context, const Dim& length, absl::string_view what) {
  BATON_RETURN_IF_ERROR(context.RequireAtLeast(length, Dim(1), what));
  return context.RequireAtLeast(Dim(kMaxTransformLength), length, absl::StrCat("the limit of ", what));
}

template <typename T>
Complex ReadNumber(const T* parts, int64_t num_parts) {
  return {Convert<double>(parts[0]), num_parts == 2 ? Convert<double>(parts[1]) : 0};
}

template <typename T>
void WriteNumber(Complex number, int64_t num_parts, T* parts) {
  parts[0] = Convert<T>(number.re);
  if (num_parts == 2) parts[1] = Convert<T>(number.im);
}

}  // namespace baton
