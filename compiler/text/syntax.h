// The syntax tree of Relay text: what the parser makes, the formatter prints and the elaborator turns into an
// ir::Module. Not typed; types are as written. Nodes belong to their SyntaxModule, so that trees of any depth
// are destroyed without recursion.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "vm/core/tensor.h"
#include "vm/core/type.h"

namespace baton::text {

struct Position {
  int32_t line = 0;  // from 1; 0: none
  int32_t column = 0;
};

struct Expr;
struct Block;

// A type as written: "?" is AnyDim(), "_" unknown, a name is a variable if a type parameter of that name is
// in scope, else data. Named dimensions are symbols.
struct TypeSyntax {
  Type type;
  Position position;
};

// The declaration of a local variable: a parameter, let, pattern variable, free_var or loop parameter.
struct Local {
  std::string name;  // without the sigil; empty for a value that is not named
  std::optional<TypeSyntax> type;
  Position position;
  bool is_graph = false;  // stands for a graph binding, "%3"; name is the number
};

// A value in an attribute list.
struct AttributeSyntax {
  enum class Kind : uint8_t { kNone, kBool, kInt, kFloat, kString, kList, kMap, kExpression };
  std::string name;  // empty for an element of a list
  Kind kind = Kind::kNone;
  int64_t number = 0;                     // kBool, kInt
  double real = 0;                        // kFloat
  std::string text;                       // kString
  std::vector<AttributeSyntax> elements;  // kList, kMap
  Expr* expression = nullptr;             // kExpression: a tensor, as `arange` has them
  Position position;
};

struct Pattern {
  enum class Kind : uint8_t { kWildcard, kVariable, kConstructor, kTuple };
  Kind kind = Kind::kWildcard;
  Position position;
  Local* variable = nullptr;     // kVariable
  std::string constructor;       // kConstructor
  std::vector<Pattern*> fields;  // kConstructor, kTuple
};

struct Arm {
  Pattern* pattern = nullptr;
  Block* body = nullptr;
};

struct FunctionSyntax {
  std::vector<std::string> type_params;
  std::vector<Local*> params;
  std::vector<AttributeSyntax> attributes;
  std::optional<TypeSyntax> result_type;
  Block* body = nullptr;
  Position position;
};

// One statement of a block.
struct Item {
  enum class Kind : uint8_t {
    kLet,         // let %x = value
    kGraph,       // %0 = value; none are left once graph bindings are placed (graph_bindings.h)
    kExpression,  // value, evaluated for its effects
    kFreeVar,     // free_var %x
  };
  Kind kind = Kind::kLet;
  Local* local = nullptr;  // kLet, kGraph, kFreeVar
  Expr* value = nullptr;   // all but kFreeVar
  Position position;
};

// A scope: items in order, then the result.
struct Block {
  std::vector<Item> items;
  Expr* result = nullptr;
  Position position;
  Position end;  // of the closing brace, if it was written in braces
};

struct Expr {
  enum class Kind : uint8_t {
    kConstant,        // constant
    kLocal,           // local; a graph binding's local for "%3"
    kGlobal,          // name
    kName,            // name: an operator or constructor
    kTuple,           // operands
    kProject,         // operands[0].index
    kCall,            // operands[0] is the callee, the rest its arguments; attributes; infix operators too
    kFunction,        // function
    kIf,              // operands[0], blocks[0], blocks[1]
    kMatch,           // operands[0], arms, partial
    kBlock,           // blocks[0]
    kReference,       // ref(operands[0])
    kReadReference,   // ref_read(operands[0])
    kWriteReference,  // ref_write(operands[0], operands[1])
    kLoop,            // loop (locals[i] = operands[i], ...) while { blocks[0] } do { blocks[1] }
    kRaise,           // raise("name"): fails with the message `name`
  };
  Kind kind = Kind::kConstant;
  Position position;
  Tensor constant;
  std::string name;
  Local* local = nullptr;
  int64_t index = 0;
  bool partial = false;  // kMatch: "match?"
  bool infix = false;    // kCall: was written "a + b"
  std::vector<Expr*> operands;
  std::vector<AttributeSyntax> attributes;
  FunctionSyntax* function = nullptr;
  std::vector<Block*> blocks;
  std::vector<Arm> arms;
  std::vector<Local*> locals;
};

// True for "None" as an argument of an operator: an optional input that is not there. Elsewhere the name may
// be a constructor.
inline bool IsAbsentArgument(const Expr& argument) {
  return argument.kind == Expr::Kind::kName && argument.name == "None";
}

struct TypeDefinitionSyntax {
  TypeDefinition definition;
  Position position;
};

struct FunctionDefinition {
  std::string name;
  FunctionSyntax* function = nullptr;
  Position position;
  std::string file;  // that it stands in
};

// A file, or what several files were merged into.
struct SyntaxModule {
  std::string file;          // for messages
  bool has_version = false;  // a lone expression need not say its version
  std::vector<std::string> imports;
  std::vector<std::string> scalar_names;  // of types that are called as a scalar is, "int8"
  std::vector<TypeDefinitionSyntax> types;
  std::vector<FunctionDefinition> functions;
  Expr* expression = nullptr;  // a file that is a lone expression

  template <typename Visit>
  void VisitLocals(const Visit& visit) const {
    for (const Local& local : std::get<std::deque<Local>>(nodes_)) visit(local);
  }
  template <typename Node>
  Node* New(Position position) {
    Node& node = std::get<std::deque<Node>>(nodes_).emplace_back();
    node.position = position;
    return &node;
  }

 private:
  std::tuple<std::deque<Expr>, std::deque<Block>, std::deque<Local>, std::deque<Pattern>,
             std::deque<FunctionSyntax>>
      nodes_;
};

}  // namespace baton::text
