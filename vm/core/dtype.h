// DType: the element types of tensors and their properties, derived from dtypes.def. Not a type system: see
// type.h.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>

#include "absl/strings/string_view.h"

namespace baton {

// IEEE 754 binary16 as stored; arithmetic goes through float, rounded to nearest even.
struct Float16 {
  uint16_t bits = 0;
  Float16() = default;
  explicit Float16(float value);
  explicit operator float() const;
};

// The upper half of a binary32 as stored; arithmetic goes through float, rounded to nearest even.
struct BFloat16 {
  uint16_t bits = 0;
  BFloat16() = default;
  explicit BFloat16(float value);
  explicit operator float() const;
};

// One byte of a bool tensor; any non-zero byte is true, so that foreign bytes are never undefined behaviour.
struct Bool {
  uint8_t byte = 0;
  Bool() = default;
  explicit Bool(bool value) : byte(value) {}
  explicit operator bool() const { return byte != 0; }
};

enum class DType : uint8_t {
#define DTYPE(enumerator, name, type, onnx) enumerator,
#include "vm/core/dtypes.def"
#undef DTYPE
};

inline constexpr int kNumDTypes = 0
#define DTYPE(enumerator, name, type, onnx) +1
#include "vm/core/dtypes.def"
#undef DTYPE
    ;

// The text name: "float32".
absl::string_view DTypeName(DType dtype);
std::optional<DType> DTypeFromName(absl::string_view name);
// From a code of ONNX's TensorProto.DataType; nullopt for those that Baton does not compute with.
std::optional<DType> DTypeFromOnnx(int code);
int DTypeToOnnx(DType dtype);

// Bytes of one element.
constexpr int64_t DTypeSize(DType dtype) {
  switch (dtype) {
#define DTYPE(enumerator, name, type, onnx) \
  case DType::enumerator:                   \
    return sizeof(type);
#include "vm/core/dtypes.def"
#undef DTYPE
  }
  return 0;
}

bool IsFloat(DType dtype);     // float16, bfloat16, float32, float64
bool IsSigned(DType dtype);    // signed integers
bool IsUnsigned(DType dtype);  // unsigned integers, not bool
inline bool IsInteger(DType dtype) {
  return IsSigned(dtype) || IsUnsigned(dtype);
}

// DTypeOf<float>() is DType::kFloat32.
template <typename T>
constexpr DType DTypeOf();
#define DTYPE(enumerator, name, type, onnx) \
  template <>                               \
  constexpr DType DTypeOf<type>() {         \
    return DType::enumerator;               \
  }
#include "vm/core/dtypes.def"
#undef DTYPE

// Calls `f(T{})` with an element of `dtype`'s C++ type and returns the result: one place for all type
// switches.
template <typename F>
decltype(auto) VisitDType(DType dtype, F&& f) {
  switch (dtype) {
#define DTYPE(enumerator, name, type, onnx) \
  case DType::enumerator:                   \
    return f(type{});
#include "vm/core/dtypes.def"
#undef DTYPE
  }
  __builtin_unreachable();
}

}  // namespace baton
