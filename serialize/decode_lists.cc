#include "serialize/decode_lists.h"

#include "absl/strings/str_cat.h"

namespace baton {

absl::StatusOr<DType> DecodeDType(int64_t code) {
  if (code >= 0 && code < kNumDTypes) return static_cast<DType>(code);
  return absl::DataLossError(absl::StrCat("element type has code ", code, ", which does not exist"));
}

absl::Status ListDecoder::Charge(size_t num_bytes) {
  if (num_bytes > budget_) return absl::DataLossError("strings or lists overlap");
  budget_ -= num_bytes;
  return absl::OkStatus();
}

absl::Status ListDecoder::DecodeText(const flatbuffers::String& text, std::string* result) {
  BATON_RETURN_IF_ERROR(Charge(text.size()));
  result->assign(text.data(), text.size());
  return absl::OkStatus();
}

absl::Status ListDecoder::DecodeKinds(const flatbuffers::Vector<uint8_t>& codes,
                                      std::vector<SlotKind>* kinds) {
  BATON_RETURN_IF_ERROR(Charge(codes.size()));
  kinds->reserve(codes.size());
  for (const uint8_t code : codes) {
    if (code >= kNumSlotKinds) {
      return absl::DataLossError(absl::StrCat("register kind has code ", code, ", which does not exist"));
    }
    kinds->push_back(static_cast<SlotKind>(code));
  }
  return absl::OkStatus();
}

}  // namespace baton
