// Names of layouts such as NCHW and NCHW16c: a capital letter is an axis, a small one with a number before it
// the inner part of that axis, of that extent. Internal to compiler/text.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/strings/string_view.h"

namespace baton {

struct LayoutAxis {
  char name = 0;       // capital
  int64_t factor = 0;  // of a small letter; 0: the outer part
};
using Layout = std::vector<LayoutAxis>;

// The axes of `text`; nullopt unless each capital stands there once and for each small letter its capital
// does.
std::optional<Layout> ParseLayout(absl::string_view text);
// The product of the inner parts of an axis.
int64_t InnerFactor(const Layout& layout, char name);

}  // namespace baton
