// Small models and test data for the tests of the commands, made without the compiler's help.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "vm/bytecode/builder.h"

namespace baton {

// The signature of MakeStreamExecutable's "main".
inline EntryPoint MakeStreamEntry() {
  const Dim batch = Dim::Symbol("batch"), length = Dim::Symbol("length");
  EntryPoint entry;
  entry.name = "main";
  entry.inputs = {{"input", {DType::kFloat32, {batch, length}}},
                  {"state", {DType::kFloat32, {2, batch, Dim::Symbol("other")}}},
                  {"sr", {DType::kInt64, {}}}};
  entry.outputs = {{"output", {DType::kFloat32, {batch, length}}},
                   {"stateN", {DType::kFloat32, {2, batch, Dim::Symbol("other")}}}};
  return entry;
}

// output := input; stateN := state. Needs no kernel.
inline Executable MakeStreamExecutable() {
  FunctionBuilder function("main", {SlotKind::kTensor, SlotKind::kTensor, SlotKind::kTensor},
                           {SlotKind::kTensor, SlotKind::kTensor});
  function.Append(Opcode::kReturn, {{function.parameter(0), function.parameter(1)}});
  ExecutableBuilder builder;
  EntryPoint entry = MakeStreamEntry();
  entry.function = builder.Add(std::move(function).Build());
  builder.Add(std::move(entry));
  return std::move(builder).Build();
}

// Protocol buffers by hand: fields of a message, appended to one another.
inline std::string ProtoVarint(uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes.push_back(static_cast<char>(value | 0x80));
  bytes.push_back(static_cast<char>(value));
  return bytes;
}
inline std::string ProtoInt(int field, uint64_t value) {
  return ProtoVarint(field << 3) + ProtoVarint(value);
}
inline std::string ProtoBytes(int field, absl::string_view value) {
  return absl::StrCat(ProtoVarint(field << 3 | 2), ProtoVarint(value.size()), value);
}

// A TensorProto of float32.
inline std::string OnnxTensor(absl::Span<const int64_t> dims, const std::vector<float>& values) {
  std::string bytes;
  for (const int64_t extent : dims) bytes += ProtoInt(1, extent);
  const auto* raw = reinterpret_cast<const char*>(values.data());
  return bytes + ProtoInt(2, 1) + ProtoBytes(9, absl::string_view(raw, values.size() * sizeof(float)));
}

// A ModelProto of opset 13: y := op(x), f32[2, 3] both.
inline std::string OnnxUnaryModel(absl::string_view op) {
  const std::string dims = ProtoBytes(1, ProtoInt(1, 2)) + ProtoBytes(1, ProtoInt(1, 3));
  const std::string type = ProtoBytes(1, ProtoInt(1, 1) + ProtoBytes(2, dims));
  const auto value = [&](absl::string_view name) { return ProtoBytes(1, name) + ProtoBytes(2, type); };
  const std::string node =
      ProtoBytes(1, "x") + ProtoBytes(2, "y") + ProtoBytes(3, "the_node") + ProtoBytes(4, op);
  const std::string graph =
      ProtoBytes(1, node) + ProtoBytes(2, "graph") + ProtoBytes(11, value("x")) + ProtoBytes(12, value("y"));
  return ProtoInt(1, 7) + ProtoBytes(7, graph) + ProtoBytes(8, ProtoInt(2, 13));
}

}  // namespace baton
