#include "vm/core/tensor.h"

#include <catch2/catch.hpp>
#include <cstring>
#include <thread>
#include <vector>

#include "vm/core/device.h"

using baton::DType;
using baton::Storage;
using baton::Tensor;
using baton::TensorObject;

namespace {

// Counts what comes back and frees it.
class CountingRecycler : public baton::TensorRecycler {
 public:
  void Recycle(TensorObject* tensor) override {
    ++tensors;
    CHECK(tensor->storage == nullptr);
    CHECK(tensor->data == nullptr);
    delete tensor;
  }
  void Recycle(Storage* storage) override {
    ++storages;
    delete storage;
  }
  int tensors = 0;
  int storages = 0;
};

}  // namespace

TEST_CASE("tensor: Allocate gives aligned memory of the shape", "[core]") {
  const Tensor tensor = *Tensor::Allocate(DType::kInt16, {2, 3});
  CHECK(tensor.dtype() == DType::kInt16);
  CHECK(tensor.num_elements() == 6);
  CHECK(tensor->num_bytes() == 12);
  CHECK(tensor->storage->num_bytes() == 12);
  CHECK(reinterpret_cast<uintptr_t>(tensor->data) % baton::kTensorAlignment == 0);
  std::memset(tensor->data, 0, 12);
  CHECK(tensor.type().ToString() == "Tensor[(2, 3), int16]");
}

TEST_CASE("tensor: empty tensors have data to point to", "[core]") {
  const Tensor tensor = *Tensor::Allocate(DType::kFloat32, {0, 5});
  CHECK(tensor.num_elements() == 0);
  CHECK(tensor->data != nullptr);
}

TEST_CASE("tensor: Allocate refuses bad shapes", "[core]") {
  const auto code = [](absl::Span<const int64_t> dims) {
    return Tensor::Allocate(DType::kFloat32, dims).status().code();
  };
  CHECK(code({2, -1}) == absl::StatusCode::kInvalidArgument);
  CHECK(code({INT64_MAX}) == absl::StatusCode::kInvalidArgument);
  CHECK(code({1, 1, 1, 1, 1, 1, 1, 1, 1}) == absl::StatusCode::kInvalidArgument);
  CHECK(code({1, 1, 1, 1, 1, 1, 1, 1}) == absl::StatusCode::kOk);
}

TEST_CASE("tensor: exhausted memory is an error value", "[core]") {
  const absl::Status status = Tensor::Allocate(DType::kFloat32, {int64_t{1} << 46}).status();
  CHECK(status.code() == absl::StatusCode::kResourceExhausted);
  CHECK(status.message() ==
        "tensor: no memory for 281474976710656 bytes (Tensor[(70368744177664), float32])");
  CHECK(Storage::Allocate(SIZE_MAX) == nullptr);
}

TEST_CASE("tensor: FromValues and Scalar copy", "[core]") {
  const Tensor tensor = Tensor::FromValues<float>({2, 2}, {1, 2, 3, 4});
  CHECK(tensor.values<float>()[3] == 4);
  const Tensor scalar = Tensor::Scalar(int64_t{7});
  CHECK(scalar->rank == 0);
  CHECK(scalar.values<int64_t>()[0] == 7);
}

TEST_CASE("tensor: copies share, the last one frees", "[core]") {
  int released = 0;
  float data[2] = {1, 2};
  {
    Tensor a = Tensor::Wrap(DType::kFloat32, {2}, data, [&] { ++released; });
    CHECK(a->unique());
    Tensor b = a;
    CHECK_FALSE(a->unique());
    CHECK(b.get() == a.get());
    a = Tensor();
    CHECK(b->unique());
    Tensor c = std::move(b);
    CHECK_FALSE(static_cast<bool>(b));
    CHECK(released == 0);
    Tensor shared = Tensor::Share(c.get());
    Tensor adopted = Tensor::Adopt(shared.Release());
    CHECK_FALSE(static_cast<bool>(shared));
    CHECK(adopted->data == data);
  }
  CHECK(released == 1);
}

TEST_CASE("tensor: a view keeps its storage alive", "[core]") {
  int released = 0;
  float data[4] = {};
  Storage* storage = Storage::Wrap(data, sizeof(data), [&] { ++released; });
  {
    auto* view = new TensorObject;
    view->storage = storage;
    view->data = data + 2;
    storage->Ref();
    const Tensor owner = Tensor::Adopt(view);
    storage->Unref();
    CHECK(released == 0);
  }
  CHECK(released == 1);
}

TEST_CASE("tensor: pools get back tensors and storages", "[core]") {
  CountingRecycler recycler;
  char memory[64];
  auto* tensor = new TensorObject;
  tensor->recycler = &recycler;
  tensor->storage = new Storage(memory, sizeof(memory), &recycler);
  tensor->data = memory;
  tensor->Ref();
  tensor->Unref();
  CHECK(recycler.tensors == 0);
  tensor->Unref();
  CHECK(recycler.tensors == 1);
  CHECK(recycler.storages == 1);
}

TEST_CASE("tensor: immortal tensors are not counted", "[core]") {
  auto* tensor = new TensorObject;
  tensor->MakeImmortal();
  for (int i = 0; i < 5; ++i) tensor->Unref();
  tensor->Ref();
  CHECK(tensor->immortal());
  CHECK_FALSE(tensor->unique());
  delete tensor;
}

TEST_CASE("tensor: references may be dropped by many threads", "[core]") {
  int released = 0;
  char byte = 0;
  {
    const Tensor tensor = Tensor::Wrap(DType::kInt8, {1}, &byte, [&] { ++released; });
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([copy = tensor] {
        for (int k = 0; k < 1000; ++k) Tensor another = copy;
      });
    }
    for (std::thread& thread : threads) thread.join();
    threads.clear();
    CHECK(tensor->unique());
  }
  CHECK(released == 1);
}

TEST_CASE("tensor: BitwiseEqual compares type, shape and bytes", "[core]") {
  const Tensor a = Tensor::FromValues<int32_t>({2}, {1, 2});
  CHECK(BitwiseEqual(a, Tensor::FromValues<int32_t>({2}, {1, 2})));
  CHECK_FALSE(BitwiseEqual(a, Tensor::FromValues<int32_t>({2}, {1, 3})));
  CHECK_FALSE(BitwiseEqual(a, Tensor::FromValues<int32_t>({1, 2}, {1, 2})));
  CHECK_FALSE(BitwiseEqual(a, Tensor::FromValues<uint32_t>({2}, {1, 2})));
  CHECK_FALSE(BitwiseEqual(a, Tensor()));
  CHECK(BitwiseEqual(Tensor(), Tensor()));
  CHECK_FALSE(BitwiseEqual(Tensor::Scalar(0.0f), Tensor::Scalar(-0.0f)));
}

TEST_CASE("tensor: CopyTensor copies deeply", "[core]") {
  const Tensor a = Tensor::FromValues<int32_t>({2}, {1, 2});
  const Tensor b = *CopyTensor(*a);
  CHECK(BitwiseEqual(a, b));
  b.values<int32_t>()[0] = 9;
  CHECK(a.values<int32_t>()[0] == 1);
  CHECK(CopyTensor(**Tensor::Allocate(DType::kInt8, {0})).ok());
}
