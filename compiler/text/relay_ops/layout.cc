#include "compiler/text/relay_ops/layout.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "compiler/text/relay_ops/converters.h"

namespace baton {

using ir::Atom;

std::optional<Layout> ParseLayout(absl::string_view text) {
  constexpr int64_t kMaxFactor = 1 << 20;
  constexpr size_t kMaxText = 64;
  if (text.empty() || text.size() > kMaxText) return std::nullopt;
  Layout layout;
  int64_t factor = 0;
  for (const char c : text) {
    if (absl::ascii_isdigit(c)) {
      factor = factor * 10 + (c - '0');
      if (factor == 0 || factor > kMaxFactor) return std::nullopt;
      continue;
    }
    if (!absl::ascii_isalpha(c) || absl::ascii_islower(c) != (factor > 0)) return std::nullopt;
    layout.push_back({absl::ascii_toupper(c), factor});
    factor = 0;
  }
  if (factor != 0) return std::nullopt;
  for (const LayoutAxis& axis : layout) {
    const auto outer_parts = std::count_if(layout.begin(), layout.end(), [&](const LayoutAxis& other) {
      return other.name == axis.name && other.factor == 0;
    });
    if (outer_parts != 1) return std::nullopt;
  }
  return layout;
}

int64_t InnerFactor(const Layout& layout, char name) {
  // Saturated, so that absurd layouts are refused by their extents.
  constexpr int64_t kLimit = int64_t{1} << 40;
  int64_t product = 1;
  for (const LayoutAxis& axis : layout) {
    if (axis.name == name && axis.factor > 0) product = std::min(product * axis.factor, kLimit);
  }
  return product;
}

namespace {

Layout ParsedLayout(RelayBuilder& b, absl::string_view text) {
  if (std::optional<Layout> layout = ParseLayout(text)) return *std::move(layout);
  b.Invalid(absl::StrCat("'", text, "' is no layout"));
  return {};
}

// Axis names in the order in which their parts are brought together.
std::string Names(const Layout& layout) {
  std::string names;
  for (const LayoutAxis& axis : layout) {
    if (axis.factor == 0) names += axis.name;
  }
  return names;
}

// Positions of the parts of the axes `names`, outer part first.
std::vector<int64_t> Grouped(const Layout& layout, absl::string_view names) {
  std::vector<int64_t> order;
  for (const char name : names) {
    for (const bool inner : {false, true}) {
      for (size_t i = 0; i < layout.size(); ++i) {
        if (layout[i].name == name && (layout[i].factor > 0) == inner)
          order.push_back(static_cast<int64_t>(i));
      }
    }
  }
  return order;
}

// The whole axes `names`, outer and inner parts merged.
Atom MergeParts(RelayBuilder& b, Atom data, const Layout& from, absl::string_view names) {
  const Atom grouped = b.Transpose(data, Grouped(from, names));
  if (from.size() == names.size()) return grouped;
  std::vector<RelayExtent> extents;
  int position = 0;
  for (const char name : names) {
    const auto parts =
        std::count_if(from.begin(), from.end(), [&](const LayoutAxis& a) { return a.name == name; });
    extents.push_back(b.Product(b.Extents(grouped, position, position + static_cast<int>(parts))));
    position += static_cast<int>(parts);
  }
  return b.Reshape(grouped, extents);
}

// The axes `names` of data as the parts of `to`, in its order.
Atom SplitParts(RelayBuilder& b, Atom data, const Layout& to, absl::string_view names) {
  const std::vector<int64_t> grouped = Grouped(to, names);
  if (to.size() > names.size()) {
    std::vector<RelayExtent> extents;
    for (const int64_t part : grouped) {
      const LayoutAxis& axis = to[part];
      const RelayExtent whole = b.Extent(data, static_cast<int>(names.find(axis.name)));
      extents.push_back(axis.factor > 0 ? RelayExtent(axis.factor)
                                        : b.Arithmetic("floor_divide", whole, InnerFactor(to, axis.name)));
    }
    data = b.Reshape(data, extents);
  }
  std::vector<int64_t> order(to.size());
  for (size_t i = 0; i < grouped.size(); ++i) order[grouped[i]] = static_cast<int64_t>(i);
  return b.Transpose(data, order);
}

}  // namespace

Atom TransformLayout(RelayBuilder& b, Atom data, absl::string_view from_text, absl::string_view to_text) {
  if (from_text == to_text) return data;
  const Layout from = ParsedLayout(b, from_text);
  const Layout to = ParsedLayout(b, to_text);
  const std::string names = Names(to);
  std::string from_names = Names(from), sorted_names = names;
  std::sort(from_names.begin(), from_names.end());
  std::sort(sorted_names.begin(), sorted_names.end());
  if (b.ok() && from_names != sorted_names) {
    b.Invalid(absl::StrCat("layouts '", from_text, "' and '", to_text, "' have different axes"));
  }
  const int rank = b.Rank(data);
  if (b.ok() && rank != static_cast<int>(from.size())) {
    b.Invalid(absl::StrCat("data has rank ", rank, ", layout '", from_text, "' has ", from.size(), " axes"));
  }
  if (!b.ok()) return {};
  return SplitParts(b, MergeParts(b, data, from, names), to, names);
}

Atom ConvertLayoutTransform(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  return TransformLayout(b, args[0], attrs.String("src_layout"), attrs.String("dst_layout"));
}

}  // namespace baton
