// One line of assembly: its words, and the instruction or the data that they stand for. Used by assembly.cc.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "accel/vta/isa.h"

namespace baton::vta {

// A word of a line, and where it stands: column 1 is the first.
struct AssemblyWord {
  absl::string_view text;
  int line;
  int column;

  absl::Status Error(absl::string_view message) const;
};

class AssemblyStatement {
 public:
  // Splits `text`, which has no line end, at blanks. What follows `;` is left out.
  AssemblyStatement(absl::string_view text, int line);

  bool empty() const { return words_.empty(); }
  absl::string_view name() const { return words_.front().text; }
  const AssemblyWord& word(size_t index) const { return words_[index]; }
  size_t size() const { return words_.size(); }
  // Errors: too few or too many words.
  absl::Status ExpectSize(size_t min, size_t max) const;

  bool IsInstruction() const;
  absl::StatusOr<Word> Instruction(const Config& config) const;
  bool IsData() const;
  // The bytes of a micro-op or of numbers.
  absl::Status AppendData(const Config& config, std::vector<uint8_t>& bytes) const;

 private:
  absl::StatusOr<Word> Fields(const Config& config, Format format, Word word) const;

  std::vector<AssemblyWord> words_;
  int line_;
};

// Decimal, or hexadecimal after 0x. Errors: no number, or outside the range.
absl::StatusOr<int64_t> ReadNumber(const AssemblyWord& word, int64_t min, int64_t max);

}  // namespace baton::vta
