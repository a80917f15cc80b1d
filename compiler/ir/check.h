// The structural rules of the IR, checked after every pass in debug builds.
#pragma once

#include "absl/status/status.h"
#include "compiler/ir/module.h"

namespace baton::ir {

struct CheckOptions {
  bool typed = true;  // also that every Var has a type
};

// Every Var is defined once and before its uses, in its region or one around it; regions fit the expressions
// that hold them; operands are as many as the operator, function or constructor takes; a match leaves no
// constructor open; entry points are not called; each future is used once, by an Await in its region. Errors:
// Internal, naming the Var.
absl::Status CheckModule(const Module& module, CheckOptions options = {});

}  // namespace baton::ir
