// JsonOutput and exit codes.
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "absl/strings/match.h"
#include "tools/exit_codes.h"
#include "tools/json_output.h"

namespace baton {
namespace {

std::string Json(const std::function<void(JsonOutput*)>& write) {
  JsonOutput json;
  write(&json);
  return json.Finish();
}

TEST_CASE("json: values of every kind", "[tools]") {
  CHECK(Json([](JsonOutput* json) {
          json->BeginObject();
          json->Field("a", "x\"y");
          json->Field("b", int64_t{-1});
          json->Field("c", 0.5);
          json->Key("d");
          json->Bool(true);
          json->EndObject();
        }) == "{\n  \"a\": \"x\\\"y\",\n  \"b\": -1,\n  \"c\": 0.5,\n  \"d\": true\n}\n");
}

TEST_CASE("json: NaN and infinities have names", "[tools]") {
  const Tensor tensor = Tensor::FromValues<float>(
      {3}, {std::nanf(""), std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity()});
  CHECK(Json([&](JsonOutput* json) { json->Elements(*tensor); }) == "[NaN, Infinity, -Infinity]\n");
}

TEST_CASE("json: elements of every type", "[tools]") {
  const auto elements = [](const Tensor& tensor) {
    return Json([&](JsonOutput* json) { json->Elements(*tensor); });
  };
  CHECK(elements(Tensor::FromValues<int8_t>({2}, {-1, 65})) == "[-1, 65]\n");
  CHECK(elements(Tensor::FromValues<uint64_t>({1}, {UINT64_MAX})) == "[18446744073709551615]\n");
  CHECK(elements(Tensor::FromValues<Bool>({2}, {Bool(true), Bool(false)})) == "[true, false]\n");
  CHECK(elements(Tensor::Scalar(Float16(0.5f))) == "[0.5]\n");
}

TEST_CASE("json: bytes that are not UTF-8 are escaped", "[tools]") {
  const auto text = [](absl::string_view value) {
    return Json([&](JsonOutput* json) { json->String(value); });
  };
  CHECK(text("\xC3\xA9") == "\"\xC3\xA9\"\n");
  CHECK(text("a\xFF") == "\"a\\\\xff\"\n");
  CHECK(text("cut \xC3") == "\"cut \\\\xc3\"\n");
}

TEST_CASE("exit codes: usage errors give 2, others 1", "[tools]") {
  CHECK(ExitCodeOf(absl::OkStatus()) == kExitOk);
  CHECK(ExitCodeOf(UsageError("x")) == kExitUsage);
  CHECK(ExitCodeOf(absl::InvalidArgumentError("x")) == kExitFailed);
}

}  // namespace
}  // namespace baton
