// Counted: what a slot of a reference kind points to, with its count of references: a tensor (tensor.h) or an
// object of the interpreter (vm/exec/object.h). Frames drop references through it without knowing which.
#pragma once

#include <atomic>
#include <cstdint>

namespace baton {

// Threads: tensors leave the session that made them, so their counts are atomic; objects never do, so theirs
// are changed by plain loads and stores. What is immortal is shared by threads and never written.
class Counted {
 public:
  enum class Kind : uint8_t { kTensor, kObject };
  Kind kind() const { return kind_; }

  // Immortal things belong to a Program: their count is never touched, so threads do not contend for it. A
  // count that overflows makes its owner immortal too: a leak, not a crash.
  void MakeImmortal() { refs_.store(kImmortal, std::memory_order_relaxed); }
  bool immortal() const { return refs_.load(std::memory_order_relaxed) < 0; }
  bool unique() const { return refs_.load(std::memory_order_acquire) == 1; }
  void Revive() { refs_.store(1, std::memory_order_relaxed); }

  void Ref() { kind_ == Kind::kTensor ? RefShared() : RefLocal(); }
  // Drops a reference. True when it was the last: then the caller destroys what is counted.
  [[nodiscard]] bool Drop() { return kind_ == Kind::kTensor ? DropShared() : DropLocal(); }

 protected:
  explicit Counted(Kind kind) : kind_(kind) {}
  ~Counted() = default;

  void RefShared() {
    if (!immortal()) refs_.fetch_add(1, std::memory_order_relaxed);
  }
  bool DropShared() { return !immortal() && refs_.fetch_sub(1, std::memory_order_acq_rel) == 1; }
  void RefLocal() {
    if (!immortal()) set_refs(refs() + 1);
  }
  bool DropLocal() {
    if (immortal()) return false;
    set_refs(refs() - 1);
    return refs() == 0;
  }
  // Of objects. Unsigned, so that overflow is defined.
  uint32_t refs() const { return static_cast<uint32_t>(refs_.load(std::memory_order_relaxed)); }
  void set_refs(uint32_t refs) { refs_.store(static_cast<int32_t>(refs), std::memory_order_relaxed); }

 private:
  static constexpr int32_t kImmortal = INT32_MIN / 2;
  std::atomic<int32_t> refs_{1};
  const Kind kind_;
};

}  // namespace baton
