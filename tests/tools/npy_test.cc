#include "tools/npy.h"

#include <catch2/catch.hpp>

#include "absl/strings/str_cat.h"
#include "vm/core/tensor.h"

namespace baton {
namespace {

// A version 1.0 file with this header and data.
std::string MakeNpy(absl::string_view header, absl::string_view data) {
  std::string bytes = absl::StrCat("\x93NUMPY", absl::string_view("\x01\x00", 2));
  bytes.push_back(static_cast<char>(header.size() & 0xFF));
  bytes.push_back(static_cast<char>(header.size() >> 8));
  return absl::StrCat(bytes, header, data);
}

absl::Status ErrorOf(absl::string_view header, absl::string_view data = "") {
  return ParseNpy(MakeNpy(header, data), "x.npy").status();
}

TEST_CASE("npy: every element type but bfloat16 is read back as written", "[tools]") {
  for (int code = 0; code < kNumDTypes; ++code) {
    const auto dtype = static_cast<DType>(code);
    CAPTURE(DTypeName(dtype));
    const Tensor tensor = Tensor::Allocate(dtype, {2, 3}).value();
    for (int64_t i = 0; i < tensor->num_bytes(); ++i) tensor->As<uint8_t>()[i] = static_cast<uint8_t>(i % 2);
    const absl::StatusOr<std::string> bytes = SerializeNpy(*tensor);
    if (dtype == DType::kBFloat16) {
      CHECK(absl::IsUnimplemented(bytes.status()));
      continue;
    }
    REQUIRE(bytes.ok());
    const absl::StatusOr<Tensor> read = ParseNpy(*bytes, "x.npy");
    REQUIRE(read.ok());
    CHECK(BitwiseEqual(*read, tensor));
  }
}

TEST_CASE("npy: ranks 0 and 1 and empty tensors are read back as written", "[tools]") {
  for (const std::vector<int64_t>& dims : std::vector<std::vector<int64_t>>{{}, {1}, {0}, {5}, {2, 0, 3}}) {
    const Tensor tensor = Tensor::Allocate(DType::kInt16, dims).value();
    for (int64_t i = 0; i < tensor.num_elements(); ++i)
      tensor->As<int16_t>()[i] = static_cast<int16_t>(i - 2);
    const absl::StatusOr<Tensor> read = ParseNpy(SerializeNpy(*tensor).value(), "x.npy");
    REQUIRE(read.ok());
    CHECK(BitwiseEqual(*read, tensor));
  }
}

TEST_CASE("npy: the data starts at a multiple of 64 bytes", "[tools]") {
  const Tensor tensor = Tensor::Scalar<float>(1.5f);
  CHECK((SerializeNpy(*tensor)->size() - sizeof(float)) % 64 == 0);
}

TEST_CASE("npy: Fortran order is transposed", "[tools]") {
  // Columns (0, 3), (1, 4), (2, 5) of [[0, 1, 2], [3, 4, 5]].
  const std::string data("\0\3\1\4\2\5", 6);
  const auto tensor =
      ParseNpy(MakeNpy("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }", data), "x");
  REQUIRE(tensor.ok());
  CHECK(ValueString(**tensor) == "[[0, 1, 2], [3, 4, 5]]");
}

TEST_CASE("npy: Fortran order of rank 3 is transposed", "[tools]") {
  // Element [i, j, k] of shape (2, 3, 2) has value 6i + 2j + k and lies at i + 2j + 6k.
  std::string data(12, '\0');
  for (int i = 0; i < 2; ++i) {
    for (int j = 0; j < 3; ++j) {
      for (int k = 0; k < 2; ++k) data[i + 2 * j + 6 * k] = static_cast<char>(6 * i + 2 * j + k);
    }
  }
  const auto tensor =
      ParseNpy(MakeNpy("{'descr': '|i1', 'fortran_order': True, 'shape': (2, 3, 2), }", data), "x");
  REQUIRE(tensor.ok());
  for (int8_t i = 0; i < 12; ++i) CHECK((*tensor)->As<int8_t>()[i] == i);
}

TEST_CASE("npy: versions 2 and 3 have a longer header length", "[tools]") {
  const std::string header = "{'descr': '<i2', 'fortran_order': False, 'shape': (1,), }\n";
  for (const char version : {'\2', '\3'}) {
    std::string bytes = "\x93NUMPY";
    bytes += {version, '\0', static_cast<char>(header.size()), '\0', '\0', '\0'};
    const auto tensor = ParseNpy(absl::StrCat(bytes, header, absl::string_view("\7\0", 2)), "x");
    REQUIRE(tensor.ok());
    CHECK(tensor->values<int16_t>()[0] == 7);
  }
}

TEST_CASE("npy: keys may come in any order, with either quote", "[tools]") {
  CHECK(ParseNpy(MakeNpy("{\"shape\": (), 'fortran_order': False, 'descr': \"|b1\"}", "\1"), "x").ok());
}

TEST_CASE("npy: what Baton has not is named", "[tools]") {
  CHECK(ErrorOf("{'descr': '>f4', 'fortran_order': False, 'shape': (), }", "1234").message() ==
        "x.npy: is big-endian ('>f4'); save it as '<f4'");
  CHECK(ErrorOf("{'descr': '<c8', 'fortran_order': False, 'shape': (), }", "12345678").message() ==
        "x.npy: has elements of type '<c8', which Baton has not");
  CHECK(absl::IsUnimplemented(ErrorOf("{'descr': '|O', 'fortran_order': False, 'shape': (), }")));
  CHECK(absl::IsUnimplemented(
      ErrorOf("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (), }", "1234")));
}

TEST_CASE("npy: sizes that do not match are refused before memory is taken", "[tools]") {
  CHECK(absl::IsDataLoss(ErrorOf("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", "1234")));
  CHECK(absl::IsDataLoss(ErrorOf("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", "12345")));
  CHECK(absl::IsDataLoss(
      ErrorOf("{'descr': '<f8', 'fortran_order': False, 'shape': (4611686018427387904, 4), }")));
  CHECK(absl::IsDataLoss(
      ErrorOf("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,), }")));
  CHECK(absl::IsInvalidArgument(
      ErrorOf("{'descr': '|u1', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1), }", "1")));
}

TEST_CASE("npy: malformed headers are errors", "[tools]") {
  for (const char* header :
       {"", "{", "}", "{'descr'", "{'descr': '<f4'", "{'descr': '<f4}", "{'shape': (1,}", "{'shape': (1 2)}",
        "{'shape': (-1,)}", "{'shape': [1]}", "{'fortran_order': Maybe}", "{'other': 1}", "{}",
        "{'descr': '<f4', 'shape': ()}", "{'descr': '<f4' 'shape': ()}", "{1: 2}", "{'shape': (,)}"}) {
    CAPTURE(header);
    CHECK(absl::IsDataLoss(ErrorOf(header)));
  }
}

TEST_CASE("npy: no prefix of a file is taken for one", "[tools]") {
  const Tensor tensor = Tensor::FromValues<float>({3}, {1.f, 2.f, 3.f});
  const std::string bytes = SerializeNpy(*tensor).value();
  for (size_t size = 0; size < bytes.size(); ++size) CHECK_FALSE(ParseNpy(bytes.substr(0, size), "x").ok());
}

TEST_CASE("npy: a changed byte gives an error or a tensor", "[tools]") {
  const Tensor tensor = Tensor::FromValues<int64_t>({2, 1}, {1, 2});
  const std::string bytes = SerializeNpy(*tensor).value();
  int num_errors = 0;
  for (size_t i = 0; i < bytes.size(); ++i) {
    for (const char byte : {'\0', '\xFF', '9', '(', '\''}) {
      std::string changed = bytes;
      changed[i] = byte;
      num_errors += !ParseNpy(changed, "x").ok();
    }
  }
  CHECK(num_errors > 100);
}

TEST_CASE("npy: an unknown version is named", "[tools]") {
  std::string bytes = SerializeNpy(*Tensor::Scalar<int8_t>(1)).value();
  bytes[6] = 4;
  CHECK(ParseNpy(bytes, "x.npy").status().message() == "x.npy: has npy version 4; 1 to 3 can be read");
}

}  // namespace
}  // namespace baton
