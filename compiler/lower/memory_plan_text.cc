#include "compiler/lower/memory_plan_text.h"

#include <map>
#include <set>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "compiler/ir/type_relations.h"
#include "compiler/lower/tail_position.h"

namespace baton {
namespace {

using ir::Binding;
using ir::Function;
using ir::Region;

std::vector<TensorType> TensorsOf(const Type& type) {
  std::vector<TensorType> tensors;
  ir::VisitTensors(type, [&](const TensorType& tensor) { tensors.push_back(tensor); });
  return tensors;
}

// What a call gives the symbols that the callee's parameters define, by the symbol's text.
class Arguments {
 public:
  Arguments(const Function& callee, const std::vector<ir::Atom>& args) {
    const std::vector<ir::Var*>& params = callee.body->params;
    for (size_t i = 0; i < params.size() && i < args.size(); ++i) {
      BindExtents(TensorsOf(params[i]->type), TensorsOf(args[i].type()));
      BindElements(*params[i], args[i].var());
    }
  }
  std::string ToString() const {
    std::string text;
    for (const auto& [symbol, dim] : dims_) absl::StrAppend(&text, "\t", symbol, "\t", dim);
    return text;
  }

 private:
  void Bind(const Dim& symbol, const Dim& dim) {
    if (!symbol.symbol().empty() && !dim.is_opaque()) dims_.emplace(symbol.ToString(), dim.ToString());
  }
  void BindExtents(const std::vector<TensorType>& params, const std::vector<TensorType>& args) {
    for (size_t i = 0; i < params.size() && i < args.size(); ++i) {
      const Shape& param = params[i].shape;
      const Shape& arg = args[i].shape;
      if (!param.has_rank() || !arg.has_rank() || param.rank() != arg.rank()) continue;
      for (int axis = 0; axis < param.rank(); ++axis) Bind(param[axis], arg[axis]);
    }
  }
  void BindElements(const ir::Var& param, const ir::Var* arg) {
    if (!param.elements || arg == nullptr || !arg->elements) return;
    for (size_t i = 0; i < param.elements->size() && i < arg->elements->size(); ++i) {
      const Dim* symbol = (*param.elements)[i].dim();
      const Dim* dim = (*arg->elements)[i].dim();
      if (symbol != nullptr && dim != nullptr) Bind(*symbol, *dim);
    }
  }

  std::map<std::string, std::string> dims_;
};

class PlanWriter {
 public:
  PlanWriter(const ir::Module& module, const ir::MemoryPlan& plan) : module_(module), plan_(plan) {
    for (const Function& function : module.functions())
      indices_.emplace(&function, static_cast<int>(indices_.size()));
  }

  std::string Write() {
    for (const Function& function : module_.functions()) {
      const size_t before = text_.size();
      absl::StrAppend(&text_, "function\t", indices_.at(&function), "\n");
      const size_t after = text_.size();
      WriteFunction(function);
      if (text_.size() == after) text_.resize(before);
    }
    return std::move(text_);
  }

 private:
  struct Pending {
    const Region* region;
    int depth;
    bool is_tail;  // its value is the function's
  };

  void WriteFunction(const Function& function) {
    const bool may_jump =
        !function.is_entry && function.result_checks.empty() && function.result_type_checks.empty();
    std::vector<Pending> pending = {{function.body, 0, may_jump}};
    while (!pending.empty()) {
      const Pending next = pending.back();
      pending.pop_back();
      WriteRegion(function, next, &pending);
    }
  }

  // The region's own lines; regions inside it are left for later, which is in their turn since all are put on
  // top.
  void WriteRegion(const Function& function, Pending current, std::vector<Pending>* pending) {
    const auto planned = plan_.regions.find(current.region);
    if (planned != plan_.regions.end() && !(planned->second.num_bytes == Dim(0))) {
      const std::string place = module_.location(current.region->bindings.front().location).ToString();
      absl::StrAppend(&text_, "arena\t", current.depth, "\t", planned->second.num_bytes.ToString(), "\t",
                      absl::CHexEscape(place), "\n");
      ++current.depth;
    }
    const std::optional<size_t> tail = current.is_tail ? TailBinding(*current.region) : std::nullopt;
    std::set<std::string> calls;
    for (size_t i = 0; i < current.region->bindings.size(); ++i) {
      const Binding& binding = current.region->bindings[i];
      const bool is_tail = tail == i;
      for (const Region* inner : ir::Regions(binding.expr)) {
        const bool is_arm = !std::holds_alternative<ir::Loop>(binding.expr);
        pending->push_back({inner, current.depth, is_tail && is_arm});
      }
      const auto* call = std::get_if<ir::Call>(&binding.expr);
      if (call != nullptr && is_tail && call->callee == &function) continue;
      calls.insert(CallLine(binding.expr, current.depth));
    }
    for (const std::string& line : calls) text_ += line;
  }

  // Empty for what calls nothing.
  std::string CallLine(const ir::Expr& expr, int depth) const {
    const auto line = [&](const Function* callee, const std::vector<ir::Atom>& args) {
      return absl::StrCat("call\t", depth, "\t", indices_.at(callee), Arguments(*callee, args).ToString(),
                          "\n");
    };
    if (const auto* call = std::get_if<ir::Call>(&expr)) return line(call->callee, call->args);
    if (const auto* fork = std::get_if<ir::Fork>(&expr)) return line(fork->callee, fork->args);
    return std::holds_alternative<ir::CallClosure>(expr) ? absl::StrCat("closure\t", depth, "\n") : "";
  }

  const ir::Module& module_;
  const ir::MemoryPlan& plan_;
  std::map<const Function*, int> indices_;
  std::string text_;
};

}  // namespace

std::string MemoryPlanText(const ir::Module& module, const ir::MemoryPlan& plan) {
  return plan.regions.empty() ? "" : PlanWriter(module, plan).Write();
}

}  // namespace baton
