// Helpers for tests of the verifier.
#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <utility>

#include "vm/bytecode/builder.h"
#include "vm/bytecode/verifier.h"

namespace baton {

// The verifier's message, or "ok".
inline std::string VerifyMessage(Executable executable) {
  const absl::StatusOr<VerifiedExecutable> verified = Verify(std::move(executable));
  if (verified.ok()) return "ok";
  CHECK(verified.status().code() == absl::StatusCode::kDataLoss);
  return std::string(verified.status().message());
}

// Of one function in an executable with one kernel (one input, one output), type (Tensor[(2), int64]) and
// message.
inline std::string VerifyMessage(Function function) {
  ExecutableBuilder program;
  program.Add(std::move(function));
  program.Add(KernelReference{"relu", {}, {KernelReference::kPassed}, 1});
  program.Add(AllocType{DType::kInt64, {2}});
  program.AddMessage("message");
  return VerifyMessage(std::move(program).Build());
}

inline std::string VerifyMessage(FunctionBuilder builder) {
  return VerifyMessage(std::move(builder).Build());
}

}  // namespace baton
