#include "compiler/text/free_locals.h"

#include <unordered_set>

namespace baton::text {
namespace {

class Collector {
 public:
  void Visit(const Expr* expr) {
    if (expr->kind == Expr::Kind::kLocal) Use(expr->local);
    for (const Expr* operand : expr->operands) Visit(operand);
    for (const Local* local : expr->locals) declared_.insert(local);
    for (const Block* block : expr->blocks) Visit(block);
    for (const Arm& arm : expr->arms) {
      Declare(arm.pattern);
      Visit(arm.body);
    }
    if (expr->function != nullptr) Visit(*expr->function);
  }

  void Visit(const Block* block) {
    for (const Item& item : block->items) {
      if (item.local != nullptr) declared_.insert(item.local);
      if (item.value != nullptr) Visit(item.value);
    }
    Visit(block->result);
  }

  void Visit(const FunctionSyntax& function) {
    for (const Local* param : function.params) declared_.insert(param);
    Visit(function.body);
  }

  // A use may stand before its declaration only where it refers to an outer one, so one look at the end does.
  std::vector<const Local*> Free() const {
    std::vector<const Local*> free;
    for (const Local* local : used_in_order_) {
      if (declared_.count(local) == 0) free.push_back(local);
    }
    return free;
  }

 private:
  void Use(const Local* local) {
    if (used_.insert(local).second) used_in_order_.push_back(local);
  }

  void Declare(const Pattern* pattern) {
    if (pattern->variable != nullptr) declared_.insert(pattern->variable);
    for (const Pattern* field : pattern->fields) Declare(field);
  }

  std::unordered_set<const Local*> declared_, used_;
  std::vector<const Local*> used_in_order_;
};

}  // namespace

std::vector<const Local*> FreeLocals(const FunctionSyntax& function) {
  Collector collector;
  collector.Visit(function);
  return collector.Free();
}

std::vector<const Local*> FreeLocals(const Block& block) {
  Collector collector;
  collector.Visit(&block);
  return collector.Free();
}

}  // namespace baton::text
