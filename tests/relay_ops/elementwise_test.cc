#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "tests/relay_ops/relay_support.h"

namespace baton::test {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST_CASE("arithmetic: broadcasts, and truncates integers", "[relay]") {
  CHECK_THAT(Relay1("add", {F32({2, 1}, {1, 2}), F32({2}, {10, 20})}), Equals(F32({2, 2}, {11, 21, 12, 22})));
  CHECK_THAT(Relay1("divide", {I32({3}, {7, -7, 7}), I32({3}, {2, 2, -2})}), Equals(I32({3}, {3, -3, -3})));
  CHECK_THAT(Relay1("floor_divide", {I32({2}, {7, -7}), I32({}, {2})}), Equals(I32({2}, {3, -4})));
  CHECK_THAT(Relay1("floor_mod", {I32({2}, {7, -7}), I32({}, {3})}), Equals(I32({2}, {1, 2})));
  CHECK_THAT(Relay1("trunc_mod", {I32({2}, {7, -7}), I32({}, {3})}), Equals(I32({2}, {1, -1})));
  CHECK_THAT(Relay1("mod", {I32({2}, {7, -7}), I32({}, {3})}), Equals(I32({2}, {1, -1})));
  CHECK_THAT(Relay1("trunc_divide", {I32({2}, {7, -7}), I32({}, {2})}), Equals(I32({2}, {3, -3})));
  CHECK_THAT(Relay1("trunc_divide", {F32({2}, {7, -7}), F32({}, {2})}), Equals(F32({2}, {3, -3})));
}

TEST_CASE("round: halves away from zero", "[relay]") {
  CHECK_THAT(Relay1("round", {F32({6}, {0.5, -0.5, 2.5, -2.4, 0.49999997, 1.6})}),
             Equals(F32({6}, {1, -1, 3, -2, 0, 2})));
}

TEST_CASE("clip: bounds are numbers of the data's type", "[relay]") {
  CHECK_THAT(Relay1("clip", {F32({3}, {-5, 0.5, 5})}, {A("a_min", -1.0), A("a_max", 1.0)}),
             Equals(F32({3}, {-1, 0.5, 1})));
  CHECK_THAT(Relay1("clip", {Of<int8_t>({3}, {-5, 0, 5})}, {A("a_min", -127.0), A("a_max", 3.0)}),
             Equals(Of<int8_t>({3}, {-5, 0, 3})));
  CHECK_THAT(Relay1("clip", {I32({2}, {-5, 5})}, {A("a_min", 0.0), A("a_max", kInfinity)}),
             Equals(I32({2}, {0, 5})));
}

TEST_CASE("cast, cast_like: to a named type or another's", "[relay]") {
  CHECK_THAT(Relay1("cast", {F32({2}, {1.7, -1.7})}, {A("dtype", "int32")}), Equals(I32({2}, {1, -1})));
  CHECK_THAT(Relay1("cast_like", {F32({1}, {1.5}), I32({3}, {0, 0, 0})}), Equals(I32({1}, {1})));
}

TEST_CASE("where: the condition may be an integer", "[relay]") {
  const Tensor x = F32({2}, {1, 2}), y = F32({}, {9});
  CHECK_THAT(Relay1("where", {Bools({2}, {1, 0}), x, y}), Equals(F32({2}, {1, 9})));
  CHECK_THAT(Relay1("where", {I32({2}, {0, 5}), x, y}), Equals(F32({2}, {9, 2})));
}

TEST_CASE("zeros_like, ones_like, full_like: the shape and type of another", "[relay]") {
  const Tensor x = I32({1, 2}, {5, 6});
  CHECK_THAT(Relay1("zeros_like", {x}), Equals(I32({1, 2}, {0, 0})));
  CHECK_THAT(Relay1("ones_like", {x}), Equals(I32({1, 2}, {1, 1})));
  CHECK_THAT(Relay1("full_like", {x, F32({}, {3})}), Equals(I32({1, 2}, {3, 3})));
}

TEST_CASE("functions: those of C", "[relay]") {
  const std::vector<std::pair<std::string, double (*)(double)>> functions = {
      {"exp", std::exp},     {"log", std::log},     {"log2", std::log2},   {"log10", std::log10},
      {"sqrt", std::sqrt},   {"sin", std::sin},     {"cos", std::cos},     {"tan", std::tan},
      {"asin", std::asin},   {"acos", std::acos},   {"atan", std::atan},   {"sinh", std::sinh},
      {"cosh", std::cosh},   {"asinh", std::asinh}, {"atanh", std::atanh}, {"tanh", std::tanh},
      {"floor", std::floor}, {"ceil", std::ceil},   {"trunc", std::trunc}, {"erf", std::erf},
      {"abs", std::fabs}};
  for (const auto& [name, function] : functions) {
    INFO(name);
    CHECK_THAT(Relay1(name, {F32({2}, {0.25, 0.75})}),
               AllClose(F32({2}, {function(0.25), function(0.75)}), 1e-6, 1e-5));
  }
  CHECK_THAT(Relay1("acosh", {F32({1}, {2})}), AllClose(F32({1}, {std::acosh(2.0)}), 1e-6, 0));
  CHECK_THAT(Relay1("rsqrt", {F32({1}, {4})}), Equals(F32({1}, {0.5})));
  CHECK_THAT(Relay1("negative", {F32({1}, {4})}), Equals(F32({1}, {-4})));
  CHECK_THAT(Relay1("sign", {F32({3}, {-4, 0, 2})}), Equals(F32({3}, {-1, 0, 1})));
  CHECK_THAT(Relay1("sigmoid", {F32({1}, {0})}), Equals(F32({1}, {0.5})));
  CHECK_THAT(Relay1("power", {F32({2}, {2, 3}), F32({}, {2})}), Equals(F32({2}, {4, 9})));
  const Tensor odd = F32({3}, {kInfinity, std::nan(""), 1});
  CHECK_THAT(Relay1("isinf", {odd}), Equals(Bools({3}, {1, 0, 0})));
  CHECK_THAT(Relay1("isnan", {odd}), Equals(Bools({3}, {0, 1, 0})));
  CHECK_THAT(Relay1("isfinite", {odd}), Equals(Bools({3}, {0, 0, 1})));
}

TEST_CASE("bits and truth: on integers and bools", "[relay]") {
  const Tensor a = I32({2}, {12, -8}), b = I32({2}, {10, 1});
  CHECK_THAT(Relay1("bitwise_and", {a, b}), Equals(I32({2}, {8, 0})));
  CHECK_THAT(Relay1("bitwise_or", {a, b}), Equals(I32({2}, {14, -7})));
  CHECK_THAT(Relay1("bitwise_xor", {a, b}), Equals(I32({2}, {6, -7})));
  CHECK_THAT(Relay1("bitwise_not", {a}), Equals(I32({2}, {-13, 7})));
  CHECK_THAT(Relay1("left_shift", {a, I32({}, {1})}), Equals(I32({2}, {24, -16})));
  CHECK_THAT(Relay1("right_shift", {a, I32({}, {1})}), Equals(I32({2}, {6, -4})));
  CHECK_THAT(Relay1("reinterpret", {F32({1}, {1})}, {A("dtype", "int32")}), Equals(I32({1}, {0x3f800000})));
  const Tensor p = Bools({4}, {0, 0, 1, 1}), q = Bools({4}, {0, 1, 0, 1});
  CHECK_THAT(Relay1("logical_and", {p, q}), Equals(Bools({4}, {0, 0, 0, 1})));
  CHECK_THAT(Relay1("logical_or", {p, q}), Equals(Bools({4}, {0, 1, 1, 1})));
  CHECK_THAT(Relay1("logical_xor", {p, q}), Equals(Bools({4}, {0, 1, 1, 0})));
  CHECK_THAT(Relay1("logical_not", {p}), Equals(Bools({4}, {1, 1, 0, 0})));
  CHECK_THAT(Relay1("less_equal", {a, b}), Equals(Bools({2}, {0, 1})));
  CHECK_THAT(Relay1("not_equal", {a, a}), Equals(Bools({2}, {0, 0})));
}

TEST_CASE("fast functions: the exact ones", "[relay]") {
  CHECK_THAT(Relay1("fast_exp", {F32({1}, {1})}), AllClose(F32({1}, {2.7182818}), 1e-6, 0));
  CHECK_THAT(Relay1("fast_tanh", {F32({1}, {1})}), AllClose(F32({1}, {0.7615942}), 1e-6, 0));
  CHECK_THAT(Relay1("fast_erf", {F32({1}, {1})}), AllClose(F32({1}, {0.8427008}), 1e-6, 0));
}

TEST_CASE("annotations and placements: the value itself", "[relay]") {
  const Tensor x = F32({1}, {4});
  CHECK_THAT(Relay1("annotation.cast_hint", {x}, {A("dtype", "int8")}), Equals(x));
  CHECK_THAT(Relay1("annotation.compiler_begin", {x}, {A("compiler", "dnnl")}), Equals(x));
  CHECK_THAT(Relay1("on_device", {x}, {A("constrain_result", true)}), Equals(x));
  CHECK_THAT(Relay1("device_copy", {x}, {None("src_virtual_device"), None("dst_virtual_device")}), Equals(x));
}

}  // namespace
}  // namespace baton::test
