#include "vm/bytecode/assembly_references.h"

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "vm/bytecode/assembly_text.h"
#include "vm/bytecode/assembly_values.h"
#include "vm/core/status.h"

namespace baton {
namespace {

constexpr size_t kMaxShown = 100;  // of a name in a message

absl::StatusOr<int64_t> ReadIndex(AssemblyCursor& cursor) {
  return cursor.ReadInteger(0, UINT32_MAX, "the number of an entry");
}

absl::StatusOr<int64_t> ReadConstantName(AssemblyCursor& cursor) {
  const absl::string_view word = cursor.PeekWord();
  int64_t index = 0;
  if (!absl::StartsWith(word, "k") || !absl::SimpleAtoi(word.substr(1), &index) || index < 0 ||
      index > UINT32_MAX) {
    return cursor.Error("a constant, such as k0");
  }
  cursor.AcceptWord(word);
  return index;
}

std::string TypeKey(const AllocType& type) {
  return absl::StrCat(DTypeName(type.dtype), " ", absl::StrJoin(type.dims, " "));
}

std::string ObjectTypeKey(const ObjectType& type) {
  const std::string text = TypeText(type.type, {});
  return type.type.is_data() || type.tag != 0 ? absl::StrCat(text, ".", type.tag) : text;
}

std::string Shown(absl::string_view name) {
  return absl::Utf8SafeCEscape(name.substr(0, kMaxShown));
}

}  // namespace

void AssemblyReferences::Add(OperandKind kind, std::string name) {
  Table& table = tables_[kind];
  const auto index = static_cast<int64_t>(table.names.size());
  table.names.push_back(&table.first.try_emplace(std::move(name), index).first->first);
}

void AssemblyReferences::AddType(const AllocType& type) {
  Add(OperandKind::kTypeIndex, TypeKey(type));
}

void AssemblyReferences::AddObjectType(const ObjectType& type) {
  Add(OperandKind::kObjectType, ObjectTypeKey(type));
}

void AssemblyReferences::AddTypeDefinition(const TypeDefinition& definition) {
  for (size_t tag = 0; tag < definition.constructors.size(); ++tag) {
    constructors_.try_emplace({definition.name, definition.constructors[tag].name},
                              static_cast<int32_t>(tag));
  }
}

absl::StatusOr<ObjectType> AssemblyReferences::ReadObjectType(AssemblyCursor& cursor) const {
  ObjectType result;
  BATON_ASSIGN_OR_RETURN(result.type, ReadType(cursor, {}));
  if (!cursor.Accept(".")) return result;
  const size_t begin = cursor.position();
  if (cursor.PeekWord().empty() && !cursor.NextIs("\"")) {
    BATON_ASSIGN_OR_RETURN(const int64_t tag, cursor.ReadInteger(0, INT32_MAX, "a constructor"));
    result.tag = static_cast<int32_t>(tag);
    return result;
  }
  BATON_ASSIGN_OR_RETURN(std::string name, cursor.ReadName("a constructor", /*dots=*/false));
  const bool is_data = result.type.is_data();
  const auto found = constructors_.find({is_data ? result.type.name() : "", std::move(name)});
  if (found == constructors_.end())
    return cursor.ErrorAt(begin, "the data type has no constructor of this name, here or above");
  result.tag = found->second;
  return result;
}

absl::StatusOr<std::string> AssemblyReferences::ReadKey(AssemblyCursor& cursor, OperandKind kind) {
  switch (kind) {
    case OperandKind::kTypeIndex: {
      BATON_ASSIGN_OR_RETURN(type_, ReadAllocType(cursor));
      return TypeKey(type_);
    }
    case OperandKind::kObjectType: {
      BATON_ASSIGN_OR_RETURN(const ObjectType type, ReadObjectType(cursor));
      return ObjectTypeKey(type);
    }
    case OperandKind::kSignature: {
      BATON_ASSIGN_OR_RETURN(signature_, ReadSignature(cursor));
      return SignatureText(signature_);
    }
    case OperandKind::kMessage:
      return cursor.ReadQuoted("a message in quotes");
    default:
      return cursor.ReadName(absl::StrCat("the name of a ", ReferenceWord(kind)));
  }
}

absl::StatusOr<int64_t> AssemblyReferences::AddMissing(AssemblyCursor& cursor, size_t begin, OperandKind kind,
                                                       const std::string& name) {
  switch (kind) {
    case OperandKind::kTypeIndex:
      executable_.types.push_back(type_);
      break;
    case OperandKind::kSignature:
      executable_.signatures.push_back(signature_);
      break;
    case OperandKind::kMessage:
      executable_.messages.push_back(name);
      break;
    default:
      return cursor.ErrorAt(begin, absl::StrCat("there is no ", ReferenceWord(kind), " '", Shown(name), "'",
                                                kind == OperandKind::kFunction ? "" : " above"));
  }
  Add(kind, name);
  return static_cast<int64_t>(tables_[kind].names.size()) - 1;
}

absl::StatusOr<int64_t> AssemblyReferences::Read(AssemblyCursor& cursor, OperandKind kind) {
  if (kind == OperandKind::kConst) return ReadConstantName(cursor);
  const absl::string_view word = ReferenceWord(kind);
  const bool is_next = cursor.PeekWord() == word;
  const size_t begin = cursor.position();
  if (is_next && cursor.Accept(absl::StrCat(word, "#"))) return ReadIndex(cursor);
  BATON_ASSIGN_OR_RETURN(const std::string name, ReadKey(cursor, kind));
  const Table& table = tables_[kind];
  if (cursor.Accept("#")) {
    BATON_ASSIGN_OR_RETURN(const int64_t index, ReadIndex(cursor));
    const bool exists = static_cast<size_t>(index) < table.names.size();
    if (exists && *table.names[index] == name) return index;
    return cursor.ErrorAt(begin, absl::StrCat(word, " ", index, exists ? " is another" : " does not exist",
                                              "; without number, the first one of this name is meant"));
  }
  const auto found = table.first.find(name);
  return found != table.first.end() ? found->second : AddMissing(cursor, begin, kind, name);
}

}  // namespace baton
