#include "serialize/encode_types.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "serialize/program_section.h"
#include "vm/core/status.h"

namespace baton {
namespace {

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

// A dimension as text. Errors: InvalidArgument when the text would not read back as the same dimension;
// `where` has it.
absl::StatusOr<std::string> DimText(const Dim& dim, absl::string_view where) {
  std::string text = dim.ToString();
  const absl::StatusOr<Dim> read = Dim::Parse(text);
  if (text.size() <= kMaxDimText && read.ok() && *read == dim) return text;
  return absl::InvalidArgumentError(
      absl::StrCat("executable: dimension ", text, " of ", where, " cannot be stored"));
}

absl::StatusOr<TableList<file::Text>> EncodeDims(FlatBufferBuilder& builder, const Shape& shape,
                                                 absl::string_view where) {
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
    BATON_ASSIGN_OR_RETURN(const auto dims, EncodeDims(builder, tensor.shape, where));
    return file::CreateType(builder, kind, static_cast<uint8_t>(tensor.dtype), tensor.shape.has_rank(), dims);
  }
  const auto encode = [&](const Type& part) { return EncodeTypeTree(builder, part, where); };
  BATON_ASSIGN_OR_RETURN(const auto list, TryEncodeList<file::Type>(builder, type.parts(), encode));
  const bool has_name = type.is_data() || type.is_variable();
  const Offset<flatbuffers::String> name = has_name ? builder.CreateString(type.name()) : 0;
  return file::CreateType(builder, kind, 0, false, 0, name, list);
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
  BATON_ASSIGN_OR_RETURN(const auto dims, EncodeDims(builder, tensor.shape, where));
  return file::CreateParameter(builder, name, static_cast<uint8_t>(tensor.dtype), tensor.shape.has_rank(),
                               dims);
}

absl::StatusOr<Offset<file::TypeDefinition>> EncodeTypeDefinition(FlatBufferBuilder& builder,
                                                                  const TypeDefinition& definition) {
  const std::string where = absl::StrCat("data type '", absl::Utf8SafeCEscape(definition.name), "'");
  const auto encode_field = [&](const Type& field) { return EncodeTypeTree(builder, field, where); };
  std::vector<Offset<file::Constructor>> constructors;
  for (const ConstructorDefinition& constructor : definition.constructors) {
    BATON_ASSIGN_OR_RETURN(const auto fields,
                           TryEncodeList<file::Type>(builder, constructor.fields, encode_field));
    const auto name = builder.CreateString(constructor.name);
    constructors.push_back(file::CreateConstructor(builder, name, fields));
  }
  const auto name = builder.CreateString(definition.name);
  const auto params = EncodeTexts(builder, definition.params);
  const auto list = builder.CreateVector(constructors);
  return file::CreateTypeDefinition(builder, name, params, list, definition.is_extern);
}

}  // namespace

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

uint64_t UpperBoundOfTypes(const Executable& executable) {
  uint64_t total = 0;
  for (const EntryPoint& entry : executable.entry_points) {
    total += UpperBound(entry.inputs) + UpperBound(entry.outputs);
  }
  for (const TypeDefinition& definition : executable.type_definitions) total += UpperBound(definition);
  for (const ObjectType& type : executable.object_types) {
    total += kTableBytes + UpperBound(type.type) + type.fields.size();
  }
  for (const Signature& signature : executable.signatures) {
    total += kTableBytes + signature.params.size() + signature.results.size();
  }
  return total;
}

absl::StatusOr<TableList<file::Parameter>> EncodeParameters(FlatBufferBuilder& builder,
                                                            const std::vector<Parameter>& parameters) {
  return TryEncodeList<file::Parameter>(
      builder, parameters, [&](const Parameter& parameter) { return EncodeParameter(builder, parameter); });
}

absl::StatusOr<TableList<file::TypeDefinition>> EncodeTypeDefinitions(
    FlatBufferBuilder& builder, const std::vector<TypeDefinition>& definitions) {
  return TryEncodeList<file::TypeDefinition>(builder, definitions, [&](const TypeDefinition& definition) {
    return EncodeTypeDefinition(builder, definition);
  });
}

absl::StatusOr<TableList<file::ObjectType>> EncodeObjectTypes(FlatBufferBuilder& builder,
                                                              const std::vector<ObjectType>& types) {
  std::vector<Offset<file::ObjectType>> offsets;
  for (size_t i = 0; i < types.size(); ++i) {
    BATON_ASSIGN_OR_RETURN(const auto type,
                           EncodeTypeTree(builder, types[i].type, absl::StrCat("object type ", i)));
    const auto fields = EncodeKinds(builder, types[i].fields);
    offsets.push_back(file::CreateObjectType(builder, type, types[i].tag, fields));
  }
  return builder.CreateVector(offsets);
}

TableList<file::Signature> EncodeSignatures(FlatBufferBuilder& builder,
                                            const std::vector<Signature>& signatures) {
  return EncodeList<file::Signature>(builder, signatures, [&](const Signature& signature) {
    const auto params = EncodeKinds(builder, signature.params);
    const auto results = EncodeKinds(builder, signature.results);
    return file::CreateSignature(builder, params, results);
  });
}

}  // namespace baton
