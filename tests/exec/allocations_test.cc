// A second invocation with the same shapes allocates nothing: counted at malloc itself and at the device.
#include <atomic>
#include <cstdlib>
#include <thread>

#include "tests/exec/object_fixture.h"
#include "tests/support/sanitized.h"

namespace {
std::atomic<int64_t> num_mallocs{0};
}

#if !BATON_SANITIZED
// glibc's documented way to replace its allocator, passed on to the original.
extern "C" {
void* __libc_malloc(size_t);
void* __libc_calloc(size_t, size_t);
void* __libc_realloc(void*, size_t);
void* __libc_memalign(size_t, size_t);
void* malloc(size_t n) {
  return ++num_mallocs, __libc_malloc(n);
}
void* calloc(size_t n, size_t m) {
  return ++num_mallocs, __libc_calloc(n, m);
}
void* realloc(void* p, size_t n) {
  return ++num_mallocs, __libc_realloc(p, n);
}
void* aligned_alloc(size_t a, size_t n) {
  return ++num_mallocs, __libc_memalign(a, n);
}
}
#endif

namespace baton::test {
namespace {

// main(a, shape): arena and pool tensors, views, constants, calls and each sort of kernel call.
void AddBusyProgram(ExecFixture* fixture) {
  const int constant = fixture->builder.Add(Floats({1, 1, 1, 1}));
  const int like_a = fixture->builder.Add(AllocType{DType::kFloat32, {kDynamicExtent}});
  const int column = fixture->builder.Add(AllocType{DType::kFloat32, {kDynamicExtent, 1}});
  const int small = fixture->builder.Add(AllocType{DType::kInt64, {1}});
  const int add = fixture->AddKernel("add", 2), copy = fixture->AddKernel("copy", 1);
  const int ones = fixture->AddKernel("ones", 1), positive = fixture->AddKernel("positive", 1);
  fixture->resolver.ops["positive"].run = [](KernelContext& context, auto inputs, auto outputs) {
    int64_t count = 0;
    for (int64_t i = 0; i < inputs[0]->dims[0]; ++i) count += inputs[0]->template As<float>()[i] > 0;
    BATON_RETURN_IF_ERROR(context.AllocateOutput(0, DType::kFloat32, {count}));
    std::fill_n(outputs[0]->template As<float>(), count, 5.0f);
    return absl::OkStatus();
  };
  FunctionBuilder helper("helper", {kT, kT}, {kT});
  const CodeRegister sum = helper.NewRegister(kT);
  helper.Append("CallKernelAlloc", {add, {helper.parameter(0).Last(), helper.parameter(1).Last()}, {sum}});
  helper.Append("Return", {{sum.Last()}});
  const int callee = fixture->builder.Add(std::move(helper).Build());

  FunctionBuilder f("main", {kT, kT}, {kT, kT, kT, kT});
  const CodeRegister n = f.NewRegister(kI), bytes = f.NewRegister(kI), at = f.NewRegister(kI),
                     i = f.NewRegister(kI);
  const CodeRegister limit = f.NewRegister(kI), one = f.NewRegister(kI), more = f.NewRegister(kB);
  const CodeRegister k = f.NewRegister(kT), x = f.NewRegister(kT), y = f.NewRegister(kT),
                     z = f.NewRegister(kT);
  const CodeRegister w = f.NewRegister(kT), v = f.NewRegister(kT);
  const CodeLabel loop = f.NewLabel();
  f.Append("GetDim", {n, f.parameter(0), 0});
  f.Append("LoadInt", {bytes, 4096});
  f.Append("LoadSmallInt", {at, 64});
  f.Append("LoadSmallInt", {i, 0});
  f.Append("LoadSmallInt", {one, 1});
  f.Append("LoadSmallInt", {limit, 20});
  f.Append("LoadConst", {k, constant});
  f.Append("EnterArena", {bytes});
  f.Append("AllocInArena", {x, like_a, at, {n}});
  f.Append("CallKernel", {copy, {f.parameter(0)}, {x}});
  f.Append("Move", {y, k});
  f.Bind(loop);
  f.Append("Call", {callee, {x, y.Last()}, {y}});
  f.Append("AddI64", {i, i, one});
  f.Append("LtI64", {more, i, limit});
  f.Append("JumpIf", {more, loop});
  f.Append("CallKernelAlloc", {positive, {y}, {z}});
  f.Append("CallKernelAlloc", {ones, {f.parameter(1)}, {w}});
  f.Append("View", {v, x.Last(), column, {n}});
  f.Append("LeaveArena", {});
  f.Append("MakeTensor", {x, small, {i}});
  f.Append("Return", {{y.Last(), z.Last(), v.Last(), x.Last()}});
  const int main = fixture->builder.Add(std::move(f).Build());
  fixture->builder.Add(
      EntryPoint{"main",
                 main,
                 {{"a", {DType::kFloat32, {Dim::Symbol("n")}}}, {"shape", {DType::kInt64, {2}}}},
                 {{"y", {DType::kFloat32, {Dim::Symbol("n")}}},
                  {"z", {DType::kFloat32, Shape::Unranked()}},
                  {"v", {DType::kFloat32, {Dim::Symbol("n"), 1}}},
                  {"x", {DType::kInt64, {1}}}}});
}

}  // namespace

TEST_CASE("allocations: none in a second invocation with the same shapes", "[exec]") {
  ExecFixture fixture;
  AddBusyProgram(&fixture);
  Session& session = fixture.session();
  const std::vector<Tensor> inputs = {Floats({1, 2, 3, -30}), Ints({3, 4})};
  std::vector<Tensor> outputs(4);
  Limits limits;
  limits.deadline = absl::Now() + absl::Hours(1);
  for (int round = 0; round < 4; ++round) {
    const int64_t device_before = fixture.device.allocations;
    const int64_t before = num_mallocs;
    const absl::Status status = session.Invoke("main", inputs, absl::MakeSpan(outputs), limits);
    const int64_t allocated = num_mallocs - before;
    REQUIRE(status == absl::OkStatus());
    CHECK(FloatsOf(outputs[0]) == std::vector<float>{21, 41, 61, -599});
    CHECK(FloatsOf(outputs[1]) == std::vector<float>{5, 5, 5});
    CHECK(FloatsOf(outputs[2]) == std::vector<float>{1, 2, 3, -30});
    CHECK(outputs[3].values<int64_t>()[0] == 20);
    if (round > 0) {
      CHECK(allocated == 0);
      CHECK(fixture.device.allocations == device_before);
    } else if (!BATON_SANITIZED) {
      CHECK(allocated > 0);  // so the count counts
    }
    // Dropped here, or by another thread.
    if (round == 1) {
      std::thread([&] { outputs.assign(4, Tensor()); }).join();
    } else {
      outputs.assign(4, Tensor());
    }
  }
}

TEST_CASE("allocations: none once kept outputs are overwritten in turn", "[exec]") {
  ExecFixture fixture;
  AddBusyProgram(&fixture);
  const std::vector<Tensor> inputs = {Floats({1, 2, 3, -30}), Ints({3, 4})};
  std::vector<Tensor> outputs(4);
  for (int round = 0; round < 4; ++round) {
    const int64_t before = num_mallocs + fixture.device.allocations;
    REQUIRE(fixture.session().Invoke("main", inputs, absl::MakeSpan(outputs)).ok());
    const int64_t allocated = num_mallocs + fixture.device.allocations - before;
    if (round > 1) CHECK(allocated == 0);
  }
}

TEST_CASE("allocations: none for objects in a second invocation", "[exec]") {
  ExecFixture fixture;
  const ListTypes types(&fixture.builder);
  const int build = AddBuild(&fixture, types), sum = AddSum(&fixture, types, true);
  FunctionBuilder f("f", {kI}, {kI});
  const CodeRegister list = f.NewRegister(kO);
  f.Append("Call", {build, {f.parameter(0)}, {list}});
  f.Append("Call", {sum, {list.Last()}, {f.parameter(0)}});
  f.Append("Return", {{f.parameter(0)}});
  AddIntegerMain(&fixture, fixture.builder.Add(std::move(f).Build()));
  const std::vector<Tensor> inputs = {Tensor::Scalar<int64_t>(10000)};
  std::vector<Tensor> outputs(1);
  for (int round = 0; round < 3; ++round) {
    const int64_t before = num_mallocs + fixture.device.allocations;
    REQUIRE(fixture.session().Invoke("main", inputs, absl::MakeSpan(outputs)).ok());
    const int64_t allocated = num_mallocs + fixture.device.allocations - before;
    CHECK(outputs[0].values<int64_t>()[0] == 50005000);
    outputs[0] = Tensor();
    if (round > 0) CHECK(allocated == 0);
  }
}

}  // namespace baton::test
