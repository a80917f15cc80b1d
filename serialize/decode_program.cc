#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "serialize/executable_generated.h"
#include "serialize/program_section.h"
#include "vm/core/status.h"

namespace baton {
namespace {

// A table takes at least 4 bytes itself and 4 for the reference to it: more tables than this are visited
// twice.
constexpr size_t kMinTableBytes = 8;
// The schema nests 4 deep around types.
constexpr uint32_t kMaxDepth = 8 + kMaxTypeNesting;

template <typename T>
using Tables = flatbuffers::Vector<flatbuffers::Offset<T>>;

// Calls `decode(table, &entry)` for each table of `tables`, and appends the entries.
template <typename T, typename Entry, typename Decode>
absl::Status DecodeList(const Tables<T>& tables, std::vector<Entry>* entries, Decode decode) {
  entries->reserve(tables.size());
  for (const T* table : tables) {
    entries->emplace_back();
    BATON_RETURN_IF_ERROR(decode(*table, &entries->back()));
  }
  return absl::OkStatus();
}

// FlatBuffers' verifier aligns the length of a list, not its elements: they cannot be read in place.
template <typename T>
void CopyScalars(const flatbuffers::Vector<T>& scalars, std::vector<T>* result) {
  result->resize(scalars.size());
  if (!result->empty()) std::memcpy(result->data(), scalars.Data(), sizeof(T) * result->size());
}

class ProgramDecoder {
 public:
  ProgramDecoder(size_t num_bytes, ConstantMaker make_constant)
      : budget_(num_bytes), make_constant_(make_constant) {}

  absl::StatusOr<Executable> Decode(const file::Program& program);

 private:
  absl::Status Charge(size_t num_bytes);
  absl::Status DecodeText(const flatbuffers::String& text, std::string* result);
  template <typename T>
  absl::Status DecodeScalars(const flatbuffers::Vector<T>& scalars, std::vector<T>* result);
  absl::Status DecodeKinds(const flatbuffers::Vector<uint8_t>& codes, std::vector<SlotKind>* kinds);
  absl::Status DecodeDebug(const flatbuffers::Vector<const file::DebugEntry*>& entries,
                           std::vector<DebugEntry>* debug);
  absl::Status DecodeFunction(const file::Function& table, Function* function);
  absl::Status DecodeKernel(const file::Kernel& table, KernelReference* kernel);
  absl::Status DecodeAttribute(const file::Attribute& table,
                               std::pair<std::string, AttributeValue>* attribute);
  absl::StatusOr<AttributeValue> DecodeAttributeValue(const file::Attribute& table);
  absl::Status DecodeType(const file::AllocType& table, AllocType* type);
  absl::Status DecodeConstant(const file::Constant& table, Tensor* constant);
  absl::Status DecodeDims(const Tables<file::Text>& texts, Shape* shape);
  absl::StatusOr<Type> DecodeTensorType(int dtype_code, bool has_rank, const Tables<file::Text>& dims);
  absl::StatusOr<Type> DecodeTypeTree(const file::Type& table);
  absl::Status DecodeTypeTrees(const Tables<file::Type>& tables, std::vector<Type>* types);
  absl::Status DecodeTypeDefinition(const file::TypeDefinition& table, TypeDefinition* definition);
  absl::Status DecodeObjectType(const file::ObjectType& table, ObjectType* type);
  absl::Status DecodeSignature(const file::Signature& table, Signature* signature);
  absl::Status DecodeParameter(const file::Parameter& table, Parameter* parameter);
  absl::Status DecodeEntryPoint(const file::EntryPoint& table, EntryPoint* entry);
  absl::Status DecodeLocation(const file::SourceLocation& table, SourceLocation* location);
  absl::Status DecodeTables(const file::Program& program, Executable* executable);
  absl::Status DecodeTypeTables(const file::Program& program, Executable* executable);

  // Bytes of strings and lists that may still be converted. Parts of a file that share bytes could otherwise
  // ask for memory that grows with the square of its size; the writer shares nothing.
  size_t budget_;
  ConstantMaker make_constant_;
};

absl::Status ProgramDecoder::Charge(size_t num_bytes) {
  if (num_bytes > budget_) return absl::DataLossError("strings or lists overlap");
  budget_ -= num_bytes;
  return absl::OkStatus();
}

absl::Status ProgramDecoder::DecodeText(const flatbuffers::String& text, std::string* result) {
  BATON_RETURN_IF_ERROR(Charge(text.size()));
  result->assign(text.data(), text.size());
  return absl::OkStatus();
}

template <typename T>
absl::Status ProgramDecoder::DecodeScalars(const flatbuffers::Vector<T>& scalars, std::vector<T>* result) {
  BATON_RETURN_IF_ERROR(Charge(sizeof(T) * scalars.size()));
  CopyScalars(scalars, result);
  return absl::OkStatus();
}

absl::StatusOr<DType> DecodeDType(int64_t code) {
  if (code >= 0 && code < kNumDTypes) return static_cast<DType>(code);
  return absl::DataLossError(absl::StrCat("element type has code ", code, ", which does not exist"));
}

absl::Status ProgramDecoder::DecodeKinds(const flatbuffers::Vector<uint8_t>& codes,
                                         std::vector<SlotKind>* kinds) {
  BATON_RETURN_IF_ERROR(Charge(codes.size()));
  kinds->reserve(codes.size());
  for (const uint8_t code : codes) {
    if (code >= kNumSlotKinds) {
      return absl::DataLossError(absl::StrCat("register kind has code ", code, ", which does not exist"));
    }
    kinds->push_back(static_cast<SlotKind>(code));
  }
  return absl::OkStatus();
}

absl::Status ProgramDecoder::DecodeDebug(const flatbuffers::Vector<const file::DebugEntry*>& entries,
                                         std::vector<DebugEntry>* debug) {
  BATON_RETURN_IF_ERROR(Charge(sizeof(DebugEntry) * entries.size()));
  debug->reserve(entries.size());
  for (const file::DebugEntry* entry : entries) debug->push_back({entry->place(), entry->location()});
  return absl::OkStatus();
}

absl::Status ProgramDecoder::DecodeFunction(const file::Function& table, Function* function) {
  BATON_RETURN_IF_ERROR(DecodeText(*table.name(), &function->name));
  BATON_RETURN_IF_ERROR(DecodeKinds(*table.register_kinds(), &function->register_kinds));
  function->num_parameters = table.num_parameters();
  BATON_RETURN_IF_ERROR(DecodeKinds(*table.result_kinds(), &function->result_kinds));
  BATON_RETURN_IF_ERROR(DecodeScalars(*table.code(), &function->code));
  BATON_RETURN_IF_ERROR(DecodeDebug(*table.debug(), &function->debug));
  if (table.stack() == nullptr) return absl::OkStatus();
  StackCode& stack = function->stack;
  BATON_RETURN_IF_ERROR(DecodeKinds(*table.stack()->local_kinds(), &stack.local_kinds));
  stack.max_height = table.stack()->max_height();
  BATON_RETURN_IF_ERROR(DecodeScalars(*table.stack()->code(), &stack.code));
  return DecodeDebug(*table.stack()->debug(), &stack.debug);
}

template <typename T>
absl::StatusOr<const T*> Present(const T* field) {
  if (field == nullptr) return absl::DataLossError("has no value of its kind");
  return field;
}

absl::StatusOr<AttributeValue> ProgramDecoder::DecodeAttributeValue(const file::Attribute& table) {
  const int64_t number = table.number();
  switch (table.kind()) {
    case file::AttributeKind::Bool:
      if (number != 0 && number != 1) return absl::DataLossError(absl::StrCat("is the bool ", number));
      return number == 1;
    case file::AttributeKind::Int:
      return number;
    case file::AttributeKind::Float:
      return std::bit_cast<double>(number);
    case file::AttributeKind::DType:
      return DecodeDType(number);
    case file::AttributeKind::String: {
      BATON_ASSIGN_OR_RETURN(const auto* text, Present(table.text()));
      std::string value;
      BATON_RETURN_IF_ERROR(DecodeText(*text, &value));
      return value;
    }
    case file::AttributeKind::Ints: {
      BATON_ASSIGN_OR_RETURN(const auto* ints, Present(table.ints()));
      std::vector<int64_t> value;
      BATON_RETURN_IF_ERROR(DecodeScalars(*ints, &value));
      return value;
    }
    case file::AttributeKind::Floats: {
      BATON_ASSIGN_OR_RETURN(const auto* floats, Present(table.floats()));
      std::vector<double> value;
      BATON_RETURN_IF_ERROR(DecodeScalars(*floats, &value));
      return value;
    }
    case file::AttributeKind::Strings: {
      BATON_ASSIGN_OR_RETURN(const auto* strings, Present(table.strings()));
      std::vector<std::string> value;
      BATON_RETURN_IF_ERROR(DecodeList(*strings, &value, [this](const file::Text& text, std::string* result) {
        return DecodeText(*text.value(), result);
      }));
      return value;
    }
  }
  return absl::DataLossError(
      absl::StrCat("has kind ", static_cast<int>(table.kind()), ", which does not exist"));
}

absl::Status ProgramDecoder::DecodeAttribute(const file::Attribute& table,
                                             std::pair<std::string, AttributeValue>* attribute) {
  BATON_RETURN_IF_ERROR(DecodeText(*table.name(), &attribute->first));
  absl::StatusOr<AttributeValue> value = DecodeAttributeValue(table);
  if (!value.ok()) {
    return absl::DataLossError(
        absl::StrCat("attribute '", absl::Utf8SafeCEscape(attribute->first), "' ", value.status().message()));
  }
  attribute->second = *std::move(value);
  return absl::OkStatus();
}

absl::Status ProgramDecoder::DecodeKernel(const file::Kernel& table, KernelReference* kernel) {
  BATON_RETURN_IF_ERROR(DecodeText(*table.op(), &kernel->op));
  const auto decode = [this](const auto& attribute, auto* result) {
    return DecodeAttribute(attribute, result);
  };
  if (absl::Status status = DecodeList(*table.attributes(), &kernel->attributes, decode); !status.ok()) {
    return absl::DataLossError(
        absl::StrCat("kernel ", absl::Utf8SafeCEscape(kernel->op), ": ", status.message()));
  }
  BATON_RETURN_IF_ERROR(DecodeScalars(*table.inputs(), &kernel->inputs));
  kernel->num_outputs = table.num_outputs();
  return absl::OkStatus();
}

absl::Status ProgramDecoder::DecodeType(const file::AllocType& table, AllocType* type) {
  BATON_ASSIGN_OR_RETURN(type->dtype, DecodeDType(table.dtype()));
  return DecodeScalars(*table.dims(), &type->dims);
}

absl::Status ProgramDecoder::DecodeConstant(const file::Constant& table, Tensor* constant) {
  BATON_ASSIGN_OR_RETURN(const DType dtype, DecodeDType(table.dtype()));
  std::vector<int64_t> dims;
  BATON_RETURN_IF_ERROR(DecodeScalars(*table.dims(), &dims));
  BATON_ASSIGN_OR_RETURN(*constant, make_constant_(dtype, dims, table.offset()));
  return absl::OkStatus();
}

absl::StatusOr<Dim> DecodeDim(absl::string_view text) {
  if (text.size() > kMaxDimText) {
    return absl::DataLossError(
        absl::StrCat("a dimension has ", text.size(), " characters, at most ", kMaxDimText, " are allowed"));
  }
  absl::StatusOr<Dim> dim = Dim::Parse(text);
  if (dim.ok()) return dim;
  return absl::DataLossError(dim.status().message());
}

absl::Status ProgramDecoder::DecodeDims(const Tables<file::Text>& texts, Shape* shape) {
  if (texts.size() > kMaxRank) {
    return absl::DataLossError(absl::StrCat("rank is ", texts.size(), ", at most ", kMaxRank));
  }
  Dims dims;
  std::string text;
  for (const file::Text* dim_text : texts) {
    BATON_RETURN_IF_ERROR(DecodeText(*dim_text->value(), &text));
    BATON_ASSIGN_OR_RETURN(Dim dim, DecodeDim(text));
    dims.push_back(std::move(dim));
  }
  *shape = Shape(std::move(dims));
  return absl::OkStatus();
}

absl::StatusOr<Type> ProgramDecoder::DecodeTensorType(int dtype_code, bool has_rank,
                                                      const Tables<file::Text>& dims) {
  BATON_ASSIGN_OR_RETURN(const DType dtype, DecodeDType(dtype_code));
  Shape shape = Shape::Unranked();
  if (has_rank) BATON_RETURN_IF_ERROR(DecodeDims(dims, &shape));
  return Type(dtype, std::move(shape));
}

// The recursion is as deep as FlatBuffers' verifier allowed (kMaxDepth).
absl::StatusOr<Type> ProgramDecoder::DecodeTypeTree(const file::Type& table) {
  if (table.kind() == file::TypeKind::Tensor) {
    BATON_ASSIGN_OR_RETURN(const auto* dims, Present(table.dims()));
    return DecodeTensorType(table.dtype(), table.has_rank(), *dims);
  }
  BATON_ASSIGN_OR_RETURN(const auto* tables, Present(table.parts()));
  std::vector<Type> parts;
  BATON_RETURN_IF_ERROR(DecodeTypeTrees(*tables, &parts));
  std::string name;
  if (table.kind() == file::TypeKind::Data || table.kind() == file::TypeKind::Variable) {
    BATON_ASSIGN_OR_RETURN(const auto* text, Present(table.name()));
    BATON_RETURN_IF_ERROR(DecodeText(*text, &name));
  }
  const bool has_first = table.kind() == file::TypeKind::Function ||
                         table.kind() == file::TypeKind::Reference ||
                         table.kind() == file::TypeKind::Sequence;
  if (has_first && parts.empty()) return absl::DataLossError("a type has no parts");
  switch (table.kind()) {
    case file::TypeKind::Tensor:
      break;
    case file::TypeKind::Tuple:
      return Type::Tuple(std::move(parts));
    case file::TypeKind::Function:
      return Type::Function({parts.begin() + 1, parts.end()}, parts.front());
    case file::TypeKind::Data:
      return Type::Data(name, std::move(parts));
    case file::TypeKind::Reference:
      return Type::Reference(parts.front());
    case file::TypeKind::Variable:
      return Type::Variable(name);
    case file::TypeKind::Sequence:
      return Type::Sequence(parts.front());
    case file::TypeKind::Never:
      return Type::Never();
  }
  return absl::DataLossError(
      absl::StrCat("a type has kind ", static_cast<int>(table.kind()), ", which does not exist"));
}

absl::Status ProgramDecoder::DecodeTypeTrees(const Tables<file::Type>& tables, std::vector<Type>* types) {
  return DecodeList(tables, types, [this](const file::Type& table, Type* type) {
    BATON_ASSIGN_OR_RETURN(*type, DecodeTypeTree(table));
    return absl::OkStatus();
  });
}

absl::Status ProgramDecoder::DecodeTypeDefinition(const file::TypeDefinition& table,
                                                  TypeDefinition* definition) {
  BATON_RETURN_IF_ERROR(DecodeText(*table.name(), &definition->name));
  BATON_RETURN_IF_ERROR(
      DecodeList(*table.params(), &definition->params,
                 [this](const auto& text, auto* param) { return DecodeText(*text.value(), param); }));
  definition->is_extern = table.is_extern();
  return DecodeList(*table.constructors(), &definition->constructors,
                    [this](const file::Constructor& entry, ConstructorDefinition* constructor) {
                      BATON_RETURN_IF_ERROR(DecodeText(*entry.name(), &constructor->name));
                      return DecodeTypeTrees(*entry.fields(), &constructor->fields);
                    });
}

absl::Status ProgramDecoder::DecodeObjectType(const file::ObjectType& table, ObjectType* type) {
  BATON_ASSIGN_OR_RETURN(type->type, DecodeTypeTree(*table.type()));
  type->tag = table.tag();
  return DecodeKinds(*table.fields(), &type->fields);
}

absl::Status ProgramDecoder::DecodeSignature(const file::Signature& table, Signature* signature) {
  BATON_RETURN_IF_ERROR(DecodeKinds(*table.params(), &signature->params));
  return DecodeKinds(*table.results(), &signature->results);
}

absl::Status ProgramDecoder::DecodeParameter(const file::Parameter& table, Parameter* parameter) {
  BATON_RETURN_IF_ERROR(DecodeText(*table.name(), &parameter->name));
  absl::StatusOr<Type> type = table.type() != nullptr
                                  ? DecodeTypeTree(*table.type())
                                  : DecodeTensorType(table.dtype(), table.has_rank(), *table.dims());
  if (!type.ok()) {
    return absl::DataLossError(
        absl::StrCat("parameter '", absl::Utf8SafeCEscape(parameter->name), "': ", type.status().message()));
  }
  parameter->type = *std::move(type);
  return absl::OkStatus();
}

absl::Status ProgramDecoder::DecodeEntryPoint(const file::EntryPoint& table, EntryPoint* entry) {
  const auto decode = [this](const auto& parameter, auto* result) {
    return DecodeParameter(parameter, result);
  };
  BATON_RETURN_IF_ERROR(DecodeText(*table.name(), &entry->name));
  entry->function = table.function();
  BATON_RETURN_IF_ERROR(DecodeList(*table.inputs(), &entry->inputs, decode));
  return DecodeList(*table.outputs(), &entry->outputs, decode);
}

absl::Status ProgramDecoder::DecodeLocation(const file::SourceLocation& table, SourceLocation* location) {
  BATON_RETURN_IF_ERROR(DecodeText(*table.file(), &location->file));
  BATON_RETURN_IF_ERROR(DecodeText(*table.node(), &location->node));
  BATON_RETURN_IF_ERROR(DecodeText(*table.op(), &location->op));
  location->line = table.line();
  location->column = table.column();
  return absl::OkStatus();
}

absl::Status ProgramDecoder::DecodeTables(const file::Program& program, Executable* executable) {
  BATON_RETURN_IF_ERROR(DecodeList(*program.functions(), &executable->functions,
                                   [this](const auto& table, auto* f) { return DecodeFunction(table, f); }));
  BATON_RETURN_IF_ERROR(
      DecodeList(*program.entry_points(), &executable->entry_points,
                 [this](const auto& table, auto* entry) { return DecodeEntryPoint(table, entry); }));
  BATON_RETURN_IF_ERROR(
      DecodeList(*program.constants(), &executable->constants,
                 [this](const auto& table, auto* tensor) { return DecodeConstant(table, tensor); }));
  BATON_RETURN_IF_ERROR(
      DecodeList(*program.kernels(), &executable->kernels,
                 [this](const auto& table, auto* kernel) { return DecodeKernel(table, kernel); }));
  BATON_RETURN_IF_ERROR(
      DecodeList(*program.types(), &executable->types,
                 [this](const auto& table, auto* type) { return DecodeType(table, type); }));
  BATON_RETURN_IF_ERROR(
      DecodeList(*program.messages(), &executable->messages,
                 [this](const auto& text, auto* message) { return DecodeText(text, message); }));
  BATON_RETURN_IF_ERROR(
      DecodeList(*program.locations(), &executable->locations,
                 [this](const auto& table, auto* where) { return DecodeLocation(table, where); }));
  return DecodeList(*program.metadata(), &executable->metadata, [this](const auto& table, auto* entry) {
    BATON_RETURN_IF_ERROR(DecodeText(*table.key(), &entry->first));
    return DecodeText(*table.value(), &entry->second);
  });
}

// Absent in files of version 1.0.
absl::Status ProgramDecoder::DecodeTypeTables(const file::Program& program, Executable* executable) {
  if (program.type_definitions() != nullptr) {
    BATON_RETURN_IF_ERROR(DecodeList(
        *program.type_definitions(), &executable->type_definitions,
        [this](const auto& table, auto* definition) { return DecodeTypeDefinition(table, definition); }));
  }
  if (program.object_types() != nullptr) {
    BATON_RETURN_IF_ERROR(
        DecodeList(*program.object_types(), &executable->object_types,
                   [this](const auto& table, auto* type) { return DecodeObjectType(table, type); }));
  }
  if (program.signatures() == nullptr) return absl::OkStatus();
  return DecodeList(*program.signatures(), &executable->signatures,
                    [this](const auto& table, auto* signature) { return DecodeSignature(table, signature); });
}

absl::StatusOr<Executable> ProgramDecoder::Decode(const file::Program& program) {
  Executable executable;
  BATON_RETURN_IF_ERROR(DecodeTables(program, &executable));
  BATON_RETURN_IF_ERROR(DecodeTypeTables(program, &executable));
  return executable;
}

}  // namespace

absl::StatusOr<Executable> DecodeProgram(absl::string_view bytes, ConstantMaker make_constant) {
  // FlatBuffers aborts on buffers that its offsets cannot span.
  if (bytes.size() >= FLATBUFFERS_MAX_BUFFER_SIZE) {
    return absl::DataLossError(absl::StrCat("has ", bytes.size(), " bytes, at most 2 GiB are possible"));
  }
  flatbuffers::Verifier::Options options;
  options.max_depth = kMaxDepth;
  options.max_tables = static_cast<uint32_t>(bytes.size() / kMinTableBytes + 1);
  const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
  flatbuffers::Verifier verifier(data, bytes.size(), options);
  if (!file::VerifyProgramBuffer(verifier)) return absl::DataLossError("its structure is damaged");
  return ProgramDecoder(bytes.size(), make_constant).Decode(*file::GetProgram(data));
}

}  // namespace baton
