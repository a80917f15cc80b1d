// Decimal text of floating-point numbers: the shortest digits that read back to the same value. Used wherever
// Baton prints a number for people or writes one into text that it reads again.
#pragma once

#include <string>

#include "vm/core/dtype.h"

namespace baton {

// "0.5", "1", "-0", "1e-07", "inf", "-inf", "nan" (any NaN). Without exponent from 1e-5 up to 1e16.
std::string FloatText(float value);
std::string FloatText(double value);
std::string FloatText(Float16 value);
std::string FloatText(BFloat16 value);

}  // namespace baton
