#include "serialize/decode_types.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "serialize/program_section.h"
#include "vm/core/status.h"

namespace baton {
namespace {

absl::StatusOr<Dim> DecodeDim(absl::string_view text) {
  if (text.size() > kMaxDimText) {
    return absl::DataLossError(
        absl::StrCat("a dimension has ", text.size(), " characters, at most ", kMaxDimText, " are allowed"));
  }
  absl::StatusOr<Dim> dim = Dim::Parse(text);
  if (dim.ok()) return dim;
  return absl::DataLossError(dim.status().message());
}

}  // namespace

absl::Status TypeDecoder::DecodeDims(const Tables<file::Text>& texts, Shape* shape) {
  if (texts.size() > kMaxRank) {
    return absl::DataLossError(absl::StrCat("rank is ", texts.size(), ", at most ", kMaxRank));
  }
  Dims dims;
  std::string text;
  for (const file::Text* dim_text : texts) {
    BATON_RETURN_IF_ERROR(lists_.DecodeText(*dim_text->value(), &text));
    BATON_ASSIGN_OR_RETURN(Dim dim, DecodeDim(text));
    dims.push_back(std::move(dim));
  }
  *shape = Shape(std::move(dims));
  return absl::OkStatus();
}

absl::StatusOr<Type> TypeDecoder::DecodeTensorType(int dtype_code, bool has_rank,
                                                   const Tables<file::Text>& dims) {
  BATON_ASSIGN_OR_RETURN(const DType dtype, DecodeDType(dtype_code));
  Shape shape = Shape::Unranked();
  if (has_rank) BATON_RETURN_IF_ERROR(DecodeDims(dims, &shape));
  return Type(dtype, std::move(shape));
}

// The recursion is as deep as FlatBuffers' verifier allowed (decode_program.cc, kMaxDepth).
absl::StatusOr<Type> TypeDecoder::DecodeTypeTree(const file::Type& table) {
  if (table.kind() == file::TypeKind::Tensor) {
    BATON_ASSIGN_OR_RETURN(const auto* dims, Present(table.dims()));
    return DecodeTensorType(table.dtype(), table.has_rank(), *dims);
  }
  BATON_ASSIGN_OR_RETURN(const auto* tables, Present(table.parts()));
  std::vector<Type> parts;
  BATON_RETURN_IF_ERROR(DecodeTypeTrees(*tables, &parts));
  std::string name;
  if (table.kind() == file::TypeKind::Data || table.kind() == file::TypeKind::Variable) {
    BATON_ASSIGN_OR_RETURN(const auto* text, Present(table.name()));
    BATON_RETURN_IF_ERROR(lists_.DecodeText(*text, &name));
  }
  const bool has_first = table.kind() == file::TypeKind::Function ||
                         table.kind() == file::TypeKind::Reference ||
                         table.kind() == file::TypeKind::Sequence;
  if (has_first && parts.empty()) return absl::DataLossError("a type has no parts");
  switch (table.kind()) {
    case file::TypeKind::Tensor:
      break;
    case file::TypeKind::Tuple:
      return Type::Tuple(std::move(parts));
    case file::TypeKind::Function:
      return Type::Function({parts.begin() + 1, parts.end()}, parts.front());
    case file::TypeKind::Data:
      return Type::Data(name, std::move(parts));
    case file::TypeKind::Reference:
      return Type::Reference(parts.front());
    case file::TypeKind::Variable:
      return Type::Variable(name);
    case file::TypeKind::Sequence:
      return Type::Sequence(parts.front());
    case file::TypeKind::Never:
      return Type::Never();
  }
  return absl::DataLossError(
      absl::StrCat("a type has kind ", static_cast<int>(table.kind()), ", which does not exist"));
}

absl::Status TypeDecoder::DecodeTypeTrees(const Tables<file::Type>& tables, std::vector<Type>* types) {
  return DecodeList(tables, types, [this](const file::Type& table, Type* type) {
    BATON_ASSIGN_OR_RETURN(*type, DecodeTypeTree(table));
    return absl::OkStatus();
  });
}

absl::Status TypeDecoder::DecodeTypeDefinition(const file::TypeDefinition& table,
                                               TypeDefinition* definition) {
  BATON_RETURN_IF_ERROR(lists_.DecodeText(*table.name(), &definition->name));
  BATON_RETURN_IF_ERROR(
      DecodeList(*table.params(), &definition->params,
                 [this](const auto& text, auto* param) { return lists_.DecodeText(*text.value(), param); }));
  definition->is_extern = table.is_extern();
  return DecodeList(*table.constructors(), &definition->constructors,
                    [this](const file::Constructor& entry, ConstructorDefinition* constructor) {
                      BATON_RETURN_IF_ERROR(lists_.DecodeText(*entry.name(), &constructor->name));
                      return DecodeTypeTrees(*entry.fields(), &constructor->fields);
                    });
}

absl::Status TypeDecoder::DecodeObjectType(const file::ObjectType& table, ObjectType* type) {
  BATON_ASSIGN_OR_RETURN(type->type, DecodeTypeTree(*table.type()));
  type->tag = table.tag();
  return lists_.DecodeKinds(*table.fields(), &type->fields);
}

absl::Status TypeDecoder::DecodeSignature(const file::Signature& table, Signature* signature) {
  BATON_RETURN_IF_ERROR(lists_.DecodeKinds(*table.params(), &signature->params));
  return lists_.DecodeKinds(*table.results(), &signature->results);
}

absl::Status TypeDecoder::DecodeParameter(const file::Parameter& table, Parameter* parameter) {
  BATON_RETURN_IF_ERROR(lists_.DecodeText(*table.name(), &parameter->name));
  absl::StatusOr<Type> type = table.type() != nullptr
                                  ? DecodeTypeTree(*table.type())
                                  : DecodeTensorType(table.dtype(), table.has_rank(), *table.dims());
  if (!type.ok()) {
    return absl::DataLossError(
        absl::StrCat("parameter '", absl::Utf8SafeCEscape(parameter->name), "': ", type.status().message()));
  }
  parameter->type = *std::move(type);
  return absl::OkStatus();
}

}  // namespace baton
