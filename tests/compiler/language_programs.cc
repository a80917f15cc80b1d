#include "tests/compiler/language_programs.h"

#include "tests/compiler/module_builder.h"
#include "vm/core/status.h"

namespace baton {
namespace {

using Atoms = std::vector<ir::Atom>;
using Vars = std::vector<ir::Var*>;

const Type kInt = TensorType{DType::kInt64, Shape{}};

Type Rows(const Dim& rows) {
  return TensorType{DType::kFloat32, Shape{rows, Dim(2)}};
}
Type Vector(const Dim& extent) {
  return TensorType{DType::kFloat32, Shape{extent}};
}
Type ListOf(const Type& type) {
  return Type::Data("List", {type});
}

void DefineList(ModuleBuilder& b) {
  const Type a = Type::Variable("A");
  b.module().AddTypeDefinition({"List", {"A"}, {{"Cons", {a, ListOf(a)}}, {"Nil", {}}}});
}

// [0, 1, ..., n - 1] of integers, by a function @range(i, n).
ir::Function* DefineRange(ModuleBuilder& b) {
  ir::Function* range = b.Declare("range", {{"i", kInt}, {"n", kInt}}, ListOf(kInt));
  b.Define(range, [&](const Vars& p) {
    return Atoms{b.If(
        b.Call("less", {p[0], p[1]}),
        [&] {
          ir::Var* rest = b.Apply(range, {b.Call("add", {p[0], b.Int(1)}), p[1]});
          return Atoms{b.Data(ListOf(kInt), 0, {p[0], rest})};
        },
        [&] { return Atoms{b.Data(ListOf(kInt), 1, {})}; })};
  });
  return range;
}

// Adds up a list, from its end.
ir::Function* DefineSum(ModuleBuilder& b) {
  ir::Function* sum = b.Declare("sum", {{"xs", ListOf(kInt)}}, kInt);
  b.Define(sum, [&](const Vars& p) {
    return Atoms{b.Match(p[0], {{2,
                                 [&](const Vars& f) {
                                   return Atoms{b.Call("add", {f[0], b.Apply(sum, {f[1]})})};
                                 }},
                                {0, [&](const Vars&) { return Atoms{b.Int(0)}; }}})};
  });
  return sum;
}

std::unique_ptr<ir::Module> SumOfList() {
  ModuleBuilder b;
  DefineList(b);
  ir::Var* n = b.Input("n", kInt);
  ir::Function* range = DefineRange(b);
  ir::Function* sum = DefineSum(b);
  return b.Finish({b.Apply(sum, {b.Apply(range, {b.Int(0), n})})});
}

// A loop by a self tail call; its carried values swap places on the way.
std::unique_ptr<ir::Module> Swaps() {
  ModuleBuilder b;
  const Dim n = Dim::Symbol("n"), m = Dim::Symbol("m");
  ir::Var* count = b.Input("count", kInt);
  ir::Var* x = b.Input("x", Vector(n));
  ir::Var* y = b.Input("y", Vector(m));
  ir::Function* swap = b.Declare("swap", {{"i", kInt}, {"a", Vector(n)}, {"b", Vector(m)}},
                                 Type::Tuple({Vector(AnyDim()), Vector(AnyDim())}));
  b.Define(swap, [&](const Vars& p) {
    ir::Var* done = b.If(
        b.Call("equal", {p[0], b.Int(0)}),
        [&] {
          return Atoms{p[1], p[2]};
        },
        [&] {
          ir::Var* rest = b.Apply(swap, {b.Call("subtract", {p[0], b.Int(1)}), p[2], p[1]});
          return Atoms{b.Project(rest, 0), b.Project(rest, 1)};
        });
    return Atoms{done};
  });
  ir::Var* both = b.Apply(swap, {count, x, y});
  return b.Finish({b.Project(both, 0), b.Project(both, 1)});
}

// Mutual tail calls.
std::unique_ptr<ir::Module> Parity() {
  ModuleBuilder b;
  ir::Var* n = b.Input("n", kInt);
  ir::Function* even = b.Declare("even", {{"n", kInt}}, kInt);
  ir::Function* odd = b.Declare("odd", {{"n", kInt}}, kInt);
  const auto define = [&](ir::Function* function, ir::Function* other, int64_t at_zero) {
    b.Define(function, [&](const Vars& p) {
      return Atoms{b.If(
          b.Call("equal", {p[0], b.Int(0)}), [&] { return Atoms{b.Int(at_zero)}; },
          [&] {
            return Atoms{b.Apply(other, {b.Call("subtract", {p[0], b.Int(1)})})};
          })};
    });
  };
  define(even, odd, 1);
  define(odd, even, 0);
  return b.Finish({b.Apply(even, {n})});
}

// map over a list with a closure that captures a value.
std::unique_ptr<ir::Module> MapClosure() {
  ModuleBuilder b;
  DefineList(b);
  ir::Var* n = b.Input("n", kInt);
  ir::Var* k = b.Input("k", kInt);
  ir::Function* range = DefineRange(b);
  ir::Function* sum = DefineSum(b);
  ir::Function* scale = b.Declare("scale", {{"k", kInt}, {"x", kInt}}, kInt);
  b.Define(scale, [&](const Vars& p) { return Atoms{b.Call("multiply", {p[0], p[1]})}; });
  const Type function = Type::Function({kInt}, kInt);
  ir::Function* map = b.Declare("map", {{"f", function}, {"xs", ListOf(kInt)}}, ListOf(kInt));
  b.Define(map, [&](const Vars& p) {
    return Atoms{b.Match(p[1],
                         {{2,
                           [&](const Vars& f) {
                             ir::Var* head = b.ApplyClosure(p[0], {f[0]});
                             return Atoms{b.Data(ListOf(kInt), 0, {head, b.Apply(map, {p[0], f[1]})})};
                           }}},
                         [&] { return Atoms{b.Data(ListOf(kInt), 1, {})}; })};
  });
  ir::Var* mapped = b.Apply(map, {b.Closure(scale, {k}), b.Apply(range, {b.Int(0), n})});
  return b.Finish({b.Apply(sum, {mapped})});
}

// A cell that a function writes; the unit results are not used, the writes still happen.
std::unique_ptr<ir::Module> Counter() {
  ModuleBuilder b;
  ir::Var* x = b.Input("x", kInt);
  ir::Function* bump = b.Declare("bump", {{"cell", Type::Reference(kInt)}}, Type::Tuple({}));
  b.Define(bump, [&](const Vars& p) {
    return Atoms{b.Write(p[0], b.Call("add", {b.Read(p[0]), b.Int(1)}))};
  });
  ir::Var* cell = b.Reference(x, kInt);
  b.Apply(bump, {cell});
  b.Apply(bump, {cell});
  return b.Finish({b.Read(cell)});
}

// Tuples inside tuples, as parameters, results and fields of data.
std::unique_ptr<ir::Module> Tuples() {
  ModuleBuilder b;
  const Type pair = Type::Tuple({kInt, Type::Tuple({kInt, kInt})});
  b.module().AddTypeDefinition({"Box", {}, {{"Box", {pair}}}});
  ir::Var* x = b.Input("x", kInt);
  ir::Var* y = b.Input("y", kInt);
  ir::Function* turn = b.Declare("turn", {{"p", pair}}, pair);
  b.Define(turn, [&](const Vars& p) {
    ir::Var* inner = b.Project(p[0], 1);
    return Atoms{b.Project(inner, 1), b.Tuple({b.Project(p[0], 0), b.Project(inner, 0)})};
  });
  ir::Var* turned = b.Apply(turn, {b.Tuple({x, b.Tuple({y, b.Call("add", {x, y})})})});
  ir::Var* box = b.Data(Type::Data("Box", {}), 0, {turned});
  ir::Var* out = b.Match(box, {{1, [&](const Vars& f) { return Atoms{b.Apply(turn, {f[0]})}; }}});
  ir::Var* inner = b.Project(out, 1);
  return b.Finish({b.Project(out, 0), b.Project(inner, 0), b.Project(inner, 1)});
}

// A tensor that grows by a row in each call.
std::unique_ptr<ir::Module> GrowRows() {
  ModuleBuilder b;
  const Dim n = Dim::Symbol("n");
  ir::Var* x = b.Input("x", Rows(n));
  ir::Var* count = b.Input("count", kInt);
  ir::Function* grow =
      b.Declare("grow", {{"x", Rows(n)}, {"row", Rows(Dim(1))}, {"i", kInt}}, Rows(AnyDim()));
  b.Define(grow, [&](const Vars& p) {
    return Atoms{b.If(
        b.Call("equal", {p[2], b.Int(0)}), [&] { return Atoms{p[0]}; },
        [&] {
          ir::Var* more = b.Call("concatenate", {p[0], p[1]}, {{"axis", int64_t{0}}});
          return Atoms{b.Apply(grow, {more, p[1], b.Call("subtract", {p[2], b.Int(1)})})};
        })};
  });
  return b.Finish({b.Apply(grow, {x, b.Const<float>({1, 2}, {7, 8}), count})});
}

// A binary tree of vectors, added up; the extents of different leaves are checked where they meet.
std::unique_ptr<ir::Module> Tree() {
  ModuleBuilder b;
  const Type tree = Type::Data("Tree", {});
  b.module().AddTypeDefinition({"Tree", {}, {{"Leaf", {Vector(AnyDim())}}, {"Node", {tree, tree}}}});
  const Dim n = Dim::Symbol("n"), m = Dim::Symbol("m");
  ir::Var* x = b.Input("x", Vector(n));
  ir::Var* y = b.Input("y", Vector(m));
  ir::Function* add_up = b.Declare("add_up", {{"tree", tree}}, Vector(AnyDim()));
  b.Define(add_up, [&](const Vars& p) {
    return Atoms{
        b.Match(p[0], {{1, [&](const Vars& f) { return Atoms{f[0]}; }},
                       {2, [&](const Vars& f) {
                          return Atoms{b.Call("add", {b.Apply(add_up, {f[0]}), b.Apply(add_up, {f[1]})})};
                        }}})};
  });
  ir::Var* left = b.Data(tree, 0, {b.Call("negative", {x})});
  ir::Var* right = b.Data(tree, 1, {b.Data(tree, 0, {y}), b.Data(tree, 0, {y})});
  return b.Finish({b.Apply(add_up, {b.Data(tree, 1, {left, right})})});
}

Tensor Int(int64_t value) {
  return Tensor::Scalar(value);
}
Tensor Floats(std::vector<int64_t> dims, std::vector<float> values) {
  return Tensor::FromValues<float>(dims, absl::Span<const float>(values));
}

}  // namespace

const std::vector<LanguageProgram>& LanguagePrograms() {
  static const auto& programs = *new std::vector<LanguageProgram>{
      {"sum_of_list", SumOfList, {Int(10)}, {Int(45)}},
      {"swaps",
       Swaps,
       {Int(3), Floats({2}, {1, 2}), Floats({1}, {5})},
       {Floats({1}, {5}), Floats({2}, {1, 2})}},
      {"parity", Parity, {Int(7)}, {Int(0)}},
      {"map_closure", MapClosure, {Int(5), Int(3)}, {Int(30)}},
      {"counter", Counter, {Int(40)}, {Int(42)}},
      // (1, (2, 3)) turns into (3, (1, 2)), and that into (2, (3, 1)).
      {"tuples", Tuples, {Int(1), Int(2)}, {Int(2), Int(3), Int(1)}},
      {"rows", GrowRows, {Floats({1, 2}, {1, 2}), Int(2)}, {Floats({3, 2}, {1, 2, 7, 8, 7, 8})}},
      {"tree", Tree, {Floats({2}, {1, 2}), Floats({2}, {10, 20})}, {Floats({2}, {19, 38})}},
  };
  return programs;
}

const LanguageProgram& FindLanguageProgram(const std::string& name) {
  for (const LanguageProgram& program : LanguagePrograms()) {
    if (program.name == name) return program;
  }
  internal::CheckFailed(__FILE__, __LINE__, name.c_str());
}

}  // namespace baton
