#include "vm/exec/memory_pool.h"

#include <catch2/catch.hpp>
#include <memory>
#include <thread>
#include <vector>

#include "tests/exec/fake_kernels.h"

namespace baton {
namespace {

struct Closer {
  void operator()(MemoryPool* pool) const { pool->Close(); }
};
using PoolPtr = std::unique_ptr<MemoryPool, Closer>;

Tensor Allocate(MemoryPool& pool, int64_t n) {
  const int64_t dims[] = {n};
  return Tensor::Adopt(pool.AllocateTensor(DType::kFloat32, dims, n * 4));
}

}  // namespace

TEST_CASE("size classes: each holds its sizes and wastes at most a quarter", "[exec]") {
  CHECK(SizeOfClass(SizeClass(0)) == 64);
  CHECK(SizeClass(kMaxPooledBytes) == kNumSizeClasses - 1);
  std::vector<int64_t> sizes;
  for (int64_t n = 0; n < 5000; ++n) sizes.push_back(n);
  for (int bit = 12; bit < 56; ++bit) {
    for (const int64_t delta : {-1, 0, 1}) sizes.push_back((int64_t{1} << bit) + delta);
  }
  for (const int64_t n : sizes) {
    const int64_t size = SizeOfClass(SizeClass(n));
    CAPTURE(n, size);
    CHECK(size >= n);
    CHECK((n <= 256 ? size - n <= 64 : (size - n) * 5 <= size));
    CHECK(SizeClass(size) == SizeClass(n));
    CHECK(size % 64 == 0);
  }
}

TEST_CASE("pool: a released tensor's memory is used again", "[exec]") {
  test::CountingDevice device;
  auto budget = std::make_shared<MemoryBudget>();
  PoolPtr pool(MemoryPool::Create(&device, budget));
  const MemoryPool::Scope scope(pool.get());
  void* data = Allocate(*pool, 100)->data;
  Tensor again = Allocate(*pool, 110);
  CHECK(again->data == data);
  CHECK(device.allocations == 1);
  CHECK(reinterpret_cast<uintptr_t>(again->data) % kTensorAlignment == 0);
}

TEST_CASE("pool: the limit counts what is in use and frees caches first", "[exec]") {
  test::CountingDevice device;
  auto budget = std::make_shared<MemoryBudget>();
  PoolPtr pool(MemoryPool::Create(&device, budget));
  const MemoryPool::Scope scope(pool.get());
  budget->Begin(100000);
  pool->BeginInvocation();
  { Tensor cached = Allocate(*pool, 16384); }  // 65536 bytes, now on a free list
  CHECK(pool->cached_bytes() > 65536);
  Tensor other = Allocate(*pool, 20000);  // another class: fits only without the cached block
  REQUIRE(other);
  CHECK(pool->cached_bytes() < 65536);
  CHECK_FALSE(Allocate(*pool, 10000));
  const std::string message(pool->ExhaustedError(40000).message());
  CHECK_THAT(message, Catch::Contains("40000 bytes asked") && Catch::Contains("limit is 100000"));
}

TEST_CASE("pool: an exhausted device is an error that names it", "[exec]") {
  test::CountingDevice device;
  device.max_bytes = 1000;
  auto budget = std::make_shared<MemoryBudget>();
  PoolPtr pool(MemoryPool::Create(&device, budget));
  const MemoryPool::Scope scope(pool.get());
  CHECK_FALSE(Allocate(*pool, 1000));
  CHECK_THAT(std::string(pool->ExhaustedError(4000).message()),
             Catch::Contains("'counting' has no memory for 4000"));
  CHECK(Allocate(*pool, 10));
}

TEST_CASE("pool: what escaped is not charged and comes back", "[exec]") {
  test::CountingDevice device;
  auto budget = std::make_shared<MemoryBudget>();
  PoolPtr pool(MemoryPool::Create(&device, budget));
  Tensor tensor;
  {
    const MemoryPool::Scope scope(pool.get());
    tensor = Allocate(*pool, 100);
    pool->Escape(tensor.get());
    pool->Escape(tensor.get());  // as a second output
  }
  CHECK(pool->used_bytes() == 0);
  void* data = tensor->data;
  std::thread([&] { tensor = Tensor(); }).join();
  budget->Begin(INT64_MAX);
  pool->BeginInvocation();
  const MemoryPool::Scope scope(pool.get());
  CHECK(Allocate(*pool, 100)->data == data);
  CHECK(pool->used_bytes() == 0);
}

TEST_CASE("pool: tensors outlive it", "[exec]") {
  test::CountingDevice device;
  std::vector<Tensor> tensors;
  {
    auto budget = std::make_shared<MemoryBudget>();
    PoolPtr pool(MemoryPool::Create(&device, budget));
    const MemoryPool::Scope scope(pool.get());
    for (int i = 0; i < 3; ++i) tensors.push_back(Allocate(*pool, 10));
    for (const Tensor& tensor : tensors) pool->Escape(tensor.get());
  }
  tensors[1]->As<float>()[9] = 4;
  tensors.clear();
  CHECK(device.live_bytes == 0);
}

TEST_CASE("pool: other threads release while it allocates and closes", "[exec][threads]") {
  test::CountingDevice device;
  for (int round = 0; round < 20; ++round) {
    auto budget = std::make_shared<MemoryBudget>();
    PoolPtr pool(MemoryPool::Create(&device, budget));
    std::vector<std::vector<Tensor>> handed(3);
    {
      const MemoryPool::Scope scope(pool.get());
      for (int i = 0; i < 90; ++i) {
        handed[i % 3].push_back(Allocate(*pool, 10 + i));
        pool->Escape(handed[i % 3].back().get());
      }
    }
    std::vector<std::thread> threads;
    for (auto& tensors : handed) {
      threads.emplace_back([&tensors] {
        for (Tensor& tensor : tensors) {
          tensor->As<float>()[0] = 1;
          tensor = Tensor();
        }
      });
    }
    {
      const MemoryPool::Scope scope(pool.get());
      for (int i = 0; i < 50; ++i) Allocate(*pool, 10 + i)->As<float>()[0] = 2;
    }
    pool.reset();
    for (std::thread& thread : threads) thread.join();
  }
  CHECK(device.live_bytes == 0);
}

TEST_CASE("pool: exclusive ownership", "[exec]") {
  test::CountingDevice device;
  auto budget = std::make_shared<MemoryBudget>();
  PoolPtr pool(MemoryPool::Create(&device, budget));
  PoolPtr other(MemoryPool::Create(&device, std::make_shared<MemoryBudget>()));
  Tensor mine;
  {
    const MemoryPool::Scope scope(pool.get());
    mine = Allocate(*pool, 4);
    CHECK(pool->OwnsExclusively(*mine));
    CHECK_FALSE(other->OwnsExclusively(*mine));
    const Tensor shared = mine;
    CHECK_FALSE(pool->OwnsExclusively(*mine));
  }
  CHECK(pool->OwnsExclusively(*mine));
  mine->storage->Ref();  // as a view would
  CHECK_FALSE(pool->OwnsExclusively(*mine));
  mine->storage->Unref();
  CHECK_FALSE(pool->OwnsExclusively(*Tensor::Scalar<float>(1)));
}

}  // namespace baton
