#include "tests/ops/op_support.h"

namespace baton::test {
namespace {

const std::vector<DType> kSizes = {DType::kBool, DType::kFloat16, DType::kInt32, DType::kFloat64};

Index DimsOf(const Tensor& tensor) {
  return {tensor.shape().begin(), tensor.shape().end()};
}

TEST_CASE("transpose: agrees with the definition for every permutation and size", "[ops]") {
  struct Case {
    Index dims, axes;
  };
  const std::vector<Case> cases = {{{3, 5}, {1, 0}},
                                   {{2, 3, 4}, {2, 0, 1}},
                                   {{2, 3, 4}, {0, 2, 1}},
                                   {{2, 3, 4}, {1, 0, 2}},
                                   {{67, 41}, {1, 0}},
                                   {{2, 1, 3, 4}, {3, 1, 0, 2}},
                                   {{2, 0, 3}, {2, 1, 0}},
                                   {{2, 3, 4, 5}, {0, 3, 1, 2}},
                                   {{40, 3, 35}, {2, 1, 0}},
                                   {{2, 3, 2, 3, 2}, {4, 2, 0, 1, 3}},
                                   {{5}, {0}},
                                   {{2, 3}, {-1, -2}}};
  for (const Case& c : cases) {
    for (DType dtype : kSizes) {
      CAPTURE(c.dims, c.axes, DTypeName(dtype));
      const Tensor data = RandomTensor(dtype, c.dims, 1, -100, 100);
      const size_t rank = c.dims.size();
      const auto from = [&](size_t i) { return (c.axes[i] + rank) % rank; };
      Index dims(rank);
      for (size_t i = 0; i < rank; ++i) dims[i] = c.dims[from(i)];
      const Tensor expected = NaiveMove(data, dims, [&](const Index& index) {
        Index source(rank);
        for (size_t i = 0; i < rank; ++i) source[from(i)] = index[i];
        return source;
      });
      CHECK_THAT(Run("transpose", {data}, {{"axes", c.axes}}), Equals(expected));
    }
  }
}

TEST_CASE("transpose: without axes the axes are reversed", "[ops]") {
  CHECK_THAT(Run("transpose", {Of<float>({2, 3}, {1, 2, 3, 4, 5, 6})}),
             Equals(Of<float>({3, 2}, {1, 4, 2, 5, 3, 6})));
  CHECK_THAT(Run("transpose", {Of<float>({}, {1})}), Equals(Of<float>({}, {1})));
}

TEST_CASE("transpose: refuses what is no permutation", "[ops]") {
  const Tensor data = Of<float>({1, 2}, {1, 2});
  CHECK(Error("transpose", {data}, {{"axes", Index{0}}}) ==
        "transpose: axes names 1 axes, data has rank 2 (data Tensor[(1, 2), float32])");
  CHECK(Error("transpose", {data}, {{"axes", Index{0, 0}}}) ==
        "transpose: axis 0 is given twice (data Tensor[(1, 2), float32])");
  CHECK(Error("transpose", {data}, {{"axes", Index{0, 2}}}) ==
        "transpose: axis 2 is outside [-2, 2) (data Tensor[(1, 2), float32])");
}

TEST_CASE("reshape, flatten, squeeze, unsqueeze, copy: keep the elements", "[ops]") {
  for (DType dtype : kSizes) {
    const Tensor data = RandomTensor(dtype, {2, 1, 6}, 2);
    const auto same = [&](const Index& dims) {
      return NaiveMove(data, dims, [&](const Index& index) {
        int64_t flat = 0;
        for (size_t i = 0; i < dims.size(); ++i) flat = flat * dims[i] + index[i];
        return Index{flat / 6, 0, flat % 6};
      });
    };
    CHECK_THAT(Run("reshape", {data, Ints64({3, -1})}), Equals(same({3, 4})));
    CHECK_THAT(Run("reshape", {data, Ints64({0, 2, 3, 1})}), Equals(same({2, 2, 3, 1})));
    CHECK_THAT(Run("flatten", {data}), Equals(same({2, 6})));
    CHECK_THAT(Run("flatten", {data}, {{"axis", int64_t{0}}}), Equals(same({1, 12})));
    CHECK_THAT(Run("flatten", {data}, {{"axis", int64_t{3}}}), Equals(same({12, 1})));
    CHECK_THAT(Run("flatten", {data}, {{"axis", int64_t{-1}}}), Equals(same({2, 6})));
    CHECK_THAT(Run("squeeze", {data}), Equals(same({2, 6})));
    CHECK_THAT(Run("squeeze", {data, Ints64({-2})}), Equals(same({2, 6})));
    CHECK_THAT(Run("unsqueeze", {data, Ints64({0, -1})}), Equals(same({1, 2, 1, 6, 1})));
    CHECK_THAT(Run("copy", {data}), Equals(data));
  }
}

TEST_CASE("reshape: an empty batch is copied and the rest inferred", "[ops]") {
  const Tensor empty = Of<float>({0, 8}, {});
  CHECK(DimsOf(Run("reshape", {empty, Ints64({0, -1})})) == Index{0, 8});
  CHECK_FALSE(Error("reshape", {empty, Ints64({0, 3, -1})}, {{"allow_zero", true}}).empty());
  CHECK(DimsOf(Run("reshape", {empty, Ints64({5, 0})}, {{"allow_zero", true}})) == Index{5, 0});
}

TEST_CASE("reshape: refuses shapes that do not fit", "[ops]") {
  const Tensor data = Of<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  const std::string types = " (data Tensor[(2, 3), float32], shape Tensor[(2), int64])";
  CHECK(Error("reshape", {data, Ints64({4, -1})}) ==
        "reshape: elements of the result with the inferred extent and of data must be equal, found 4 and 6" +
            types);
  CHECK(Error("reshape", {data, Ints64({2, 2})}) ==
        "reshape: elements of shape and of data must be equal, found 4 and 6" + types);
  CHECK(Error("reshape", {data, Ints64({-1, -1})}) == "reshape: shape has more than one -1" + types);
  CHECK(Error("reshape", {data, Ints64({-2, -3})}) ==
        "reshape: shape has the extent -2, expected -1 or more" + types);
  CHECK(Error("reshape", {data, Ints64({INT64_MAX, INT64_MAX})}).find("exceeds 64 bits") !=
        std::string::npos);
  CHECK(Error("reshape", {Of<float>({}, {1}), Ints64({1, 1, 1, 1, 1, 1, 1, 1, 1})}).find("rank 9") !=
        std::string::npos);
  CHECK(Error("reshape", {data, Of<float>({2}, {2, 3})}).find("shape has element type float32") !=
        std::string::npos);
}

TEST_CASE("squeeze: an axis of another extent is an error", "[ops]") {
  CHECK(Error("squeeze", {Of<float>({2, 1}, {1, 2}), Ints64({0})}) ==
        "squeeze: the extent of squeezed axis 0 and 1 must be equal, found 2 and 1 (data Tensor[(2, 1), "
        "float32], axes "
        "Tensor[(1), int64])");
}

TEST_CASE("concatenate: joins along every axis, empty parts included", "[ops]") {
  for (int64_t axis : {0, 1, 2, -1}) {
    for (DType dtype : kSizes) {
      std::vector<Tensor> parts;
      Index dims = {2, 3, 2};
      const size_t at = (axis + 3) % 3;
      Index offsets;
      int64_t total = 0;
      for (int64_t extent : {2, 0, 1, 5}) {
        dims[at] = extent;
        parts.push_back(RandomTensor(dtype, dims, 10 + extent));
        offsets.push_back(total);
        total += extent;
      }
      dims[at] = total;
      const Tensor result = Run("concatenate", parts, {{"axis", axis}});
      CHECK(DimsOf(result) == dims);
      for (size_t p = 0; p < parts.size(); ++p) {
        const Tensor part = NaiveMove(result, DimsOf(parts[p]), [&](Index index) {
          index[at] += offsets[p];
          return index;
        });
        CHECK_THAT(part, Equals(parts[p]));
      }
    }
  }
}

TEST_CASE("concatenate: refuses other extents, ranks and element types", "[ops]") {
  const Tensor data = Of<float>({1, 2}, {1, 2});
  CHECK(Error("concatenate", {data, Of<float>({1, 1}, {1})}) ==
        "concatenate: extents of the inputs along axis 1 must be equal, found 2 and 1 (data[0] Tensor[(1, "
        "2), float32], "
        "data[1] Tensor[(1, 1), float32])");
  CHECK(Error("concatenate", {data, Of<float>({1}, {1})}).find("ranks 2 and 1") != std::string::npos);
  CHECK(Error("concatenate", {data, Of<double>({1, 2}, {1, 2})}).find("float64, expected float32") !=
        std::string::npos);
  CHECK(Error("concatenate", {data}, {{"axis", int64_t{2}}}).find("axis 2 is outside [-2, 2)") !=
        std::string::npos);
}

TEST_CASE("split: gives back what concatenate joins", "[ops]") {
  const Tensor data = RandomTensor(DType::kFloat32, {3, 7, 2}, 4);
  for (const auto& [sizes, parts] :
       {std::pair<Index, int64_t>({3, 0, 4}, 0), {{7}, 1}, {{}, 4}, {{}, 7}, {{2, 5}, 2}}) {
    const std::vector<Tensor> inputs = {data, sizes.empty() ? Tensor() : Ints64(sizes)};
    const Attributes attributes = {{"axis", int64_t{1}}, {"num_outputs", parts}};
    const auto results = TryRun("split", inputs, attributes);
    REQUIRE(results.ok());
    CHECK(results->size() == (sizes.empty() ? static_cast<size_t>(parts) : sizes.size()));
    CHECK_THAT(Run("concatenate", *results, {{"axis", int64_t{1}}}), Equals(data));
  }
}

TEST_CASE("split: all parts but the last are equal, and sizes must fit", "[ops]") {
  const Tensor data = Of<float>({5}, {1, 2, 3, 4, 5});
  const auto parts = TryRun("split", {data}, {{"num_outputs", int64_t{2}}});
  REQUIRE(parts.ok());
  CHECK_THAT((*parts)[0], Equals(Of<float>({3}, {1, 2, 3})));
  CHECK_THAT((*parts)[1], Equals(Of<float>({2}, {4, 5})));
  CHECK(Error("split", {data, Ints64({2, 2})}).find("must be equal, found 4 and 5") != std::string::npos);
  CHECK(Error("split", {data, Ints64({6, -1})}).find("must be at least 0, found -1") != std::string::npos);
  CHECK(Error("split", {Of<float>({4}, {1, 2, 3, 4})}, {{"num_outputs", int64_t{5}}}).empty());
  CHECK(Error("split", {data}, {{"num_outputs", int64_t{4}}}).find("last part must be at least 0") !=
        std::string::npos);
  CHECK(Error("split", {data}).find("num_outputs is not given") != std::string::npos);
  CHECK(Error("split", {data}, {{"num_outputs", INT64_MAX}}).find("expected at most") != std::string::npos);
}

TEST_CASE("split: each part comes from a call that gives it alone", "[ops]") {
  const OpDef& split = *FindOp("split");
  for (const int64_t axis : {0, 1, -1}) {
    const Tensor data = RandomTensor(DType::kInt64, {4, 4, 4}, 9);
    const Attributes attributes = {{"axis", axis}};
    const auto parts = TryRun("split", {data, Ints64({1, 0, 3})}, attributes);
    REQUIRE(parts.ok());
    TensorTypes types;
    for (const Tensor& part : *parts) {
      types.push_back({part.dtype(), Shape(Dims(part.shape().begin(), part.shape().end()))});
    }
    const OpAttrs attrs = split.ParseAttrs(attributes).value();
    for (int i = 0; i < 3; ++i) {
      const std::optional<ResultCall> alone = split.result_alone(attrs.raw(), types, i);
      REQUIRE(alone);
      std::vector<Tensor> inputs = {data};
      inputs.insert(inputs.end(), alone->operands.begin(), alone->operands.end());
      CHECK_THAT(Run(alone->op->name, inputs), Equals((*parts)[i]));
    }
    types[1].shape = Shape({Dim(4), Dim(4), Dim::Symbol("n")});
    if (axis == -1) CHECK_FALSE(split.result_alone(attrs.raw(), types, 1));
  }
}

TEST_CASE("expand: broadcasts both ways", "[ops]") {
  const Tensor data = RandomTensor(DType::kFloat32, {3, 1}, 5);
  const Tensor expected = NaiveMove(data, {2, 3, 4}, [](const Index& index) { return Index{index[1], 0}; });
  CHECK_THAT(Run("expand", {data, Ints64({2, 1, 4})}), Equals(expected));
  CHECK_THAT(Run("expand", {data, Ints64({1})}), Equals(data));
  CHECK(DimsOf(Run("expand", {data, Ints64({0})})) == Index{3, 0});
  CHECK_THAT(Run("expand", {Of<Bool>({}, {1}), Ints64({2})}), Equals(Of<Bool>({2}, {1, 1})));
  CHECK(Error("expand", {data, Ints64({2, 5, 4})}).find("extents 3 and 5 do not broadcast") !=
        std::string::npos);
  CHECK(Error("expand", {data, Ints64({-1})}).find("must be at least 0, found -1") != std::string::npos);
}

TEST_CASE("tile: repeats every axis", "[ops]") {
  for (DType dtype : kSizes) {
    const Tensor data = RandomTensor(dtype, {2, 3, 1}, 6);
    const Tensor expected = NaiveMove(data, {4, 3, 3}, [](const Index& index) {
      return Index{index[0] % 2, index[1], 0};
    });
    CHECK_THAT(Run("tile", {data, Ints64({2, 1, 3})}), Equals(expected));
    CHECK(DimsOf(Run("tile", {data, Ints64({0, 1, 1})})) == Index{0, 3, 1});
  }
  const Tensor deep = RandomTensor(DType::kFloat32, {1, 2, 1, 2, 1, 2, 1, 2}, 7);
  const Tensor expected = NaiveMove(deep, {2, 4, 2, 4, 2, 4, 2, 4}, [](Index index) {
    for (size_t i = 0; i < index.size(); ++i) index[i] %= i % 2 == 0 ? 1 : 2;
    return index;
  });
  CHECK_THAT(Run("tile", {deep, Ints64({2, 2, 2, 2, 2, 2, 2, 2})}), Equals(expected));
  CHECK(Error("tile", {deep, Ints64({2})}).find("repeats has 1 elements, data has rank 8") !=
        std::string::npos);
  CHECK(Error("tile", {Of<float>({1}, {1}), Ints64({-1})}).find("must be at least 0") != std::string::npos);
}

TEST_CASE("full: one value in a shape", "[ops]") {
  CHECK_THAT(Run("full", {Ints64({2, 2}), Of<Float16>({1}, {3})}), Equals(Of<Float16>({2, 2}, {3, 3, 3, 3})));
  CHECK_THAT(Run("full", {Ints64({}), Of<Bool>({}, {1})}), Equals(Of<Bool>({}, {1})));
  CHECK_THAT(Run("full", {Ints64({0, 3}), Of<double>({}, {1})}), Equals(Of<double>({0, 3}, {})));
  CHECK(Error("full", {Ints64({-1}), Of<float>({}, {1})}).find("must be at least 0, found -1") !=
        std::string::npos);
  CHECK(Error("full", {Ints64({1}), Of<float>({2}, {1, 2})}).find("extent of fill") != std::string::npos);
  CHECK_FALSE(Error("full", {Ints64({int64_t{1} << 40, int64_t{1} << 40}), Of<float>({}, {1})}).empty());
}

int64_t Reflected(int64_t i, int64_t n) {
  return i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i;
}

TEST_CASE("nn.pad: every mode agrees with its definition", "[ops]") {
  const Tensor value = Tensor::Scalar<float>(9);
  const Tensor data = RandomTensor(DType::kFloat32, {3, 5}, 8);
  const auto pad = [&](const Index& pads, const char* mode) {
    return Run("nn.pad", {data, Ints64(pads), value}, {{"mode", std::string(mode)}});
  };
  const auto expect = [&](const std::function<int64_t(int64_t, int64_t)>& map) {
    return NaiveMove(
        data, {6, 8},
        [&](const Index& index) {
          const int64_t row = map(index[0] - 2, 3);
          const int64_t column = map(index[1] - 1, 5);
          return row < 0 || column < 0 ? Index{} : Index{row, column};
        },
        9);
  };
  const Index pads = {2, 1, 1, 2};
  CHECK_THAT(pad(pads, "constant"), Equals(expect([](int64_t i, int64_t n) { return i < n ? i : -1; })));
  CHECK_THAT(pad(pads, "reflect"), Equals(expect(Reflected)));
  CHECK_THAT(pad(pads, "edge"),
             Equals(expect([](int64_t i, int64_t n) { return std::clamp<int64_t>(i, 0, n - 1); })));
  CHECK_THAT(pad(pads, "wrap"), Equals(expect([](int64_t i, int64_t n) { return (i + n) % n; })));
}

TEST_CASE("nn.pad: negative amounts crop, axes choose, the default value is 0", "[ops]") {
  const Tensor data = Of<int32_t>({2, 3}, {1, 2, 3, 4, 5, 6});
  CHECK_THAT(Run("nn.pad", {data, Ints64({0, -1, 0, 1})}), Equals(Of<int32_t>({2, 3}, {2, 3, 0, 5, 6, 0})));
  CHECK_THAT(Run("nn.pad", {data, Ints64({1, -2}), Tensor(), Ints64({-1})}),
             Equals(Of<int32_t>({2, 2}, {0, 1, 0, 4})));
  CHECK_THAT(Run("nn.pad", {data, Ints64({-1, 2}), Tensor(), Ints64({1})}, {{"mode", std::string("edge")}}),
             Equals(Of<int32_t>({2, 4}, {2, 3, 3, 3, 5, 6, 6, 6})));
  CHECK_THAT(Run("nn.pad", {Of<int32_t>({0}, {}), Ints64({1, 1}), Of<int32_t>({}, {7})}),
             Equals(Of<int32_t>({2}, {7, 7})));
  CHECK_THAT(Run("nn.pad", {Of<int32_t>({}, {5}), Ints64({})}), Equals(Of<int32_t>({}, {5})));
}

TEST_CASE("nn.pad: refuses amounts that a mode cannot fill", "[ops]") {
  const Tensor data = Of<float>({3}, {1, 2, 3});
  const Attributes reflect = {{"mode", std::string("reflect")}};
  CHECK_THAT(Run("nn.pad", {data, Ints64({2, 2})}, reflect), Equals(Of<float>({7}, {3, 2, 1, 2, 3, 2, 1})));
  CHECK(Error("nn.pad", {data, Ints64({3, 0})}, reflect)
            .find("extent for mode reflect must be at least 4, found 3") != std::string::npos);
  CHECK(Error("nn.pad", {data, Ints64({-1, 2})}, reflect).find("must be at least 3, found 2") !=
        std::string::npos);
  CHECK(Error("nn.pad", {data, Ints64({-2, -2})}).find("must be at least 0, found -1") != std::string::npos);
  CHECK(Error("nn.pad", {Of<float>({0}, {}), Ints64({1, 0})}, {{"mode", std::string("edge")}})
            .find("must be at least 1, found 0") != std::string::npos);
  CHECK(Error("nn.pad", {data, Ints64({1})}).find("pads has 1 elements, expected 2") != std::string::npos);
  CHECK(Error("nn.pad", {data, Ints64({INT64_MAX, INT64_MAX})}).find("exceeds 64 bits") != std::string::npos);
  CHECK(Error("nn.pad", {data, Ints64({0, 0})}, {{"mode", std::string("mirror")}}).find("'mirror'") !=
        std::string::npos);
}

}  // namespace
}  // namespace baton::test
