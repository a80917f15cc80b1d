// Pointees: what a vector of pointers points to, as a sequence of references.
#pragma once

#include <cstddef>
#include <vector>

namespace baton::ir {

// A view; T may be const. Valid as long as the vector.
template <typename T, typename Pointer>
class Pointees {
 public:
  class Iterator {
   public:
    explicit Iterator(const Pointer* at) : at_(at) {}
    T& operator*() const { return **at_; }
    T* operator->() const { return *at_; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    friend bool operator==(const Iterator&, const Iterator&) = default;

   private:
    const Pointer* at_;
  };

  explicit Pointees(const std::vector<Pointer>& pointers) : pointers_(pointers) {}
  Iterator begin() const { return Iterator(pointers_.data()); }
  Iterator end() const { return Iterator(pointers_.data() + pointers_.size()); }
  size_t size() const { return pointers_.size(); }
  bool empty() const { return pointers_.empty(); }
  T& operator[](size_t index) const { return *pointers_[index]; }
  T& front() const { return *pointers_.front(); }
  T& back() const { return *pointers_.back(); }

 private:
  const std::vector<Pointer>& pointers_;
};

}  // namespace baton::ir
