#include "vm/core/value.h"

#include <catch2/catch.hpp>

using baton::SlotKind;

TEST_CASE("value: slot kinds have names", "[core]") {
  CHECK(SlotKindName(SlotKind::kI64) == "i64");
  CHECK(SlotKindName(SlotKind::kF64) == "f64");
  CHECK(SlotKindName(SlotKind::kBool) == "bool");
  CHECK(SlotKindName(SlotKind::kTensor) == "tensor");
  CHECK(SlotKindName(static_cast<SlotKind>(99)) == "?");
}

TEST_CASE("value: only tensors are references", "[core]") {
  CHECK(IsReference(SlotKind::kTensor));
  CHECK_FALSE(IsReference(SlotKind::kI64));
  CHECK_FALSE(IsReference(SlotKind::kBool));
}
