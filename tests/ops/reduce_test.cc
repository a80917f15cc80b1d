#include <numeric>

#include "tests/ops/nn_support.h"

namespace baton::test {
namespace {

using Ints = std::vector<int64_t>;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

double Reduced(const std::string& op, const Values& x) {
  double sum = 0, absolute = 0, squares = 0, product = 1, exponentials = 0, greatest = -kInfinity,
         least = kInfinity;
  for (double value : x) {
    sum += value;
    absolute += std::abs(value);
    squares += value * value;
    product *= value;
    exponentials += std::exp(value);
    greatest = std::max(greatest, value);
    least = std::min(least, value);
  }
  if (op == "sum") return sum;
  if (op == "mean") return sum / static_cast<double>(x.size());
  if (op == "l1") return absolute;
  if (op == "l2") return std::sqrt(squares);
  if (op == "sum_square") return squares;
  if (op == "prod") return product;
  if (op == "max") return greatest;
  if (op == "min") return least;
  if (op == "log_sum") return std::log(sum);
  return std::log(exponentials);
}

// Reduces over the axes set in `mask`.
Values Reference(const std::string& op, const Tensor& data, unsigned mask) {
  const Values x = ToValues(data);
  std::vector<Values> groups;
  int64_t num_groups = 1;
  for (int axis = 0; axis < data->rank; ++axis) num_groups *= mask >> axis & 1 ? 1 : data->dims[axis];
  groups.resize(num_groups);
  for (size_t i = 0; i < x.size(); ++i) {
    int64_t rest = static_cast<int64_t>(i), group = 0, stride = 1;
    for (int axis = data->rank - 1; axis >= 0; --axis) {
      const int64_t index = rest % data->dims[axis];
      rest /= data->dims[axis];
      if (mask >> axis & 1) continue;
      group += index * stride;
      stride *= data->dims[axis];
    }
    groups[group].push_back(x[i]);
  }
  Values y;
  for (const Values& group : groups) y.push_back(Reduced(op, group));
  return y;
}

const char* const kOps[] = {"sum", "mean", "max",        "min",     "prod",
                            "l1",  "l2",   "sum_square", "log_sum", "log_sum_exp"};

}  // namespace

TEST_CASE("reductions: every set of axes agrees with the definition", "[ops][reduce]") {
  const std::string op = GENERATE(from_range(std::begin(kOps), std::end(kOps)));
  const Ints dims = GENERATE(Ints{}, Ints{1}, Ints{37}, Ints{3, 5}, Ints{2, 1, 3}, Ints{2, 3, 1, 5},
                             Ints{4, 0, 2}, Ints{2, 3, 130}, Ints{130, 3, 2});
  const Tensor data = Random(dims, 7);
  for (unsigned mask = 1; mask < 1u << dims.size(); ++mask) {
    CAPTURE(op, dims, mask);
    Ints axes;
    for (size_t axis = 0; axis < dims.size(); ++axis) {
      if (mask >> axis & 1) axes.push_back(axis % 2 == 0 ? axis : axis - dims.size());
    }
    for (const bool keepdims : {false, true}) {
      ForEachKernel(op, {{"keepdims", keepdims}}, {data, Int64s(axes)}, [&](const auto& outputs) {
        CHECK(outputs[0]->rank == (keepdims ? dims.size() : dims.size() - axes.size()));
        CheckClose(outputs[0], Reference(op, data, mask), 1e-5);
      });
    }
  }
}

TEST_CASE("reductions: without axes all are reduced, or none on request", "[ops][reduce]") {
  const Tensor data = Floats({2, 2}, {1, 2, 3, 5});
  for (const std::vector<Tensor>& inputs :
       {std::vector<Tensor>{data}, std::vector<Tensor>{data, Int64s({})}}) {
    ForEachKernel("sum", {{"keepdims", false}}, inputs, [](const auto& outputs) {
      CHECK(ShapeOf(outputs[0]).empty());
      CheckClose(outputs[0], {11}, 0);
    });
    ForEachKernel("l2", {{"noop_with_empty_axes", true}}, inputs, [](const auto& outputs) {
      CheckClose(outputs[0], {1, 2, 3, 5}, 0);
    });
  }
}

TEST_CASE("reductions: integers wrap, truncate and have their own identities", "[ops][reduce]") {
  const auto reduce = [](const std::string& op, DType dtype, const Ints& dims, const Values& values) {
    Values y;
    ForEachKernel(op, {{"keepdims", false}}, {MakeTensor(dtype, dims, values)},
                  [&](const auto& outputs) { y = ToValues(outputs[0]); });
    return y;
  };
  CHECK(reduce("sum", DType::kInt8, {2}, {100, 100}) == Values{200 - 256});
  CHECK(reduce("prod", DType::kUInt8, {2}, {16, 17}) == Values{16});
  CHECK(reduce("mean", DType::kInt32, {2}, {-3, -4}) == Values{-3});
  CHECK(reduce("mean", DType::kInt8, {3}, {100, 100, 100}) == Values{100});
  CHECK(reduce("mean", DType::kInt64, {0}, {}) == Values{0});
  CHECK(reduce("l1", DType::kInt16, {2}, {-300, 5}) == Values{305});
  CHECK(reduce("l2", DType::kInt32, {2}, {3, -4}) == Values{5});
  CHECK(reduce("max", DType::kInt8, {0}, {}) == Values{-128});
  CHECK(reduce("min", DType::kUInt8, {0}, {}) == Values{255});
  CHECK(reduce("max", DType::kBool, {2}, {0, 1}) == Values{1});
  CHECK(reduce("min", DType::kBool, {2}, {0, 1}) == Values{0});
  CHECK(reduce("max", DType::kFloat32, {0}, {}) == Values{-kInfinity});
  CHECK(reduce("prod", DType::kFloat32, {0}, {}) == Values{1});
  CHECK(std::isnan(reduce("mean", DType::kFloat32, {0}, {})[0]));
  CHECK(reduce("log_sum_exp", DType::kFloat32, {0}, {}) == Values{-kInfinity});
}

TEST_CASE("reductions: max and min give NaN where there is one, in any place", "[ops][reduce]") {
  const std::string op = GENERATE("max", "min");
  for (size_t place = 0; place < 20; ++place) {
    Values values(20, 1.0);
    values[place] = std::nan("");
    ForEachKernel(op, {}, {Floats({20}, values)},
                  [](const auto& outputs) { CHECK(std::isnan(ToValues(outputs[0])[0])); });
    ForEachKernel(op, {}, {Floats({20, 1, 1}, values), Int64s({0})},
                  [](const auto& outputs) { CHECK(std::isnan(ToValues(outputs[0])[0])); });
  }
}

TEST_CASE("reductions: long sums keep their digits", "[ops][reduce]") {
  const int64_t n = 1 << 18;
  ForEachKernel("mean", {{"keepdims", false}}, {Floats({n}, Values(n, 0.1))},
                [](const auto& outputs) { CheckClose(outputs[0], {static_cast<double>(0.1f)}, 1e-7); });
  ForEachKernel("sum", {{"keepdims", false}},
                {MakeTensor(DType::kFloat16, {4096, 2}, Values(8192, 1.0)), Int64s({0})},
                [](const auto& outputs) {
                  CheckClose(outputs[0], {4096, 4096}, 0);
                });
}

TEST_CASE("log_sum_exp: neither overflows nor makes NaN of infinities", "[ops][reduce]") {
  const auto reduce = [](const Values& values) {
    double y = 0;
    ForEachKernel("log_sum_exp", {}, {Floats({static_cast<int64_t>(values.size())}, values)},
                  [&](const auto& outputs) { y = ToValues(outputs[0])[0]; });
    return y;
  };
  CHECK(reduce({1000, 1000}) == Approx(1000 + std::log(2.0)));
  CHECK(reduce({-1000, -2000}) == Approx(-1000));
  CHECK(reduce({-kInfinity, -kInfinity}) == -kInfinity);
  CHECK(reduce({-kInfinity, 3}) == Approx(3));
  CHECK(reduce({kInfinity, 3, kInfinity}) == kInfinity);
}

TEST_CASE("reductions: wrong axes are errors", "[ops][reduce]") {
  const auto contains = [](const std::string& text) { return Catch::Matchers::Contains(text); };
  const Tensor data = Random({2, 3}, 1);
  CHECK_THAT(ErrorOf("sum", {}, {data, Int64s({2})}), contains("axis 2 is outside [-2, 2)"));
  CHECK_THAT(ErrorOf("sum", {}, {data, Int64s({0, -2})}), contains("axis 0 is given twice"));
  CHECK_THAT(ErrorOf("sum", {}, {data, Random({1}, 1)}), contains("axes has element type float32"));
  CHECK_THAT(ErrorOf("sum", {}, {MakeTensor(DType::kBool, {1}, {1})}), contains("bool"));
}

TEST_CASE("argmax, argmin: first or last of the best along an axis", "[ops][reduce]") {
  const Tensor data = MakeTensor(GENERATE(DType::kFloat32, DType::kInt8, DType::kFloat16, DType::kUInt8),
                                 {2, 4}, {1, 3, 3, 0, 0, 2, 0, 2});
  const auto run = [&](const std::string& op, int64_t axis, bool last, bool keepdims) {
    Values y;
    ForEachKernel(op, {{"axis", axis}, {"select_last_index", last}, {"keepdims", keepdims}}, {data},
                  [&](const auto& outputs) {
                    CHECK(outputs[0]->rank == (keepdims ? 2 : 1));
                    y = ToValues(outputs[0]);
                  });
    return y;
  };
  CHECK(run("argmax", 1, false, true) == Values{1, 1});
  CHECK(run("argmax", -1, true, false) == Values{2, 3});
  CHECK(run("argmin", 1, false, false) == Values{3, 0});
  CHECK(run("argmin", 1, true, false) == Values{3, 2});
  CHECK(run("argmax", 0, false, true) == Values{0, 0, 0, 1});
  CHECK_THAT(ErrorOf("argmax", {{"axis", int64_t{1}}}, {Random({2, 0}, 1)}),
             Catch::Matchers::Contains("at least 1"));
}

TEST_CASE("topk: greatest and least with positions, ties by position", "[ops][reduce]") {
  const Tensor data = Floats({2, 5}, {-0.25, 0.125, 0, -0.125, -0.25, 0.125, 0, -0.125, -0.25, 0.125});
  ForEachKernel("topk", {}, {data, Int64s({3})}, [](const auto& outputs) {
    CheckClose(outputs[0], {0.125, 0, -0.125, 0.125, 0.125, 0}, 0);
    CheckClose(outputs[1], {1, 2, 3, 0, 4, 1}, 0);
  });
  ForEachKernel("topk", {{"axis", int64_t{0}}, {"largest", false}}, {data, Tensor::Scalar<int64_t>(1)},
                [](const auto& outputs) {
                  CHECK(ShapeOf(outputs[0]) == Values{1, 5});
                  CheckClose(outputs[0], {-0.25, 0, -0.125, -0.25, -0.25}, 0);
                  CheckClose(outputs[1], {0, 1, 1, 1, 0}, 0);
                });
  ForEachKernel("topk", {}, {data, Int64s({0})}, [](const auto& outputs) {
    CHECK(ShapeOf(outputs[0]) == Values{2, 0});
  });
}

TEST_CASE("topk: NaN counts as greatest and upsets no order", "[ops][reduce]") {
  Values values(50);
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = i % 3 == 0 ? std::nan("") : static_cast<double>(i * 7 % 11);
  ForEachKernel("topk", {{"largest", false}}, {Floats({50}, values), Int64s({50})}, [](const auto& outputs) {
    const Values sorted = ToValues(outputs[0]);
    CHECK(std::is_sorted(sorted.begin(), sorted.begin() + 33));
    CHECK(std::isnan(sorted[33]));
  });
}

TEST_CASE("topk: a k that does not fit is an error", "[ops][reduce]") {
  const auto contains = [](const std::string& text) { return Catch::Matchers::Contains(text); };
  CHECK_THAT(ErrorOf("topk", {}, {Random({3}, 1), Int64s({4})}), contains("must be at least 4, found 3"));
  CHECK_THAT(ErrorOf("topk", {}, {Random({3}, 1), Int64s({-1})}), contains("k must be at least 0"));
  CHECK_THAT(ErrorOf("topk", {}, {Random({3}, 1), Int64s({1, 2})}), contains("extent of k"));
  CHECK_THAT(ErrorOf("topk", {{"axis", int64_t{1}}}, {Random({3}, 1), Int64s({1})}), contains("axis 1"));
}

}  // namespace baton::test
