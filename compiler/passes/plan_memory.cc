// The arena plan. A region's tensors whose sizes are known (symbolically) when the region is entered, and
// which do not leave it, get offsets in one arena; tensors whose lifetimes do not meet share memory. Constant
// sizes are packed by best fit; symbolic sizes share blocks of the same size. Runs in O(n log n).
#include <map>
#include <set>
#include <unordered_map>

#include "absl/strings/string_view.h"
#include "compiler/passes/passes.h"
#include "compiler/passes/rewrite.h"
#include "vm/core/device.h"

namespace baton {
namespace {

using ir::Atom;
using ir::Binding;
using ir::Region;
using ir::Var;

// Values that may share memory with each other: views, tuples, results of branches, loop-carried values. One
// class each.
class AliasClasses {
 public:
  explicit AliasClasses(const Region* body) { VisitRegion(body); }

  // Halves the path, so that chains of any length cost O(log n) each.
  const Var* Find(const Var* var) {
    for (auto it = parent_.find(var); it != parent_.end(); it = parent_.find(var)) {
      const auto up = parent_.find(it->second);
      if (up == parent_.end()) return it->second;
      var = it->second = up->second;
    }
    return var;
  }

 private:
  void Unite(const Var* a, const Atom& b) {
    if (b.var() == nullptr) return;
    const Var* x = Find(a);
    const Var* y = Find(b.var());
    if (x != y) parent_[x] = y;
  }

  void VisitRegion(const Region* body) {
    std::vector<const Region*> pending = {body};
    while (!pending.empty()) {
      const Region* region = pending.back();
      pending.pop_back();
      for (const Binding& binding : region->bindings) {
        VisitBinding(binding);
        for (const Region* inner : ir::Regions(binding.expr)) pending.push_back(inner);
      }
    }
  }

  void VisitBinding(const Binding& binding) {
    const Var* var = binding.var;
    if (const auto* call = std::get_if<ir::OpCall>(&binding.expr)) {
      if (call->op->is_view) Unite(var, call->args[0]);
    } else if (const auto* tuple = std::get_if<ir::MakeTuple>(&binding.expr)) {
      for (const Atom& field : tuple->fields) Unite(var, field);
    } else if (const auto* project = std::get_if<ir::Project>(&binding.expr)) {
      Unite(var, project->tuple);
    } else if (std::holds_alternative<ir::If>(binding.expr) ||
               std::holds_alternative<ir::Match>(binding.expr)) {
      for (const Region* region : ir::Regions(binding.expr)) {
        if (region->diverges) continue;
        for (const Atom& result : region->results) Unite(var, result);
      }
    } else if (const auto* loop = std::get_if<ir::Loop>(&binding.expr)) {
      for (size_t i = 0; i < loop->initial.size(); ++i) {
        Unite(var, loop->initial[i]);
        Unite(var, loop->condition->params[i]);
        Unite(var, loop->body->params[i]);
        if (!loop->body->diverges) Unite(var, loop->body->results[i]);
      }
    }
  }

  std::unordered_map<const Var*, const Var*> parent_;
};

// True when what the expression gets may live on where the function that evaluates it cannot see: in objects
// and sequences, or in values that a callee gives back.
bool Keeps(const ir::Expr& expr) {
  return std::holds_alternative<ir::Call>(expr) || std::holds_alternative<ir::CallClosure>(expr) ||
         std::holds_alternative<ir::Fork>(expr) || std::holds_alternative<ir::MakeClosure>(expr) ||
         std::holds_alternative<ir::MakeData>(expr) || std::holds_alternative<ir::MakeReference>(expr) ||
         std::holds_alternative<ir::WriteReference>(expr) || std::holds_alternative<ir::SequenceOp>(expr);
}

// Offsets for tensors of constant size: a free list of gaps, smallest sufficient gap first.
class GapList {
 public:
  int64_t Take(int64_t num_bytes) {
    auto gap = by_size_.lower_bound({num_bytes, 0});
    if (gap == by_size_.end()) {
      const int64_t offset = end_;
      end_ += num_bytes;
      return offset;
    }
    const auto [size, offset] = *gap;
    Remove(offset, size);
    if (size > num_bytes) Insert(offset + num_bytes, size - num_bytes);
    return offset;
  }

  void Give(int64_t offset, int64_t num_bytes) {
    if (num_bytes == 0) return;
    auto next = by_offset_.lower_bound(offset);
    if (next != by_offset_.end() && next->first == offset + num_bytes) {
      num_bytes += next->second;
      Remove(next->first, next->second);
    }
    next = by_offset_.lower_bound(offset);
    if (next != by_offset_.begin()) {
      auto before = std::prev(next);
      if (before->first + before->second == offset) {
        offset = before->first;
        num_bytes += before->second;
        Remove(before->first, before->second);
      }
    }
    Insert(offset, num_bytes);
  }

  int64_t end() const { return end_; }

 private:
  void Insert(int64_t offset, int64_t size) {
    by_offset_.emplace(offset, size);
    by_size_.emplace(size, offset);
  }
  void Remove(int64_t offset, int64_t size) {
    by_offset_.erase(offset);
    by_size_.erase({size, offset});
  }

  std::map<int64_t, int64_t> by_offset_;
  std::set<std::pair<int64_t, int64_t>> by_size_;
  int64_t end_ = 0;
};

// A tensor to place: alive from binding `begin` to binding `end`, both included.
struct Lifetime {
  std::pair<const Var*, int> tensor;
  Dim num_bytes;
  size_t begin = 0;
  size_t end = 0;
};

ir::RegionPlan PlaceTensors(const std::vector<Lifetime>& lifetimes) {
  ir::RegionPlan plan;
  GapList gaps;
  std::map<Dim, std::vector<int>> free_blocks;  // blocks of symbolic size that are free, by size
  std::vector<Dim> blocks;                      // sizes of all blocks of symbolic size
  std::vector<std::pair<std::pair<const Var*, int>, int>> in_blocks;
  struct Active {
    const Lifetime* lifetime;
    int64_t place;  // offset, or block
  };
  std::multimap<size_t, Active> active;  // by end
  for (const Lifetime& lifetime : lifetimes) {
    while (!active.empty() && active.begin()->first < lifetime.begin) {
      const Active done = active.begin()->second;
      active.erase(active.begin());
      if (done.lifetime->num_bytes.is_constant()) {
        gaps.Give(done.place, done.lifetime->num_bytes.value());
      } else {
        free_blocks[done.lifetime->num_bytes].push_back(static_cast<int>(done.place));
      }
    }
    int64_t place = 0;
    if (lifetime.num_bytes.is_constant()) {
      place = gaps.Take(lifetime.num_bytes.value());
      plan.offsets[lifetime.tensor] = Dim(place);
    } else {
      std::vector<int>& free = free_blocks[lifetime.num_bytes];
      if (free.empty()) {
        free.push_back(static_cast<int>(blocks.size()));
        blocks.push_back(lifetime.num_bytes);
      }
      place = free.back();
      free.pop_back();
      in_blocks.push_back({lifetime.tensor, static_cast<int>(place)});
    }
    active.emplace(lifetime.end, Active{&lifetime, place});
  }
  // Symbolic blocks follow the constant part. Sums stay short because equal sizes combine; blocks for which
  // they would not are left out.
  std::vector<std::optional<Dim>> starts;
  Dim offset(gaps.end());
  for (const Dim& block : blocks) {
    const Dim end = offset + block;
    starts.push_back(end.is_opaque() ? std::nullopt : std::optional(offset));
    if (!end.is_opaque()) offset = end;
  }
  for (const auto& [tensor, block] : in_blocks) {
    if (starts[block]) plan.offsets[tensor] = *starts[block];
  }
  plan.num_bytes = offset;
  return plan;
}

Dim AlignedBytes(const TensorType& type) {
  const Dim alignment(static_cast<int64_t>(kTensorAlignment));
  return CeilDiv(type.shape.NumElements() * Dim(DTypeSize(type.dtype)), alignment) * alignment;
}

class Planner {
 public:
  explicit Planner(const ir::Function& function) : aliases_(function.body) {
    for (const Var* param : function.body->params) Define(param);
    VisitBindings(function.body, [this](const Binding& binding) {
      if (!Keeps(binding.expr)) return;
      for (const Atom* operand : ir::Operands(const_cast<ir::Expr*>(&binding.expr))) {
        if (operand->var() != nullptr) kept_.insert(aliases_.Find(operand->var()));
      }
    });
    VisitRegion(function.body);
  }
  ir::MemoryPlan Take() { return std::move(plan_); }

 private:
  // Symbols are unique in a function, so their order of definition in evaluation order is enough: one defined
  // inside an earlier branch cannot occur after it.
  void VisitRegion(const Region* region) {
    const size_t at_entry = defined_.size();
    std::vector<Lifetime> lifetimes;
    std::set<const Var*> leaving;
    if (!region->diverges) {
      for (const Atom& result : region->results) {
        if (result.var() != nullptr) leaving.insert(aliases_.Find(result.var()));
      }
    }
    std::unordered_map<const Var*, size_t> last_use;
    for (size_t i = 0; i < region->bindings.size(); ++i) NoteUses(region->bindings[i], i, &last_use);
    for (size_t i = 0; i < region->bindings.size(); ++i) {
      const Binding& binding = region->bindings[i];
      const Var* root = aliases_.Find(binding.var);
      if (leaving.count(root) == 0 && kept_.count(root) == 0)
        AppendLifetimes(binding, i, last_use[root], at_entry, &lifetimes);
      for (const Region* inner : ir::Regions(binding.expr)) {
        for (const Var* param : inner->params) Define(param);
        VisitRegion(inner);
      }
      Define(binding.var);
    }
    if (!lifetimes.empty()) plan_.regions[region] = PlaceTensors(lifetimes);
  }

  void NoteUses(const Binding& binding, size_t index, std::unordered_map<const Var*, size_t>* last_use) {
    std::vector<const Binding*> pending = {&binding};
    auto use = [&](const Atom& atom) {
      if (atom.var() != nullptr) (*last_use)[aliases_.Find(atom.var())] = index;
    };
    (*last_use)[aliases_.Find(binding.var)] = index;
    while (!pending.empty()) {
      const Binding* current = pending.back();
      pending.pop_back();
      for (const Atom* operand : ir::Operands(const_cast<ir::Expr*>(&current->expr))) use(*operand);
      for (const Region* region : ir::Regions(current->expr)) {
        for (const Atom& result : region->results) use(result);
        for (const Binding& inner : region->bindings) pending.push_back(&inner);
      }
    }
  }

  // `num_known` symbols were defined when the region was entered.
  void AppendLifetimes(const Binding& binding, size_t begin, size_t end, size_t num_known,
                       std::vector<Lifetime>* lifetimes) const {
    const auto* call = std::get_if<ir::OpCall>(&binding.expr);
    if (call == nullptr || call->op->is_view || binding.var->unboxed) return;
    std::vector<Lifetime> own;
    const Type& type = binding.var->type;
    const size_t count = type.is_tuple() ? type.fields().size() : 1;
    for (size_t i = 0; i < count; ++i) {
      const TensorType& tensor = type.is_tuple() ? type.fields()[i].tensor() : type.tensor();
      if (!tensor.shape.has_rank()) return;
      bool known = true;
      const Dim num_bytes = AlignedBytes(tensor);
      auto check = [&](absl::string_view name) {
        const auto defined = defined_.find(name);
        known &= defined != defined_.end() && defined->second < num_known;
      };
      num_bytes.VisitSymbols(check);
      for (const Dim& dim : tensor.shape.dims()) dim.VisitSymbols(check);
      if (!known || num_bytes.is_opaque() || (num_bytes.is_constant() && num_bytes.value() < 0)) return;
      own.push_back({{binding.var, static_cast<int>(i)}, num_bytes, begin, end});
    }
    lifetimes->insert(lifetimes->end(), own.begin(), own.end());
  }

  void Define(const Var* var) {
    ir::VisitBareSymbols(*var,
                         [this](absl::string_view symbol) { defined_.emplace(symbol, defined_.size()); });
  }

  AliasClasses aliases_;
  std::set<const Var*> kept_;                           // classes that calls or objects may keep
  std::map<std::string, size_t, std::less<>> defined_;  // symbol -> how many were defined before it
  ir::MemoryPlan plan_;
};

}  // namespace

ir::MemoryPlan PlanMemory(const ir::Module& module) {
  ir::MemoryPlan plan;
  for (const ir::Function& function : module.functions()) {
    ir::MemoryPlan own = Planner(function).Take();
    plan.regions.merge(own.regions);
  }
  return plan;
}

}  // namespace baton
