// What stands in the way of evaluating a binding at another time. Internal to passes.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "compiler/ir/module.h"

namespace baton {

enum class Hazard : uint8_t {
  kNone,     // gives the same value whenever its operands exist
  kMayFail,  // may fail, depending on data, or not end: only the first failure of a program is seen
  kEffect,   // touches references or the outside, or always fails: stays where it is
};

class Hazards {
 public:
  // Analyses all functions of the module. Time is linear in its expressions.
  explicit Hazards(const ir::Module& module);

  // Of the binding with all that is inside it.
  Hazard Of(const ir::Binding& binding) const;

 private:
  Hazard OfExpr(const ir::Binding& binding) const;
  Hazard OfBody(const ir::Region& body) const;

  std::unordered_map<const ir::Function*, Hazard> functions_;
  Hazard closure_call_ = Hazard::kMayFail;  // whatever closure it is
};

}  // namespace baton
