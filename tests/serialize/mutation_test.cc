// Damaged files: whatever the bytes, the reader gives an executable or an error, and what it gives can be
// printed and written again.
#include <catch2/catch.hpp>
#include <random>

#include "serialize/executable_generated.h"
#include "tests/serialize/serialize_support.h"
#include "vm/bytecode/disassembler.h"

namespace baton {
namespace {

// True when the bytes are accepted.
bool TryRead(absl::string_view bytes) {
  const absl::StatusOr<VerifiedExecutable> read =
      ParseExecutable(bytes, "m.baton", {.check_checksum = false});
  if (!read.ok()) {
    const absl::StatusCode code = read.status().code();
    CHECK((code == absl::StatusCode::kDataLoss || code == absl::StatusCode::kUnimplemented));
    CHECK_THAT(std::string(read.status().message()), Catch::StartsWith("m.baton"));
    return false;
  }
  CHECK_FALSE(Disassemble(**read).empty());
  CHECK(SerializeExecutable(**read).ok());
  return true;
}

TEST_CASE("mutation: every single bit flipped", "[serialize]") {
  const std::string bytes = SampleBytes();
  REQUIRE(TryRead(bytes));
  int accepted = 0, refused = 0;
  for (size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    std::string changed = bytes;
    changed[bit / 8] ^= static_cast<char>(1 << (bit % 8));
    ++(TryRead(changed) ? accepted : refused);
  }
  CHECK(accepted > 0);  // constants, names, unused padding
  CHECK(refused > 1000);
}

TEST_CASE("mutation: cut at every length", "[serialize]") {
  const std::string bytes = SampleBytes();
  for (size_t length = 0; length < bytes.size(); ++length) {
    CHECK_FALSE(TryRead(absl::string_view(bytes).substr(0, length)));
    // The same with a header that agrees.
    if (length >= kHeaderBytes) (void)TryRead(Resealed(bytes.substr(0, length)));
  }
}

TEST_CASE("mutation: words replaced by hostile numbers", "[serialize]") {
  const std::string bytes = SampleBytes();
  for (const uint32_t number : {0u, 1u, 0x7FFFFFFFu, 0x80000000u, 0xFFFFFFFFu, 0xFFFFFFFCu}) {
    for (size_t i = 0; i + 4 <= bytes.size(); i += 4) {
      std::string changed = bytes;
      std::memcpy(&changed[i], &number, 4);
      (void)TryRead(changed);
    }
  }
}

TEST_CASE("mutation: parts copied over others", "[serialize]") {
  const std::string bytes = SampleBytes();
  std::mt19937 random(3);
  for (int round = 0; round < 3000; ++round) {
    std::string changed = bytes;
    const size_t length = 1 + random() % 64;
    const size_t from = random() % (bytes.size() - length),
                 to = kHeaderBytes + random() % (bytes.size() - length - 64);
    changed.replace(to, length, bytes, from, length);
    (void)TryRead(changed);
  }
}

// A file whose program section is `builder`'s buffer.
std::string FileAround(const flatbuffers::FlatBufferBuilder& builder) {
  FileHeader header;
  header.program = {kHeaderBytes, builder.GetSize()};
  std::string bytes(kHeaderBytes, '\0');
  bytes.append(reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize());
  bytes.resize((bytes.size() + 63) / 64 * 64);
  header.num_bytes = bytes.size();
  header.constants = {bytes.size(), 0};
  bytes.replace(0, kHeaderBytes, EncodeHeader(header));
  return Resealed(bytes);
}

// A program that has no parts but the ones given.
struct ProgramParts {
  flatbuffers::FlatBufferBuilder builder;
  std::vector<flatbuffers::Offset<file::Function>> functions;
  std::vector<flatbuffers::Offset<file::Kernel>> kernels;
  std::vector<flatbuffers::Offset<flatbuffers::String>> messages;
  std::vector<flatbuffers::Offset<file::ObjectType>> object_types;

  std::string File() {
    const auto none = [this](auto tag) { return builder.CreateVector(std::vector<decltype(tag)>()); };
    const auto function_list = builder.CreateVector(functions);
    const auto kernel_list = builder.CreateVector(kernels);
    const auto message_list = builder.CreateVector(messages);
    const auto entries = none(flatbuffers::Offset<file::EntryPoint>());
    const auto constants = none(flatbuffers::Offset<file::Constant>());
    const auto types = none(flatbuffers::Offset<file::AllocType>());
    const auto locations = none(flatbuffers::Offset<file::SourceLocation>());
    const auto metadata = none(flatbuffers::Offset<file::Metadata>());
    // As in a file of version 1.0 when there are no object types.
    const bool has_types = !object_types.empty();
    const auto type_list = builder.CreateVector(object_types);
    builder.Finish(file::CreateProgram(builder, function_list, entries, constants, kernel_list, types,
                                       message_list, locations, metadata, 0, has_types ? type_list : 0));
    return FileAround(builder);
  }
};

TEST_CASE("mutation: shared bytes cannot ask for more memory than the file has", "[serialize]") {
  ProgramParts strings;
  const auto text = strings.builder.CreateString(std::string(1 << 16, 'x'));
  strings.messages.assign(1 << 16, text);  // 4 GiB when copied out
  CHECK(ReadMessage(strings.File()) == "m.baton: section program: strings or lists overlap");
  ProgramParts code;
  const auto name = code.builder.CreateString("f");
  const auto bytes = code.builder.CreateVector(std::vector<uint8_t>());
  const auto units = code.builder.CreateVector(std::vector<uint16_t>(1 << 16, 0));
  const auto debug = code.builder.CreateVectorOfStructs(std::vector<file::DebugEntry>());
  const auto function = file::CreateFunction(code.builder, name, bytes, 0, bytes, units, debug);
  code.functions.assign(1 << 16, function);
  CHECK(ReadMessage(code.File()) == "m.baton: section program: its structure is damaged");
}

TEST_CASE("mutation: lists of lists cannot ask for more time than the file has", "[serialize]") {
  ProgramParts parts;
  auto& builder = parts.builder;
  const auto text = file::CreateText(builder, builder.CreateString(""));
  const auto texts = builder.CreateVector(std::vector<flatbuffers::Offset<file::Text>>(1 << 14, text));
  const auto name = builder.CreateString("a");
  const auto attribute =
      file::CreateAttribute(builder, name, file::AttributeKind::Strings, 0, 0, 0, 0, texts);
  const auto attributes =
      builder.CreateVector(std::vector<flatbuffers::Offset<file::Attribute>>(1 << 14, attribute));
  const auto inputs = builder.CreateVector(std::vector<int32_t>());
  const auto kernel = file::CreateKernel(builder, builder.CreateString("op"), attributes, inputs, 1);
  parts.kernels.assign(1 << 14, kernel);  // 2^42 strings when visited
  CHECK(ReadMessage(parts.File()) == "m.baton: section program: its structure is damaged");
}

TEST_CASE("mutation: types say what they are", "[serialize]") {
  const auto with = [](file::TypeKind kind, bool has_parts, bool has_name) {
    ProgramParts parts;
    auto& builder = parts.builder;
    const auto none = builder.CreateVector(std::vector<flatbuffers::Offset<file::Type>>());
    const auto name = builder.CreateString("List");
    const auto type = file::CreateType(builder, kind, 0, false, 0, has_name ? name : 0, has_parts ? none : 0);
    const auto fields = builder.CreateVector(std::vector<uint8_t>());
    parts.object_types = {file::CreateObjectType(builder, type, 0, fields)};
    return ReadMessage(parts.File());
  };
  const std::string prefix = "m.baton: section program: ";
  CHECK(with(file::TypeKind::Data, true, true) == "m.baton: object type 0: there is no data type 'List'");
  CHECK(with(file::TypeKind::Data, true, false) == prefix + "has no value of its kind");
  CHECK(with(file::TypeKind::Data, false, true) == prefix + "has no value of its kind");
  CHECK(with(file::TypeKind::Tensor, true, true) == prefix + "has no value of its kind");
  CHECK(with(file::TypeKind::Reference, true, true) == prefix + "a type has no parts");
  CHECK(with(file::TypeKind::Function, true, true) == prefix + "a type has no parts");
  CHECK(with(static_cast<file::TypeKind>(77), true, true) ==
        prefix + "a type has kind 77, which does not exist");
}

TEST_CASE("mutation: types nest only so deep", "[serialize]") {
  ProgramParts parts;
  auto& builder = parts.builder;
  auto type = file::CreateType(builder, file::TypeKind::Tuple, 0, false, 0, 0,
                               builder.CreateVector(std::vector<flatbuffers::Offset<file::Type>>()));
  for (int i = 0; i < 10000; ++i) {
    type = file::CreateType(builder, file::TypeKind::Tuple, 0, false, 0, 0, builder.CreateVector(&type, 1));
  }
  const auto fields = builder.CreateVector(std::vector<uint8_t>());
  parts.object_types = {file::CreateObjectType(builder, type, 0, fields)};
  CHECK(ReadMessage(parts.File()) == "m.baton: section program: its structure is damaged");
}

TEST_CASE("mutation: attributes say what they are", "[serialize]") {
  const auto with = [](file::AttributeKind kind, int64_t number) {
    ProgramParts parts;
    auto& builder = parts.builder;
    const auto attribute = file::CreateAttribute(builder, builder.CreateString("a"), kind, number);
    const auto attributes = builder.CreateVector(&attribute, 1);
    const auto inputs = builder.CreateVector(std::vector<int32_t>());
    const auto op = builder.CreateString("op");
    parts.kernels = {file::CreateKernel(builder, op, attributes, inputs, 1)};
    return ReadMessage(parts.File());
  };
  const std::string prefix = "m.baton: section program: kernel op: attribute 'a' ";
  CHECK(with(file::AttributeKind::Int, 5) == "ok");
  CHECK(with(file::AttributeKind::Bool, 2) == prefix + "is the bool 2");
  CHECK(with(file::AttributeKind::DType, 99) == prefix + "element type has code 99, which does not exist");
  CHECK(with(file::AttributeKind::String, 0) == prefix + "has no value of its kind");
  CHECK(with(file::AttributeKind::Strings, 0) == prefix + "has no value of its kind");
  CHECK(with(static_cast<file::AttributeKind>(77), 0) == prefix + "has kind 77, which does not exist");
}

}  // namespace
}  // namespace baton
