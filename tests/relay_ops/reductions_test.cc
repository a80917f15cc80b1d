#include <catch2/catch.hpp>

#include "tests/relay_ops/relay_support.h"

namespace baton::test {
namespace {

using Catch::Contains;

const Tensor& Matrix() {
  static const Tensor& x = *new Tensor(F32({2, 3}, {3, 1, 2, 6, 5, 4}));
  return x;
}

TEST_CASE("reductions: all axes by default, some, or all but some", "[relay]") {
  CHECK_THAT(Relay1("sum", {Matrix()}), Equals(F32({}, {21})));
  CHECK_THAT(Relay1("sum", {Matrix()}, {Ints("axis", {1})}), Equals(F32({2}, {6, 15})));
  CHECK_THAT(Relay1("sum", {Matrix()}, {Ints("axis", {-1}), A("keepdims", true)}),
             Equals(F32({2, 1}, {6, 15})));
  CHECK_THAT(Relay1("sum", {Matrix()}, {Ints("axis", {1}), A("exclude", true)}), Equals(F32({3}, {9, 6, 6})));
  CHECK_THAT(Relay1("sum", {Matrix()}, {Ints("axis", {0, 1}), A("exclude", true)}), Equals(Matrix()));
  CHECK_THAT(Relay1("max", {Matrix()}, {Ints("axis", {0})}), Equals(F32({3}, {6, 5, 4})));
  CHECK_THAT(Relay1("min", {Matrix()}), Equals(F32({}, {1})));
  CHECK_THAT(Relay1("mean", {Matrix()}, {Ints("axis", {1})}), Equals(F32({2}, {2, 5})));
  CHECK_THAT(Relay1("prod", {Matrix()}, {Ints("axis", {1})}), Equals(F32({2}, {6, 120})));
  CHECK_THAT(RelayError("sum", {Matrix()}, {Ints("axis", {2})}), Contains("axis 2"));
  CHECK_THAT(RelayError("sum", {Matrix()}, {Ints("axis", {0, -2})}), Contains("given twice"));
}

TEST_CASE("all and any: of bools", "[relay]") {
  const Tensor x = Bools({2, 2}, {1, 1, 0, 1});
  CHECK_THAT(Relay1("all", {x}, {Ints("axis", {1})}), Equals(Bools({2}, {1, 0})));
  CHECK_THAT(Relay1("any", {x}), Equals(Bools({}, {1})));
  CHECK_THAT(Relay1("all", {Bools({0}, {})}), Equals(Bools({}, {1})));
  CHECK_THAT(Relay1("any", {Bools({0}, {})}), Equals(Bools({}, {0})));
}

TEST_CASE("variance: from a given mean", "[relay]") {
  const Tensor x = F32({2, 2}, {1, 3, 5, 9}), mean = F32({2, 1}, {2, 7});
  CHECK_THAT(Relay1("variance", {x, mean}, {Ints("axis", {1})}), Equals(F32({2}, {1, 4})));
  CHECK_THAT(Relay1("variance", {x, mean}, {Ints("axis", {1}), A("unbiased", true), A("keepdims", true)}),
             Equals(F32({2, 1}, {2, 8})));
}

TEST_CASE("argmax and argmin: int32, over any axes", "[relay]") {
  CHECK_THAT(Relay1("argmax", {Matrix()}, {Ints("axis", {1})}), Equals(I32({2}, {0, 0})));
  CHECK_THAT(Relay1("argmin", {Matrix()}, {Ints("axis", {1}), A("keepdims", true)}),
             Equals(I32({2, 1}, {1, 2})));
  CHECK_THAT(Relay1("argmax", {Matrix()}), Equals(I32({}, {3})));
  CHECK_THAT(Relay1("argmax", {Matrix()}, {A("keepdims", true)}), Equals(I32({1, 1}, {3})));
  CHECK_THAT(Relay1("argmax", {Matrix()}, {Ints("axis", {1}), A("exclude", true)}),
             Equals(I32({3}, {1, 1, 1})));
  const Tensor ties = F32({3}, {7, 7, 1});
  CHECK_THAT(Relay1("argmax", {ties}), Equals(I32({}, {0})));
  CHECK_THAT(Relay1("argmax", {ties}, {A("select_last_index", true)}), Equals(I32({}, {1})));
  // Axes 0 and 2 of [2, 2, 2] taken as one.
  CHECK_THAT(Relay1("argmax", {F32({2, 2, 2}, {0, 9, 2, 3, 4, 5, 8, 7})}, {Ints("axis", {0, 2})}),
             Equals(I32({2}, {1, 2})));
}

TEST_CASE("cumsum: along an axis or of the flat data", "[relay]") {
  const Tensor x = F32({2, 2}, {1, 2, 3, 4});
  CHECK_THAT(Relay1("cumsum", {x}), Equals(F32({4}, {1, 3, 6, 10})));
  CHECK_THAT(Relay1("cumsum", {x}, {A("axis", 0)}), Equals(F32({2, 2}, {1, 2, 4, 6})));
  CHECK_THAT(Relay1("cumsum", {x}, {A("axis", 1), A("exclusive", true), A("dtype", "int32")}),
             Equals(I32({2, 2}, {0, 1, 0, 3})));
  CHECK_THAT(Relay1("cumsum", {Bools({2}, {1, 1})}, {A("axis", 0)}), Equals(I32({2}, {1, 2})));
}

TEST_CASE("cumprod, searchsorted, unique", "[relay]") {
  CHECK_THAT(Relay1("cumprod", {F32({3}, {2, 3, 4})}, {A("axis", 0)}), Equals(F32({3}, {2, 6, 24})));
  CHECK_THAT(Relay1("searchsorted", {F32({3}, {1, 2, 2}), F32({2}, {2, 3})}), Equals(I32({2}, {1, 3})));
  CHECK_THAT(Relay1("searchsorted", {F32({3}, {1, 2, 2}), F32({2}, {2, 3})},
                    {A("right", true), A("dtype", "int64")}),
             Equals(I64({2}, {3, 3})));
  const Tensor x = F32({4}, {5, 2, 5, 9});
  const auto results = Relay("unique", {x}, {A("return_counts", true)});
  REQUIRE(results.size() == 5);
  CHECK_THAT(results[0], Equals(F32({3}, {2, 5, 9})));
  CHECK_THAT(results[1], Equals(I32({3}, {1, 0, 3})));
  CHECK_THAT(results[2], Equals(I32({4}, {1, 0, 1, 2})));
  CHECK_THAT(results[3], Equals(I32({1}, {3})));
  CHECK_THAT(results[4], Equals(I32({3}, {1, 2, 1})));
  CHECK_THAT(Relay1("unique", {x}, {A("sorted", false)}), Equals(F32({3}, {5, 2, 9})));
}

TEST_CASE("sort and argsort: stable, in either direction", "[relay]") {
  const Tensor x = F32({4}, {2, 1, 2, 0});
  CHECK_THAT(Relay1("sort", {x}), Equals(F32({4}, {0, 1, 2, 2})));
  CHECK_THAT(Relay1("argsort", {x}, {A("dtype", "int32")}), Equals(I32({4}, {3, 1, 0, 2})));
  CHECK_THAT(Relay1("argsort", {x}, {A("is_ascend", false), A("dtype", "int64")}),
             Equals(I64({4}, {0, 2, 1, 3})));
  CHECK_THAT(Relay1("sort", {Matrix()}, {A("axis", 0), A("is_ascend", false)}),
             Equals(F32({2, 3}, {6, 5, 4, 3, 1, 2})));
}

TEST_CASE("topk: values, indices or both", "[relay]") {
  const Tensor x = F32({4}, {2, 7, 1, 7});
  const auto both = Relay("topk", {x}, {A("k", 2), A("dtype", "int32")});
  REQUIRE(both.size() == 2);
  CHECK_THAT(both[0], Equals(F32({2}, {7, 7})));
  CHECK_THAT(both[1], Equals(I32({2}, {1, 3})));
  CHECK_THAT(Relay1("topk", {x}, {A("k", 2), A("ret_type", "values"), A("is_ascend", true)}),
             Equals(F32({2}, {1, 2})));
  CHECK_THAT(Relay1("topk", {x}, {A("k", 1), A("ret_type", "indices"), A("dtype", "int64")}),
             Equals(I64({1}, {1})));
  CHECK(Relay1("topk", {x}, {A("k", 0)}).num_elements() == 4);
  CHECK_THAT(RelayError("topk", {x}, {A("k", 2), A("ret_type", "all")}), Contains("'ret_type' is \"all\""));
  CHECK_FALSE(RelayError("topk", {x}, {A("k", 5)}).empty());
  CHECK_THAT(Relay1("dyn.topk", {x, I64({1}, {2})}, {None("k"), A("ret_type", "values")}),
             Equals(F32({2}, {7, 7})));
  CHECK(Relay1("dyn.topk", {x, I32({}, {-1})}, {None("k")}).num_elements() == 4);
}

TEST_CASE("argwhere: indices of what is not zero, one row each", "[relay]") {
  CHECK_THAT(Relay1("argwhere", {Bools({2, 2}, {0, 1, 1, 1})}), Equals(I32({3, 2}, {0, 1, 1, 0, 1, 1})));
  CHECK_THAT(Relay1("argwhere", {F32({3}, {0, 0, 0})}), Equals(I32({0, 1}, {})));
}

}  // namespace
}  // namespace baton::test
