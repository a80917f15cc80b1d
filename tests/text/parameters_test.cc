// Section 14: parameter files.
#include "compiler/text/parameters.h"

#include <catch2/catch.hpp>

#include "absl/strings/escaping.h"
#include "tests/support/matchers.h"

namespace baton::text {
namespace {

using Catch::Matchers::Contains;

// One tensor "w" of two floats, 1 and 2.
const std::string kFile = absl::HexStringToBytes(
    "b79c04054f8de5f70000000000000000010000000000000001000000000000007701000000000000003fa1b496f0405edd000000"
    "0000000000"
    "01000000000000000100000002200100020000000000000008000000000000000000803f00000040");

std::string RefusedFile(const std::string& bytes) {
  const auto parameters = ReadParameters(bytes);
  CHECK(absl::IsInvalidArgument(parameters.status()));
  return std::string(parameters.status().message());
}

TEST_CASE("parameters: a file of one tensor", "[text]") {
  REQUIRE(kFile.size() == 97);
  const auto parameters = ReadParameters(kFile);
  REQUIRE(parameters.ok());
  REQUIRE(parameters->size() == 1);
  const std::vector<int64_t> dims = {2};
  CHECK_THAT(parameters->at("w"), test::Equals(Tensor::FromValues<float>(dims, std::vector<float>{1, 2})));
  CHECK(WriteParameters(*parameters) == kFile);
}

TEST_CASE("parameters: all element types and ranks come back", "[text]") {
  std::map<std::string, Tensor> parameters;
  for (int i = 0; i < kNumDTypes; ++i) {
    const std::vector<int64_t> dims(static_cast<size_t>(i % 4), i % 5);
    Tensor tensor = Tensor::Allocate(static_cast<DType>(i), dims).value();
    for (int64_t k = 0; k < tensor->num_bytes(); ++k)
      static_cast<char*>(tensor->data)[k] = static_cast<char>(k % 2);
    parameters[std::string(DTypeName(tensor.dtype()))] = tensor;
  }
  const auto again = ReadParameters(WriteParameters(parameters));
  REQUIRE(again.ok());
  for (const auto& [name, tensor] : parameters) CHECK(BitwiseEqual(again->at(name), tensor));
}

TEST_CASE("parameters: a file cut anywhere is refused", "[text]") {
  for (size_t size = 0; size < kFile.size(); ++size) CHECK_FALSE(RefusedFile(kFile.substr(0, size)).empty());
  CHECK_THAT(RefusedFile(kFile + "x"), Contains("1 bytes follow"));
}

TEST_CASE("parameters: damaged files", "[text]") {
  const auto with = [](size_t at, char byte) {
    std::string bytes = kFile;
    bytes[at] = byte;
    return bytes;
  };
  CHECK_THAT(RefusedFile(with(0, 0)), Contains("magic"));
  CHECK_THAT(RefusedFile(with(16, 2)), Contains("names"));
  CHECK_THAT(RefusedFile(with(31, '\x7f')), Contains("names"));  // a name of 2^62 bytes
  CHECK_THAT(RefusedFile(with(33, 2)), Contains("1 names and 2 tensors"));
  CHECK_THAT(RefusedFile(with(41, 0)), Contains("parameter 'w'"));
}

}  // namespace
}  // namespace baton::text
