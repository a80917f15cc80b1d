// Many sessions over one program, and outputs that cross threads; meant to be run under the thread sanitizer
// too.
#include <thread>

#include "tests/exec/exec_fixture.h"

namespace baton::test {

TEST_CASE("threads: sessions over one program run at once", "[exec][threads]") {
  ExecFixture fixture;
  const int constant = fixture.builder.Add(Floats({1, 2, 3}));
  const int add = fixture.AddKernel("add", 2);
  FunctionBuilder f("main", {kT}, {kT, kT});
  const CodeRegister k = f.NewRegister(kT), out = f.NewRegister(kT);
  f.Append("LoadConst", {k, constant});
  f.Append("CallKernelAlloc", {add, {f.parameter(0), k}, {out}});
  f.Append("Return", {{out.Last(), k}});
  fixture.AddMain(std::move(f), 1, 2);
  const std::shared_ptr<const Program> program = fixture.Load();
  const Tensor shared_input = Floats({10, 20, 30});
  std::atomic<int> wrong{0};
  std::vector<std::vector<Tensor>> kept(3);
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&, t] {
      Session session(program);
      for (int i = 0; i < 200; ++i) {
        auto outputs = session.Invoke("main", {shared_input});
        if (!outputs.ok() || FloatsOf((*outputs)[0]) != std::vector<float>{11, 22, 33}) ++wrong;
        if (i % 50 == 0) kept[t].push_back((*outputs)[0]);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
  CHECK(FloatsOf(kept[2][3]) == std::vector<float>{11, 22, 33});
  CHECK(shared_input->unique());
  kept.clear();
  CHECK(fixture.device.live_bytes == 0);
}

TEST_CASE("threads: a consumer drops outputs while the session goes on", "[exec][threads]") {
  ExecFixture fixture;
  const int copy = fixture.AddKernel("copy", 1);
  FunctionBuilder f("main", {kT}, {kT});
  const CodeRegister out = f.NewRegister(kT);
  f.Append("CallKernelAlloc", {copy, {f.parameter(0)}, {out}});
  f.Append("Return", {{out.Last()}});
  fixture.AddMain(std::move(f), 1, 1);
  constexpr int kCount = 300;
  std::vector<Tensor> mailbox(kCount);
  std::atomic<int> sent{0};
  float sum = 0;
  std::thread consumer([&] {
    for (int i = 0; i < kCount; ++i) {
      while (sent.load(std::memory_order_acquire) <= i) std::this_thread::yield();
      sum += mailbox[i].values<float>()[0];
      mailbox[i] = Tensor();
    }
  });
  for (int i = 0; i < kCount; ++i) {
    mailbox[i] = fixture.Run({Floats({1, 2, 3})})[0];
    sent.store(i + 1, std::memory_order_release);
  }
  fixture.DropSession();
  consumer.join();
  CHECK(sum == kCount);
  CHECK(fixture.device.live_bytes == 0);
}

}  // namespace baton::test
