#include <catch2/catch.hpp>
#include <cmath>

#include "tests/relay_ops/relay_support.h"

namespace baton::test {
namespace {

using Catch::Contains;

TEST_CASE("nn.dense: data times the transposed weight", "[relay]") {
  const Tensor x = F32({2, 3}, {1, 2, 3, 4, 5, 6}), w = F32({2, 3}, {1, 0, 1, 0, 2, 0});
  CHECK_THAT(Relay1("nn.dense", {x, w}, {A("units", 2)}), Equals(F32({2, 2}, {4, 4, 10, 10})));
  CHECK_THAT(Relay1("nn.dense", {x, w}, {None("units")}), Equals(F32({2, 2}, {4, 4, 10, 10})));
}

TEST_CASE("nn.dense: data of other ranks than two", "[relay]") {
  const Tensor w = F32({1, 2}, {1, 10});
  CHECK_THAT(Relay1("nn.dense", {F32({2}, {3, 4}), w}, {A("units", 1)}), Equals(F32({1}, {43})));
  CHECK_THAT(Relay1("nn.dense", {F32({2, 1, 2}, {1, 2, 3, 4}), w}, {A("units", 1)}),
             Equals(F32({2, 1, 1}, {21, 43})));
}

TEST_CASE("nn.dense: out_dtype widens before the product", "[relay]") {
  const Tensor x = Of<int8_t>({1, 2}, {100, 100}), w = Of<int8_t>({1, 2}, {100, 100});
  CHECK_THAT(Relay1("nn.dense", {x, w}, {A("units", 1), A("out_dtype", "int32")}),
             Equals(I32({1, 1}, {20000})));
}

TEST_CASE("nn.dense: units that the weight does not have", "[relay]") {
  const Tensor x = F32({1, 2}, {1, 2}), w = F32({3, 2}, {1, 2, 3, 4, 5, 6});
  CHECK(RelayError("nn.dense", {x, w}, {A("units", 4)}) == "nn.dense: extent 0 of weight is 3, expected 4");
  CHECK_THAT(RelayError("nn.dense", {x, w}, {A("units", 4)}, Mode::kSymbolic), Contains("reshape"));
}

TEST_CASE("nn.dense: extents stay symbolic, units become known", "[relay]") {
  CHECK(RelayType("nn.dense", {{DType::kFloat32, {"n", "4"}}, {DType::kFloat32, {"8", "4"}}},
                  {A("units", 8)}) == "Tensor[(n, 8), float32]");
  CHECK(RelayType("nn.dense", {{DType::kFloat32, {"n", "k"}}, {DType::kFloat32, {"u", "k"}}},
                  {A("units", 8)}) == "Tensor[(n, 8), float32]");
}

TEST_CASE("nn.matmul: operands transposed on request", "[relay]") {
  const Tensor a = F32({2, 3}, {1, 2, 3, 4, 5, 6}), b = F32({3, 1}, {1, 1, 2});
  const Tensor a_t = F32({3, 2}, {1, 4, 2, 5, 3, 6}), b_t = F32({1, 3}, {1, 1, 2});
  const Tensor expected = F32({2, 1}, {9, 21});
  CHECK_THAT(Relay1("nn.matmul", {a, b}, {None("units")}), Equals(expected));
  CHECK_THAT(Relay1("nn.matmul", {a_t, b}, {A("units", 1), A("transpose_a", true)}), Equals(expected));
  CHECK_THAT(Relay1("nn.matmul", {a, b_t}, {None("units"), A("transpose_b", true)}), Equals(expected));
}

TEST_CASE("nn.batch_matmul: a batch of one goes with any", "[relay]") {
  const Tensor a = F32({2, 1, 2}, {1, 2, 3, 4}), b = F32({1, 2, 1}, {10, 1}), b_t = F32({1, 1, 2}, {10, 1});
  CHECK_THAT(Relay1("nn.batch_matmul", {a, b}), Equals(F32({2, 1, 1}, {12, 34})));
  CHECK_THAT(Relay1("nn.batch_matmul", {a, b_t}, {A("transpose_b", true)}), Equals(F32({2, 1, 1}, {12, 34})));
  CHECK_THAT(RelayError("nn.batch_matmul", {F32({1, 1}, {1}), b}), Contains("rank 2, expected 3"));
}

TEST_CASE("nn.contrib_dense_pack: the weight in blocks of units", "[relay]") {
  // Units 0 to 3 in two blocks of two; weight[u][k] = 10 u + k.
  const Tensor packed = F32({2, 2, 2}, {0, 10, 1, 11, 20, 30, 21, 31});
  CHECK_THAT(Relay1("nn.contrib_dense_pack", {F32({1, 2}, {1, 2}), packed},
                    {A("units", 4), A("weight_layout", "NC2n")}),
             Equals(F32({1, 4}, {2, 32, 62, 92})));
}

TEST_CASE("nn.bias_add: along any axis", "[relay]") {
  const Tensor x = Counting({2, 2, 2});
  CHECK_THAT(Relay1("nn.bias_add", {x, F32({2}, {10, 20})}),
             Equals(F32({2, 2, 2}, {10, 11, 22, 23, 14, 15, 26, 27})));
  CHECK_THAT(Relay1("nn.bias_add", {x, F32({2}, {10, 20})}, {A("axis", -1)}),
             Equals(F32({2, 2, 2}, {10, 21, 12, 23, 14, 25, 16, 27})));
  CHECK_THAT(RelayError("nn.bias_add", {x, F32({2}, {1, 2})}, {A("axis", 3)}), Contains("axis 3"));
}

TEST_CASE("nn.leaky_relu and nn.prelu: slopes below zero", "[relay]") {
  const Tensor x = F32({1, 2, 2}, {-4, 4, -8, 8});
  CHECK_THAT(Relay1("nn.leaky_relu", {x}), Equals(F32({1, 2, 2}, {-1, 4, -2, 8})));
  CHECK_THAT(Relay1("nn.prelu", {x, F32({2}, {0.5, 0.25})}), Equals(F32({1, 2, 2}, {-2, 4, -2, 8})));
}

TEST_CASE("nn.softmax: the last axis by default", "[relay]") {
  CHECK_THAT(Relay1("nn.softmax", {F32({1, 2}, {0, 0})}), Equals(F32({1, 2}, {0.5, 0.5})));
  CHECK_THAT(Relay1("nn.fast_softmax", {F32({1, 2}, {0, 0})}), Equals(F32({1, 2}, {0.5, 0.5})));
  CHECK_THAT(Relay1("nn.log_softmax", {F32({1, 2}, {0, 0})}),
             AllClose(F32({1, 2}, {-0.6931472, -0.6931472}), 1e-6, 0));
}

TEST_CASE("nn.batch_norm: the data, mean and variance", "[relay]") {
  const Tensor x = F32({1, 2, 1}, {3, 5}), gamma = F32({2}, {2, 1}), beta = F32({2}, {0, 10});
  const Tensor mean = F32({2}, {1, 1}), var = F32({2}, {4, 16});
  const auto results = Relay("nn.batch_norm", {x, gamma, beta, mean, var}, {A("epsilon", 0.0)});
  REQUIRE(results.size() == 3);
  CHECK_THAT(results[0], AllClose(F32({1, 2, 1}, {2, 11}), 1e-6, 0));
  CHECK_THAT(results[1], Equals(mean));
  CHECK_THAT(results[2], Equals(var));
}

TEST_CASE("nn.batch_norm: channels last, without scale or center", "[relay]") {
  const Tensor x = F32({1, 1, 2}, {3, 5}), other = F32({2}, {7, 7});
  const Tensor mean = F32({2}, {1, 1}), var = F32({2}, {4, 16});
  CHECK_THAT(Relay1("nn.batch_norm", {x, other, other, mean, var},
                    {A("epsilon", 0.0), A("axis", 2), A("center", false), A("scale", false)}),
             AllClose(F32({1, 1, 2}, {1, 1}), 1e-6, 0));
  CHECK_THAT(Relay1("nn.batch_norm", {x, other, other, mean, var}, {A("epsilon", 0.0), A("axis", -1)}),
             AllClose(F32({1, 1, 2}, {14, 14}), 1e-5, 0));
}

TEST_CASE("nn.layer_norm: one axis, scaled and centered on request", "[relay]") {
  const Tensor x = F32({1, 2}, {1, 3}), gamma = F32({2}, {2, 3}), beta = F32({2}, {10, 20});
  const Attrs exact = {A("epsilon", 0.0)};
  CHECK_THAT(Relay1("nn.layer_norm", {x, gamma, beta}, exact), AllClose(F32({1, 2}, {8, 23}), 1e-5, 0));
  CHECK_THAT(Relay1("nn.layer_norm", {x, gamma, beta}, {A("epsilon", 0.0), A("center", false)}),
             AllClose(F32({1, 2}, {-2, 3}), 1e-5, 0));
  CHECK_THAT(Relay1("nn.layer_norm", {x, gamma, beta}, {A("epsilon", 0.0), A("scale", false)}),
             AllClose(F32({1, 2}, {9, 21}), 1e-5, 0));
  const Tensor columns = F32({2, 1}, {1, 3});
  CHECK_THAT(Relay1("nn.layer_norm", {columns, gamma, beta}, {A("epsilon", 0.0), A("axis", 0)}),
             AllClose(F32({2, 1}, {8, 23}), 1e-5, 0));
}

TEST_CASE("nn.instance_norm and nn.group_norm: each normalises its own part", "[relay]") {
  const Tensor x = F32({1, 2, 2}, {1, 3, 10, 30}), gamma = F32({2}, {1, 2}), beta = F32({2}, {0, 5});
  CHECK_THAT(Relay1("nn.instance_norm", {x, gamma, beta}, {A("epsilon", 0.0)}),
             AllClose(F32({1, 2, 2}, {-1, 1, 3, 7}), 1e-5, 0));
  // Two groups of one channel are instances; one group of both has mean 2 and deviation 1.
  CHECK_THAT(Relay1("nn.group_norm", {x, gamma, beta}, {A("epsilon", 0.0), A("num_groups", 2)}),
             AllClose(F32({1, 2, 2}, {-1, 1, 3, 7}), 1e-5, 0));
  const Tensor y = F32({1, 2, 2}, {1, 3, 3, 1});
  CHECK_THAT(Relay1("nn.group_norm", {y, gamma, beta}, {A("epsilon", 0.0), A("num_groups", 1)}),
             AllClose(F32({1, 2, 2}, {-1, 1, 7, 3}), 1e-5, 0));
  CHECK_THAT(RelayError("nn.group_norm", {y, gamma, beta}), Contains("'num_groups' is 0"));
}

TEST_CASE("nn.l2_normalize: by the norm along the axes", "[relay]") {
  const Tensor x = F32({1, 2}, {3, 4});
  CHECK_THAT(Relay1("nn.l2_normalize", {x}, {A("eps", 1e-10), Ints("axis", {1})}),
             AllClose(F32({1, 2}, {0.6, 0.8}), 1e-6, 0));
  CHECK_THAT(Relay1("nn.l2_normalize", {x}, {A("eps", 100.0), Ints("axis", {1})}),
             AllClose(F32({1, 2}, {0.3, 0.4}), 1e-6, 0));
}

TEST_CASE("nn.lrn: by the squares of neighbouring channels", "[relay]") {
  const Tensor x = F32({1, 3, 1}, {1, 2, 3});
  // size 3, alpha 3, bias 1, beta 1: x / (1 + sum of squares).
  CHECK_THAT(Relay1("nn.lrn", {x}, {A("size", 3), A("alpha", 3.0), A("bias", 1.0), A("beta", 1.0)}),
             AllClose(F32({1, 3, 1}, {1.0 / 6, 2.0 / 15, 3.0 / 14}), 1e-6, 0));
}

TEST_CASE("nn.dropout: the data and a mask of ones", "[relay]") {
  const Tensor x = F32({2}, {3, 4});
  const auto results = Relay("nn.dropout", {x}, {A("rate", 0.9)});
  REQUIRE(results.size() == 2);
  CHECK_THAT(results[0], Equals(x));
  CHECK_THAT(results[1], Equals(F32({2}, {1, 1})));
}

TEST_CASE("einsum: products, sums, diagonals, transposes", "[relay]") {
  const Tensor a = F32({2, 3}, {1, 2, 3, 4, 5, 6}), b = F32({3, 2}, {1, 2, 3, 4, 5, 6});
  const auto einsum = [](const char* equation, std::vector<Tensor> tensors) {
    return Relay1("einsum", {Argument(std::move(tensors))}, {A("equation", equation)});
  };
  CHECK_THAT(einsum("ij,jk->ik", {a, b}), Equals(F32({2, 2}, {22, 28, 49, 64})));
  CHECK_THAT(einsum("ij,jk", {a, b}), Equals(F32({2, 2}, {22, 28, 49, 64})));
  CHECK_THAT(einsum("ij->ji", {a}), Equals(F32({3, 2}, {1, 4, 2, 5, 3, 6})));
  CHECK_THAT(einsum("ij->", {a}), Equals(F32({}, {21})));
  CHECK_THAT(einsum("ij,ij->i", {a, a}), Equals(F32({2}, {14, 77})));
  CHECK_THAT(einsum("i,j->ji", {F32({2}, {1, 2}), F32({2}, {3, 4})}), Equals(F32({2, 2}, {3, 6, 4, 8})));
  CHECK_THAT(einsum("ii->i", {F32({2, 2}, {1, 2, 3, 4})}), Equals(F32({2}, {1, 4})));
  CHECK_THAT(einsum("ii", {F32({2, 2}, {1, 2, 3, 4})}), Equals(F32({}, {5})));
  CHECK_THAT(einsum("ij,jk,kl->il", {a, b, a}), Equals(F32({2, 3}, {134, 184, 234, 305, 418, 531})));
  CHECK_THAT(einsum("...ij,...jk->...ik", {F32({2, 1, 2}, {1, 2, 3, 4}), F32({1, 2, 1}, {10, 1})}),
             Equals(F32({2, 1, 1}, {12, 34})));
  CHECK_THAT(RelayError("einsum", {Argument(std::vector<Tensor>{a})}, {A("equation", "ij,jk->ik")}),
             Contains("2 operands, the tuple 1"));
  CHECK_THAT(RelayError("einsum", {Argument(std::vector<Tensor>{a})}, {A("equation", "ij->ik")}),
             Contains("result"));
}

}  // namespace
}  // namespace baton::test
