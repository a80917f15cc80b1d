// The page docs/operators.md: all operators, from the registry and the importer's table.
#pragma once

#include <string>

namespace baton {

std::string OperatorsPage();

}  // namespace baton
