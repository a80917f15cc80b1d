// Object: a value of an algebraic data type, a reference cell or a closure, as the interpreter holds it. One
// layout for all: a header and the fields in slots. Belongs to one session (object_heap.h) and never leaves
// it, though its strands may share it (strand_sharing.h); those without fields belong to the Program.
// Internal to vm/exec.
#pragma once

#include <cstdint>
#include <vector>

#include "vm/core/counted.h"
#include "vm/core/value.h"

namespace baton {

class Object;
struct LoadedFunction;

// What objects of one sort have in common. Immutable, made when a program is loaded; two objects are of the
// same type when they point to the same layout.
struct ObjectLayout {
  static constexpr uint32_t kNoSignature = UINT32_MAX;

  std::vector<SlotKind> fields;
  std::vector<uint16_t> references;  // fields that hold references
  std::vector<uint16_t> objects;     // fields that hold objects
  int16_t tag = 0;                   // data: the index of the constructor
  uint8_t size_class = 0;            // object_heap.h
  bool is_cell = false;              // a reference cell, whose fields change
  // A reference cell through which a cycle may pass: the heap keeps a list of these, and an object of this
  // layout has its place in the list behind its fields.
  bool is_tracked_cell = false;
  bool is_sequence = false;     // sequence.h
  bool is_future = false;       // future.h
  Object* singleton = nullptr;  // the only object of a layout without fields, immortal

  Type type;                                 // unknown: a closure
  const LoadedFunction* function = nullptr;  // of a closure; its fields are the first arguments
  // Of a closure: identifies what the parameters that are left and the results are; as instructions name it.
  uint32_t signature = kNoSignature;
};

// The layout without what is particular to types and closures.
ObjectLayout MakeLayout(std::vector<SlotKind> fields, bool is_cell);

class Object : public Counted {
 public:
  // What the cycle collector knows about an object. Black outside of a collection.
  enum class Color : uint8_t { kBlack, kGray, kWhite };

  Object() : Counted(Kind::kObject, /*shared=*/false) {}

  Color color = Color::kBlack;
  int16_t tag = 0;
  const ObjectLayout* layout = nullptr;
  Object* next = nullptr;  // link of the list that it is on: free, dead, or one of the collector's

  Slot* fields() { return reinterpret_cast<Slot*>(this + 1); }
  const Slot* fields() const { return reinterpret_cast<const Slot*>(this + 1); }

  using Counted::refs;
  using Counted::set_refs;
};
static_assert(sizeof(Object) == 24, "a cons cell has 40 bytes");

}  // namespace baton
