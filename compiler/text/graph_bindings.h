// Graph bindings, "%0 = ...;", name nodes of a graph of expressions, not variables: where a node is evaluated
// follows from where it is used. Internal to compiler/text.
#pragma once

#include "compiler/text/diagnostics.h"
#include "compiler/text/syntax.h"

namespace baton::text {

// Gives every graph binding its place: a node used once stands where it is used; a shared one becomes a let
// in the innermost scope around all its uses, before the first of them; an unused one is not part of the
// program. No Item::kGraph is left. Reports nodes used in several functions, and nodes whose place cannot see
// what they mention.
void PlaceGraphBindings(SyntaxModule& module, Diagnostics& diagnostics);

}  // namespace baton::text
