// What the tests of both encoders ask of a function that was encoded.
#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/compiler/low_program.h"
#include "vm/bytecode/code_view.h"
#include "vm/bytecode/verifier.h"

namespace baton {

// An operand as tests write it: "r1", "r0!" for a last use, "[r1 r2]"; of stack code "" for a value and the
// number of values for a list.
inline std::string OperandText(Dispatch dispatch, OperandKind kind, const OperandValue& operand) {
  const auto name = [](uint16_t unit) {
    return absl::StrCat("r", ReadRegister(&unit), IsLastUse(unit) ? "!" : "");
  };
  const bool is_value = kind == OperandKind::kDef || kind == OperandKind::kUse;
  if (dispatch == Dispatch::kStack && is_value) return "";
  if (dispatch == Dispatch::kStack && IsList(kind)) return absl::StrCat(operand.list.size());
  if (IsList(kind)) {
    std::vector<std::string> names;
    for (const uint16_t entry : operand.list) names.push_back(name(entry));
    return absl::StrCat("[", absl::StrJoin(names, " "), "]");
  }
  if (is_value) return name(static_cast<uint16_t>(operand.number | (operand.last_use ? kLastUse : 0)));
  return absl::StrCat(operand.number);
}

// Like a disassembly: "0 GetDim r1 r0! 0 | 1 Return [r1]", "0 LocalTake 0 | 2 GetDim 0 | 5 Return 1".
inline std::string CodeText(const Function& function, Dispatch dispatch) {
  const CodeView view(function, dispatch);
  std::vector<std::string> lines;
  Instruction instruction;
  size_t length = 0;
  for (size_t place = 0; place < view.size(); place += length) {
    REQUIRE(view.Decode(place, &instruction, &length).ok());
    const OpcodeInfo& info = GetOpcode(instruction.opcode);
    std::string line = absl::StrCat(place, " ", info.name);
    for (int i = 0; i < info.num_operands; ++i) {
      const std::string text = OperandText(dispatch, info.operands[i].kind, instruction.operands[i]);
      absl::StrAppend(&line, text.empty() ? "" : " ", text);
    }
    lines.push_back(std::move(line));
  }
  return absl::StrJoin(lines, " | ");
}

// What an encoder gave, which must be a function that the verifier accepts.
inline Function Accepted(absl::StatusOr<Function> encoded, Dispatch dispatch) {
  INFO(encoded.status().ToString());
  REQUIRE(encoded.ok());
  const absl::Status verified = Verify(MakeExecutable(*encoded)).status();
  INFO(CodeText(*encoded, dispatch));
  INFO(verified.ToString());
  REQUIRE(verified.ok());
  return *std::move(encoded);
}

}  // namespace baton
