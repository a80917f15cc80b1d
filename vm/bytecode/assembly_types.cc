// The types of assembly_values.h.
#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "vm/bytecode/assembly_values.h"
#include "vm/core/status.h"

namespace baton {
namespace {

// What files hold; reading more may take long.
constexpr size_t kMaxDimBytes = 1 << 14;

absl::StatusOr<DType> ReadDType(AssemblyCursor& cursor) {
  const absl::string_view word = cursor.PeekWord();
  const std::optional<DType> dtype = DTypeFromName(word);
  if (!dtype.has_value()) return cursor.Error("an element type, such as float32");
  cursor.AcceptWord(word);
  return *dtype;
}

class TypeReader {
 public:
  TypeReader(AssemblyCursor& cursor, const TypeVariables& variables)
      : cursor_(cursor), variables_(variables) {}

  absl::StatusOr<Type> Read() {
    if (nesting_ == kMaxTypeNesting) {
      return cursor_.ErrorAt(cursor_.position(),
                             absl::StrCat("the type nests deeper than ", kMaxTypeNesting));
    }
    ++nesting_;
    absl::StatusOr<Type> type = ReadAny();
    --nesting_;
    return type;
  }

  // Behind "Tensor".
  absl::StatusOr<Type> ReadTensor() {
    BATON_RETURN_IF_ERROR(cursor_.Expect("["));
    Shape shape = Shape::Unranked();
    if (!cursor_.Accept("*")) {
      BATON_ASSIGN_OR_RETURN(shape, ReadShape());
    }
    BATON_RETURN_IF_ERROR(cursor_.Expect(","));
    BATON_ASSIGN_OR_RETURN(const DType dtype, ReadDType(cursor_));
    BATON_RETURN_IF_ERROR(cursor_.Expect("]"));
    return Type(dtype, std::move(shape));
  }

 private:
  absl::StatusOr<Type> ReadAny() {
    if (cursor_.Accept("(")) return ReadTuple();
    if (cursor_.AcceptWord("Tensor")) return ReadTensor();
    if (cursor_.AcceptWord("fn")) return ReadFunction();
    if (cursor_.AcceptWord("Sequence")) return ReadSequence();
    if (!cursor_.AcceptWord("ref")) return ReadNamed();
    BATON_RETURN_IF_ERROR(cursor_.Expect("("));
    BATON_ASSIGN_OR_RETURN(Type content, Read());
    BATON_RETURN_IF_ERROR(cursor_.Expect(")"));
    return Type::Reference(std::move(content));
  }

  // "!" stands for no type: the elements of a sequence without any.
  absl::StatusOr<Type> ReadSequence() {
    BATON_RETURN_IF_ERROR(cursor_.Expect("["));
    Type element = Type::Never();
    if (!cursor_.Accept("!")) {
      BATON_ASSIGN_OR_RETURN(element, Read());
    }
    BATON_RETURN_IF_ERROR(cursor_.Expect("]"));
    return Type::Sequence(std::move(element));
  }

  // Behind "(". A comma tells a tuple of one from a parenthesised type.
  absl::StatusOr<Type> ReadTuple() {
    bool has_comma = false;
    BATON_ASSIGN_OR_RETURN(std::vector<Type> fields, ReadList(")", &has_comma));
    if (fields.size() == 1 && !has_comma) return fields.front();
    return Type::Tuple(std::move(fields));
  }

  absl::StatusOr<Type> ReadFunction() {
    BATON_RETURN_IF_ERROR(cursor_.Expect("("));
    BATON_ASSIGN_OR_RETURN(std::vector<Type> params, ReadList(")"));
    BATON_RETURN_IF_ERROR(cursor_.Expect("->"));
    BATON_ASSIGN_OR_RETURN(Type result, Read());
    return Type::Function(std::move(params), std::move(result));
  }

  absl::StatusOr<Type> ReadNamed() {
    BATON_ASSIGN_OR_RETURN(const std::string name, cursor_.ReadName("a type", /*dots=*/false));
    if (!cursor_.Accept("[")) return variables_.contains(name) ? Type::Variable(name) : Type::Data(name, {});
    BATON_ASSIGN_OR_RETURN(std::vector<Type> args, ReadList("]"));
    return Type::Data(name, std::move(args));
  }

  // Up to and with `end`.
  absl::StatusOr<std::vector<Type>> ReadList(absl::string_view end, bool* has_comma = nullptr) {
    std::vector<Type> types;
    while (!cursor_.Accept(end)) {
      BATON_ASSIGN_OR_RETURN(Type type, Read());
      types.push_back(std::move(type));
      if (cursor_.Accept(",")) {
        if (has_comma != nullptr) *has_comma = true;
      } else if (!cursor_.NextIs(end)) {
        return cursor_.Error(absl::StrCat("',' or '", end, "'"));
      }
    }
    return types;
  }

  absl::StatusOr<Shape> ReadShape() {
    BATON_RETURN_IF_ERROR(cursor_.Expect("("));
    Dims dims;
    while (!cursor_.Accept(")")) {
      if (dims.size() == kMaxRank) {
        return cursor_.ErrorAt(cursor_.position(),
                               absl::StrCat("the tensor has more than ", kMaxRank, " dimensions"));
      }
      if (!dims.empty()) BATON_RETURN_IF_ERROR(cursor_.Expect(","));
      BATON_ASSIGN_OR_RETURN(Dim dim, ReadDim());
      dims.push_back(std::move(dim));
    }
    return Shape(std::move(dims));
  }

  absl::StatusOr<Dim> ReadDim() {
    const size_t begin = cursor_.position();
    const absl::string_view text = cursor_.ReadExpression();
    if (text.size() > kMaxDimBytes) return cursor_.ErrorAt(begin, "the dimension is too long");
    absl::StatusOr<Dim> dim = Dim::Parse(text);
    if (!dim.ok()) return cursor_.ErrorAt(begin, dim.status().message());
    return dim;
  }

  AssemblyCursor& cursor_;
  const TypeVariables& variables_;
  int nesting_ = 0;
};

}  // namespace

absl::StatusOr<Type> ReadType(AssemblyCursor& cursor, const TypeVariables& variables) {
  return TypeReader(cursor, variables).Read();
}

absl::StatusOr<AllocType> ReadAllocType(AssemblyCursor& cursor) {
  if (!cursor.AcceptWord("Tensor")) return cursor.Error("the type of a tensor");
  const size_t begin = cursor.position();
  BATON_ASSIGN_OR_RETURN(const Type type, TypeReader(cursor, {}).ReadTensor());
  const Shape& shape = type.tensor().shape;
  if (!shape.has_rank()) return cursor.ErrorAt(begin, "the tensor has no rank");
  AllocType result{type.tensor().dtype, {}};
  for (const Dim& dim : shape.dims()) {
    const bool is_extent = dim.is_constant() && dim.value() >= 0;
    if (!is_extent && !IsAnyDim(dim)) {
      return cursor.ErrorAt(begin, absl::StrCat("the tensor has the extent ", dim.ToString().substr(0, 100),
                                                ", expected constants of at least 0, or ?"));
    }
    result.dims.push_back(is_extent ? dim.value() : kDynamicExtent);
  }
  return result;
}

absl::StatusOr<SlotKind> ReadSlotKind(AssemblyCursor& cursor) {
  for (int code = 0; code < kNumSlotKinds; ++code) {
    if (cursor.AcceptWord(SlotKindName(static_cast<SlotKind>(code)))) return static_cast<SlotKind>(code);
  }
  return cursor.Error("i64, f64, bool, tensor or object");
}

absl::StatusOr<std::vector<SlotKind>> ReadSlotKinds(AssemblyCursor& cursor) {
  BATON_RETURN_IF_ERROR(cursor.Expect("("));
  std::vector<SlotKind> kinds;
  while (!cursor.Accept(")")) {
    if (!kinds.empty()) BATON_RETURN_IF_ERROR(cursor.Expect(","));
    BATON_ASSIGN_OR_RETURN(const SlotKind kind, ReadSlotKind(cursor));
    kinds.push_back(kind);
  }
  return kinds;
}

absl::StatusOr<Signature> ReadSignature(AssemblyCursor& cursor) {
  Signature signature;
  BATON_ASSIGN_OR_RETURN(signature.params, ReadSlotKinds(cursor));
  BATON_RETURN_IF_ERROR(cursor.Expect("->"));
  BATON_ASSIGN_OR_RETURN(signature.results, ReadSlotKinds(cursor));
  return signature;
}

}  // namespace baton
