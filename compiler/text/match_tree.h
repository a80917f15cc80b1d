// Pattern matching compiled to a decision tree: each test is made at most once on any path, and arms are
// tried in order. Internal to compiler/text.
//   Source: L. Maranget, "Compiling Pattern Matching to Good Decision Trees", ML Workshop 2008.
#pragma once

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "compiler/text/declarations.h"
#include "compiler/text/syntax.h"
#include "vm/core/type.h"

namespace baton::text {

// A part of the scrutinee that a match looks at: the scrutinee itself (index 0), or a field of another part.
struct Occurrence {
  Type type;
  bool used = false;  // some test or variable needs its value
};

struct MatchNode {
  enum class Kind : uint8_t { kLeaf, kSwitch, kSplit, kFail };
  struct Case {
    int constructor = 0;
    std::vector<int> fields;  // occurrences
    MatchNode* next = nullptr;
  };
  Kind kind = Kind::kFail;
  int occurrence = 0;                                   // kSwitch: data; kSplit: a tuple
  std::vector<Case> cases;                              // kSwitch, by constructor
  MatchNode* otherwise = nullptr;                       // kSwitch: for the constructors without a case
  std::vector<int> fields;                              // kSplit
  MatchNode* next = nullptr;                            // kSplit
  int arm = 0;                                          // kLeaf
  std::vector<std::pair<const Local*, int>> variables;  // kLeaf: the occurrences that they stand for
};

struct MatchTree {
  std::deque<MatchNode> nodes;
  std::deque<Occurrence> occurrences;
  MatchNode* root = nullptr;
  std::vector<int> leaves_of_arm;      // how often each arm was reached; 0: unreachable
  std::vector<std::string> uncovered;  // examples of values that no arm takes, at most a few
};

// REQUIRES: patterns fit `type` (type inference). Errors: ResourceExhausted for trees beyond any use.
absl::StatusOr<MatchTree> CompileMatch(const Declarations& declarations, const Type& type,
                                       const std::vector<Arm>& arms);

}  // namespace baton::text
