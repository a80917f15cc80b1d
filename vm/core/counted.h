// Counted: what a slot of a reference kind points to, with its count of references: a tensor (tensor.h) or an
// object of the interpreter (vm/exec/object.h). Frames drop references through it without knowing which.
#pragma once

#include <atomic>
#include <cstdint>

namespace baton {

// Threads: what only one thread uses at a time is counted by plain loads and stores; it may go from one
// thread to another when something orders the two. What several threads may refer to at once is marked as
// shared before the second one sees it, and counted atomically from then on. What is immortal is never
// written.
class Counted {
 public:
  enum class Kind : uint8_t { kTensor, kObject };
  Kind kind() const { return kind_; }

  // Immortal things belong to a Program: their count is never touched, so threads do not contend for it. A
  // count that overflows makes its owner immortal too: a leak, not a crash.
  void MakeImmortal() { refs_.store(kImmortal, std::memory_order_relaxed); }
  bool immortal() const { return refs_.load(std::memory_order_relaxed) < 0; }
  bool unique() const { return refs_.load(std::memory_order_acquire) == 1; }
  // A count of 1; for memory that is used again.
  void Revive(bool shared) {
    refs_.store(1, std::memory_order_relaxed);
    shared_ = shared;
  }

  bool shared() const { return shared_; }
  // REQUIRES: one thread refers to it.
  void set_shared(bool shared) { shared_ = shared; }

  void Ref() { shared_ ? RefShared() : RefLocal(); }
  // Drops a reference. True when it was the last: then the caller destroys what is counted.
  [[nodiscard]] bool Drop() { return shared_ ? DropShared() : DropLocal(); }

 protected:
  Counted(Kind kind, bool shared) : kind_(kind), shared_(shared) {}
  ~Counted() = default;

  // Of objects. Unsigned, so that overflow is defined.
  uint32_t refs() const { return static_cast<uint32_t>(refs_.load(std::memory_order_relaxed)); }
  void set_refs(uint32_t refs) { refs_.store(static_cast<int32_t>(refs), std::memory_order_relaxed); }

 private:
  static constexpr int32_t kImmortal = INT32_MIN / 2;

  void RefShared() {
    if (!immortal()) refs_.fetch_add(1, std::memory_order_relaxed);
  }
  bool DropShared() {
    // The last one needs no exchange: nobody else can add a reference.
    return unique() || (!immortal() && refs_.fetch_sub(1, std::memory_order_acq_rel) == 1);
  }
  void RefLocal() {
    if (!immortal()) set_refs(refs() + 1);
  }
  bool DropLocal() {
    if (immortal()) return false;
    set_refs(refs() - 1);
    return refs() == 0;
  }

  std::atomic<int32_t> refs_{1};
  Kind kind_ : 1;  // one byte: objects are small
  bool shared_ : 1;
};

}  // namespace baton
