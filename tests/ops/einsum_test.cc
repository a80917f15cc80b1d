#include "tests/ops/op_support.h"
#include "tests/support/symbolic_types.h"

namespace baton::test {
namespace {

constexpr DType kF32 = DType::kFloat32;

Tensor Einsum(const char* equation, const std::vector<Tensor>& inputs) {
  return Run("einsum", inputs, {{"equation", std::string(equation)}});
}
std::string EinsumError(const char* equation, const std::vector<Tensor>& inputs) {
  return Error("einsum", inputs, {{"equation", std::string(equation)}});
}

TEST_CASE("einsum: products, sums, transposes and diagonals", "[ops]") {
  const Tensor a = Of<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  const Tensor b = Of<float>({3, 2}, {1, 0, 2, 1, 0, 3});
  const Tensor square = Of<float>({2, 2}, {1, 2, 3, 4});
  CHECK_THAT(Einsum("ij,jk->ik", {a, b}), Equals(Of<float>({2, 2}, {5, 11, 14, 23})));
  CHECK_THAT(Einsum("ij,jk", {a, b}), Equals(Of<float>({2, 2}, {5, 11, 14, 23})));
  CHECK_THAT(Einsum("ij->ji", {a}), Equals(Of<float>({3, 2}, {1, 4, 2, 5, 3, 6})));
  CHECK_THAT(Einsum("ij->j", {a}), Equals(Of<float>({3}, {5, 7, 9})));
  CHECK_THAT(Einsum("ij->", {a}), Equals(Of<float>({}, {21})));
  CHECK_THAT(Einsum("ii->i", {square}), Equals(Of<float>({2}, {1, 4})));
  CHECK_THAT(Einsum("ii", {square}), Equals(Of<float>({}, {5})));
  CHECK_THAT(Einsum("i,j->ij", {Of<float>({2}, {1, 2}), Of<float>({2}, {3, 4})}),
             Equals(Of<float>({2, 2}, {3, 4, 6, 8})));
  CHECK_THAT(Einsum("i,i,i->", {Of<float>({2}, {1, 2}), Of<float>({2}, {3, 4}), Of<float>({2}, {5, 6})}),
             Equals(Of<float>({}, {63})));
  CHECK_THAT(Einsum(",i->i", {Of<float>({}, {2}), Of<float>({2}, {3, 4})}), Equals(Of<float>({2}, {6, 8})));
}

TEST_CASE("einsum: implicit results are in alphabetical order, upper case first", "[ops]") {
  const Tensor a = Of<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  CHECK_THAT(Einsum("ba", {a}), Equals(Of<float>({3, 2}, {1, 4, 2, 5, 3, 6})));
  CHECK_THAT(Einsum("bA", {a}), Equals(Of<float>({3, 2}, {1, 4, 2, 5, 3, 6})));
  CHECK_THAT(Einsum(" a b -> a b ", {a}), Equals(a));
}

TEST_CASE("einsum: an ellipsis stands for leading axes that broadcast", "[ops]") {
  const Tensor a = RandomTensor(kF32, {2, 1, 3, 4}, 1);
  const Tensor b = RandomTensor(kF32, {5, 4, 2}, 2);
  const Tensor result = Einsum("...ij,...jk->...ik", {a, b});
  REQUIRE(result.shape() == absl::MakeConstSpan(Index{2, 5, 3, 2}));
  ForEachIndex({2, 5, 3, 2}, [&](const Index& at) {
    double sum = 0;
    for (int64_t j = 0; j < 4; ++j) {
      sum +=
          double{a->As<float>()[(at[0] * 3 + at[2]) * 4 + j]} * b->As<float>()[(at[1] * 4 + j) * 2 + at[3]];
    }
    const int64_t offset = ((at[0] * 5 + at[1]) * 3 + at[2]) * 2 + at[3];
    CHECK(result->As<float>()[offset] == Approx(sum).margin(1e-6));
  });
  CHECK_THAT(Einsum("...i->i...", {Of<float>({2, 3}, {1, 2, 3, 4, 5, 6})}),
             Equals(Of<float>({3, 2}, {1, 4, 2, 5, 3, 6})));
  CHECK_THAT(Einsum("...i,...i", {Of<float>({2, 2}, {1, 2, 3, 4}), Of<float>({2}, {1, 10})}),
             Equals(Of<float>({2}, {21, 43})));
}

TEST_CASE("einsum: integers wrap, halves are summed exactly, empty sums are zero", "[ops]") {
  CHECK_THAT(Einsum("i,i->", {Of<int8_t>({2}, {100, 100}), Of<int8_t>({2}, {2, 1})}),
             Equals(Of<int8_t>({}, {44})));
  CHECK_THAT(Einsum("i->", {Of<Float16>({3}, {2048, 1, 1})}), Equals(Of<Float16>({}, {2050})));
  CHECK_THAT(Einsum("ij,jk->ik", {Of<float>({2, 0}, {}), Of<float>({0, 1}, {})}),
             Equals(Of<float>({2, 1}, {0, 0})));
  CHECK_THAT(Einsum("ij,jk->ik", {Of<float>({0, 2}, {}), Of<float>({2, 1}, {1, 2})}),
             Equals(Of<float>({0, 1}, {})));
}

TEST_CASE("einsum: symbolic extents follow the labels", "[ops]") {
  const auto infer = [](SymbolicTypes& types, const char* equation) {
    return types.Infer("einsum", {{"equation", std::string(equation)}});
  };
  SymbolicTypes attention;
  attention.Add(kF32, {"b", "12", "q", "64"}).Add(kF32, {"b", "12", "k", "64"});
  CHECK(infer(attention, "bhqd,bhkd->bhqk") == "Tensor[(b, 12, q, k), float32]");
  CHECK(attention.required().empty());
  SymbolicTypes unranked;
  CHECK(infer(unranked.AddUnranked(kF32).Add(kF32, {"4", "n"}), "ij,jk->ik") == "Tensor[(_0, _1), float32]");
  SymbolicTypes ellipsis;
  CHECK(infer(ellipsis.AddUnranked(kF32), "...i->...") == "Tensor[*, float32]");
}

TEST_CASE("einsum: bad equations say what is wrong", "[ops]") {
  const Tensor a = Of<float>({1, 1}, {1});
  CHECK(EinsumError("ij->k", {a}) == "einsum: equation 'ij->k': the result has 'k', which no operand has");
  CHECK(EinsumError("ij->ii", {a}).find("the result has 'i' twice") != std::string::npos);
  CHECK(EinsumError("i1->i", {a}).find("unexpected '1'") != std::string::npos);
  CHECK(EinsumError("i..j", {a}).find("unexpected '.'") != std::string::npos);
  CHECK(EinsumError("...i...", {a}).find("unexpected '.'") != std::string::npos);
  CHECK(EinsumError("i-j", {a}).find("unexpected '-'") != std::string::npos);
  CHECK(EinsumError("ij->ij->ij", {a}).find("unexpected '-'") != std::string::npos);
  CHECK(EinsumError("...ij->ij", {a}).find("operands have ..., the result has not") != std::string::npos);
  CHECK(EinsumError("ij->...ij", {a}).find("which no operand has") != std::string::npos);
  CHECK(EinsumError("abcdefghi", {a}).find("more than 8 letters") != std::string::npos);
}

TEST_CASE("einsum: operands must fit the equation", "[ops]") {
  const Tensor a = Of<float>({1, 2}, {1, 2});
  CHECK(EinsumError("ij,jk", {a}).find("is for 2 operands, found 1") != std::string::npos);
  CHECK(EinsumError("ijk", {a}).find("operand 0 has rank 2, the equation gives it 3") != std::string::npos);
  CHECK(EinsumError("...ijk", {a}).find("gives it at least 3") != std::string::npos);
  CHECK(EinsumError("ij,jk", {a, Of<float>({3, 1}, {1, 2, 3})}).find("extents 2 and 3 do not broadcast") !=
        std::string::npos);
  CHECK(EinsumError("ij,ij", {a, Of<int32_t>({1, 2}, {1, 2})}).find("expected float32") != std::string::npos);
}

}  // namespace
}  // namespace baton::test
