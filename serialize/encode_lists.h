// Lists of the program section as FlatBuffers, and what bounds their size. Internal to serialize's encoders.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "serialize/executable_generated.h"
#include "vm/core/status.h"
#include "vm/core/value.h"

namespace baton {

using flatbuffers::FlatBufferBuilder;
template <typename T>
using Offset = flatbuffers::Offset<T>;
template <typename Table>
using TableList = Offset<flatbuffers::Vector<Offset<Table>>>;

// More than any table of the schema takes, with its lists' lengths, padding and the offset to it.
inline constexpr uint64_t kTableBytes = 160;

// The list of what `encode` gives for each entry. Children come before parents: FlatBuffers builds from the
// leaves up.
template <typename Table, typename Entries, typename Encode>
TableList<Table> EncodeList(FlatBufferBuilder& builder, const Entries& entries, Encode encode) {
  std::vector<Offset<Table>> offsets;
  offsets.reserve(entries.size());
  for (const auto& entry : entries) offsets.push_back(encode(entry));
  return builder.CreateVector(offsets);
}

// The same when `encode` may fail.
template <typename Table, typename Entries, typename Encode>
absl::StatusOr<TableList<Table>> TryEncodeList(FlatBufferBuilder& builder, const Entries& entries,
                                               Encode encode) {
  std::vector<Offset<Table>> offsets;
  offsets.reserve(entries.size());
  for (const auto& entry : entries) {
    BATON_ASSIGN_OR_RETURN(const Offset<Table> offset, encode(entry));
    offsets.push_back(offset);
  }
  return builder.CreateVector(offsets);
}

inline TableList<file::Text> EncodeTexts(FlatBufferBuilder& builder, const std::vector<std::string>& texts) {
  return EncodeList<file::Text>(builder, texts, [&](const std::string& text) {
    return file::CreateText(builder, builder.CreateString(text));
  });
}

inline Offset<flatbuffers::Vector<uint8_t>> EncodeKinds(FlatBufferBuilder& builder,
                                                        const std::vector<SlotKind>& kinds) {
  std::vector<uint8_t> codes;
  codes.reserve(kinds.size());
  for (const SlotKind kind : kinds) codes.push_back(static_cast<uint8_t>(kind));
  return builder.CreateVector(codes);
}

}  // namespace baton
