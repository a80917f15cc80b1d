#include "vm/bytecode/verify_types.h"

#include <algorithm>
#include <set>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "vm/bytecode/register_code.h"
#include "vm/core/status.h"

namespace baton {
namespace {

constexpr size_t kMaxConstructors = INT16_MAX + 1;  // JumpIfNotTag's operand

template <typename... Parts>
absl::Status Fail(const Parts&... parts) {
  return absl::DataLossError(absl::StrCat(parts...));
}

std::string Quoted(absl::string_view name) {
  return absl::StrCat("'", absl::Utf8SafeCEscape(name.substr(0, 100)), "'");
}

// Checks the parts of one type. `variables` are in scope; `where` starts the messages.
class TypeFormChecker {
 public:
  TypeFormChecker(const DataTypes& types, absl::Span<const std::string> variables, absl::string_view where)
      : types_(types), variables_(variables), where_(where) {}

  // `open`: extents may be anything, as of the values that an entry point takes and gives.
  absl::Status Check(const Type& type, bool open) const {
    if (!IsWithinTypeLimits(type)) {
      return Fail(where_, ": the type has more than ", kMaxTypeParts, " parts or nests deeper than ",
                  kMaxTypeNesting);
    }
    return CheckPart(type, open);
  }

 private:
  absl::Status CheckPart(const Type& type, bool open) const;
  absl::Status CheckTensor(const TensorType& type, bool open) const;
  absl::Status CheckData(const Type& type) const;
  absl::Status CheckElement(const Type& type) const;

  const DataTypes& types_;
  const absl::Span<const std::string> variables_;
  const absl::string_view where_;
};

absl::Status TypeFormChecker::CheckPart(const Type& type, bool open) const {
  switch (type.kind()) {
    case Type::Kind::kTensor:
      return CheckTensor(type.tensor(), open);
    case Type::Kind::kTuple:
      for (const Type& field : type.fields()) BATON_RETURN_IF_ERROR(CheckPart(field, open));
      return absl::OkStatus();
    case Type::Kind::kData:
      BATON_RETURN_IF_ERROR(CheckData(type));
      [[fallthrough]];
    case Type::Kind::kFunction:
    case Type::Kind::kReference:
      for (const Type& part : type.parts()) BATON_RETURN_IF_ERROR(CheckPart(part, false));
      return absl::OkStatus();
    case Type::Kind::kSequence:
      return CheckElement(type.element());
    case Type::Kind::kVariable:
      if (std::find(variables_.begin(), variables_.end(), type.name()) != variables_.end())
        return absl::OkStatus();
      return Fail(where_, ": there is no type variable ", Quoted(type.name()));
    case Type::Kind::kUnknown:
    case Type::Kind::kNever:
    case Type::Kind::kFuture:
      break;
  }
  return Fail(where_, ": the type ", type.ToString(), " has no values");
}

absl::Status TypeFormChecker::CheckTensor(const TensorType& type, bool open) const {
  if (static_cast<int>(type.dtype) >= kNumDTypes) {
    return Fail(where_, ": element type has code ", static_cast<int>(type.dtype));
  }
  if (!type.shape.has_rank()) return absl::OkStatus();
  if (type.shape.rank() > kMaxRank)
    return Fail(where_, ": rank is ", type.shape.rank(), ", at most ", kMaxRank);
  for (int axis = 0; axis < type.shape.rank() && !open; ++axis) {
    const Dim& dim = type.shape[axis];
    if (IsAnyDim(dim) || (dim.is_constant() && dim.value() >= 0)) continue;
    return Fail(where_, ": extent of axis ", axis, " is ", dim.ToString(),
                ", expected a constant of at least 0 or ?");
  }
  return absl::OkStatus();
}

absl::Status TypeFormChecker::CheckElement(const Type& type) const {
  if (type.is_tensor()) return CheckTensor(type.tensor(), /*open=*/false);
  if (type.kind() == Type::Kind::kNever) return absl::OkStatus();
  return Fail(where_, ": the elements of a sequence are ", type.ToString(), ", expected tensors");
}

absl::Status TypeFormChecker::CheckData(const Type& type) const {
  const TypeDefinition* definition = types_.Find(type.name());
  if (definition == nullptr) return Fail(where_, ": there is no data type ", Quoted(type.name()));
  if (definition->params.size() == type.args().size()) return absl::OkStatus();
  return Fail(where_, ": data type ", Quoted(type.name()), " has ", type.args().size(),
              " arguments, expected ", definition->params.size());
}

absl::Status CheckTypeDefinition(const DataTypes& types, const TypeDefinition& definition,
                                 std::set<absl::string_view>* constructors) {
  const std::string where = absl::StrCat("data type ", Quoted(definition.name));
  if (definition.name.empty()) return Fail("a data type has no name");
  if (types.Find(definition.name) != &definition) return Fail(where, ": has the name of another");
  const std::set<absl::string_view> params(definition.params.begin(), definition.params.end());
  if (params.size() != definition.params.size()) return Fail(where, ": two parameters have the same name");
  if (definition.is_extern && !definition.constructors.empty())
    return Fail(where, ": is opaque and has constructors");
  if (definition.constructors.size() > kMaxConstructors) {
    return Fail(where, ": has ", definition.constructors.size(), " constructors, at most ", kMaxConstructors,
                " are allowed");
  }
  for (const ConstructorDefinition& constructor : definition.constructors) {
    const std::string place = absl::StrCat(where, ": constructor ", Quoted(constructor.name));
    if (constructor.name.empty()) return Fail(where, ": a constructor has no name");
    if (!constructors->insert(constructor.name).second) return Fail(place, " has the name of another");
    const TypeFormChecker checker(types, definition.params, place);
    for (const Type& field : constructor.fields) BATON_RETURN_IF_ERROR(checker.Check(field, false));
  }
  return absl::OkStatus();
}

// The types of the fields of `object`.
absl::StatusOr<std::vector<Type>> FieldTypes(const DataTypes& types, const ObjectType& object,
                                             absl::string_view where) {
  if (object.type.is_reference() && object.tag == 0) return std::vector<Type>{object.type.content()};
  if (!object.type.is_data() && !object.type.is_reference()) {
    return Fail(where, ": is ", object.type.ToString(), ", expected data or a reference");
  }
  const size_t count =
      object.type.is_data() ? types.Find(object.type.name())->constructors.size() : size_t{1};
  if (object.tag >= 0 && static_cast<size_t>(object.tag) < count)
    return types.FieldTypes(object.type, object.tag);
  return Fail(where, ": tag is ", object.tag, ", ", object.type.ToString(), " has ", count, " constructors");
}

absl::Status CheckObjectType(const DataTypes& types, const ObjectType& object, absl::string_view where) {
  BATON_RETURN_IF_ERROR(TypeFormChecker(types, {}, where).Check(object.type, false));
  BATON_ASSIGN_OR_RETURN(const std::vector<Type> fields, FieldTypes(types, object, where));
  std::vector<SlotKind> kinds;
  for (const Type& field : fields) {
    // Arguments may have made it larger than the definition.
    if (!IsWithinTypeLimits(field)) return Fail(where, ": the type of a field is too large");
    AppendSlotKinds(field, /*boxed=*/false, &kinds);
    if (kinds.size() > kMaxListLength) {
      return Fail(where, ": has more than ", kMaxListLength, " slots");
    }
  }
  if (kinds == object.fields) return absl::OkStatus();
  return Fail(where, ": has slots (", SlotKindsText(object.fields), "), its type ",
              types.ObjectTypeText(object.type, object.tag), " has (", SlotKindsText(kinds), ")");
}

}  // namespace

absl::Status CheckDataTypes(const Executable& executable, const DataTypes& types) {
  std::set<absl::string_view> constructors;
  for (const TypeDefinition& definition : executable.type_definitions)
    BATON_RETURN_IF_ERROR(CheckTypeDefinition(types, definition, &constructors));
  for (size_t i = 0; i < executable.object_types.size(); ++i) {
    BATON_RETURN_IF_ERROR(
        CheckObjectType(types, executable.object_types[i], absl::StrCat("object type ", i)));
  }
  return absl::OkStatus();
}

absl::Status CheckBorderType(const DataTypes& types, const Type& type, absl::string_view where,
                             ReachableTypes* reachable) {
  BATON_RETURN_IF_ERROR(TypeFormChecker(types, {}, where).Check(type, true));
  const absl::Status status = reachable->Add(type);
  if (status.ok()) return status;
  return Fail(where, ": is of type ", type.ToString(), ": ", status.message());
}

}  // namespace baton
