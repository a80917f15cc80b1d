// ExecFixture: builds an executable by hand, verifies it, loads it and runs it over fake kernels: as the
// register code that it is, or as stack code (tests/support/test_dispatch.h).
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/exec/fake_kernels.h"
#include "tests/support/test_dispatch.h"
#include "tests/support/to_stack_code.h"
#include "vm/bytecode/builder.h"
#include "vm/bytecode/verifier.h"
#include "vm/exec/program.h"
#include "vm/exec/session.h"

namespace baton::test {

inline constexpr SlotKind kI = SlotKind::kI64;
inline constexpr SlotKind kF = SlotKind::kF64;
inline constexpr SlotKind kB = SlotKind::kBool;
inline constexpr SlotKind kT = SlotKind::kTensor;

inline Tensor Floats(std::vector<float> values) {
  const int64_t n = static_cast<int64_t>(values.size());
  return Tensor::FromValues<float>({n}, values);
}
inline Tensor Ints(std::vector<int64_t> values) {
  const int64_t n = static_cast<int64_t>(values.size());
  return Tensor::FromValues<int64_t>({n}, values);
}
inline std::vector<float> FloatsOf(const Tensor& tensor) {
  const auto values = tensor.values<float>();
  return {values.begin(), values.end()};
}

inline bool RunsStackCode() {
  return TestDispatch() == Dispatch::kStack;
}

// For tests about register code only: says why and gives true when stack code runs.
inline bool SkipsStackCode(const std::string& why) {
  if (RunsStackCode()) WARN("not run as stack code: " << why);
  return RunsStackCode();
}

// Verified; the code is what TestDispatch says, unless it is stack code already.
inline VerifiedExecutable VerifyForTest(Executable executable) {
  auto verified = Verify(executable);
  REQUIRE(verified.status() == absl::OkStatus());
#ifdef BATON_HAS_STACK_ENCODER
  if (RunsStackCode() && !executable.holds(Dispatch::kStack)) {
    auto converted = ToStackCode(std::move(executable));
    REQUIRE(converted.status() == absl::OkStatus());
    verified = Verify(*std::move(converted));
    REQUIRE(verified.status() == absl::OkStatus());
  }
#endif
  return *std::move(verified);
}

class ExecFixture {
 public:
  ExecutableBuilder builder;
  CountingDevice device;
  FakeResolver resolver;
  std::shared_ptr<Scheduler> scheduler;  // of the session; none: the calling thread alone

  // An entry point over unranked tensors.
  void AddEntry(const std::string& name, int function, std::vector<DType> inputs,
                std::vector<DType> outputs) {
    EntryPoint entry{name, function, {}, {}};
    for (const DType d : inputs)
      entry.inputs.push_back({absl::StrCat("in", entry.inputs.size()), {d, Shape::Unranked()}});
    for (const DType d : outputs)
      entry.outputs.push_back({absl::StrCat("out", entry.outputs.size()), {d, Shape::Unranked()}});
    builder.Add(std::move(entry));
  }
  // The function becomes entry point "main" with tensors of `dtype` in and out.
  void AddMain(FunctionBuilder function, int num_inputs, int num_outputs, DType dtype = DType::kFloat32) {
    const int index = builder.Add(std::move(function).Build());
    AddEntry("main", index, std::vector<DType>(num_inputs, dtype), std::vector<DType>(num_outputs, dtype));
  }
  int AddKernel(const std::string& op, int num_passed, int num_outputs = 1) {
    return builder.Add(
        KernelReference{op, {}, std::vector<int32_t>(num_passed, KernelReference::kPassed), num_outputs});
  }

  std::shared_ptr<const Program> Load() {
    auto program = Program::Load(VerifyForTest(std::move(builder).Build()), resolver, &device);
    REQUIRE(program.status() == absl::OkStatus());
    return *std::move(program);
  }
  Session& session() {
    if (session_ == nullptr) session_ = std::make_unique<Session>(Load(), scheduler);
    return *session_;
  }
  std::vector<Tensor> Run(std::vector<Tensor> inputs, const Limits& limits = {}) {
    auto outputs = session().Invoke("main", inputs, limits);
    REQUIRE(outputs.status() == absl::OkStatus());
    return *std::move(outputs);
  }
  absl::Status Error(std::vector<Tensor> inputs, const Limits& limits = {}) {
    auto outputs = session().Invoke("main", inputs, limits);
    REQUIRE_FALSE(outputs.ok());
    return outputs.status();
  }
  std::string Message(std::vector<Tensor> inputs, const Limits& limits = {}) {
    return std::string(Error(std::move(inputs), limits).message());
  }
  void DropSession() { session_.reset(); }

 private:
  std::unique_ptr<Session> session_;
};

}  // namespace baton::test

namespace Catch {
template <>
struct StringMaker<absl::Status> {
  static std::string convert(const absl::Status& status) { return status.ToString(); }
};
}  // namespace Catch
