#include "compiler/text/graph_bindings.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"

namespace baton::text {
namespace {

// A node used once becomes a let all the same where replacing its use would nest expressions deeper than
// this: dumps chain a million nodes, and what walks the tree later recurses.
constexpr int kMaxInlined = 500;

// Before an item of a block; past the last item for the block's result.
struct Place {
  Block* block = nullptr;
  size_t item = 0;
};

// Variables are declared at places too; those of parameters and patterns before the first item.
struct Declaration {
  Block* block = nullptr;
  size_t item = 0;
  bool before_all = false;
};

class Placer {
 public:
  Placer(SyntaxModule& module, Diagnostics& diagnostics) : module_(module), diagnostics_(diagnostics) {}

  void Run() {
    for (FunctionDefinition& definition : module_.functions) {
      names_[definition.function->body] = definition.name;
      VisitFunction(*definition.function, Place());
    }
    if (module_.expression != nullptr) {
      root_.result = module_.expression;
      VisitBlock(&root_, Place());
    }
    // Nodes use nodes that stand before them in the text, so all uses of the last are known, and so on.
    // Placing one finds those that stand within it.
    while (!bindings_.empty()) {
      const Binding last = bindings_.back();
      bindings_.pop_back();
      PlaceBinding(last);
    }
    for (Block* block : blocks_) Rebuild(block);
    if (module_.expression != nullptr) TakeBackExpression();
  }

 private:
  struct Use {
    Expr* site;
    Place place;
    int depth;  // of the expressions around it, within the item
  };
  struct Around {
    Place place;  // what the block lies in
    int depth = 0;
  };

  void VisitFunction(FunctionSyntax& function, Place place) {
    for (const Local* param : function.params) declarations_[param] = {function.body, 0, true};
    VisitBlock(function.body, place);
  }

  void VisitBlock(Block* block, Place place) {
    blocks_.push_back(block);
    around_[block] = {place, place.block == nullptr ? 0 : around_[place.block].depth + 1};
    for (size_t i = 0; i < block->items.size(); ++i) {
      Item& item = block->items[i];
      if (item.kind == Item::Kind::kGraph) {
        bindings_.push_back({item.local, item.value, item.position});
        continue;
      }
      if (item.local != nullptr) declarations_[item.local] = {block, i, false};
      if (item.value != nullptr) VisitExpr(item.value, {block, i}, 0);
    }
    VisitExpr(block->result, {block, block->items.size()}, 0);
  }

  void VisitExpr(Expr* expr, Place place, int depth) {
    if (expr->kind == Expr::Kind::kLocal) {
      if (expr->local->is_graph) {
        if (!unused_) uses_[expr->local].push_back({expr, place, depth});
      } else {
        CheckVisible(expr, place);
      }
    }
    for (Expr* operand : expr->operands) VisitExpr(operand, place, depth + 1);
    for (AttributeSyntax& attribute : expr->attributes) {
      if (attribute.expression != nullptr) VisitExpr(attribute.expression, place, depth + 1);
    }
    for (Block* block : expr->blocks) {
      for (const Local* local : expr->locals) declarations_[local] = {block, 0, true};
      VisitBlock(block, place);
    }
    // A loop's two regions both see what it carries.
    if (!expr->locals.empty()) {
      for (const Local* local : expr->locals) declarations_[local] = {place.block, place.item, true};
    }
    for (Arm& arm : expr->arms) {
      DeclarePattern(arm.pattern, arm.body);
      VisitBlock(arm.body, place);
    }
    if (expr->function != nullptr) VisitFunction(*expr->function, place);
  }

  void DeclarePattern(const Pattern* pattern, Block* body) {
    if (pattern->variable != nullptr) declarations_[pattern->variable] = {body, 0, true};
    for (const Pattern* field : pattern->fields) DeclarePattern(field, body);
  }

  // Only what is moved can lose sight of its variables.
  void CheckVisible(const Expr* expr, Place place) {
    if (!moving_) return;
    const auto found = declarations_.find(expr->local);
    if (found == declarations_.end()) return;
    const Declaration& declaration = found->second;
    for (; place.block != nullptr; place = around_[place.block].place) {
      if (place.block != declaration.block) continue;
      if (declaration.before_all || declaration.item <= place.item) return;
      break;
    }
    diagnostics_.Error(expr->position, absl::StrCat("%", expr->local->name,
                                                    " is not visible where the graph binding that "
                                                    "mentions it is evaluated: around all of its uses"));
  }

  struct Binding {
    Local* local;
    Expr* value;
    Position position;
  };

  void PlaceBinding(const Binding& binding) {
    const auto found = uses_.find(binding.local);
    if (found == uses_.end()) return VisitUnused(binding.value);
    const std::vector<Use> uses = std::move(found->second);
    uses_.erase(found);  // a million bindings: the table stays small where they form a chain
    moving_ = true;
    if (uses.size() == 1 && uses[0].depth < kMaxInlined) {
      *uses[0].site = std::move(*binding.value);
      VisitExpr(uses[0].site, uses[0].place, uses[0].depth);
    } else {
      MakeLet(binding, uses);
    }
    moving_ = false;
  }

  // What it mentions is not used by that; but nodes that stand within it may be used elsewhere.
  void VisitUnused(Expr* value) {
    unused_ = true;
    VisitExpr(value, Place(), 0);
    unused_ = false;
  }

  void MakeLet(const Binding& binding, const std::vector<Use>& uses) {
    Place place = uses[0].place;
    for (const Use& use : uses) {
      place = Common(place, use.place);
      if (place.block == nullptr) return RefuseUses(binding, uses[0], use);
    }
    Item item;
    item.kind = Item::Kind::kLet;
    item.local = binding.local;
    item.value = binding.value;
    item.position = binding.position;
    added_[place.block].emplace_back(place.item, item);
    VisitExpr(binding.value, place, 0);
  }

  void RefuseUses(const Binding& binding, const Use& a, const Use& b) {
    const bool in_order = std::tie(a.site->position.line, a.site->position.column) <
                          std::tie(b.site->position.line, b.site->position.column);
    const Use& first = in_order ? a : b;
    const Use& second = in_order ? b : a;
    const Position at = first.site->position;
    diagnostics_.Error(second.site->position,
                       absl::StrCat("%", binding.local->name, ", bound at line ", binding.position.line,
                                    ", is used here in @", FunctionOf(second.place), " and at ", at.line, ":",
                                    at.column, " in @", FunctionOf(first.place),
                                    "; a graph binding belongs to one function: bind it in each"));
  }

  // The name of the definition around a place.
  const std::string& FunctionOf(Place place) {
    while (around_[place.block].place.block != nullptr) place = around_[place.block].place;
    return names_[place.block];
  }

  // The last place that comes before both; none when they lie in different functions.
  Place Common(Place a, Place b) {
    while (a.block != b.block && a.block != nullptr && b.block != nullptr) {
      const int depth_a = around_[a.block].depth, depth_b = around_[b.block].depth;
      if (depth_a >= depth_b) a = around_[a.block].place;
      if (depth_b >= depth_a) b = around_[b.block].place;
    }
    if (a.block != b.block) return Place();
    return {a.block, std::min(a.item, b.item)};
  }

  // Takes graph bindings out and puts the new lets in.
  void Rebuild(Block* block) {
    const auto found = added_.find(block);
    std::vector<std::pair<size_t, Item>> added;
    if (found != added_.end()) added.swap(found->second);
    // They were found last first; those at one place keep the order of the text.
    std::reverse(added.begin(), added.end());
    std::stable_sort(added.begin(), added.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<Item> items;
    items.reserve(block->items.size() + added.size());
    auto next = added.begin();
    for (size_t i = 0; i <= block->items.size(); ++i) {
      for (; next != added.end() && next->first == i; ++next) items.push_back(next->second);
      if (i < block->items.size() && block->items[i].kind != Item::Kind::kGraph)
        items.push_back(block->items[i]);
    }
    block->items = std::move(items);
  }

  void TakeBackExpression() {
    if (root_.items.empty()) {
      module_.expression = root_.result;
      return;
    }
    Expr* expr = module_.New<Expr>(root_.result->position);
    expr->kind = Expr::Kind::kBlock;
    expr->blocks = {module_.New<Block>(root_.result->position)};
    *expr->blocks[0] = root_;
    module_.expression = expr;
  }

  SyntaxModule& module_;
  Diagnostics& diagnostics_;
  Block root_;
  bool moving_ = false;
  bool unused_ = false;                                  // what is visited is not part of the program
  std::unordered_map<const Block*, std::string> names_;  // of functions, by body
  std::vector<Block*> blocks_;
  std::vector<Binding> bindings_;  // in the order of the text
  std::unordered_map<const Block*, Around> around_;
  std::unordered_map<const Local*, Declaration> declarations_;
  std::unordered_map<const Local*, std::vector<Use>> uses_;
  std::unordered_map<const Block*, std::vector<std::pair<size_t, Item>>> added_;
};

}  // namespace

void PlaceGraphBindings(SyntaxModule& module, Diagnostics& diagnostics) {
  Placer(module, diagnostics).Run();
}

}  // namespace baton::text
