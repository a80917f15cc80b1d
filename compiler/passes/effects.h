// Which expressions do more than give a value. Internal to passes.
#pragma once

#include <set>

#include "compiler/ir/module.h"

namespace baton {

class Effects {
 public:
  // Analyses all functions of the module. Time is linear in its expressions.
  explicit Effects(const ir::Module& module);

  // True when an evaluation whose value nobody uses can be left out: it writes no reference, calls nothing
  // unknown, nothing recursive and no function with a loop. That an operator fails is no effect in this
  // sense; checks of declared types are.
  bool CanRemove(const ir::Binding& binding) const;

 private:
  bool IsRemovable(const ir::Expr& expr) const;

  std::set<const ir::Function*> removable_;
};

}  // namespace baton
