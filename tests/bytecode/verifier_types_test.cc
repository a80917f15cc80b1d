// What the verifier says about data types, object types, signatures and the types of inputs and outputs.
#include <catch2/catch.hpp>

#include "absl/strings/str_cat.h"
#include "tests/bytecode/verifier_support.h"
#include "vm/bytecode/data_types.h"

namespace baton {
namespace {

constexpr SlotKind kI64 = SlotKind::kI64;
constexpr SlotKind kTensor = SlotKind::kTensor;
constexpr SlotKind kObject = SlotKind::kObject;

Type Integer() {
  return Type(DType::kInt64, Shape());
}
Type Vector() {
  return Type(DType::kFloat32, Shape{AnyDim()});
}
Type Var() {
  return Type::Variable("A");
}
Type List(Type element) {
  return Type::Data("List", {std::move(element)});
}
TypeDefinition ListDefinition() {
  return {"List", {"A"}, {{"Nil", {}}, {"Cons", {Var(), List(Var())}}}};
}

// The message for an executable with List and another definition.
std::string WithDefinition(TypeDefinition definition) {
  Executable executable;
  executable.type_definitions = {ListDefinition(), std::move(definition)};
  return VerifyMessage(std::move(executable));
}
// The same for a constructor C of "T[A]" with one field.
std::string WithField(Type field) {
  return WithDefinition({"T", {"A"}, {{"C", {std::move(field)}}}});
}
// The message for an executable with List, "extern Opaque", and an object type.
std::string WithObject(ObjectType type) {
  Executable executable;
  executable.type_definitions = {ListDefinition(), {"Opaque", {}, {}, true}};
  executable.object_types = {std::move(type)};
  return VerifyMessage(std::move(executable));
}
// The message for an entry point that takes and gives one value of this type in `kinds`.
std::string WithEntry(Type type, std::vector<SlotKind> kinds, std::vector<TypeDefinition> more = {}) {
  FunctionBuilder f("main", kinds, kinds);
  std::vector<CodeRegister> registers;
  for (size_t i = 0; i < kinds.size(); ++i) registers.push_back(f.parameter(static_cast<int>(i)));
  f.Append(Opcode::kReturn, {registers});
  ExecutableBuilder program;
  program.Add(std::move(f).Build());
  program.Add(ListDefinition());
  program.Add(TypeDefinition{"Opaque", {}, {}, true});
  for (TypeDefinition& definition : more) program.Add(std::move(definition));
  program.Add(EntryPoint{"main", 0, {{"x", type}}, {{"y", type}}});
  return VerifyMessage(std::move(program).Build());
}

Type Nested(int depth) {
  Type type = Integer();
  for (int i = 1; i < depth; ++i) type = Type::Tuple({type});
  return type;
}

TEST_CASE("verifier: data types are well formed", "[bytecode]") {
  CHECK(WithField(Var()) == "ok");
  CHECK(WithField(Type::Tuple({List(List(Var())), Vector(), Type::Tuple({})})) == "ok");
  CHECK(WithField(Type::Function({Var(), Type::Reference(Integer())}, List(Var()))) == "ok");
  CHECK(WithField(Type::Variable("B")) == "data type 'T': constructor 'C': there is no type variable 'B'");
  CHECK(WithField(Type::Data("None", {})) == "data type 'T': constructor 'C': there is no data type 'None'");
  CHECK(WithField(Type::Data("List", {})) ==
        "data type 'T': constructor 'C': data type 'List' has 0 arguments, expected 1");
  CHECK(WithField(Type()) == "data type 'T': constructor 'C': the type _ has no values");
  CHECK(WithField(Type::Tuple({Type::Never()})) ==
        "data type 'T': constructor 'C': the type ! has no values");
  CHECK(WithField(Type(static_cast<DType>(99), Shape())) ==
        "data type 'T': constructor 'C': element type has code 99");
  CHECK(WithField(Type(DType::kInt8, Shape{1, 1, 1, 1, 1, 1, 1, 1, 1})) ==
        "data type 'T': constructor 'C': rank is 9, at most 8");
}

TEST_CASE("verifier: extents inside data are constants or open", "[bytecode]") {
  CHECK(WithField(Type(DType::kInt8, Shape{0, AnyDim(), 7})) == "ok");
  CHECK(WithField(Type(DType::kInt8, Shape::Unranked())) == "ok");
  CHECK(WithField(Type(DType::kInt8, Shape{Dim::Symbol("n")})) ==
        "data type 'T': constructor 'C': extent of axis 0 is n, expected a constant of at least 0 or ?");
  CHECK_THAT(WithField(Type(DType::kInt8, Shape{2, -1})), Catch::Contains("extent of axis 1 is -1"));
}

TEST_CASE("verifier: names of data types, parameters and constructors are unique", "[bytecode]") {
  CHECK(WithDefinition({"List", {}, {}}) == "data type 'List': has the name of another");
  CHECK(WithDefinition({"", {}, {}}) == "a data type has no name");
  CHECK(WithDefinition({"T", {"A", "A"}, {}}) == "data type 'T': two parameters have the same name");
  CHECK(WithDefinition({"T", {}, {{"Nil", {}}}}) ==
        "data type 'T': constructor 'Nil' has the name of another");
  CHECK(WithDefinition({"T", {}, {{"", {}}}}) == "data type 'T': a constructor has no name");
  CHECK(WithDefinition({"T", {}, {}}) == "ok");
  CHECK(WithDefinition({"T", {}, {{"C", {}}}, true}) == "data type 'T': is opaque and has constructors");
}

TEST_CASE("verifier: tags fit the instructions", "[bytecode]") {
  TypeDefinition wide{"T", {}, {}};
  for (int i = 0; i <= INT16_MAX; ++i) wide.constructors.push_back({absl::StrCat("C", i), {}});
  CHECK(WithDefinition(wide) == "ok");
  wide.constructors.push_back({"More", {}});
  CHECK(WithDefinition(wide) == "data type 'T': has 32769 constructors, at most 32768 are allowed");
}

TEST_CASE("verifier: types have limits, however they share their parts", "[bytecode]") {
  CHECK(WithField(Nested(kMaxTypeNesting)) == "ok");
  CHECK(WithField(Nested(kMaxTypeNesting + 1)) ==
        "data type 'T': constructor 'C': the type has more than 4096 parts or nests deeper than 64");
  Type doubled = Integer();
  for (int i = 0; i < 60; ++i) doubled = Type::Tuple({doubled, doubled});
  CHECK_THAT(WithField(doubled), Catch::Contains("more than 4096 parts"));
  // The definition is small, its use is not.
  Type quadrupled = Var();
  for (int i = 0; i < 6; ++i) quadrupled = Type::Tuple({quadrupled, quadrupled});
  Executable executable;
  executable.type_definitions = {{"T", {"A"}, {{"C", {quadrupled}}}}};
  Type argument = Type::Tuple(std::vector<Type>(100, Type::Tuple({})));
  executable.object_types = {{Type::Data("T", {argument}), 0, {}}};
  CHECK(VerifyMessage(executable) == "object type 0: the type of a field is too large");
}

TEST_CASE("verifier: object types are constructors of data or references", "[bytecode]") {
  CHECK(WithObject({List(Integer()), 1, {kI64, kObject}}) == "ok");
  CHECK(WithObject({List(Vector()), 1, {kTensor, kObject}}) == "ok");
  CHECK(WithObject({List(Type::Tuple({Integer(), Vector()})), 1, {kI64, kTensor, kObject}}) == "ok");
  CHECK(WithObject({Type::Reference(Type::Tuple({})), 0, {}}) == "ok");
  CHECK(WithObject({Integer(), 0, {kI64}}) ==
        "object type 0: is Tensor[(), int64], expected data or a reference");
  CHECK(WithObject({List(Integer()), 2, {}}) ==
        "object type 0: tag is 2, List[Tensor[(), int64]] has 2 constructors");
  CHECK_THAT(WithObject({List(Integer()), -1, {}}), Catch::Contains("tag is -1"));
  CHECK_THAT(WithObject({Type::Reference(Integer()), 1, {kI64}}), Catch::Contains("tag is 1"));
  CHECK_THAT(WithObject({Type::Data("Opaque", {}), 0, {}}), Catch::Contains("has 0 constructors"));
  CHECK(WithObject({List(Var()), 0, {}}) == "object type 0: there is no type variable 'A'");
}

TEST_CASE("verifier: slots of object types follow from their types", "[bytecode]") {
  CHECK(WithObject({List(Integer()), 1, {kTensor, kObject}}) ==
        "object type 0: has slots (tensor, object), its type List[Tensor[(), int64]].Cons has (i64, object)");
  CHECK_THAT(WithObject({List(Integer()), 0, {kI64}}), Catch::Contains("has slots (i64)"));
  CHECK_THAT(WithObject({Type::Reference(Vector()), 0, {kI64}}), Catch::Contains("has (tensor)"));
  CHECK(WithObject({Type::Reference(Type::Tuple(std::vector<Type>(901, Integer()))), 0, {}}) ==
        "object type 0: has more than 900 slots");
}

TEST_CASE("verifier: signatures have kinds that exist", "[bytecode]") {
  Executable executable;
  executable.signatures = {{{kI64}, {kObject}}};
  CHECK(VerifyMessage(executable) == "ok");
  executable.signatures = {{{kI64, static_cast<SlotKind>(9)}, {}}};
  CHECK(VerifyMessage(executable) == "signature 0: parameter 1 has kind code 9, which does not exist");
  executable.signatures = {{{}, {static_cast<SlotKind>(9)}}};
  CHECK(VerifyMessage(executable) == "signature 0: result 0 has kind code 9, which does not exist");
}

TEST_CASE("verifier: entry points take data and tuples in their slots", "[bytecode]") {
  CHECK(WithEntry(List(Integer()), {kObject}) == "ok");
  CHECK(WithEntry(Type::Tuple({Integer(), List(Vector()), Type::Tuple({Vector()})}),
                  {kTensor, kObject, kTensor}) == "ok");
  CHECK(WithEntry(Type::Tuple({}), {}) == "ok");
  CHECK(WithEntry(List(Integer()), {kTensor}) ==
        "entry point 'main' inputs: number 0 of the function is of kind tensor, expected object");
  CHECK(WithEntry(Type::Tuple({Integer(), Integer()}), {kTensor}) ==
        "entry point 'main' inputs: the function has 1, the entry point 2");
  CHECK(WithEntry(Type::Data("None", {}), {kObject}) ==
        "entry point 'main': input 0 'x': there is no data type 'None'");
  CHECK_THAT(WithEntry(Type::Tuple({Type(DType::kInt8, Shape{Dim::Symbol("n") + 1})}), {kTensor}),
             Catch::Contains("extent of axis 0 is n + 1"));
}

TEST_CASE("verifier: functions, references and opaque data do not cross the border", "[bytecode]") {
  const std::string start = "entry point 'main': input 0 'x': is of type ";
  CHECK(WithEntry(Type::Reference(Integer()), {kObject}) ==
        start +
            "ref(Tensor[(), int64]): it contains ref(Tensor[(), int64]), expected tensors, tuples, sequences "
            "and data only");
  CHECK(WithEntry(List(Type::Function({}, Integer())), {kObject}) ==
        start +
            "List[fn () -> Tensor[(), int64]]: it contains fn () -> Tensor[(), int64], expected tensors, "
            "tuples, sequences and data only");
  CHECK(WithEntry(List(Type::Data("Opaque", {})), {kObject}) ==
        start + "List[Opaque]: it contains Opaque, which is opaque");
}

TEST_CASE("verifier: types of inputs have an end", "[bytecode]") {
  const TypeDefinition grows{"T", {"A"}, {{"C", {Type::Data("T", {Type::Tuple({Var(), Var()})})}}}};
  CHECK_THAT(WithEntry(Type::Data("T", {Integer()}), {kObject}, {grows}),
             Catch::Contains("its parts have types without end"));
}

TEST_CASE("data types: reachable types are found once each", "[bytecode]") {
  Executable executable;
  executable.type_definitions = {ListDefinition(),
                                 {"Tree", {"A"}, {{"Node", {Var(), List(Type::Data("Tree", {Var()}))}}}}};
  const DataTypes types(executable);
  ReachableTypes reachable(types);
  const Type tree = Type::Data("Tree", {Integer()});
  REQUIRE(reachable.Add(Type::Tuple({tree, tree, Vector()})).ok());
  CHECK(reachable.types().size() == 2);
  CHECK(reachable.types().count(tree) == 1);
  CHECK(reachable.types().count(List(tree)) == 1);
  CHECK(types.FieldTypes(tree, 0) == std::vector<Type>{Integer(), List(tree)});
  CHECK(types.ObjectTypeText(tree, 0) == "Tree[Tensor[(), int64]].Node");
  CHECK(types.ObjectTypeText(tree, 5) == "Tree[Tensor[(), int64]].5");
  CHECK(types.ObjectTypeText(Type::Reference(Integer()), 0) == "ref(Tensor[(), int64])");
}

}  // namespace
}  // namespace baton
