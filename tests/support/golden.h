// Goldens: expected text in files under tests/golden/. A file holds one case:
//   --- input        (optional)
//   text
//   --- expect
//   text
// With BATON_UPDATE_GOLDEN=1 in the environment the expected part is rewritten instead of compared.
#pragma once

#include <string>
#include <vector>

namespace baton {

// The paths below tests/golden/, without ".golden", of the files in `folder`, sorted.
std::vector<std::string> GoldenNames(const std::string& folder);

// The input part of tests/golden/<name>.golden. Fails the test when there is none.
std::string GoldenInput(const std::string& name);

// Checks that `actual` is the expected part of tests/golden/<name>.golden.
void CheckGolden(const std::string& name, const std::string& actual);

}  // namespace baton
