// Text and lists of a program section, out of FlatBuffers, with a limit to what they take in all. Internal to
// serialize's decoders. Errors: DataLoss.
#pragma once

#include <cstring>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "serialize/executable_generated.h"
#include "vm/core/dtype.h"
#include "vm/core/status.h"
#include "vm/core/value.h"

namespace baton {

template <typename T>
using Tables = flatbuffers::Vector<flatbuffers::Offset<T>>;

// Calls `decode(table, &entry)` for each table of `tables`, and appends the entries.
template <typename T, typename Entry, typename Decode>
absl::Status DecodeList(const Tables<T>& tables, std::vector<Entry>* entries, Decode decode) {
  entries->reserve(tables.size());
  for (const T* table : tables) {
    entries->emplace_back();
    BATON_RETURN_IF_ERROR(decode(*table, &entries->back()));
  }
  return absl::OkStatus();
}

template <typename T>
absl::StatusOr<const T*> Present(const T* field) {
  if (field == nullptr) return absl::DataLossError("has no value of its kind");
  return field;
}

absl::StatusOr<DType> DecodeDType(int64_t code);

class ListDecoder {
 public:
  explicit ListDecoder(size_t num_bytes) : budget_(num_bytes) {}

  absl::Status Charge(size_t num_bytes);
  absl::Status DecodeText(const flatbuffers::String& text, std::string* result);
  absl::Status DecodeKinds(const flatbuffers::Vector<uint8_t>& codes, std::vector<SlotKind>* kinds);
  template <typename T>
  absl::Status DecodeScalars(const flatbuffers::Vector<T>& scalars, std::vector<T>* result) {
    BATON_RETURN_IF_ERROR(Charge(sizeof(T) * scalars.size()));
    result->resize(scalars.size());
    // FlatBuffers' verifier aligns the length of a list, not its elements: they cannot be read in place.
    if (!result->empty()) std::memcpy(result->data(), scalars.Data(), sizeof(T) * result->size());
    return absl::OkStatus();
  }

 private:
  // Bytes of strings and lists that may still be converted. Parts of a file that share bytes could otherwise
  // ask for memory that grows with the square of its size; the writer shares nothing.
  size_t budget_;
};

}  // namespace baton
