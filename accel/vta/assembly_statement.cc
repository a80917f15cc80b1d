#include "accel/vta/assembly_statement.h"

#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "vm/core/status.h"

namespace baton::vta {
namespace {

// The part before `.` or all, and the part after.
std::pair<absl::string_view, absl::string_view> SplitName(absl::string_view name) {
  const size_t dot = name.find('.');
  if (dot == absl::string_view::npos) return {name, ""};
  return {name.substr(0, dot), name.substr(dot + 1)};
}

struct Named {
  Format format;
  uint32_t code;
};

std::optional<Named> FindOpcode(absl::string_view name) {
#define VTA_OPCODE(code, spelling, layout, meaning) \
  if (name == OpcodeName(code)) return Named{Format::k##layout, code};
#include "accel/vta/isa.def"
  return std::nullopt;
}

// The code of a name, or of a number where there is no name.
template <typename NameOf>
std::optional<uint32_t> FindCode(absl::string_view name, NameOf name_of) {
  for (uint32_t code = 0; code < 8; ++code) {
    if (name == name_of(code)) return code;
  }
  return std::nullopt;
}

std::optional<uint64_t> ParseUnsigned(absl::string_view text) {
  uint64_t value = 0;
  const bool is_hex = absl::StartsWithIgnoreCase(text, "0x");
  if (is_hex ? absl::SimpleHexAtoi(text, &value) : absl::SimpleAtoi(text, &value)) return value;
  return std::nullopt;
}

const FieldLayout* FindField(const std::vector<FieldLayout>& layout, absl::string_view name) {
  const auto found = std::find_if(layout.begin(), layout.end(),
                                  [&](const FieldLayout& field) { return field.name == name; });
  return found == layout.end() || found->is_reserved ? nullptr : &*found;
}

// The instruction's name says what they are.
bool IsNamed(absl::string_view field) {
  return field == "opcode" || field == "memory_type" || field == "alu_opcode";
}

void SetField(const FieldLayout& field, int64_t value, Word& word) {
  const uint64_t mask = ~uint64_t{0} >> (64 - field.width);
  uint64_t& target = field.word == 0 ? word.w0 : word.w1;
  target = (target & ~(mask << field.lsb)) | (static_cast<uint64_t>(value) & mask) << field.lsb;
}

void AppendLittleEndian(uint64_t value, int num_bytes, std::vector<uint8_t>& bytes) {
  for (int i = 0; i < num_bytes; ++i) bytes.push_back(static_cast<uint8_t>(value >> (8 * i)));
}

}  // namespace

absl::Status AssemblyWord::Error(absl::string_view message) const {
  return absl::InvalidArgumentError(absl::StrCat("line ", line, ", column ", column, ": ", message));
}

absl::StatusOr<int64_t> ReadNumber(const AssemblyWord& word, int64_t min, int64_t max) {
  absl::string_view digits = word.text;
  const bool is_negative = absl::ConsumePrefix(&digits, "-");
  const auto magnitude = ParseUnsigned(digits);
  if (!magnitude.has_value() || digits.empty() || !absl::ascii_isdigit(digits[0]) ||
      *magnitude > uint64_t{1} << 62) {
    return word.Error(absl::StrCat("found '", word.text, "', expected a number"));
  }
  const int64_t value = is_negative ? -static_cast<int64_t>(*magnitude) : static_cast<int64_t>(*magnitude);
  if (value < min || value > max) {
    return word.Error(absl::StrCat("found ", value, ", expected ", min, " to ", max));
  }
  return value;
}

AssemblyStatement::AssemblyStatement(absl::string_view text, int line) : line_(line) {
  text = text.substr(0, text.find(';'));
  for (size_t i = 0; i < text.size();) {
    if (absl::ascii_isspace(text[i])) {
      ++i;
      continue;
    }
    const size_t begin = i;
    while (i < text.size() && !absl::ascii_isspace(text[i])) ++i;
    words_.push_back({text.substr(begin, i - begin), line, static_cast<int>(begin) + 1});
  }
}

absl::Status AssemblyStatement::ExpectSize(size_t min, size_t max) const {
  if (words_.size() > max)
    return words_[max].Error(absl::StrCat("found '", words_[max].text, "', expected the end of the line"));
  if (words_.size() >= min) return absl::OkStatus();
  const AssemblyWord& last = words_.back();
  const AssemblyWord end{"", line_, last.column + static_cast<int>(last.text.size())};
  return end.Error(absl::StrCat("found the end of the line, expected a number for ", name()));
}

bool AssemblyStatement::IsInstruction() const {
  return name() == "word" || FindOpcode(SplitName(name()).first).has_value();
}

absl::StatusOr<Word> AssemblyStatement::Fields(const Config& config, Format format, Word word) const {
  const std::vector<FieldLayout> layout = Layout(config, format);
  std::vector<absl::string_view> seen;
  for (size_t i = 1; i < words_.size(); ++i) {
    const size_t equals = words_[i].text.find('=');
    const absl::string_view field_name = words_[i].text.substr(0, equals);
    const FieldLayout* field = IsNamed(field_name) ? nullptr : FindField(layout, field_name);
    if (field == nullptr) return words_[i].Error(absl::StrCat(name(), " has no field ", field_name));
    if (std::find(seen.begin(), seen.end(), field_name) != seen.end()) {
      return words_[i].Error(absl::StrCat("field ", field_name, " stands here twice"));
    }
    seen.push_back(field_name);
    int64_t value = 1;
    if (equals != absl::string_view::npos) {
      const AssemblyWord number{words_[i].text.substr(equals + 1), line_,
                                words_[i].column + static_cast<int>(equals) + 1};
      const int64_t half = int64_t{1} << (field->width - 1);
      BATON_ASSIGN_OR_RETURN(value, ReadNumber(number, field->is_signed ? -half : 0,
                                               field->is_signed ? half - 1 : 2 * half - 1));
    } else if (field->width != 1) {
      return words_[i].Error(absl::StrCat("field ", field_name, " has no value"));
    }
    SetField(*field, value, word);
  }
  return word;
}

absl::StatusOr<Word> AssemblyStatement::Instruction(const Config& config) const {
  if (name() == "word") {
    BATON_RETURN_IF_ERROR(ExpectSize(3, 3));
    const auto w1 = ParseUnsigned(words_[1].text);
    if (!w1.has_value()) return words_[1].Error("expected 64 bits");
    const auto w0 = ParseUnsigned(words_[2].text);
    if (!w0.has_value()) return words_[2].Error("expected 64 bits");
    return Word{*w0, *w1};
  }
  const auto [base, suffix] = SplitName(name());
  const auto opcode = FindOpcode(base);
  if (!opcode.has_value()) return words_[0].Error(absl::StrCat("there is no instruction ", name()));
  Word word{opcode->code, 0};
  const bool has_memory = opcode->format == Format::kMemory;
  const bool has_suffix = has_memory || opcode->format == Format::kAlu;
  if (!has_suffix && base.size() != name().size()) {
    return words_[0].Error(absl::StrCat(base, " has nothing after its name"));
  }
  if (has_suffix) {
    const auto code = has_memory ? FindCode(suffix, MemoryTypeName) : FindCode(suffix, AluOpcodeName);
    if (!code.has_value()) {
      return words_[0].Error(absl::StrCat(
          "found '", name(), "', expected ", base,
          has_memory ? ".uop, .wgt, .inp, .acc, .out or .acc8" : ".min, .max, .add, .shr or .mul"));
    }
    const std::vector<FieldLayout> layout = Layout(config, opcode->format);
    SetField(*FindField(layout, has_memory ? "memory_type" : "alu_opcode"), *code, word);
  }
  return Fields(config, opcode->format, word);
}

bool AssemblyStatement::IsData() const {
  return name() == "uop" || name() == "hex" || name() == "int8" || name() == "int32";
}

absl::Status AssemblyStatement::AppendData(const Config& config, std::vector<uint8_t>& bytes) const {
  if (name() == "uop") {
    BATON_ASSIGN_OR_RETURN(const Word word, Fields(config, Format::kUop, Word{}));
    AppendLittleEndian(word.w0, 4, bytes);
    return absl::OkStatus();
  }
  for (size_t i = 1; i < words_.size(); ++i) {
    if (name() != "hex") {
      const int num_bytes = name() == "int8" ? 1 : 4;
      const int64_t half = int64_t{1} << (8 * num_bytes - 1);
      BATON_ASSIGN_OR_RETURN(const int64_t value, ReadNumber(words_[i], -half, half - 1));
      AppendLittleEndian(static_cast<uint64_t>(value), num_bytes, bytes);
      continue;
    }
    const absl::string_view digits = words_[i].text;
    if (digits.size() % 2 != 0 || !std::all_of(digits.begin(), digits.end(), absl::ascii_isxdigit)) {
      return words_[i].Error("expected two hexadecimal digits for each byte");
    }
    const std::string raw = absl::HexStringToBytes(digits);
    bytes.insert(bytes.end(), raw.begin(), raw.end());
  }
  return absl::OkStatus();
}

}  // namespace baton::vta
