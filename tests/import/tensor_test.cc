// TensorProto and SparseTensorProto decoding, and external data.
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "tests/import/model_builder.h"

namespace baton {
namespace {

using Catch::Matchers::Contains;

absl::StatusOr<Tensor> Parse(const onnx::TensorProto& proto) {
  return ParseTensorProto(proto.SerializeAsString(), "t.pb");
}

std::string Refused(const onnx::TensorProto& proto) {
  auto tensor = Parse(proto);
  CHECK(absl::IsInvalidArgument(tensor.status()));
  return std::string(tensor.status().message());
}

onnx::TensorProto Proto(int type, const std::vector<int64_t>& dims) {
  onnx::TensorProto proto;
  proto.set_name("w");
  proto.set_data_type(type);
  for (int64_t dim : dims) proto.add_dims(dim);
  return proto;
}

TEST_CASE("tensor: each typed field is read", "[import]") {
  onnx::TensorProto int8 = Proto(onnx::TensorProto::INT8, {3});
  for (int value : {-128, 0, 127}) int8.add_int32_data(value);
  auto tensor = Parse(int8);
  REQUIRE(tensor.ok());
  CHECK(BitwiseEqual(*tensor, Tensor::FromValues<int8_t>({3}, {-128, 0, 127})));

  onnx::TensorProto boolean = Proto(onnx::TensorProto::BOOL, {2});
  boolean.add_int32_data(0);
  boolean.add_int32_data(7);
  tensor = Parse(boolean);
  REQUIRE(tensor.ok());
  CHECK(BitwiseEqual(*tensor, Tensor::FromValues<Bool>({2}, {Bool(false), Bool(true)})));

  onnx::TensorProto half = Proto(onnx::TensorProto::FLOAT16, {1});
  half.add_int32_data(0x3c00);
  tensor = Parse(half);
  REQUIRE(tensor.ok());
  CHECK(static_cast<float>(tensor->values<Float16>()[0]) == 1.0f);

  onnx::TensorProto unsigned32 = Proto(onnx::TensorProto::UINT32, {1});
  unsigned32.add_uint64_data(0xffffffffu);
  tensor = Parse(unsigned32);
  REQUIRE(tensor.ok());
  CHECK(tensor->values<uint32_t>()[0] == 0xffffffffu);

  onnx::TensorProto real = Proto(onnx::TensorProto::DOUBLE, {});
  real.add_double_data(2.5);
  tensor = Parse(real);
  REQUIRE(tensor.ok());
  CHECK(BitwiseEqual(*tensor, Tensor::Scalar(2.5)));
}

TEST_CASE("tensor: raw data is read as it is", "[import]") {
  onnx::TensorProto proto = Proto(onnx::TensorProto::INT64, {1, 2});
  const int64_t values[] = {-5, int64_t{1} << 40};
  proto.set_raw_data(values, sizeof(values));
  auto tensor = Parse(proto);
  REQUIRE(tensor.ok());
  CHECK(BitwiseEqual(*tensor, I64({1, 2}, {-5, int64_t{1} << 40})));
}

TEST_CASE("tensor: a tensor of no elements has no data", "[import]") {
  auto tensor = Parse(Proto(onnx::TensorProto::FLOAT, {0, 4}));
  REQUIRE(tensor.ok());
  CHECK(DimsOf(*tensor) == std::vector<int64_t>{0, 4});
}

TEST_CASE("tensor: data that does not fit the shape is refused", "[import]") {
  onnx::TensorProto proto = Proto(onnx::TensorProto::FLOAT, {3});
  CHECK_THAT(Refused(proto), Contains("t.pb: tensor 'w': has 0 elements, its shape needs 3"));
  proto.add_float_data(1);
  CHECK_THAT(Refused(proto), Contains("has 1 elements, its shape needs 3"));
  proto.set_raw_data("12345");
  CHECK_THAT(Refused(proto), Contains("has 5 bytes, its shape needs 12"));
  // The right count in the field of another type.
  onnx::TensorProto other = Proto(onnx::TensorProto::INT64, {1});
  other.add_int32_data(1);
  CHECK_THAT(Refused(other), Contains("has 0 elements"));
}

TEST_CASE("tensor: values outside the element type are refused", "[import]") {
  onnx::TensorProto proto = Proto(onnx::TensorProto::UINT8, {1});
  proto.add_int32_data(256);
  CHECK_THAT(Refused(proto), Contains("element 0 is 256, outside its element type"));
  onnx::TensorProto half = Proto(onnx::TensorProto::FLOAT16, {1});
  half.add_int32_data(-1);
  CHECK_THAT(Refused(half), Contains("expected 16 bits"));
}

TEST_CASE("tensor: hostile shapes are refused before memory is asked for", "[import]") {
  CHECK_THAT(Refused(Proto(onnx::TensorProto::FLOAT, {-1})), Contains("negative extent"));
  CHECK_THAT(Refused(Proto(onnx::TensorProto::FLOAT, {int64_t{1} << 40, int64_t{1} << 40})),
             Contains("64 bits"));
  auto huge = Parse(Proto(onnx::TensorProto::FLOAT, {int64_t{1} << 40}));
  CHECK(absl::IsResourceExhausted(huge.status()));
  CHECK_THAT(Refused(Proto(onnx::TensorProto::FLOAT, {1000000})), Contains("has 0 elements"));
}

TEST_CASE("tensor: unsupported element types, ranks and segments are named", "[import]") {
  for (const auto& [type, name] :
       std::vector<std::pair<int, std::string>>{{onnx::TensorProto::STRING, "string"},
                                                {onnx::TensorProto::COMPLEX64, "complex64"},
                                                {17, "float8e4m3fn"},
                                                {22, "int4"},
                                                {99, "type 99"}}) {
    auto tensor = Parse(Proto(type, {0}));
    CHECK(absl::IsUnimplemented(tensor.status()));
    CHECK_THAT(std::string(tensor.status().message()), Contains(absl::StrCat("element type ", name)));
  }
  CHECK_THAT(Refused(Proto(onnx::TensorProto::UNDEFINED, {0})), Contains("has no element type"));
  auto rank = Parse(Proto(onnx::TensorProto::FLOAT, {0, 1, 1, 1, 1, 1, 1, 1, 1}));
  CHECK(absl::IsUnimplemented(rank.status()));
  onnx::TensorProto segment = Proto(onnx::TensorProto::FLOAT, {0});
  segment.mutable_segment()->set_begin(0);
  CHECK(absl::IsUnimplemented(Parse(segment).status()));
}

TEST_CASE("tensor: bytes that are no tensor are refused", "[import]") {
  auto tensor = ParseTensorProto("\xff\xff", "t.pb");
  CHECK(absl::IsInvalidArgument(tensor.status()));
  CHECK_THAT(std::string(tensor.status().message()), Contains("t.pb: not an ONNX tensor"));
}

TEST_CASE("tensor: max_tensor_bytes bounds an initialiser", "[import]") {
  ModelBuilder model;
  model.Output("w").Initializer(FloatTensor("w", {4}, {1, 2, 3, 4}));
  CHECK(model.Import({.max_tensor_bytes = 16}).ok());
  auto module = model.Import({.max_tensor_bytes = 15});
  CHECK(absl::IsResourceExhausted(module.status()));
  CHECK_THAT(std::string(module.status().message()), Contains("tensor 'w': has 16 bytes, the limit is 15"));
}

// A model whose output is a sparse initialiser with these positions.
absl::StatusOr<Tensor> Sparse(const std::vector<int64_t>& dims, const onnx::TensorProto& indices, int count) {
  ModelBuilder model;
  onnx::SparseTensorProto* sparse = model.proto().add_sparse_initializer();
  for (int64_t dim : dims) sparse->add_dims(dim);
  *sparse->mutable_values() = FloatTensor("s", {count}, std::vector<float>(static_cast<size_t>(count), 7));
  *sparse->mutable_indices() = indices;
  model.Output("s");
  auto module = model.Import({.max_tensor_bytes = 1 << 20});
  if (!module.ok()) return module.status();
  return (*module)->functions()[0].body->results[0].constant()->value;
}

TEST_CASE("tensor: a sparse initialiser becomes dense", "[import]") {
  auto linear = Sparse({2, 3}, IntTensor("", {2}, {1, 5}), 2);
  REQUIRE(linear.ok());
  CHECK(Floats(*linear) == std::vector<float>{0, 7, 0, 0, 0, 7});
  auto tuples = Sparse({2, 3}, IntTensor("", {2, 2}, {0, 2, 1, 0}), 2);
  REQUIRE(tuples.ok());
  CHECK(Floats(*tuples) == std::vector<float>{0, 0, 7, 7, 0, 0});
}

TEST_CASE("tensor: sparse positions must ascend within the shape", "[import]") {
  CHECK(absl::IsInvalidArgument(Sparse({2, 3}, IntTensor("", {2}, {5, 1}), 2).status()));
  CHECK(absl::IsInvalidArgument(Sparse({2, 3}, IntTensor("", {2}, {1, 1}), 2).status()));
  CHECK(absl::IsInvalidArgument(Sparse({2, 3}, IntTensor("", {2}, {1, 6}), 2).status()));
  CHECK(absl::IsInvalidArgument(Sparse({2, 3}, IntTensor("", {2}, {-1, 1}), 2).status()));
  CHECK(absl::IsInvalidArgument(Sparse({2, 3}, IntTensor("", {2, 2}, {0, 3, 1, 0}), 2).status()));
  CHECK(absl::IsInvalidArgument(Sparse({2, 3}, IntTensor("", {3}, {0, 1, 2}), 2).status()));
  CHECK(absl::IsResourceExhausted(Sparse({1 << 20}, IntTensor("", {1}, {0}), 1).status()));
}

// A folder with a file of known bytes, removed afterwards.
class DataFolder {
 public:
  DataFolder() {
    char name[] = "/tmp/baton_import_XXXXXX";
    REQUIRE(mkdtemp(name) != nullptr);
    path_ = name;
    mkdir((path_ + "/sub").c_str(), 0700);
    std::ofstream out(path_ + "/sub/w.bin", std::ios::binary);
    for (int i = 0; i < 64; ++i) {
      const float value = static_cast<float>(i);
      out.write(reinterpret_cast<const char*>(&value), sizeof(value));
    }
    REQUIRE(symlink("sub/w.bin", (path_ + "/link.bin").c_str()) == 0);
    REQUIRE(symlink("sub", (path_ + "/linked").c_str()) == 0);
    REQUIRE(mkfifo((path_ + "/pipe").c_str(), 0600) == 0);
  }
  ~DataFolder() {
    for (const char* name : {"/sub/w.bin", "/link.bin", "/linked", "/pipe"}) unlink((path_ + name).c_str());
    rmdir((path_ + "/sub").c_str());
    rmdir(path_.c_str());
  }
  const std::string& path() const { return path_; }

  absl::StatusOr<Tensor> Read(const std::vector<std::pair<std::string, std::string>>& entries,
                              int64_t count = 2) const {
    ModelBuilder model;
    onnx::TensorProto proto = Proto(onnx::TensorProto::FLOAT, {count});
    proto.set_data_location(onnx::TensorProto::EXTERNAL);
    for (const auto& [key, value] : entries) {
      onnx::StringStringEntryProto* entry = proto.add_external_data();
      entry->set_key(key);
      entry->set_value(value);
    }
    model.Output("w").Initializer(proto);
    auto module = model.Import({}, path_);
    if (!module.ok()) return module.status();
    return (*module)->functions()[0].body->results[0].constant()->value;
  }

 private:
  std::string path_;
};

TEST_CASE("external data: read in place when aligned, copied when not", "[import]") {
  const DataFolder folder;
  for (const auto& [offset, first] :
       std::vector<std::pair<std::string, float>>{{"0", 0}, {"64", 16}, {"12", 3}, {"248", 62}}) {
    auto tensor =
        folder.Read({{"location", "sub/w.bin"}, {"offset", offset}, {"length", "8"}, {"checksum", "x"}});
    INFO(tensor.status());
    REQUIRE(tensor.ok());
    CHECK(Floats(*tensor) == std::vector<float>{first, first + 1});
  }
  auto whole = folder.Read({{"location", "./sub/w.bin"}}, 64);
  REQUIRE(whole.ok());
  CHECK(Floats(*whole)[63] == 63);
}

TEST_CASE("external data: nothing outside the model's folder is reached", "[import]") {
  const DataFolder folder;
  for (const std::string& location :
       {folder.path() + "/sub/w.bin", std::string("../x"), std::string("sub/../sub/w.bin"),
        std::string("link.bin"), std::string("linked/w.bin"), std::string("sub"), std::string("pipe"),
        std::string(""), std::string("sub//w.bin"), std::string("sub/w.bin/x"),
        std::string("sub/w.bin\0x", 11)}) {
    auto tensor = folder.Read({{"location", location}});
    INFO(location << ": " << tensor.status());
    CHECK(absl::IsInvalidArgument(tensor.status()));
    CHECK_THAT(std::string(tensor.status().message()), Contains("tensor 'w': external data '"));
  }
  CHECK(absl::IsNotFound(folder.Read({{"location", "none.bin"}}).status()));
}

TEST_CASE("external data: offset and length are checked", "[import]") {
  const DataFolder folder;
  auto refused = [&](const std::string& offset, const std::string& length) {
    auto tensor = folder.Read({{"location", "sub/w.bin"}, {"offset", offset}, {"length", length}});
    CHECK(absl::IsInvalidArgument(tensor.status()));
    return std::string(tensor.status().message());
  };
  CHECK_THAT(refused("252", "8"), Contains("lie outside the file's 256"));
  CHECK_THAT(refused("9223372036854775800", "8"), Contains("lie outside the file's 256"));
  CHECK_THAT(refused("0", "12"), Contains("has 12 external bytes, its shape needs 8"));
  CHECK_THAT(refused("-8", "8"), Contains("external offset is '-8', expected a byte count"));
  CHECK_THAT(refused("0", "many"), Contains("external length is 'many'"));
}

TEST_CASE("external data: a model without a folder cannot have any", "[import]") {
  ModelBuilder model;
  onnx::TensorProto proto = Proto(onnx::TensorProto::FLOAT, {1});
  proto.set_data_location(onnx::TensorProto::EXTERNAL);
  onnx::StringStringEntryProto* entry = proto.add_external_data();
  entry->set_key("location");
  entry->set_value("w.bin");
  model.Output("w").Initializer(proto);
  CHECK_THAT(std::string(model.Import().status().message()), Contains("without a folder"));
}

}  // namespace
}  // namespace baton
