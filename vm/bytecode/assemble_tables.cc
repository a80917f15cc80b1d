#include "vm/bytecode/assemble_tables.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "vm/bytecode/assembly_text.h"
#include "vm/bytecode/assembly_values.h"
#include "vm/core/status.h"

namespace baton {
namespace {

struct TableReader {
  AssemblyCursor& cursor;
  AssemblyReferences& references;
  Executable& executable;

  absl::Status Constant();
  absl::Status Kernel();
  absl::Status KernelInput(KernelReference* kernel);
  absl::Status Attribute(KernelReference* kernel);
  absl::Status AllocationType();
  absl::Status DataType();
  absl::StatusOr<ConstructorDefinition> Constructor(const TypeVariables& variables);
  absl::Status ObjectTypeEntry();
  absl::Status SignatureEntry();
  absl::Status Message();
  absl::Status Location();
  absl::Status EntryPointEntry();
  absl::StatusOr<std::vector<Parameter>> Parameters();
  absl::Status Metadata();

  // "3:", which must be the number of the next entry.
  absl::Status Number(absl::string_view prefix, size_t next);
  absl::StatusOr<int32_t> Int32(absl::string_view what);
};

absl::Status TableReader::Number(absl::string_view prefix, size_t next) {
  BATON_RETURN_IF_ERROR(cursor.Expect(absl::StrCat(prefix, next)));
  return cursor.Expect(":");
}

absl::StatusOr<int32_t> TableReader::Int32(absl::string_view what) {
  BATON_ASSIGN_OR_RETURN(const int64_t number, cursor.ReadInteger(INT32_MIN, INT32_MAX, what));
  return static_cast<int32_t>(number);
}

// k0: Tensor[(2), int64] = [1, 2]
absl::Status TableReader::Constant() {
  BATON_RETURN_IF_ERROR(Number("k", executable.constants.size()));
  BATON_ASSIGN_OR_RETURN(Tensor constant, ReadConstant(cursor));
  executable.constants.push_back(std::move(constant));
  return absl::OkStatus();
}

absl::Status TableReader::Attribute(KernelReference* kernel) {
  BATON_ASSIGN_OR_RETURN(std::string name, cursor.ReadName("passed, absent, a constant or an attribute"));
  BATON_RETURN_IF_ERROR(cursor.Expect("="));
  BATON_ASSIGN_OR_RETURN(AttributeValue value, ReadAttributeValue(cursor));
  kernel->attributes.emplace_back(std::move(name), std::move(value));
  return absl::OkStatus();
}

absl::Status TableReader::KernelInput(KernelReference* kernel) {
  const size_t begin = cursor.position();
  const absl::string_view word = cursor.PeekWord();
  cursor.AcceptWord(word);
  const bool is_attribute = word.empty() || cursor.NextIs("=");
  cursor.set_position(begin);
  if (is_attribute) return Attribute(kernel);
  if (!kernel->attributes.empty()) return cursor.Error("an attribute");
  if (cursor.AcceptWord("passed")) {
    kernel->inputs.push_back(KernelReference::kPassed);
  } else if (cursor.AcceptWord("absent")) {
    kernel->inputs.push_back(KernelReference::kAbsent);
  } else {
    BATON_ASSIGN_OR_RETURN(const int64_t constant, references.Read(cursor, OperandKind::kConst));
    if (constant > INT32_MAX) return cursor.ErrorAt(begin, "there is no such constant");
    kernel->inputs.push_back(static_cast<int32_t>(constant));
  }
  return absl::OkStatus();
}

// add#0(passed, k1, axis=1) -> 2
absl::Status TableReader::Kernel() {
  KernelReference kernel;
  BATON_ASSIGN_OR_RETURN(kernel.op, cursor.ReadName("the name of an operator"));
  if (cursor.NextIs("#")) BATON_RETURN_IF_ERROR(cursor.Expect(absl::StrCat("#", executable.kernels.size())));
  BATON_RETURN_IF_ERROR(cursor.Expect("("));
  for (bool first = true; !cursor.Accept(")"); first = false) {
    if (!first) BATON_RETURN_IF_ERROR(cursor.Expect(","));
    BATON_RETURN_IF_ERROR(KernelInput(&kernel));
  }
  if (cursor.Accept("->")) {
    BATON_ASSIGN_OR_RETURN(kernel.num_outputs, Int32("the number of outputs"));
  }
  references.AddKernel(kernel);
  executable.kernels.push_back(std::move(kernel));
  return absl::OkStatus();
}

// 0: Tensor[(?, 4), float32]
absl::Status TableReader::AllocationType() {
  BATON_RETURN_IF_ERROR(Number("", executable.types.size()));
  BATON_ASSIGN_OR_RETURN(AllocType type, ReadAllocType(cursor));
  references.AddType(type);
  executable.types.push_back(std::move(type));
  return absl::OkStatus();
}

absl::StatusOr<ConstructorDefinition> TableReader::Constructor(const TypeVariables& variables) {
  ConstructorDefinition constructor;
  BATON_ASSIGN_OR_RETURN(constructor.name, cursor.ReadName("a constructor", /*dots=*/false));
  if (!cursor.Accept("(")) return constructor;
  while (!cursor.Accept(")")) {
    if (!constructor.fields.empty()) BATON_RETURN_IF_ERROR(cursor.Expect(","));
    BATON_ASSIGN_OR_RETURN(Type field, ReadType(cursor, variables));
    constructor.fields.push_back(std::move(field));
  }
  return constructor;
}

// List[A] { Nil, Cons(A, List[A]) }
absl::Status TableReader::DataType() {
  TypeDefinition definition;
  definition.is_extern = cursor.AcceptWord("extern");
  BATON_ASSIGN_OR_RETURN(definition.name, cursor.ReadName("a data type", /*dots=*/false));
  for (bool more = cursor.Accept("["); more; more = !cursor.Accept("]")) {
    if (!definition.params.empty()) BATON_RETURN_IF_ERROR(cursor.Expect(","));
    BATON_ASSIGN_OR_RETURN(std::string param, cursor.ReadName("a type variable", /*dots=*/false));
    definition.params.push_back(std::move(param));
  }
  const TypeVariables variables(definition.params.begin(), definition.params.end());
  for (bool more = cursor.Accept("{"); more; more = !cursor.Accept("}")) {
    if (!definition.constructors.empty()) BATON_RETURN_IF_ERROR(cursor.Expect(","));
    BATON_ASSIGN_OR_RETURN(ConstructorDefinition constructor, Constructor(variables));
    definition.constructors.push_back(std::move(constructor));
  }
  references.AddTypeDefinition(definition);
  executable.type_definitions.push_back(std::move(definition));
  return absl::OkStatus();
}

// 0: List[Tensor[(), int64]].Cons (i64, object)
absl::Status TableReader::ObjectTypeEntry() {
  BATON_RETURN_IF_ERROR(Number("", executable.object_types.size()));
  BATON_ASSIGN_OR_RETURN(ObjectType type, references.ReadObjectType(cursor));
  BATON_ASSIGN_OR_RETURN(type.fields, ReadSlotKinds(cursor));
  references.AddObjectType(type);
  executable.object_types.push_back(std::move(type));
  return absl::OkStatus();
}

// 0: (i64) -> (f64)
absl::Status TableReader::SignatureEntry() {
  BATON_RETURN_IF_ERROR(Number("", executable.signatures.size()));
  BATON_ASSIGN_OR_RETURN(Signature signature, ReadSignature(cursor));
  references.AddSignature(signature);
  executable.signatures.push_back(std::move(signature));
  return absl::OkStatus();
}

// 0: "text"
absl::Status TableReader::Message() {
  BATON_RETURN_IF_ERROR(Number("", executable.messages.size()));
  BATON_ASSIGN_OR_RETURN(std::string message, cursor.ReadQuoted("a message in quotes"));
  references.AddMessage(message);
  executable.messages.push_back(std::move(message));
  return absl::OkStatus();
}

// @0: "m.onnx", "node", "op", 0, 0
absl::Status TableReader::Location() {
  BATON_RETURN_IF_ERROR(Number("@", executable.locations.size()));
  SourceLocation location;
  BATON_ASSIGN_OR_RETURN(location.file, cursor.ReadQuoted("the name of a file in quotes"));
  BATON_RETURN_IF_ERROR(cursor.Expect(","));
  BATON_ASSIGN_OR_RETURN(location.node, cursor.ReadQuoted("the name of a node in quotes"));
  BATON_RETURN_IF_ERROR(cursor.Expect(","));
  BATON_ASSIGN_OR_RETURN(location.op, cursor.ReadQuoted("the name of an operator in quotes"));
  BATON_RETURN_IF_ERROR(cursor.Expect(","));
  BATON_ASSIGN_OR_RETURN(location.line, Int32("a line"));
  BATON_RETURN_IF_ERROR(cursor.Expect(","));
  BATON_ASSIGN_OR_RETURN(location.column, Int32("a column"));
  executable.locations.push_back(std::move(location));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Parameter>> TableReader::Parameters() {
  BATON_RETURN_IF_ERROR(cursor.Expect("("));
  std::vector<Parameter> parameters;
  while (!cursor.Accept(")")) {
    if (!parameters.empty()) BATON_RETURN_IF_ERROR(cursor.Expect(","));
    Parameter parameter;
    BATON_ASSIGN_OR_RETURN(parameter.name, cursor.ReadName("the name of a parameter"));
    BATON_RETURN_IF_ERROR(cursor.Expect(":"));
    BATON_ASSIGN_OR_RETURN(parameter.type, ReadType(cursor, {}));
    parameters.push_back(std::move(parameter));
  }
  return parameters;
}

// main(x: Tensor[(n), float32]) -> (y: Tensor[(n), float32]) = main#0
absl::Status TableReader::EntryPointEntry() {
  EntryPoint entry;
  BATON_ASSIGN_OR_RETURN(entry.name, cursor.ReadName("the name of an entry point"));
  BATON_ASSIGN_OR_RETURN(entry.inputs, Parameters());
  BATON_RETURN_IF_ERROR(cursor.Expect("->"));
  BATON_ASSIGN_OR_RETURN(entry.outputs, Parameters());
  BATON_RETURN_IF_ERROR(cursor.Expect("="));
  BATON_ASSIGN_OR_RETURN(const int64_t function, references.Read(cursor, OperandKind::kFunction));
  if (function > INT32_MAX) return cursor.Error("an earlier function");
  entry.function = static_cast<int32_t>(function);
  executable.entry_points.push_back(std::move(entry));
  return absl::OkStatus();
}

// key: "value"
absl::Status TableReader::Metadata() {
  BATON_ASSIGN_OR_RETURN(std::string key, cursor.ReadName("a key"));
  BATON_RETURN_IF_ERROR(cursor.Expect(":"));
  BATON_ASSIGN_OR_RETURN(std::string value, cursor.ReadQuoted("a value in quotes"));
  executable.metadata.emplace_back(std::move(key), std::move(value));
  return absl::OkStatus();
}

struct Section {
  absl::string_view heading;
  absl::Status (TableReader::*read_entry)();
};
constexpr Section kSections[] = {
    {"constants", &TableReader::Constant},
    {"kernels", &TableReader::Kernel},
    {"types", &TableReader::AllocationType},
    {"data types", &TableReader::DataType},
    {"object types", &TableReader::ObjectTypeEntry},
    {"signatures", &TableReader::SignatureEntry},
    {"messages", &TableReader::Message},
    {"locations", &TableReader::Location},
    {"entry points", &TableReader::EntryPointEntry},
    {"metadata", &TableReader::Metadata},
};

}  // namespace

absl::Status AssembleTable(AssemblyCursor& cursor, AssemblyReferences& references, Executable* executable) {
  TableReader reader{cursor, references, *executable};
  for (const Section& section : kSections) {
    if (!cursor.StartsSection() || !cursor.Accept(section.heading)) continue;
    BATON_RETURN_IF_ERROR(cursor.ExpectLineEnd());
    while (cursor.NextLine() && !cursor.StartsSection()) {
      BATON_RETURN_IF_ERROR((reader.*section.read_entry)());
      BATON_RETURN_IF_ERROR(cursor.ExpectLineEnd());
    }
    return absl::OkStatus();
  }
  return cursor.Error(
      "a function or a table such as constants in the first column; what belongs to one is indented");
}

}  // namespace baton
