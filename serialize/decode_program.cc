#include <bit>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "serialize/decode_lists.h"
#include "serialize/decode_types.h"
#include "serialize/program_section.h"
#include "vm/core/status.h"

namespace baton {
namespace {

// A table takes at least 4 bytes itself and 4 for the reference to it: more tables than this are visited
// twice.
constexpr size_t kMinTableBytes = 8;
// The schema nests 4 deep around types.
constexpr uint32_t kMaxDepth = 8 + kMaxTypeNesting;

class ProgramDecoder {
 public:
  ProgramDecoder(size_t num_bytes, ConstantMaker make_constant)
      : lists_(num_bytes), types_(&lists_), make_constant_(make_constant) {}

  absl::StatusOr<Executable> Decode(const file::Program& program);

 private:
  absl::Status DecodeDebug(const flatbuffers::Vector<const file::DebugEntry*>& entries,
                           std::vector<DebugEntry>* debug);
  absl::Status DecodeFunction(const file::Function& table, Function* function);
  absl::Status DecodeKernel(const file::Kernel& table, KernelReference* kernel);
  absl::Status DecodeAttribute(const file::Attribute& table,
                               std::pair<std::string, AttributeValue>* attribute);
  absl::StatusOr<AttributeValue> DecodeAttributeValue(const file::Attribute& table);
  absl::Status DecodeType(const file::AllocType& table, AllocType* type);
  absl::Status DecodeConstant(const file::Constant& table, Tensor* constant);
  absl::Status DecodeEntryPoint(const file::EntryPoint& table, EntryPoint* entry);
  absl::Status DecodeLocation(const file::SourceLocation& table, SourceLocation* location);
  absl::Status DecodeTables(const file::Program& program, Executable* executable);
  absl::Status DecodeTypeTables(const file::Program& program, Executable* executable);

  ListDecoder lists_;
  TypeDecoder types_;
  ConstantMaker make_constant_;
};

absl::Status ProgramDecoder::DecodeDebug(const flatbuffers::Vector<const file::DebugEntry*>& entries,
                                         std::vector<DebugEntry>* debug) {
  BATON_RETURN_IF_ERROR(lists_.Charge(sizeof(DebugEntry) * entries.size()));
  debug->reserve(entries.size());
  for (const file::DebugEntry* entry : entries) debug->push_back({entry->place(), entry->location()});
  return absl::OkStatus();
}

absl::Status ProgramDecoder::DecodeFunction(const file::Function& table, Function* function) {
  BATON_RETURN_IF_ERROR(lists_.DecodeText(*table.name(), &function->name));
  BATON_RETURN_IF_ERROR(lists_.DecodeKinds(*table.register_kinds(), &function->register_kinds));
  function->num_parameters = table.num_parameters();
  BATON_RETURN_IF_ERROR(lists_.DecodeKinds(*table.result_kinds(), &function->result_kinds));
  BATON_RETURN_IF_ERROR(lists_.DecodeScalars(*table.code(), &function->code));
  BATON_RETURN_IF_ERROR(DecodeDebug(*table.debug(), &function->debug));
  if (table.stack() == nullptr) return absl::OkStatus();
  StackCode& stack = function->stack;
  BATON_RETURN_IF_ERROR(lists_.DecodeKinds(*table.stack()->local_kinds(), &stack.local_kinds));
  stack.max_height = table.stack()->max_height();
  BATON_RETURN_IF_ERROR(lists_.DecodeScalars(*table.stack()->code(), &stack.code));
  return DecodeDebug(*table.stack()->debug(), &stack.debug);
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
      BATON_RETURN_IF_ERROR(lists_.DecodeText(*text, &value));
      return value;
    }
    case file::AttributeKind::Ints: {
      BATON_ASSIGN_OR_RETURN(const auto* ints, Present(table.ints()));
      std::vector<int64_t> value;
      BATON_RETURN_IF_ERROR(lists_.DecodeScalars(*ints, &value));
      return value;
    }
    case file::AttributeKind::Floats: {
      BATON_ASSIGN_OR_RETURN(const auto* floats, Present(table.floats()));
      std::vector<double> value;
      BATON_RETURN_IF_ERROR(lists_.DecodeScalars(*floats, &value));
      return value;
    }
    case file::AttributeKind::Strings: {
      BATON_ASSIGN_OR_RETURN(const auto* strings, Present(table.strings()));
      std::vector<std::string> value;
      BATON_RETURN_IF_ERROR(DecodeList(*strings, &value, [this](const file::Text& text, std::string* result) {
        return lists_.DecodeText(*text.value(), result);
      }));
      return value;
    }
  }
  return absl::DataLossError(
      absl::StrCat("has kind ", static_cast<int>(table.kind()), ", which does not exist"));
}

absl::Status ProgramDecoder::DecodeAttribute(const file::Attribute& table,
                                             std::pair<std::string, AttributeValue>* attribute) {
  BATON_RETURN_IF_ERROR(lists_.DecodeText(*table.name(), &attribute->first));
  absl::StatusOr<AttributeValue> value = DecodeAttributeValue(table);
  if (!value.ok()) {
    return absl::DataLossError(
        absl::StrCat("attribute '", absl::Utf8SafeCEscape(attribute->first), "' ", value.status().message()));
  }
  attribute->second = *std::move(value);
  return absl::OkStatus();
}

absl::Status ProgramDecoder::DecodeKernel(const file::Kernel& table, KernelReference* kernel) {
  BATON_RETURN_IF_ERROR(lists_.DecodeText(*table.op(), &kernel->op));
  const auto decode = [this](const auto& attribute, auto* result) {
    return DecodeAttribute(attribute, result);
  };
  if (absl::Status status = DecodeList(*table.attributes(), &kernel->attributes, decode); !status.ok()) {
    return absl::DataLossError(
        absl::StrCat("kernel ", absl::Utf8SafeCEscape(kernel->op), ": ", status.message()));
  }
  BATON_RETURN_IF_ERROR(lists_.DecodeScalars(*table.inputs(), &kernel->inputs));
  kernel->num_outputs = table.num_outputs();
  return absl::OkStatus();
}

absl::Status ProgramDecoder::DecodeType(const file::AllocType& table, AllocType* type) {
  BATON_ASSIGN_OR_RETURN(type->dtype, DecodeDType(table.dtype()));
  return lists_.DecodeScalars(*table.dims(), &type->dims);
}

absl::Status ProgramDecoder::DecodeConstant(const file::Constant& table, Tensor* constant) {
  BATON_ASSIGN_OR_RETURN(const DType dtype, DecodeDType(table.dtype()));
  std::vector<int64_t> dims;
  BATON_RETURN_IF_ERROR(lists_.DecodeScalars(*table.dims(), &dims));
  BATON_ASSIGN_OR_RETURN(*constant, make_constant_(dtype, dims, table.offset()));
  return absl::OkStatus();
}

absl::Status ProgramDecoder::DecodeEntryPoint(const file::EntryPoint& table, EntryPoint* entry) {
  const auto decode = [this](const auto& parameter, auto* result) {
    return types_.DecodeParameter(parameter, result);
  };
  BATON_RETURN_IF_ERROR(lists_.DecodeText(*table.name(), &entry->name));
  entry->function = table.function();
  BATON_RETURN_IF_ERROR(DecodeList(*table.inputs(), &entry->inputs, decode));
  return DecodeList(*table.outputs(), &entry->outputs, decode);
}

absl::Status ProgramDecoder::DecodeLocation(const file::SourceLocation& table, SourceLocation* location) {
  BATON_RETURN_IF_ERROR(lists_.DecodeText(*table.file(), &location->file));
  BATON_RETURN_IF_ERROR(lists_.DecodeText(*table.node(), &location->node));
  BATON_RETURN_IF_ERROR(lists_.DecodeText(*table.op(), &location->op));
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
                 [this](const auto& text, auto* message) { return lists_.DecodeText(text, message); }));
  BATON_RETURN_IF_ERROR(
      DecodeList(*program.locations(), &executable->locations,
                 [this](const auto& table, auto* where) { return DecodeLocation(table, where); }));
  return DecodeList(*program.metadata(), &executable->metadata, [this](const auto& table, auto* entry) {
    BATON_RETURN_IF_ERROR(lists_.DecodeText(*table.key(), &entry->first));
    return lists_.DecodeText(*table.value(), &entry->second);
  });
}

// Absent in files of version 1.0.
absl::Status ProgramDecoder::DecodeTypeTables(const file::Program& program, Executable* executable) {
  if (program.type_definitions() != nullptr) {
    BATON_RETURN_IF_ERROR(DecodeList(*program.type_definitions(), &executable->type_definitions,
                                     [this](const auto& table, auto* definition) {
                                       return types_.DecodeTypeDefinition(table, definition);
                                     }));
  }
  if (program.object_types() != nullptr) {
    BATON_RETURN_IF_ERROR(
        DecodeList(*program.object_types(), &executable->object_types,
                   [this](const auto& table, auto* type) { return types_.DecodeObjectType(table, type); }));
  }
  if (program.signatures() == nullptr) return absl::OkStatus();
  return DecodeList(
      *program.signatures(), &executable->signatures,
      [this](const auto& table, auto* signature) { return types_.DecodeSignature(table, signature); });
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
