#include "compiler/text/tensor_blob.h"

#include <cstring>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "vm/core/status.h"

namespace baton::text {
namespace {

constexpr uint64_t kMagic = 0xDD5E40F096B4A13F;
constexpr int32_t kHost = 1;  // device type

enum TypeCode : uint8_t { kInt = 0, kUInt = 1, kFloat = 2, kBFloat = 4 };

TypeCode CodeOf(DType dtype) {
  if (dtype == DType::kBFloat16) return kBFloat;
  if (IsFloat(dtype)) return kFloat;
  return IsSigned(dtype) ? kInt : kUInt;
}

uint8_t BitsOf(DType dtype) {
  return dtype == DType::kBool ? 1 : static_cast<uint8_t>(8 * DTypeSize(dtype));
}

std::optional<DType> TypeOf(uint8_t code, uint8_t bits) {
  for (int i = 0; i < kNumDTypes; ++i) {
    const DType dtype = static_cast<DType>(i);
    if (CodeOf(dtype) == code && BitsOf(dtype) == bits) return dtype;
  }
  return std::nullopt;
}

absl::Status Bad(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("tensor data: ", what));
}

}  // namespace

void AppendTensorBlob(const TensorObject& tensor, std::string* bytes) {
  AppendNumber<uint64_t>(kMagic, bytes);
  AppendNumber<uint64_t>(0, bytes);
  AppendNumber<int32_t>(kHost, bytes);
  AppendNumber<int32_t>(0, bytes);
  AppendNumber<int32_t>(tensor.rank, bytes);
  AppendNumber<uint8_t>(CodeOf(tensor.dtype), bytes);
  AppendNumber<uint8_t>(BitsOf(tensor.dtype), bytes);
  AppendNumber<uint16_t>(1, bytes);
  for (const int64_t extent : tensor.shape()) AppendNumber<int64_t>(extent, bytes);
  AppendNumber<int64_t>(tensor.num_bytes(), bytes);
  bytes->append(static_cast<const char*>(tensor.data), static_cast<size_t>(tensor.num_bytes()));
}

absl::StatusOr<Tensor> TakeTensorBlob(absl::string_view* bytes) {
  uint64_t magic = 0, reserved = 0;
  int32_t device = 0, device_id = 0, rank = 0;
  uint8_t code = 0, bits = 0;
  uint16_t lanes = 0;
  if (!TakeNumber(bytes, &magic) || !TakeNumber(bytes, &reserved) || !TakeNumber(bytes, &device) ||
      !TakeNumber(bytes, &device_id) || !TakeNumber(bytes, &rank) || !TakeNumber(bytes, &code) ||
      !TakeNumber(bytes, &bits) || !TakeNumber(bytes, &lanes)) {
    return Bad("it ends within the header");
  }
  if (magic != kMagic) return Bad("it does not start with the magic number of a tensor");
  if (rank < 0 || rank > kMaxRank) return Bad(absl::StrCat("the rank is ", rank, ", the most is ", kMaxRank));
  const std::optional<DType> dtype = TypeOf(code, bits);
  if (!dtype || lanes != 1) {
    return Bad(absl::StrCat("element type with code ", code, ", ", bits, " bits, ", lanes,
                            " lanes is not supported"));
  }
  std::vector<int64_t> dims(static_cast<size_t>(rank));
  for (int64_t& extent : dims) {
    if (!TakeNumber(bytes, &extent)) return Bad("it ends within the extents");
    if (extent < 0) return Bad(absl::StrCat("an extent is ", extent));
  }
  int64_t num_bytes = 0;
  if (!TakeNumber(bytes, &num_bytes)) return Bad("it ends before the elements");
  const std::optional<int64_t> expected = CheckedNumBytes(dims, DTypeSize(*dtype));
  if (!expected || *expected != num_bytes) {
    return Bad(absl::StrCat("it announces ", num_bytes, " bytes, its extents need ", expected.value_or(-1)));
  }
  if (static_cast<uint64_t>(num_bytes) > bytes->size()) {
    return Bad(absl::StrCat("it announces ", num_bytes, " bytes, ", bytes->size(), " are left"));
  }
  BATON_ASSIGN_OR_RETURN(Tensor tensor, Tensor::Allocate(*dtype, dims));
  if (num_bytes != 0) std::memcpy(tensor->data, bytes->data(), static_cast<size_t>(num_bytes));
  bytes->remove_prefix(static_cast<size_t>(num_bytes));
  return tensor;
}

}  // namespace baton::text
