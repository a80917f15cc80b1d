// Types as Relay text writes them.
#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "compiler/text/parser_impl.h"

namespace baton::text {
namespace {

constexpr int kMaxTypeNesting = 1000;

}  // namespace

TypeSyntax Parser::ParseType() {
  TypeSyntax syntax;
  syntax.position = Peek().position;
  syntax.type = ParseTypeAt(0);
  return syntax;
}

std::vector<Type> Parser::ParseTypes(absl::string_view close, int depth) {
  std::vector<Type> types;
  List(close, "in types", [&] { types.push_back(ParseTypeAt(depth + 1)); });
  return types;
}

Type Parser::ParseTypeAt(int depth) {
  if (depth > kMaxTypeNesting) {
    Fail(Peek().position, absl::StrCat("the type is nested deeper than ", kMaxTypeNesting));
    return Type();
  }
  if (Accept("(")) return Type::Tuple(ParseTypes(")", depth));
  if (Accept("!")) return Type::Never();
  if (Peek().kind != Token::Kind::kIdentifier) {
    Unexpected("a type");
    return Type();
  }
  if (AcceptWord("_")) return Type();
  if (AcceptWord("Tensor")) return ParseTensorType();
  if (AcceptWord("fn")) return ParseFunctionType(depth);
  const bool is_reference =
      (Peek().IsWord("ref") && Peek(1).Is("(")) || (Peek().IsWord("Ref") && Peek(1).Is("["));
  if (is_reference) {
    Take();
    const bool parenthesis = Take().Is("(");
    Type content = ParseTypeAt(depth + 1);
    Expect(parenthesis ? ")" : "]", "after the type in a reference");
    return Type::Reference(std::move(content));
  }
  return ParseNamedType(depth);
}

Type Parser::ParseFunctionType(int depth) {
  const std::vector<std::string> params = ParseTypeParams();
  type_params_.insert(type_params_.end(), params.begin(), params.end());
  Expect("(", "in a function type");
  std::vector<Type> types = ParseTypes(")", depth);
  Expect("-", "in a function type");
  Expect(">", "in a function type");
  Type result = ParseTypeAt(depth + 1);
  if (!failed_) type_params_.resize(type_params_.size() - params.size());
  return Type::Function(std::move(types), std::move(result));
}

std::optional<DType> Parser::ParseDType(absl::string_view name) const {
  if (name == "int") return DType::kInt32;
  if (name == "uint") return DType::kUInt32;
  if (name == "float") return DType::kFloat32;
  if (name == "uint1") return DType::kBool;
  return DTypeFromName(name);
}

Type Parser::ParseNamedType(int depth) {
  const Token token = Take();
  const std::string name(token.text);
  if (std::find(type_params_.begin(), type_params_.end(), name) != type_params_.end()) {
    return Type::Variable(name);
  }
  const std::vector<std::string>& declared = module_.scalar_names;
  if (!Peek().Is("[") && std::find(declared.begin(), declared.end(), name) == declared.end()) {
    if (const std::optional<DType> dtype = ParseDType(name)) return TensorType{*dtype, Shape()};
  }
  std::vector<Type> args;
  if (Accept("[")) args = ParseTypes("]", depth);
  return Type::Data(name, std::move(args));
}

Type Parser::ParseTensorType() {
  Expect("[", "after Tensor");
  TensorType type;
  if (Accept("*")) {
    type.shape = Shape::Unranked();
  } else {
    const Position position = Peek().position;
    Dims dims;
    Expect("(", "before the shape");
    List(")", "in the shape", [&] { dims.push_back(ParseDim()); });
    if (static_cast<int>(dims.size()) > kMaxRank) {
      Fail(position, absl::StrCat("the tensor has rank ", dims.size(), ", the most is ", kMaxRank));
    }
    type.shape = Shape(std::move(dims));
  }
  Expect(",", "after the shape");
  const Token dtype = Take();
  if (const std::optional<DType> known = ParseDType(dtype.text); known && !failed_) {
    type.dtype = *known;
  } else {
    Fail(dtype.position, absl::StrCat("'", dtype.text, "' is no element type that Baton has"));
  }
  Expect("]", "after the element type");
  return failed_ ? Type() : Type(std::move(type));
}

// An extent: a number, "?", or an expression in named dimensions.
Dim Parser::ParseDim() {
  const Token first = Peek();
  if (Accept("?")) return AnyDim();
  if (first.kind == Token::Kind::kMeta) {
    Take();
    absl::StatusOr<Dim> dim = metadata_.DimOf(first.value, *first.number->As<int32_t>());
    if (!dim.ok()) Fail(first.position, dim.status().message());
    return dim.value_or(Dim());
  }
  size_t end = first.end;
  for (int depth = 0; !failed_ && Peek().kind != Token::Kind::kEnd; end = Take().end) {
    if (depth == 0 && (Peek().Is(",") || Peek().Is(")"))) break;
    if (Peek().Is("(")) ++depth;
    if (Peek().Is(")")) --depth;
  }
  if (failed_) return Dim();
  absl::string_view text = text_.substr(first.begin, end - first.begin);
  int64_t number = 0;
  if (first.kind == Token::Kind::kNumber && first.end == end) {
    for (const absl::string_view suffix : {"i64", "i32", "i"}) {
      if (absl::EndsWith(text, suffix)) text.remove_suffix(suffix.size());
    }
    if (!absl::SimpleAtoi(text, &number) || number < 0) {
      Fail(first.position, absl::StrCat("'", text, "' is no extent"));
    }
    return Dim(number);
  }
  absl::StatusOr<Dim> dim = Dim::Parse(text);
  if (!dim.ok()) Fail(first.position, absl::StrCat("'", text, "' is no extent: ", dim.status().message()));
  return dim.value_or(Dim());
}

}  // namespace baton::text
