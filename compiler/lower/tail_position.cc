#include "compiler/lower/tail_position.h"

#include <map>
#include <utility>
#include <vector>

namespace baton {
namespace {

using ir::Atom;
using ir::Binding;
using ir::Var;

int CountLeaves(const Type& type) {
  if (!type.is_tuple()) return 1;
  int count = 0;
  for (const Type& field : type.fields()) count += CountLeaves(field);
  return count;
}

// Follows values through tuples and projections to the leaves of one variable's value.
class LeafTrace {
 public:
  explicit LeafTrace(const Var* source) {
    std::vector<int>& leaves = leaves_[source];
    for (int i = 0; i < CountLeaves(source->type); ++i) leaves.push_back(i);
  }

  // False when the binding takes more than the source's leaves.
  bool Add(const Binding& binding) {
    std::vector<int> leaves;
    if (const auto* tuple = std::get_if<ir::MakeTuple>(&binding.expr)) {
      for (const Atom& field : tuple->fields) {
        if (!Append(field, &leaves)) return false;
      }
    } else {
      const auto& project = std::get<ir::Project>(binding.expr);
      std::vector<int> all;
      if (!Append(project.tuple, &all)) return false;
      const absl::Span<const Type> fields = project.tuple.type().fields();
      int begin = 0;
      for (int i = 0; i < project.index; ++i) begin += CountLeaves(fields[i]);
      const int end = begin + CountLeaves(fields[project.index]);
      leaves.assign(all.begin() + begin, all.begin() + end);
    }
    leaves_[binding.var] = std::move(leaves);
    return true;
  }

  bool Append(const Atom& atom, std::vector<int>* leaves) const {
    const auto found = leaves_.find(atom.var());
    if (atom.var() == nullptr || found == leaves_.end()) return false;
    leaves->insert(leaves->end(), found->second.begin(), found->second.end());
    return true;
  }

 private:
  std::map<const Var*, std::vector<int>> leaves_;
};

bool IsPlumbing(const Binding& binding) {
  return std::holds_alternative<ir::MakeTuple>(binding.expr) ||
         std::holds_alternative<ir::Project>(binding.expr);
}

}  // namespace

std::optional<size_t> TailBinding(const ir::Region& region) {
  if (region.diverges) return std::nullopt;
  size_t end = region.bindings.size();
  while (end > 0 && IsPlumbing(region.bindings[end - 1])) --end;
  if (end == 0) return std::nullopt;
  const Var* source = region.bindings[end - 1].var;
  LeafTrace trace(source);
  for (size_t i = end; i < region.bindings.size(); ++i) {
    if (!trace.Add(region.bindings[i])) return std::nullopt;
  }
  std::vector<int> leaves;
  for (const Atom& result : region.results) {
    if (!trace.Append(result, &leaves)) return std::nullopt;
  }
  if (static_cast<int>(leaves.size()) != CountLeaves(source->type)) return std::nullopt;
  for (size_t i = 0; i < leaves.size(); ++i) {
    if (leaves[i] != static_cast<int>(i)) return std::nullopt;
  }
  return end - 1;
}

}  // namespace baton
