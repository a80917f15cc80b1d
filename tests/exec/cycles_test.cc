// The cycle collector: through the heap itself, and through whole programs.
#include <set>

#include "accel/devices.h"
#include "tests/exec/object_fixture.h"
#include "vm/exec/object_heap.h"

namespace baton::test {
namespace {

struct PoolCloser {
  void operator()(MemoryPool* pool) const { pool->Close(); }
};

struct OneHeap final : HeapFamily {
  bool DropShared(Object*) override { return true; }
};

struct HeapFixture {
  std::unique_ptr<MemoryPool, PoolCloser> pool{
      MemoryPool::Create(GetCpuDevice(), std::make_shared<MemoryBudget>())};
  OneHeap family;
  MemoryPool::Scope scope{pool.get()};
  ObjectLayout cell = MakeLayout({kO, kT}, /*is_cell=*/true);
  ObjectLayout pair = MakeLayout({kO, kO}, /*is_cell=*/false);
  ObjectHeap heap{pool.get(), &family};
  HeapFixture() { family.heaps.push_back(&heap); }

  Object* NewCell() {
    Object* object = heap.New(cell);
    object->fields()[0].object = nullptr;
    object->fields()[1].tensor = nullptr;
    return object;
  }
  // Takes over the references.
  Object* NewPair(Object* a, Object* b) {
    Object* object = heap.New(pair);
    object->fields()[0].object = a;
    object->fields()[1].object = b;
    return object;
  }
  // Takes over the reference to `content`.
  void Set(Object* of, Object* content) { of->fields()[0].object = content; }
  Object* Share(Object* object) {
    object->Ref();
    return object;
  }
};

// main(n): makes a cell of a list that refers to a closure over the cell itself, n times; gives n.
struct KnotFixture : ExecFixture {
  // type Knot { Open, Tied(fn () -> Tensor[(), int64]) }
  KnotFixture() {
    const Type function = Type::Function({}, IntegerType());
    builder.Add(TypeDefinition{"Knot", {}, {{"Open", {}}, {"Tied", {function}}}});
    const Type knot = Type::Data("Knot", {});
    const int open = builder.Add(ObjectType{knot, 0, {}});
    const int tied = builder.Add(ObjectType{knot, 1, {kO}});
    const int cell_type = builder.Add(ObjectType{Type::Reference(knot), 0, {kO}});
    FunctionBuilder method("method", {kO}, {kI});
    const CodeRegister one = method.NewRegister(kI);
    method.Append("LoadSmallInt", {one, 1});
    method.Append("Return", {{one}});
    const int callee = builder.Add(std::move(method).Build());
    FunctionBuilder f("tie", {kI}, {kI});
    const CodeRegister cell = f.NewRegister(kO), content = f.NewRegister(kO), i = f.NewRegister(kI);
    const CodeRegister one_again = f.NewRegister(kI), more = f.NewRegister(kB);
    const CodeLabel loop = f.NewLabel(), done = f.NewLabel();
    f.Append("LoadSmallInt", {one_again, 1});
    f.Append("LoadSmallInt", {i, 0});
    f.Bind(loop);
    f.Append("LtI64", {more, i, f.parameter(0)});
    f.Append("JumpIfNot", {more, done});
    f.Append("MakeObject", {content, open, Registers{}});
    f.Append("MakeObject", {cell, cell_type, {content}});
    f.Append("MakeClosure", {content, callee, {cell}});
    f.Append("MakeObject", {content, tied, {content.Last()}});
    f.Append("SetFields", {cell.Last(), cell_type, {content.Last()}});
    f.Append("AddI64", {i, i, one_again});
    f.Append("Jump", {loop});
    f.Bind(done);
    f.Append("Return", {{i}});
    AddIntegerMain(this, builder.Add(std::move(f).Build()));
  }
};

}  // namespace

TEST_CASE("cycles: a cell that holds itself is freed", "[exec]") {
  HeapFixture f;
  Object* cell = f.NewCell();
  f.Set(cell, f.Share(cell));
  f.heap.Release(cell);
  CHECK(f.heap.num_live() == 1);
  f.heap.CollectCycles();
  CHECK(f.heap.num_live() == 0);
  CHECK(f.heap.num_tracked_cells() == 0);
  CHECK(f.heap.num_collected() == 1);
}

TEST_CASE("cycles: what is referred to from outside stays, with all that it reaches", "[exec]") {
  HeapFixture f;
  // held -> pair -> (a, b), a -> pair, b -> nothing; dead -> dead, dead -> also b.
  Object* a = f.NewCell();
  Object* b = f.NewCell();
  Object* pair = f.NewPair(a, b);
  f.Set(a, f.Share(pair));
  Object* held = f.NewCell();
  f.Set(held, pair);
  Object* dead = f.NewCell();
  f.Set(dead, f.NewPair(f.Share(dead), f.Share(b)));
  f.heap.Release(dead);
  CHECK(f.heap.num_live() == 6);
  f.heap.CollectCycles();
  CHECK(f.heap.num_live() == 4);
  CHECK(b->unique());  // the count of the dead is gone
  CHECK(a->unique());
  CHECK_FALSE(pair->unique());
  f.heap.CollectCycles();  // changes nothing
  CHECK(f.heap.num_live() == 4);
  f.heap.Release(held);
  CHECK(f.heap.num_live() == 3);
  f.heap.CollectCycles();
  CHECK(f.heap.num_live() == 0);
}

TEST_CASE("cycles: tensors of the dead are released", "[exec]") {
  HeapFixture f;
  const Tensor tensor = Floats({1});
  Object* cell = f.NewCell();
  f.Set(cell, f.Share(cell));
  tensor->Ref();
  cell->fields()[1].tensor = tensor.get();
  f.heap.Release(cell);
  CHECK_FALSE(tensor->unique());
  f.heap.CollectCycles();
  CHECK(tensor->unique());
}

TEST_CASE("cycles: a ring of a million objects needs no recursion", "[exec]") {
  HeapFixture f;
  Object* first = f.NewCell();
  Object* last = f.Share(first);
  for (int i = 0; i < 1000000; ++i) last = f.NewPair(last, nullptr);
  f.Set(first, last);
  f.heap.Release(first);
  CHECK(f.heap.num_live() == 1000001);
  f.heap.CollectCycles();
  CHECK(f.heap.num_live() == 0);
  f.heap.FreeEmptySlabs();
  CHECK(f.pool->used_bytes() < 100000);  // the list of cells
}

TEST_CASE("cycles: random graphs are collected as reachability says", "[exec]") {
  for (uint32_t seed = 0; seed < 300; ++seed) {
    HeapFixture f;
    std::srand(seed);
    std::vector<Object*> objects;
    const auto pick = [&]() -> Object* {
      if (objects.empty() || std::rand() % 4 == 0) return nullptr;
      return f.Share(objects[std::rand() % objects.size()]);
    };
    for (int i = 0; i < 40; ++i) {
      objects.push_back(std::rand() % 2 == 0 ? f.NewCell() : f.NewPair(pick(), pick()));
    }
    for (Object* object : objects) {
      if (object->layout == &f.cell) f.Set(object, pick());
    }
    std::set<Object*> held;
    for (Object* object : objects) {
      if (std::rand() % 8 == 0) held.insert(object);
    }
    // The slow way: everything that the held reach. Before anything is released.
    std::set<Object*> reached;
    std::vector<Object*> pending(held.begin(), held.end());
    while (!pending.empty()) {
      Object* object = pending.back();
      pending.pop_back();
      if (!reached.insert(object).second) continue;
      for (const uint16_t index : object->layout->objects) {
        if (object->fields()[index].object != nullptr) pending.push_back(object->fields()[index].object);
      }
    }
    for (Object* object : objects) {
      if (held.count(object) == 0) f.heap.Release(object);
    }
    f.heap.CollectCycles();
    CAPTURE(seed);
    CHECK(f.heap.num_live() == static_cast<int64_t>(reached.size()));
    for (Object* object : held) f.heap.Release(object);
    f.heap.CollectCycles();
    CHECK(f.heap.num_live() == 0);
  }
}

TEST_CASE("cycles: cells without objects in them are not tracked", "[exec]") {
  CHECK_FALSE(MakeLayout({kI, kT}, /*is_cell=*/true).is_tracked_cell);
  CHECK(MakeLayout({kI, kO}, /*is_cell=*/true).is_tracked_cell);
  CHECK_FALSE(MakeLayout({kI, kO}, /*is_cell=*/false).is_tracked_cell);
}

TEST_CASE("heap: size classes hold what they promise", "[exec]") {
  for (int64_t slots = 1; slots <= kMaxObjectSlots; ++slots) {
    const int size_class = ObjectClass(slots);
    REQUIRE(size_class < kNumObjectClasses);
    CHECK(SlotsOfObjectClass(size_class) >= slots);
    if (size_class > 0) CHECK(SlotsOfObjectClass(size_class - 1) < slots);
  }
}

TEST_CASE("heap: objects of all sizes do not overlap", "[exec]") {
  HeapFixture f;
  std::vector<ObjectLayout> layouts;
  for (const size_t fields : {1, 2, 16, 17, 100, 900})
    layouts.push_back(MakeLayout(std::vector<SlotKind>(fields, kI), false));
  std::vector<Object*> objects;
  for (int i = 0; i < 600; ++i) {
    Object* object = f.heap.New(layouts[i % layouts.size()]);
    for (size_t k = 0; k < object->layout->fields.size(); ++k) object->fields()[k].i64 = i;
    objects.push_back(object);
  }
  for (int i = 0; i < 600; ++i) {
    for (size_t k = 0; k < objects[i]->layout->fields.size(); ++k) REQUIRE(objects[i]->fields()[k].i64 == i);
    f.heap.Release(objects[i]);
  }
  CHECK(f.heap.num_live() == 0);
  f.heap.FreeEmptySlabs();
  CHECK(f.pool->used_bytes() == 0);
}

TEST_CASE("cycles: an invocation leaves none behind", "[exec]") {
  KnotFixture fixture;
  CHECK(RunInteger(&fixture, 10) == 10);
  CHECK(fixture.session().counts().collected_objects == 30);  // cell, closure, data
  CHECK(RunInteger(&fixture, 0) == 0);
  CHECK(fixture.session().counts().collected_objects == 0);
}

TEST_CASE("cycles: they are collected while a program runs", "[exec]") {
  KnotFixture fixture;
  Limits limits;
  // A million cells with all that they reach would take more than 100 MB.
  limits.max_memory_bytes = 2 << 20;
  CHECK(RunInteger(&fixture, 1000000, limits) == 1000000);
  CHECK(fixture.session().counts().collected_objects == 3000000);
}

TEST_CASE("cycles: they are collected before memory is reported as exhausted", "[exec]") {
  KnotFixture fixture;
  Limits limits;
  limits.max_memory_bytes = 150000;  // fewer cells than start a collection
  CHECK(RunInteger(&fixture, 10000, limits) == 10000);
  CHECK(fixture.session().counts().peak_memory_bytes <= limits.max_memory_bytes);
}

}  // namespace baton::test
