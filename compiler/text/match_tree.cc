#include "compiler/text/match_tree.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "vm/core/status.h"

namespace baton::text {
namespace {

constexpr size_t kMaxNodes = 100'000;
constexpr size_t kMaxExamples = 3;

// One arm, as far as it is still to be matched: patterns against occurrences.
struct Row {
  std::vector<std::pair<int, const Pattern*>> tests;  // only constructors and tuples
  std::vector<std::pair<const Local*, int>> variables;
  int arm = 0;
};

class MatchCompiler {
 public:
  MatchCompiler(const Declarations& declarations, const std::vector<Arm>& arms)
      : declarations_(declarations), arms_(arms) {}

  absl::StatusOr<MatchTree> Run(const Type& type) {
    tree_.leaves_of_arm.assign(arms_.size(), 0);
    tree_.occurrences.push_back({type, true});
    std::vector<Row> rows;
    for (size_t i = 0; i < arms_.size(); ++i) {
      Row& row = rows.emplace_back();
      row.arm = static_cast<int>(i);
      AddTest(0, arms_[i].pattern, &row);
    }
    BATON_ASSIGN_OR_RETURN(tree_.root, Compile(std::move(rows)));
    return std::move(tree_);
  }

 private:
  static void AddTest(int occurrence, const Pattern* pattern, Row* row) {
    if (pattern->kind == Pattern::Kind::kVariable) {
      row->variables.emplace_back(pattern->variable, occurrence);
    } else if (pattern->kind != Pattern::Kind::kWildcard) {
      row->tests.emplace_back(occurrence, pattern);
    }
  }

  absl::StatusOr<MatchNode*> Compile(std::vector<Row> rows) {
    if (tree_.nodes.size() >= kMaxNodes) {
      return absl::ResourceExhaustedError(
          absl::StrCat("match: its decision tree has over ", kMaxNodes, " nodes"));
    }
    MatchNode* node = &tree_.nodes.emplace_back();
    if (rows.empty()) {
      if (tree_.uncovered.size() < kMaxExamples) tree_.uncovered.push_back(Example(0));
      return node;
    }
    const Row& first = rows.front();
    if (first.tests.empty()) {
      node->kind = MatchNode::Kind::kLeaf;
      node->arm = first.arm;
      node->variables = first.variables;
      for (const auto& [local, occurrence] : node->variables) tree_.occurrences[occurrence].used = true;
      ++tree_.leaves_of_arm[first.arm];
      return node;
    }
    node->occurrence = first.tests.front().first;
    tree_.occurrences[node->occurrence].used = true;
    if (tree_.occurrences[node->occurrence].type.is_tuple()) return Split(node, std::move(rows));
    return Switch(node, std::move(rows));
  }

  std::vector<int> NewOccurrences(absl::Span<const Type> types) {
    std::vector<int> indices;
    for (const Type& type : types) {
      indices.push_back(static_cast<int>(tree_.occurrences.size()));
      tree_.occurrences.push_back({type, false});
    }
    return indices;
  }

  // The row's pattern for the occurrence, taken out of its tests; null when it has none.
  static const Pattern* TakeTest(int occurrence, Row* row) {
    const auto found = std::find_if(row->tests.begin(), row->tests.end(),
                                    [&](const auto& test) { return test.first == occurrence; });
    if (found == row->tests.end()) return nullptr;
    const Pattern* pattern = found->second;
    row->tests.erase(found);
    return pattern;
  }

  // Tests of fields come where the test of the whole was: depth first, left to right.
  static void AddFields(const Pattern* pattern, const std::vector<int>& fields, Row* row) {
    Row inner;
    for (size_t i = 0; i < fields.size(); ++i) AddTest(fields[i], pattern->fields[i], &inner);
    row->tests.insert(row->tests.begin(), inner.tests.begin(), inner.tests.end());
    row->variables.insert(row->variables.end(), inner.variables.begin(), inner.variables.end());
  }

  absl::StatusOr<MatchNode*> Split(MatchNode* node, std::vector<Row> rows) {
    node->kind = MatchNode::Kind::kSplit;
    const Type type = tree_.occurrences[node->occurrence].type;
    node->fields = NewOccurrences(type.fields());
    for (Row& row : rows) {
      if (const Pattern* pattern = TakeTest(node->occurrence, &row)) AddFields(pattern, node->fields, &row);
    }
    known_[node->occurrence] = {"", node->fields};
    BATON_ASSIGN_OR_RETURN(node->next, Compile(std::move(rows)));
    known_.erase(node->occurrence);
    return node;
  }

  absl::StatusOr<MatchNode*> Switch(MatchNode* node, std::vector<Row> rows) {
    node->kind = MatchNode::Kind::kSwitch;
    const Type type = tree_.occurrences[node->occurrence].type;
    const TypeDefinition& definition = *declarations_.FindType(type.name());
    // The rows that each constructor leaves, and those that any other leaves.
    std::map<int, std::vector<Row>> by_constructor;
    for (const Row& row : rows) {
      const Row& tested = row;
      for (const auto& [occurrence, pattern] : tested.tests) {
        if (occurrence == node->occurrence) {
          by_constructor[declarations_.FindConstructor(pattern->constructor)->index];
        }
      }
    }
    std::vector<Row> others;
    for (Row& row : rows) {
      Row rest = row;
      const Pattern* pattern = TakeTest(node->occurrence, &rest);
      if (pattern == nullptr) {
        others.push_back(rest);
        for (auto& [constructor, its_rows] : by_constructor) its_rows.push_back(rest);
        continue;
      }
      by_constructor[declarations_.FindConstructor(pattern->constructor)->index].push_back(std::move(row));
    }
    for (auto& [constructor, its_rows] : by_constructor) {
      BATON_RETURN_IF_ERROR(AddCase(node, definition, type, constructor, std::move(its_rows)));
    }
    if (by_constructor.size() == definition.constructors.size()) return node;
    known_[node->occurrence] = {MissingConstructor(definition, by_constructor), {}};
    BATON_ASSIGN_OR_RETURN(node->otherwise, Compile(std::move(others)));
    known_.erase(node->occurrence);
    return node;
  }

  absl::Status AddCase(MatchNode* node, const TypeDefinition& definition, const Type& type, int constructor,
                       std::vector<Row> rows) {
    std::vector<Type> types;
    for (const Type& field : definition.constructors[constructor].fields) {
      types.push_back(SubstituteVariables(field, definition.params, type.args()));
    }
    MatchNode::Case added;
    added.constructor = constructor;
    added.fields = NewOccurrences(types);
    for (Row& row : rows) {
      if (const Pattern* pattern = TakeTest(node->occurrence, &row)) AddFields(pattern, added.fields, &row);
    }
    known_[node->occurrence] = {definition.constructors[constructor].name, added.fields};
    BATON_ASSIGN_OR_RETURN(added.next, Compile(std::move(rows)));
    known_.erase(node->occurrence);
    node->cases.push_back(std::move(added));
    return absl::OkStatus();
  }

  // A pattern for what the first constructor without a case builds: "Cons(_, _)".
  static std::string MissingConstructor(const TypeDefinition& definition,
                                        const std::map<int, std::vector<Row>>& present) {
    for (size_t i = 0; i < definition.constructors.size(); ++i) {
      if (present.count(static_cast<int>(i)) > 0) continue;
      const std::vector<std::string> holes(definition.constructors[i].fields.size(), "_");
      if (holes.empty()) return definition.constructors[i].name;
      return absl::StrCat(definition.constructors[i].name, "(", absl::StrJoin(holes, ", "), ")");
    }
    return "_";
  }

  // What is known on the current path of the values that come here.
  std::string Example(int occurrence) const {
    const auto found = known_.find(occurrence);
    if (found == known_.end()) return "_";
    const auto& [constructor, fields] = found->second;
    if (fields.empty() && !constructor.empty()) return constructor;
    std::vector<std::string> parts;
    for (const int field : fields) parts.push_back(Example(field));
    return absl::StrCat(constructor, "(", absl::StrJoin(parts, ", "), ")");
  }

  const Declarations& declarations_;
  const std::vector<Arm>& arms_;
  MatchTree tree_;
  std::map<int, std::pair<std::string, std::vector<int>>> known_;  // by occurrence: constructor and fields
};

}  // namespace

absl::StatusOr<MatchTree> CompileMatch(const Declarations& declarations, const Type& type,
                                       const std::vector<Arm>& arms) {
  return MatchCompiler(declarations, arms).Run(type);
}

}  // namespace baton::text
