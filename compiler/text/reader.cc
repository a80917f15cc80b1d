#include "compiler/text/reader.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "compiler/text/diagnostics.h"
#include "compiler/text/elaborate.h"
#include "compiler/text/graph_bindings.h"
#include "compiler/text/parser.h"
#include "vm/core/large_stack.h"
#include "vm/core/status.h"

namespace baton {
namespace {

using text::Block;
using text::Diagnostics;
using text::Expr;
using text::FunctionSyntax;
using text::Item;
using text::SyntaxModule;

// A lone expression is the body of @main; its free variables are the parameters.
void MakeMain(SyntaxModule& module) {
  Expr* expression = module.expression;
  FunctionSyntax* function = module.New<FunctionSyntax>(expression->position);
  Block* body = module.New<Block>(expression->position);
  body->result = expression;
  if (expression->kind == Expr::Kind::kBlock) body = expression->blocks[0];
  for (const Item& item : body->items) {
    if (item.kind == Item::Kind::kFreeVar) function->params.push_back(item.local);
  }
  function->body = body;
  module.functions.push_back({"main", function, expression->position, module.file});
  module.expression = nullptr;
}

class Reading {
 public:
  Reading(absl::string_view file, absl::string_view text, const RelayReadOptions& options)
      : options_(options), diagnostics_(file, text) {
    mode_ = options.strict ? text::ReaderMode::kStrict : text::ReaderMode::kCompat;
    module_ = text::ParseText(file, text, mode_, diagnostics_);
  }

  absl::StatusOr<std::unique_ptr<ir::Module>> Run() {
    BATON_RETURN_IF_ERROR(diagnostics_.ToStatus());
    text::PlaceGraphBindings(*module_, diagnostics_);
    BATON_RETURN_IF_ERROR(diagnostics_.ToStatus());
    if (module_->expression != nullptr) MakeMain(*module_);
    BATON_RETURN_IF_ERROR(Import("core"));
    for (const std::string& name : module_->imports) BATON_RETURN_IF_ERROR(Import(name));
    std::vector<const SyntaxModule*> imports;
    for (const auto& imported : imports_) imports.push_back(imported.get());
    return text::Elaborate(*module_, imports, {options_.entries, options_.parameters}, diagnostics_);
  }

  std::string Warnings() const { return diagnostics_.Warnings(); }

 private:
  // A library module, after those that it imports itself.
  absl::Status Import(const std::string& name) {
    if (!imported_.insert(name).second) return absl::OkStatus();
    const auto found = LibraryModules().find(name);
    if (found == LibraryModules().end()) {
      const auto names = [](std::string* out, const auto& entry) { out->append(entry.first); };
      return absl::InvalidArgumentError(absl::StrCat("#[import = \"", name,
                                                     "\"]: there is no such module; there are ",
                                                     absl::StrJoin(LibraryModules(), ", ", names)));
    }
    Diagnostics diagnostics(name, found->second);
    std::unique_ptr<SyntaxModule> module =
        text::ParseText(name, found->second, text::ReaderMode::kStrict, diagnostics);
    BATON_RETURN_IF_ERROR(diagnostics.ToStatus());
    for (const std::string& inner : module->imports) BATON_RETURN_IF_ERROR(Import(inner));
    imports_.push_back(std::move(module));
    return absl::OkStatus();
  }

  const RelayReadOptions& options_;
  text::ReaderMode mode_;
  Diagnostics diagnostics_;
  std::unique_ptr<SyntaxModule> module_;
  std::vector<std::unique_ptr<SyntaxModule>> imports_;
  std::set<std::string> imported_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<ir::Module>> ReadRelay(absl::string_view file, absl::string_view text,
                                                      const RelayReadOptions& options,
                                                      std::string* warnings) {
  absl::StatusOr<std::unique_ptr<ir::Module>> module = absl::InternalError("not read");
  RunOnLargeStack([&] {
    Reading reading(file, text, options);
    module = reading.Run();
    if (warnings != nullptr) *warnings = reading.Warnings();
  });
  return module;
}

}  // namespace baton
