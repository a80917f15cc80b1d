#include <bit>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "serialize/executable_generated.h"
#include "serialize/program_section.h"
#include "vm/core/status.h"

namespace baton {
namespace {

template <typename T>
using Offset = flatbuffers::Offset<T>;
using flatbuffers::FlatBufferBuilder;

// Above this FlatBuffers' 32-bit offsets end.
constexpr uint64_t kMaxProgramBytes = (uint64_t{1} << 31) - (uint64_t{1} << 20);
// More than any table of the schema takes, with its lists' lengths, padding and the offset to it.
constexpr uint64_t kTableBytes = 160;

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

uint64_t UpperBound(const Type& type) {
  uint64_t total = kTableBytes;
  if (type.is_data() || type.is_variable()) total += type.name().size();
  if (type.is_tensor()) {
    for (const Dim& dim : type.tensor().shape.dims()) total += kTableBytes + dim.ToString().size();
  }
  for (const Type& part : type.parts()) total += UpperBound(part);
  return total;
}

uint64_t UpperBound(const std::vector<Parameter>& parameters) {
  uint64_t total = 0;
  for (const Parameter& parameter : parameters)
    total += kTableBytes + parameter.name.size() + UpperBound(parameter.type);
  return total;
}

uint64_t UpperBound(const TypeDefinition& definition) {
  uint64_t total = kTableBytes + definition.name.size();
  for (const std::string& param : definition.params) total += kTableBytes + param.size();
  for (const ConstructorDefinition& constructor : definition.constructors) {
    total += kTableBytes + constructor.name.size();
    for (const Type& field : constructor.fields) total += UpperBound(field);
  }
  return total;
}

// An upper bound of the section's size, so that FlatBuffers' own limit, which aborts, is never met.
uint64_t UpperBound(const Executable& executable) {
  uint64_t total = kTableBytes;
  for (const Function& f : executable.functions) {
    total += kTableBytes + f.name.size() + f.register_kinds.size() + f.result_kinds.size() +
             2 * f.code.size() + sizeof(DebugEntry) * f.debug.size();
    total += kTableBytes + f.stack.local_kinds.size() + f.stack.code.size() +
             sizeof(DebugEntry) * f.stack.debug.size();
  }
  for (const EntryPoint& entry : executable.entry_points) {
    total += kTableBytes + entry.name.size() + UpperBound(entry.inputs) + UpperBound(entry.outputs);
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
  for (const TypeDefinition& definition : executable.type_definitions) total += UpperBound(definition);
  for (const ObjectType& type : executable.object_types)
    total += kTableBytes + UpperBound(type.type) + type.fields.size();
  for (const Signature& signature : executable.signatures)
    total += kTableBytes + signature.params.size() + signature.results.size();
  return total;
}

// The list of what `encode` gives for each entry. Children come before parents: FlatBuffers builds from the
// leaves up.
template <typename Table, typename Entries, typename Encode>
Offset<flatbuffers::Vector<Offset<Table>>> EncodeList(FlatBufferBuilder& builder, const Entries& entries,
                                                      Encode encode) {
  std::vector<Offset<Table>> offsets;
  offsets.reserve(entries.size());
  for (const auto& entry : entries) offsets.push_back(encode(entry));
  return builder.CreateVector(offsets);
}

auto EncodeTexts(FlatBufferBuilder& builder, const std::vector<std::string>& texts) {
  return EncodeList<file::Text>(builder, texts, [&](const std::string& text) {
    return file::CreateText(builder, builder.CreateString(text));
  });
}

auto EncodeKinds(FlatBufferBuilder& builder, const std::vector<SlotKind>& kinds) {
  const std::vector<uint8_t> codes = [&] {
    std::vector<uint8_t> result;
    for (const SlotKind kind : kinds) result.push_back(static_cast<uint8_t>(kind));
    return result;
  }();
  return builder.CreateVector(codes);
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
  Offset<flatbuffers::Vector<Offset<file::Text>>> strings = 0;

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

// A dimension as text. Errors: InvalidArgument when the text would not read back as the same dimension;
// `where` has it.
absl::StatusOr<std::string> DimText(const Dim& dim, absl::string_view where) {
  std::string text = dim.ToString();
  const absl::StatusOr<Dim> read = Dim::Parse(text);
  if (text.size() <= kMaxDimText && read.ok() && *read == dim) return text;
  return absl::InvalidArgumentError(
      absl::StrCat("executable: dimension ", text, " of ", where, " cannot be stored"));
}

using TextList = Offset<flatbuffers::Vector<Offset<file::Text>>>;
absl::StatusOr<TextList> EncodeDims(FlatBufferBuilder& builder, const Shape& shape, absl::string_view where) {
  std::vector<std::string> dims;
  for (const Dim& dim : shape.dims()) {
    BATON_ASSIGN_OR_RETURN(std::string text, DimText(dim, where));
    dims.push_back(std::move(text));
  }
  return EncodeTexts(builder, dims);
}

absl::StatusOr<file::TypeKind> EncodeTypeKind(const Type& type, absl::string_view where) {
  switch (type.kind()) {
    case Type::Kind::kTensor:
      return file::TypeKind::Tensor;
    case Type::Kind::kTuple:
      return file::TypeKind::Tuple;
    case Type::Kind::kFunction:
      return file::TypeKind::Function;
    case Type::Kind::kData:
      return file::TypeKind::Data;
    case Type::Kind::kReference:
      return file::TypeKind::Reference;
    case Type::Kind::kVariable:
      return file::TypeKind::Variable;
    case Type::Kind::kSequence:
      return file::TypeKind::Sequence;
    case Type::Kind::kNever:
      return file::TypeKind::Never;
    case Type::Kind::kUnknown:
    case Type::Kind::kFuture:
      break;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("executable: type ", type.ToString(), " of ", where, " cannot be stored"));
}

absl::StatusOr<Offset<file::Type>> EncodeTypeTree(FlatBufferBuilder& builder, const Type& type,
                                                  absl::string_view where) {
  BATON_ASSIGN_OR_RETURN(const file::TypeKind kind, EncodeTypeKind(type, where));
  if (type.is_tensor()) {
    const TensorType& tensor = type.tensor();
    BATON_ASSIGN_OR_RETURN(const TextList dims, EncodeDims(builder, tensor.shape, where));
    return file::CreateType(builder, kind, static_cast<uint8_t>(tensor.dtype), tensor.shape.has_rank(), dims);
  }
  std::vector<Offset<file::Type>> parts;
  for (const Type& part : type.parts()) {
    BATON_ASSIGN_OR_RETURN(const auto offset, EncodeTypeTree(builder, part, where));
    parts.push_back(offset);
  }
  const auto list = builder.CreateVector(parts);
  const bool has_name = type.is_data() || type.is_variable();
  const Offset<flatbuffers::String> name = has_name ? builder.CreateString(type.name()) : 0;
  return file::CreateType(builder, kind, 0, false, 0, name, list);
}

absl::StatusOr<std::vector<Offset<file::Type>>> EncodeTypeTrees(FlatBufferBuilder& builder,
                                                                const std::vector<Type>& types,
                                                                absl::string_view where) {
  std::vector<Offset<file::Type>> offsets;
  for (const Type& type : types) {
    BATON_ASSIGN_OR_RETURN(const auto offset, EncodeTypeTree(builder, type, where));
    offsets.push_back(offset);
  }
  return offsets;
}

absl::StatusOr<Offset<file::Parameter>> EncodeParameter(FlatBufferBuilder& builder,
                                                        const Parameter& parameter) {
  const std::string where = absl::StrCat("parameter '", absl::Utf8SafeCEscape(parameter.name), "'");
  const auto name = builder.CreateString(parameter.name);
  if (!parameter.type.is_tensor()) {
    BATON_ASSIGN_OR_RETURN(const auto type, EncodeTypeTree(builder, parameter.type, where));
    return file::CreateParameter(builder, name, 0, false, EncodeTexts(builder, {}), type);
  }
  const TensorType& tensor = parameter.type.tensor();
  BATON_ASSIGN_OR_RETURN(const TextList dims, EncodeDims(builder, tensor.shape, where));
  return file::CreateParameter(builder, name, static_cast<uint8_t>(tensor.dtype), tensor.shape.has_rank(),
                               dims);
}

absl::StatusOr<Offset<flatbuffers::Vector<Offset<file::Parameter>>>> EncodeParameters(
    FlatBufferBuilder& builder, const std::vector<Parameter>& parameters) {
  std::vector<Offset<file::Parameter>> offsets;
  for (const Parameter& parameter : parameters) {
    BATON_ASSIGN_OR_RETURN(const auto offset, EncodeParameter(builder, parameter));
    offsets.push_back(offset);
  }
  return builder.CreateVector(offsets);
}

absl::StatusOr<Offset<file::TypeDefinition>> EncodeTypeDefinition(FlatBufferBuilder& builder,
                                                                  const TypeDefinition& definition) {
  const std::string where = absl::StrCat("data type '", absl::Utf8SafeCEscape(definition.name), "'");
  std::vector<Offset<file::Constructor>> constructors;
  for (const ConstructorDefinition& constructor : definition.constructors) {
    BATON_ASSIGN_OR_RETURN(const auto fields, EncodeTypeTrees(builder, constructor.fields, where));
    const auto list = builder.CreateVector(fields);
    constructors.push_back(file::CreateConstructor(builder, builder.CreateString(constructor.name), list));
  }
  const auto name = builder.CreateString(definition.name);
  const auto params = EncodeTexts(builder, definition.params);
  const auto list = builder.CreateVector(constructors);
  return file::CreateTypeDefinition(builder, name, params, list, definition.is_extern);
}

absl::StatusOr<Offset<flatbuffers::Vector<Offset<file::TypeDefinition>>>> EncodeTypeDefinitions(
    FlatBufferBuilder& builder, const std::vector<TypeDefinition>& definitions) {
  std::vector<Offset<file::TypeDefinition>> offsets;
  for (const TypeDefinition& definition : definitions) {
    BATON_ASSIGN_OR_RETURN(const auto offset, EncodeTypeDefinition(builder, definition));
    offsets.push_back(offset);
  }
  return builder.CreateVector(offsets);
}

absl::StatusOr<Offset<flatbuffers::Vector<Offset<file::ObjectType>>>> EncodeObjectTypes(
    FlatBufferBuilder& builder, const std::vector<ObjectType>& types) {
  std::vector<Offset<file::ObjectType>> offsets;
  for (size_t i = 0; i < types.size(); ++i) {
    BATON_ASSIGN_OR_RETURN(const auto type,
                           EncodeTypeTree(builder, types[i].type, absl::StrCat("object type ", i)));
    const auto fields = EncodeKinds(builder, types[i].fields);
    offsets.push_back(file::CreateObjectType(builder, type, types[i].tag, fields));
  }
  return builder.CreateVector(offsets);
}

auto EncodeSignatures(FlatBufferBuilder& builder, const std::vector<Signature>& signatures) {
  return EncodeList<file::Signature>(builder, signatures, [&](const Signature& signature) {
    const auto params = EncodeKinds(builder, signature.params);
    const auto results = EncodeKinds(builder, signature.results);
    return file::CreateSignature(builder, params, results);
  });
}

absl::StatusOr<Offset<flatbuffers::Vector<Offset<file::EntryPoint>>>> EncodeEntryPoints(
    FlatBufferBuilder& builder, const std::vector<EntryPoint>& entry_points) {
  std::vector<Offset<file::EntryPoint>> offsets;
  for (const EntryPoint& entry : entry_points) {
    BATON_ASSIGN_OR_RETURN(const auto inputs, EncodeParameters(builder, entry.inputs));
    BATON_ASSIGN_OR_RETURN(const auto outputs, EncodeParameters(builder, entry.outputs));
    const auto name = builder.CreateString(entry.name);
    offsets.push_back(file::CreateEntryPoint(builder, name, entry.function, inputs, outputs));
  }
  return builder.CreateVector(offsets);
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

// Readers refuse larger types, and walking over them might not end. The verifier says more about them.
absl::Status CheckTypeLimits(const Executable& executable) {
  bool within = true;
  for (const EntryPoint& entry : executable.entry_points) {
    for (const Parameter& parameter : entry.inputs) within = within && IsWithinTypeLimits(parameter.type);
    for (const Parameter& parameter : entry.outputs) within = within && IsWithinTypeLimits(parameter.type);
  }
  for (const ObjectType& type : executable.object_types) within = within && IsWithinTypeLimits(type.type);
  for (const TypeDefinition& definition : executable.type_definitions) {
    for (const ConstructorDefinition& constructor : definition.constructors) {
      for (const Type& field : constructor.fields) within = within && IsWithinTypeLimits(field);
    }
  }
  if (within) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("executable: a type has more than ", kMaxTypeParts,
                                                 " parts or nests deeper than ", kMaxTypeNesting));
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
  BATON_ASSIGN_OR_RETURN(const auto entry_points, EncodeEntryPoints(builder, executable.entry_points));
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
