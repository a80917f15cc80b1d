#include "vm/bytecode/disassemble_tables.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "vm/bytecode/assembly_text.h"

namespace baton {
namespace {

constexpr int64_t kMaxShownElements = 4;  // constants of up to this many elements are shown with their values

void PrintConstants(const Executable& executable, std::string* out) {
  if (executable.constants.empty()) return;
  out->append("constants\n");
  for (size_t i = 0; i < executable.constants.size(); ++i) {
    const Tensor& constant = executable.constants[i];
    absl::StrAppend(out, "  k", i, ": ", constant ? TypeString(*constant) : "null");
    const int64_t num_elements = constant ? constant.num_elements() : 0;
    if (num_elements >= 1 && num_elements <= kMaxShownElements)
      absl::StrAppend(out, " = ", ValueString(*constant));
    out->append("\n");
  }
}

std::string KernelInputText(int32_t input) {
  if (input == KernelReference::kPassed) return "passed";
  return input == KernelReference::kAbsent ? "absent" : absl::StrCat("k", input);
}

void PrintKernels(const Executable& executable, InstructionText& text, std::string* out) {
  if (executable.kernels.empty()) return;
  out->append("kernels\n");
  for (size_t i = 0; i < executable.kernels.size(); ++i) {
    const KernelReference& kernel = executable.kernels[i];
    std::vector<std::string> arguments;
    for (const int32_t input : kernel.inputs) arguments.push_back(KernelInputText(input));
    for (const auto& [name, value] : kernel.attributes) {
      arguments.push_back(absl::StrCat(ShortText(name), "=", AttributeString(value)));
    }
    absl::StrAppend(out, "  ", text.Reference(OperandKind::kKernel, static_cast<int64_t>(i)), "(",
                    absl::StrJoin(arguments, ", "), ")",
                    kernel.num_outputs == 1 ? "" : absl::StrCat(" -> ", kernel.num_outputs), "\n");
  }
}

void PrintTypeDefinitions(const Executable& executable, std::string* out) {
  if (executable.type_definitions.empty()) return;
  out->append("data types\n");
  const auto append = [](std::string* text, const ConstructorDefinition& constructor) {
    absl::StrAppend(text, ShortText(constructor.name));
    const auto append_type = [](std::string* field, const Type& type) {
      absl::StrAppend(field, ShortText(type.ToString()));
    };
    if (!constructor.fields.empty())
      absl::StrAppend(text, "(", absl::StrJoin(constructor.fields, ", ", append_type), ")");
  };
  for (const TypeDefinition& definition : executable.type_definitions) {
    const std::string params = absl::StrCat("[", absl::StrJoin(definition.params, ", "), "]");
    absl::StrAppend(out, "  ", definition.is_extern ? "extern " : "", ShortText(definition.name),
                    definition.params.empty() ? "" : ShortText(params));
    if (!definition.constructors.empty())
      absl::StrAppend(out, " { ", absl::StrJoin(definition.constructors, ", ", append), " }");
    out->append("\n");
  }
}

std::string ParametersText(const std::vector<Parameter>& parameters) {
  const auto append = [](std::string* out, const Parameter& parameter) {
    absl::StrAppend(out, ShortText(parameter.name), ": ", parameter.type.ToString());
  };
  return absl::StrCat("(", absl::StrJoin(parameters, ", ", append), ")");
}

void PrintEntryPoints(const Executable& executable, InstructionText& text, std::string* out) {
  if (executable.entry_points.empty()) return;
  out->append("entry points\n");
  for (const EntryPoint& entry : executable.entry_points) {
    absl::StrAppend(out, "  ", ShortText(entry.name), ParametersText(entry.inputs), " -> ",
                    ParametersText(entry.outputs), " = ",
                    text.Reference(OperandKind::kFunction, entry.function), "\n");
  }
}

void PrintMetadata(const Executable& executable, std::string* out) {
  if (executable.metadata.empty()) return;
  out->append("metadata\n");
  for (const auto& [key, value] : executable.metadata) {
    absl::StrAppend(out, "  ", ShortText(key), ": ", ShortText(value), "\n");
  }
}

// Calls `print(index, entry)` for each entry of a table that is not empty, on a line of its own.
template <typename Entries, typename Print>
void PrintSection(absl::string_view heading, const Entries& entries, std::string* out, Print print) {
  if (entries.empty()) return;
  absl::StrAppend(out, heading, "\n");
  for (size_t i = 0; i < entries.size(); ++i) {
    out->append("  ");
    print(i, entries[i]);
    out->append("\n");
  }
}

std::string ExactKernelText(const KernelReference& kernel, size_t index) {
  std::vector<std::string> arguments;
  for (const int32_t input : kernel.inputs) arguments.push_back(KernelInputText(input));
  for (const auto& [name, value] : kernel.attributes)
    arguments.push_back(absl::StrCat(NameText(name), "=", ExactAttributeText(value)));
  return absl::StrCat(NameText(kernel.op), "#", index, "(", absl::StrJoin(arguments, ", "), ")",
                      kernel.num_outputs == 1 ? "" : absl::StrCat(" -> ", kernel.num_outputs));
}

std::string ExactDefinitionText(const TypeDefinition& definition) {
  const TypeVariables variables(definition.params.begin(), definition.params.end());
  const auto append_name = [](std::string* out, const std::string& name) { out->append(TypeNameText(name)); };
  const auto append_type = [&](std::string* out, const Type& type) {
    out->append(TypeText(type, variables));
  };
  const auto append = [&](std::string* out, const ConstructorDefinition& constructor) {
    out->append(TypeNameText(constructor.name));
    if (!constructor.fields.empty())
      absl::StrAppend(out, "(", absl::StrJoin(constructor.fields, ", ", append_type), ")");
  };
  std::string text = absl::StrCat(definition.is_extern ? "extern " : "", TypeNameText(definition.name));
  if (!definition.params.empty())
    absl::StrAppend(&text, "[", absl::StrJoin(definition.params, ", ", append_name), "]");
  if (!definition.constructors.empty())
    absl::StrAppend(&text, " { ", absl::StrJoin(definition.constructors, ", ", append), " }");
  return text;
}

std::string ExactLocationText(const SourceLocation& location) {
  return absl::StrCat(QuotedText(location.file), ", ", QuotedText(location.node), ", ",
                      QuotedText(location.op), ", ", location.line, ", ", location.column);
}

std::string ExactParametersText(const std::vector<Parameter>& parameters) {
  const auto append = [](std::string* out, const Parameter& parameter) {
    absl::StrAppend(out, NameText(parameter.name), ": ", TypeText(parameter.type, {}));
  };
  return absl::StrCat("(", absl::StrJoin(parameters, ", ", append), ")");
}

// What has no name of its own, in the order in which the parts name each other.
void PrintTypeTables(const Executable& executable, const DataTypes& data_types, std::string* out) {
  PrintSection("types", executable.types, out, [out](size_t i, const AllocType& type) {
    absl::StrAppend(out, i, ": ", AllocTypeText(type));
  });
  PrintSection(
      "data types", executable.type_definitions, out,
      [out](size_t, const TypeDefinition& definition) { out->append(ExactDefinitionText(definition)); });
  PrintSection("object types", executable.object_types, out, [&](size_t i, const ObjectType& type) {
    absl::StrAppend(out, i, ": ", ExactObjectTypeText(data_types, type), " (", SlotKindsText(type.fields),
                    ")");
  });
  PrintSection("signatures", executable.signatures, out, [out](size_t i, const Signature& signature) {
    absl::StrAppend(out, i, ": ", SignatureText(signature));
  });
}

}  // namespace

void PrintTables(const Executable& executable, InstructionText& text, std::string* out) {
  PrintConstants(executable, out);
  PrintKernels(executable, text, out);
  PrintTypeDefinitions(executable, out);
  PrintEntryPoints(executable, text, out);
  PrintMetadata(executable, out);
}

void PrintTablesLosslessly(const Executable& executable, InstructionText& text, std::string* out) {
  PrintSection("constants", executable.constants, out, [out](size_t i, const Tensor& constant) {
    absl::StrAppend(out, "k", i, ": ");
    absl::StrAppend(out,
                    constant ? absl::StrCat(TypeString(*constant), " = ", ElementsText(*constant)) : "null");
  });
  PrintSection("kernels", executable.kernels, out,
               [out](size_t i, const KernelReference& kernel) { out->append(ExactKernelText(kernel, i)); });
  PrintTypeTables(executable, text.data_types(), out);
  PrintSection("messages", executable.messages, out, [out](size_t i, const std::string& message) {
    absl::StrAppend(out, i, ": ", QuotedText(message));
  });
  PrintSection("locations", executable.locations, out, [out](size_t i, const SourceLocation& location) {
    absl::StrAppend(out, "@", i, ": ", ExactLocationText(location));
  });
  PrintSection("entry points", executable.entry_points, out, [&](size_t, const EntryPoint& entry) {
    absl::StrAppend(out, NameText(entry.name), ExactParametersText(entry.inputs), " -> ",
                    ExactParametersText(entry.outputs), " = ",
                    text.Reference(OperandKind::kFunction, entry.function));
  });
  PrintSection("metadata", executable.metadata, out, [out](size_t, const auto& entry) {
    absl::StrAppend(out, NameText(entry.first), ": ", QuotedText(entry.second));
  });
}

}  // namespace baton
