#include <bit>

#include "absl/strings/str_cat.h"
#include "serialize/encode_lists.h"
#include "serialize/encode_types.h"
#include "serialize/program_section.h"
#include "vm/core/status.h"

namespace baton {
namespace {

// Above this FlatBuffers' 32-bit offsets end.
constexpr uint64_t kMaxProgramBytes = (uint64_t{1} << 31) - (uint64_t{1} << 20);

uint64_t UpperBound(const Attributes& attributes) {
  uint64_t total = 0;
  for (const auto& [name, value] : attributes) {
    total += kTableBytes + name.size();
    if (const auto* text = std::get_if<std::string>(&value)) total += text->size();
    if (const auto* ints = std::get_if<std::vector<int64_t>>(&value)) total += 8 * ints->size();
    if (const auto* floats = std::get_if<std::vector<double>>(&value)) total += 8 * floats->size();
    if (const auto* strings = std::get_if<std::vector<std::string>>(&value)) {
      for (const std::string& text : *strings) total += kTableBytes + text.size();
    }
  }
  return total;
}

// An upper bound of the section's size, so that FlatBuffers' own limit, which aborts, is never met.
uint64_t UpperBound(const Executable& executable) {
  uint64_t total = kTableBytes + UpperBoundOfTypes(executable);
  for (const Function& f : executable.functions) {
    total += kTableBytes + f.name.size() + f.register_kinds.size() + f.result_kinds.size() +
             2 * f.code.size() + sizeof(DebugEntry) * f.debug.size();
    total += kTableBytes + f.stack.local_kinds.size() + f.stack.code.size() +
             sizeof(DebugEntry) * f.stack.debug.size();
  }
  for (const EntryPoint& entry : executable.entry_points) {
    total += kTableBytes + entry.name.size();
  }
  for (const KernelReference& kernel : executable.kernels) {
    total += kTableBytes + kernel.op.size() + 4 * kernel.inputs.size() + UpperBound(kernel.attributes);
  }
  total += (kTableBytes + 8 * kMaxRank) * executable.constants.size();
  for (const AllocType& type : executable.types) total += kTableBytes + 8 * type.dims.size();
  for (const std::string& message : executable.messages) total += kTableBytes + message.size();
  for (const SourceLocation& l : executable.locations) {
    total += kTableBytes + l.file.size() + l.node.size() + l.op.size();
  }
  for (const auto& [key, value] : executable.metadata) total += kTableBytes + key.size() + value.size();
  return total;
}

Offset<flatbuffers::Vector<const file::DebugEntry*>> Encode(FlatBufferBuilder& builder,
                                                            const std::vector<DebugEntry>& debug) {
  std::vector<file::DebugEntry> entries;
  for (const DebugEntry& entry : debug) entries.emplace_back(entry.place, entry.location);
  return builder.CreateVectorOfStructs(entries);
}

// Null when there is none.
Offset<file::StackCode> Encode(FlatBufferBuilder& builder, const StackCode& stack) {
  if (stack.code.empty()) return {};
  const auto locals = EncodeKinds(builder, stack.local_kinds);
  const auto code = builder.CreateVector(stack.code);
  const auto debug = Encode(builder, stack.debug);
  return file::CreateStackCode(builder, locals, stack.max_height, code, debug);
}

Offset<file::Function> Encode(FlatBufferBuilder& builder, const Function& function) {
  const auto name = builder.CreateString(function.name);
  const auto registers = EncodeKinds(builder, function.register_kinds);
  const auto results = EncodeKinds(builder, function.result_kinds);
  const auto code = builder.CreateVector(function.code);
  const auto debug = Encode(builder, function.debug);
  const auto stack = Encode(builder, function.stack);
  return file::CreateFunction(builder, name, registers, function.num_parameters, results, code, debug, stack);
}

// The fields of one attribute; those of other kinds stay absent.
struct AttributeEncoder {
  FlatBufferBuilder& builder;
  file::AttributeKind kind = file::AttributeKind::Bool;
  int64_t number = 0;
  Offset<flatbuffers::String> text = 0;
  Offset<flatbuffers::Vector<int64_t>> ints = 0;
  Offset<flatbuffers::Vector<double>> floats = 0;
  TableList<file::Text> strings = 0;

  void operator()(bool value) { kind = file::AttributeKind::Bool, number = value; }
  void operator()(int64_t value) { kind = file::AttributeKind::Int, number = value; }
  // As bits: FlatBuffers leaves out a field that equals its default, and -0.0 equals 0.0.
  void operator()(double value) { kind = file::AttributeKind::Float, number = std::bit_cast<int64_t>(value); }
  void operator()(const std::string& value) {
    kind = file::AttributeKind::String, text = builder.CreateString(value);
  }
  void operator()(DType value) { kind = file::AttributeKind::DType, number = static_cast<int64_t>(value); }
  void operator()(const std::vector<int64_t>& value) {
    kind = file::AttributeKind::Ints, ints = builder.CreateVector(value);
  }
  void operator()(const std::vector<double>& value) {
    kind = file::AttributeKind::Floats, floats = builder.CreateVector(value);
  }
  void operator()(const std::vector<std::string>& value) {
    kind = file::AttributeKind::Strings, strings = EncodeTexts(builder, value);
  }
};

Offset<file::Kernel> Encode(FlatBufferBuilder& builder, const KernelReference& kernel) {
  const auto attributes = EncodeList<file::Attribute>(builder, kernel.attributes, [&](const auto& attribute) {
    AttributeEncoder fields{builder};
    std::visit([&](const auto& value) { fields(value); }, attribute.second);
    const auto name = builder.CreateString(attribute.first);
    return file::CreateAttribute(builder, name, fields.kind, fields.number, fields.text, fields.ints,
                                 fields.floats, fields.strings);
  });
  const auto op = builder.CreateString(kernel.op);
  const auto inputs = builder.CreateVector(kernel.inputs);
  return file::CreateKernel(builder, op, attributes, inputs, kernel.num_outputs);
}

absl::StatusOr<Offset<file::EntryPoint>> Encode(FlatBufferBuilder& builder, const EntryPoint& entry) {
  BATON_ASSIGN_OR_RETURN(const auto inputs, EncodeParameters(builder, entry.inputs));
  BATON_ASSIGN_OR_RETURN(const auto outputs, EncodeParameters(builder, entry.outputs));
  const auto name = builder.CreateString(entry.name);
  return file::CreateEntryPoint(builder, name, entry.function, inputs, outputs);
}

auto EncodeConstants(FlatBufferBuilder& builder, const std::vector<Tensor>& constants,
                     const std::vector<uint64_t>& offsets) {
  std::vector<Offset<file::Constant>> tables;
  for (size_t i = 0; i < constants.size(); ++i) {
    const auto dims = builder.CreateVector(constants[i].shape().data(), constants[i].shape().size());
    tables.push_back(
        file::CreateConstant(builder, static_cast<uint8_t>(constants[i].dtype()), dims, offsets[i]));
  }
  return builder.CreateVector(tables);
}

auto EncodeTypes(FlatBufferBuilder& builder, const std::vector<AllocType>& types) {
  return EncodeList<file::AllocType>(builder, types, [&](const AllocType& type) {
    return file::CreateAllocType(builder, static_cast<uint8_t>(type.dtype), builder.CreateVector(type.dims));
  });
}

auto EncodeLocations(FlatBufferBuilder& builder, const std::vector<SourceLocation>& locations) {
  return EncodeList<file::SourceLocation>(builder, locations, [&](const SourceLocation& location) {
    const auto file = builder.CreateString(location.file);
    const auto node = builder.CreateString(location.node);
    const auto op = builder.CreateString(location.op);
    return file::CreateSourceLocation(builder, file, node, op, location.line, location.column);
  });
}

auto EncodeMetadata(FlatBufferBuilder& builder,
                    const std::vector<std::pair<std::string, std::string>>& metadata) {
  return EncodeList<file::Metadata>(builder, metadata, [&](const auto& entry) {
    const auto key = builder.CreateString(entry.first);
    const auto value = builder.CreateString(entry.second);
    return file::CreateMetadata(builder, key, value);
  });
}

}  // namespace

absl::StatusOr<std::string> EncodeProgram(const Executable& executable,
                                          const std::vector<uint64_t>& constant_offsets) {
  BATON_RETURN_IF_ERROR(CheckTypeLimits(executable));
  const uint64_t upper_bound = UpperBound(executable);
  if (upper_bound > kMaxProgramBytes) {
    return absl::InvalidArgumentError(absl::StrCat("executable: the program without its constants may take ",
                                                   upper_bound, " bytes, the format holds ",
                                                   kMaxProgramBytes));
  }
  FlatBufferBuilder builder;
  const auto encode = [&](const auto& entry) { return Encode(builder, entry); };
  const auto functions = EncodeList<file::Function>(builder, executable.functions, encode);
  BATON_ASSIGN_OR_RETURN(const auto entry_points,
                         TryEncodeList<file::EntryPoint>(builder, executable.entry_points, encode));
  const auto constants = EncodeConstants(builder, executable.constants, constant_offsets);
  const auto kernels = EncodeList<file::Kernel>(builder, executable.kernels, encode);
  const auto types = EncodeTypes(builder, executable.types);
  const auto messages = builder.CreateVectorOfStrings(executable.messages);
  const auto locations = EncodeLocations(builder, executable.locations);
  const auto metadata = EncodeMetadata(builder, executable.metadata);
  BATON_ASSIGN_OR_RETURN(const auto definitions, EncodeTypeDefinitions(builder, executable.type_definitions));
  BATON_ASSIGN_OR_RETURN(const auto object_types, EncodeObjectTypes(builder, executable.object_types));
  const auto signatures = EncodeSignatures(builder, executable.signatures);
  builder.Finish(file::CreateProgram(builder, functions, entry_points, constants, kernels, types, messages,
                                     locations, metadata, definitions, object_types, signatures));
  return std::string(reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize());
}

}  // namespace baton
