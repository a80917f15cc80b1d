#include "compiler/text/parser.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "compiler/text/parser_impl.h"

namespace baton::text {
namespace {

constexpr absl::string_view kVersion = "0.0.5";

bool IsBefore(Position a, Position b) {
  return std::tie(a.line, a.column) < std::tie(b.line, b.column);
}

Position PositionOf(absl::string_view text, size_t at) {
  const absl::string_view before = text.substr(0, at);
  const size_t line_begin = before.rfind('\n') == before.npos ? 0 : before.rfind('\n') + 1;
  return {static_cast<int32_t>(std::count(before.begin(), before.end(), '\n')) + 1,
          static_cast<int32_t>(before.size() - line_begin) + 1};
}

// False for most texts, which need not be read twice then.
bool MayHaveTypes(absl::string_view text) {
  constexpr absl::string_view kType = "type";
  for (size_t at = text.find(kType); at != text.npos; at = text.find(kType, at + 1)) {
    const absl::string_view rest = text.substr(at + kType.size(), 1);
    if (!rest.empty() && absl::StrContains(" \t\r\n/", rest)) return true;
  }
  return false;
}

// Whether a metadata section begins here.
bool AtMetadata(absl::string_view text) {
  Diagnostics ignored("", "");
  return Lexer(text, ReaderMode::kCompat, ignored).Next().kind == Token::Kind::kMetadata;
}

std::string Describe(const Token& token) {
  if (token.kind == Token::Kind::kEnd) return "the end of the text";
  constexpr size_t kLongest = 40;
  return absl::StrCat("'", token.text.substr(0, kLongest), token.text.size() > kLongest ? "..." : "", "'");
}

}  // namespace

// Tokens.

const Token& Parser::Peek(size_t ahead) {
  if (failed_) return end_;
  while (ahead_.size() <= ahead) {
    ahead_.push_back(lexer_.Next());
    if (ahead_.back().kind != Token::Kind::kError) continue;
    failed_ = true;
    end_.position = ahead_.back().position;
    return end_;
  }
  return ahead_[ahead];
}

Token Parser::Take() {
  if (Peek().kind == Token::Kind::kEnd) return Peek();
  Token token = std::move(ahead_.front());
  ahead_.pop_front();
  return token;
}

bool Parser::Accept(absl::string_view symbol) {
  if (!Peek().Is(symbol)) return false;
  ahead_.pop_front();
  return true;
}

bool Parser::AcceptWord(absl::string_view word) {
  if (!Peek().IsWord(word)) return false;
  ahead_.pop_front();
  return true;
}

bool Parser::Expect(absl::string_view symbol, absl::string_view where) {
  if (Accept(symbol)) return true;
  Unexpected(absl::StrCat("'", symbol, "' ", where));
  return false;
}

std::string Parser::ExpectName(absl::string_view what) {
  if (Peek().kind == Token::Kind::kIdentifier) return std::string(Take().text);
  Unexpected(what);
  return "";
}

void Parser::Fail(Position position, absl::string_view message) {
  if (failed_) return;
  diagnostics_.Error(position, message);
  failed_ = true;
  end_.position = position;
}

void Parser::Unexpected(absl::string_view expected) {
  if (failed_) return;
  Fail(Peek().position, absl::StrCat("found ", Describe(Peek()), ", expected ", expected));
}

// Goes on at the next definition.
void Parser::Recover() {
  if (!failed_) return;
  failed_ = false;
  depth_ = 0;
  CloseScope(0);
  type_params_.clear();
  // What has been looked at may hold a definition already.
  for (;;) {
    const Token token = ahead_.empty() ? lexer_.Next() : ahead_.front();
    const bool starts = token.IsWord("def") || token.IsWord("type") || token.IsWord("extern");
    if (starts || token.kind == Token::Kind::kEnd || token.kind == Token::Kind::kMetadata) {
      if (ahead_.empty()) ahead_.push_back(token);
      return;
    }
    if (!ahead_.empty()) ahead_.pop_front();
  }
}

void Parser::List(absl::string_view close, absl::string_view what, const std::function<void()>& element) {
  for (int count = 0; !failed_ && !Accept(close); ++count) {
    const bool separated = count == 0 || Accept(",");
    if (separated && count > 0 && Accept(close)) return;
    // Others forget commas from the second on.
    if (!separated && (mode_ == ReaderMode::kStrict || count < 2 || Peek().kind == Token::Kind::kEnd)) {
      return Unexpected(absl::StrCat("',' or '", close, "' ", what));
    }
    element();
  }
}

// Scopes.

Local* Parser::Declare(std::string name, Position position) {
  Local* local = module_.New<Local>(position);
  local->name = name;
  visible_.push_back(name);
  locals_[std::move(name)].push_back(local);
  return local;
}

Local* Parser::FindLocal(absl::string_view name) {
  const auto found = locals_.find(std::string(name));
  return found == locals_.end() || found->second.empty() ? nullptr : found->second.back();
}

void Parser::CloseScope(size_t mark) {
  while (visible_.size() > mark) {
    locals_[visible_.back()].pop_back();
    visible_.pop_back();
  }
}

// Modules.

void Parser::Run() {
  LookAhead();
  ParseHeader();
  if (!failed_ && !AtModule()) {
    module_.expression = ParseExpr();
    if (Peek().kind != Token::Kind::kMetadata && Peek().kind != Token::Kind::kEnd) {
      Unexpected("the end of the expression");
    }
    return;
  }
  while (failed_ || (Peek().kind != Token::Kind::kEnd && Peek().kind != Token::Kind::kMetadata)) {
    if (!failed_) ParseDefinition();
    Recover();
  }
}

// Reads ahead what may be used before it stands in the text: constants, whose section ends the text, and
// types with names that would else be those of scalars.
void Parser::LookAhead() {
  if (text_.find("metadata") == text_.npos && !MayHaveTypes(text_)) return;
  Diagnostics ignored("", "");
  Lexer lexer(text_, mode_, ignored);
  bool behind_type = false;
  for (Token token = lexer.Next(); token.kind != Token::Kind::kEnd; token = lexer.Next()) {
    if (token.kind == Token::Kind::kMetadata) return ReadMetadataSection(token);
    const bool is_scalar = behind_type && token.kind == Token::Kind::kIdentifier && ParseDType(token.text);
    if (is_scalar) module_.scalar_names.emplace_back(token.text);
    behind_type = token.IsWord("type");
  }
}

void Parser::ReadMetadataSection(const Token& token) {
  std::optional<size_t> bad_byte;
  absl::StatusOr<Metadata> metadata = Metadata::Parse(token.text, &bad_byte);
  if (metadata.ok()) {
    metadata_ = *std::move(metadata);
    return;
  }
  const bool has_other = bad_byte && AtMetadata(token.text.substr(*bad_byte));
  if (has_other) return diagnostics_.Error(token.position, "there are two metadata sections");
  const size_t json = token.end - token.text.size();
  diagnostics_.Error(bad_byte ? PositionOf(text_, json + *bad_byte) : token.position,
                     metadata.status().message());
}

void Parser::ParseHeader() {
  for (;;) {
    const Token& token = Peek();
    if (token.kind == Token::Kind::kVersion) {
      if (token.value != kVersion) {
        diagnostics_.Error(token.position,
                           absl::StrCat("the version is \"", token.value, "\", expected \"", kVersion, "\""));
      }
      if (module_.has_version) diagnostics_.Error(token.position, "there are two version lines");
      module_.has_version = true;
    } else if (token.kind == Token::Kind::kImport) {
      module_.imports.push_back(token.value);
    } else {
      break;
    }
    Take();
  }
  if (!module_.has_version && AtModule()) {
    diagnostics_.Error(Peek().position, absl::StrCat("a module starts with #[version = \"", kVersion, "\"]"));
  }
}

// Whether definitions follow, or nothing at all, rather than a lone expression.
bool Parser::AtModule() {
  const Token& next = Peek();
  return next.IsWord("def") || next.IsWord("type") || next.IsWord("extern") ||
         next.kind == Token::Kind::kMetadata || (next.kind == Token::Kind::kEnd && !failed_);
}

void Parser::ParseDefinition() {
  if (Peek().kind == Token::Kind::kImport) return module_.imports.push_back(Take().value);
  if (AcceptWord("def")) return ParseFunctionDefinition();
  if (AcceptWord("type")) return ParseTypeDefinition(/*is_extern=*/false);
  if (AcceptWord("extern")) {
    if (!AcceptWord("type")) return Unexpected("'type' after extern");
    return ParseTypeDefinition(/*is_extern=*/true);
  }
  Unexpected("'def', 'type' or 'extern type'");
}

std::vector<std::string> Parser::ParseTypeParams() {
  std::vector<std::string> params;
  if (Accept("[")) List("]", "in type parameters", [&] { params.push_back(ExpectName("a type parameter")); });
  return params;
}

void Parser::ParseTypeDefinition(bool is_extern) {
  TypeDefinitionSyntax type;
  type.position = Peek().position;
  type.definition.is_extern = is_extern;
  type.definition.name = ExpectName("the name of a type");
  type.definition.params = ParseTypeParams();
  type_params_ = type.definition.params;
  if (Peek().Is("{") && is_extern) Fail(Peek().position, "an extern type has no constructors");
  if (Accept("{")) {
    List("}", "in constructors", [&] {
      ConstructorDefinition& constructor = type.definition.constructors.emplace_back();
      constructor.name = ExpectName("a constructor");
      if (Accept("(")) constructor.fields = ParseTypes(")", 0);
    });
  }
  type_params_.clear();
  module_.types.push_back(std::move(type));
}

void Parser::ParseFunctionDefinition() {
  ++function_;
  const Token name = Take();
  if (name.kind != Token::Kind::kGlobal) {
    if (!failed_)
      Fail(name.position, absl::StrCat("found ", Describe(name), ", expected @ and a name after def"));
    return;
  }
  FunctionSyntax* function = ParseFunction(name.position);
  if (failed_) return;
  const auto [same, is_new] = functions_.try_emplace(name.name(), module_.functions.size());
  if (!is_new && mode_ == ReaderMode::kCompat) {
    diagnostics_.Warning(name.position, absl::StrCat("@", name.name(), " is defined again; this one counts"));
    module_.functions[same->second] = {name.name(), function, name.position, module_.file};
    return;
  }
  module_.functions.push_back({name.name(), function, name.position, module_.file});
}

// A function from its type parameters on.
FunctionSyntax* Parser::ParseFunction(Position position) {
  FunctionSyntax* function = module_.New<FunctionSyntax>(position);
  const size_t scope = OpenScope();
  const size_t outer_type_params = type_params_.size();
  function->type_params = ParseTypeParams();
  type_params_.insert(type_params_.end(), function->type_params.begin(), function->type_params.end());
  ParseParams(function);
  if (Accept("-")) {
    Expect(">", "in '->'");
    function->result_type = ParseType();
  }
  function->body = ParseBraces("of the function");
  if (!failed_) type_params_.resize(outer_type_params);
  CloseScope(scope);
  return function;
}

void Parser::ParseParams(FunctionSyntax* function) {
  const Position begin = Peek().position;
  Expect("(", "before the parameters");
  List(")", "in parameters", [&] {
    if (AtAttribute()) {
      ParseAttributes(&function->attributes);
    } else if (!function->attributes.empty()) {
      Unexpected("an attribute: parameters come first");
    } else {
      ParseParam(function, begin);
    }
  });
}

// `begin`: of the parameter list.
void Parser::ParseParam(FunctionSyntax* function, Position begin) {
  const Token name = Take();
  if (name.kind != Token::Kind::kLocal) {
    if (!failed_) Fail(name.position, absl::StrCat("found ", Describe(name), ", expected a parameter"));
    return;
  }
  // Dumps of other systems have tensor names with dots, which cannot be anything else here.
  std::string full = name.name();
  while (Peek().Is(".")) {
    Take();
    absl::StrAppend(&full, ".", Take().text);
  }
  const Local* same = FindLocal(full);
  if (same != nullptr && IsBefore(begin, same->position)) RemarkSameParam(full, name.position);
  Local* local = Declare(std::move(full), name.position);
  if (Accept("{")) List("}", "in attributes of the parameter", [&] { ParseAttribute(); });
  if (Accept(":")) local->type = ParseType();
  function->params.push_back(local);
}

void Parser::RemarkSameParam(absl::string_view name, Position position) {
  const std::string message = absl::StrCat("there are two parameters %", name);
  if (mode_ == ReaderMode::kStrict) return diagnostics_.Error(position, message);
  diagnostics_.Warning(position, absl::StrCat(message, "; uses mean this one, for other readers the first"));
}

std::unique_ptr<SyntaxModule> ParseText(absl::string_view file, absl::string_view text, ReaderMode mode,
                                        Diagnostics& diagnostics) {
  auto module = std::make_unique<SyntaxModule>();
  module->file = std::string(file);
  Parser(*module, text, mode, diagnostics).Run();
  return module;
}

}  // namespace baton::text
