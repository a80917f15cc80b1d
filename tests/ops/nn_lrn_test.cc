#include <cmath>

#include "tests/ops/op_support.h"

namespace baton::test {
namespace {

TEST_CASE("nn.lrn: divides by the neighbours' squares", "[ops]") {
  const Attributes attributes = {
      {"size", int64_t{3}}, {"axis", int64_t{1}}, {"bias", 1.0}, {"alpha", 3.0}, {"beta", 1.0}};
  CHECK_THAT(Run("nn.lrn", {Of<float>({1, 3, 1}, {1, 2, 3})}, attributes),
             AllClose(Of<float>({1, 3, 1}, {1. / 6, 2. / 15, 3. / 14}), 1e-7, 0));
  // An even window has one neighbour more behind.
  CHECK_THAT(Run("nn.lrn", {Of<double>({1, 3}, {1, 2, 3})},
                 {{"size", int64_t{2}}, {"bias", 0.0}, {"alpha", 2.0}, {"beta", 0.5}}),
             AllClose(Of<double>({1, 3}, {1 / std::sqrt(5), 2 / std::sqrt(13), 1}), 1e-12, 0));
  CHECK_THAT(Run("nn.lrn", {Of<Float16>({2, 0}, {})}), Equals(Of<Float16>({2, 0}, {})));
  CHECK(Error("nn.lrn", {Of<float>({1, 1}, {1})}, {{"size", int64_t{0}}}).find("expected at least 1") !=
        std::string::npos);
  CHECK_THAT(Run("nn.lrn", {Of<float>({1, 1}, {0})}, {{"size", INT64_MAX}}), Equals(Of<float>({1, 1}, {0})));
}

}  // namespace
}  // namespace baton::test
