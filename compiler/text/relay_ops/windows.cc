#include "compiler/text/relay_ops/windows.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace baton {

std::string ChannelsFirst(absl::string_view leading, int num_spatial) {
  constexpr absl::string_view kSpatial = "DHW";
  return absl::StrCat(leading, kSpatial.substr(kSpatial.size() - static_cast<size_t>(num_spatial)));
}

int NumSpatial(RelayBuilder& b, absl::string_view layout) {
  const auto count = std::count_if(layout.begin(), layout.end(), absl::ascii_isupper) - 2;
  if (count >= 1 && count <= 3) return static_cast<int>(count);
  b.Invalid(absl::StrCat("'", layout, "' is no layout with one to three spatial axes"));
  return 1;
}

std::vector<int64_t> PerAxis(RelayBuilder& b, const RelayAttributes& attrs, const char* name,
                             int num_spatial) {
  std::vector<int64_t> values = attrs.Ints(name);
  if (values.size() == 1) values.resize(num_spatial, values[0]);
  if (static_cast<int>(values.size()) != num_spatial) {
    b.Invalid(absl::StrCat("attribute '", name, "' has ", values.size(), " numbers, expected ", num_spatial));
  }
  return values;
}

std::vector<int64_t> Padding(RelayBuilder& b, const RelayAttributes& attrs, int num_spatial) {
  std::vector<int64_t> pads = attrs.Ints("padding");
  const size_t count = static_cast<size_t>(num_spatial);
  if (pads.size() == 1) pads.resize(count, pads[0]);
  if (pads.size() == count) {
    for (size_t i = 0; i < count; ++i) pads.push_back(pads[i]);
  }
  if (pads.size() != 2 * count) {
    b.Invalid(absl::StrCat("attribute 'padding' has ", pads.size(), " numbers, expected 1, ", count, " or ",
                           2 * count));
  }
  return pads;
}

}  // namespace baton
