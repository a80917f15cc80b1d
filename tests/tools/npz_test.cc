#include "tools/npz.h"

#include <zlib.h>

#include <catch2/catch.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tools/little_endian.h"
#include "tools/npy.h"
#include "tools/zip.h"

namespace baton {
namespace {

std::string Deflate(absl::string_view data) {
  z_stream stream = {};
  deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, data.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
  stream.avail_in = static_cast<uInt>(data.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

// What an archive says of one file; tests tell lies with it.
struct Entry {
  std::string name = "x.npy";
  std::string data;  // as stored
  uint16_t flags = 0;
  uint16_t method = 0;
  uint32_t crc32 = 0;
  uint32_t stored_bytes = 0;
  uint32_t num_bytes = 0;
  uint32_t offset = 0;
  std::string extra;  // in the directory
};

Entry MakeEntry(const std::string& name, const std::string& contents, bool deflated) {
  Entry entry;
  entry.name = name;
  entry.data = deflated ? Deflate(contents) : contents;
  entry.method = deflated ? 8 : 0;
  entry.crc32 =
      static_cast<uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(contents.data()), contents.size()));
  entry.stored_bytes = static_cast<uint32_t>(entry.data.size());
  entry.num_bytes = static_cast<uint32_t>(contents.size());
  return entry;
}

// An archive with one file, whose local header lies at 0.
std::string MakeZip(const Entry& entry) {
  std::string fields;
  AppendLittleEndian(20, 2, &fields);
  AppendLittleEndian(entry.flags, 2, &fields);
  AppendLittleEndian(entry.method, 2, &fields);
  AppendLittleEndian(0, 4, &fields);
  AppendLittleEndian(entry.crc32, 4, &fields);
  AppendLittleEndian(entry.stored_bytes, 4, &fields);
  AppendLittleEndian(entry.num_bytes, 4, &fields);
  AppendLittleEndian(entry.name.size(), 2, &fields);
  std::string local = absl::StrCat("PK\3\4", fields, absl::string_view("\0\0", 2), entry.name, entry.data);
  std::string directory = absl::StrCat("PK\1\2", absl::string_view("\x14\0", 2), fields);
  AppendLittleEndian(entry.extra.size(), 2, &directory);
  directory.append(10, '\0');
  AppendLittleEndian(entry.offset, 4, &directory);
  absl::StrAppend(&directory, entry.name, entry.extra);
  std::string end = "PK\5\6";
  end.append(4, '\0');
  AppendLittleEndian(1, 2, &end);
  AppendLittleEndian(1, 2, &end);
  AppendLittleEndian(directory.size(), 4, &end);
  AppendLittleEndian(local.size(), 4, &end);
  AppendLittleEndian(0, 2, &end);
  return local + directory + end;
}

absl::Status ErrorOf(const Entry& entry) {
  return ParseNpz(MakeZip(entry), "a.npz").status();
}

const Tensor& Sample() {
  static const Tensor tensor = Tensor::FromValues<int32_t>({2, 2}, {1, -2, 3, 4});
  return tensor;
}

TEST_CASE("npz: arrays are read back as written, in order", "[tools]") {
  const Tensor scalar = Tensor::Scalar<double>(0.5);
  const auto bytes = SerializeNpz({{"b", Sample()}, {"a", scalar}});
  REQUIRE(bytes.ok());
  const auto tensors = ParseNpz(*bytes, "a.npz");
  REQUIRE(tensors.ok());
  REQUIRE(tensors->size() == 2);
  CHECK((*tensors)[0].first == "b");
  CHECK(BitwiseEqual((*tensors)[0].second, Sample()));
  CHECK((*tensors)[1].first == "a");
  CHECK(BitwiseEqual((*tensors)[1].second, scalar));
  CHECK(BitwiseEqual(ParseNpzArray(*bytes, "a.npz", "a").value(), scalar));
}

TEST_CASE("npz: an empty archive has no arrays", "[tools]") {
  CHECK(ParseNpz(SerializeNpz({}).value(), "a.npz")->empty());
}

TEST_CASE("npz: an array that is not there is reported with those that are", "[tools]") {
  const std::string bytes = SerializeNpz({{"b", Sample()}, {"a", Sample()}}).value();
  CHECK(ParseNpzArray(bytes, "a.npz", "c").status().message() == "a.npz: has no array 'c'; it has: b, a");
}

TEST_CASE("npz: deflated arrays are inflated", "[tools]") {
  const Tensor large = Tensor::Allocate(DType::kFloat32, {300, 300}).value();
  for (int64_t i = 0; i < large.num_elements(); ++i) large->As<float>()[i] = static_cast<float>(i % 7);
  const auto tensors = ParseNpz(MakeZip(MakeEntry("w.npy", SerializeNpy(*large).value(), true)), "a.npz");
  REQUIRE(tensors.ok());
  CHECK(BitwiseEqual((*tensors)[0].second, large));
}

TEST_CASE("npz: sizes in a zip64 field are read", "[tools]") {
  Entry entry = MakeEntry("x.npy", SerializeNpy(*Sample()).value(), false);
  AppendLittleEndian(1, 2, &entry.extra);
  AppendLittleEndian(16, 2, &entry.extra);
  AppendLittleEndian(entry.num_bytes, 8, &entry.extra);
  AppendLittleEndian(entry.stored_bytes, 8, &entry.extra);
  entry.num_bytes = entry.stored_bytes = 0xFFFFFFFF;
  CHECK(ParseNpz(MakeZip(entry), "a.npz").ok());
  entry.extra.pop_back();
  CHECK(absl::IsDataLoss(ErrorOf(entry)));
}

TEST_CASE("npz: a wrong checksum is found", "[tools]") {
  for (const bool deflated : {false, true}) {
    Entry entry = MakeEntry("x.npy", SerializeNpy(*Sample()).value(), deflated);
    entry.crc32 ^= 1;
    CHECK(ErrorOf(entry).message() == "a.npz: 'x.npy' has a wrong checksum");
  }
}

TEST_CASE("npz: a claim that deflate cannot reach is refused", "[tools]") {
  Entry entry = MakeEntry("x.npy", std::string(1000, 'a'), true);
  entry.num_bytes = 0xF0000000;
  CHECK(absl::StrContains(ErrorOf(entry).message(), "claims 4026531840 bytes from"));
}

TEST_CASE("npz: data longer or shorter than claimed is refused", "[tools]") {
  for (const int difference : {-1, 1}) {
    Entry entry = MakeEntry("x.npy", std::string(1000, 'a'), true);
    entry.num_bytes += difference;
    CHECK(absl::StrContains(ErrorOf(entry).message(), "does not inflate to"));
    entry = MakeEntry("x.npy", std::string(1000, 'a'), false);
    entry.num_bytes += difference;
    CHECK(absl::IsDataLoss(ErrorOf(entry)));
  }
}

TEST_CASE("npz: entries that overlap are refused", "[tools]") {
  const Entry entry = MakeEntry("x.npy", std::string(1000, 'a'), false);
  std::string bytes = MakeZip(entry);
  const size_t begin = bytes.find("PK\1\2"), end = bytes.find("PK\5\6");
  std::string second = bytes.substr(begin, end - begin);
  second[46] = 'y';
  bytes.insert(end, second);
  const size_t new_end = end + second.size();
  for (int i = 0; i < 4; ++i) bytes[new_end + 12 + i] = static_cast<char>((2 * second.size()) >> (8 * i));
  CHECK(ParseZip(bytes, "a.npz").status().message() == "a.npz: its entries overlap");
}

TEST_CASE("npz: what is outside the file is refused", "[tools]") {
  Entry entry = MakeEntry("x.npy", SerializeNpy(*Sample()).value(), false);
  entry.offset = 0x7FFFFFFF;
  CHECK(absl::IsDataLoss(ErrorOf(entry)));
  entry.offset = 0;
  entry.stored_bytes = entry.num_bytes = 0x7FFFFFFF;
  CHECK(absl::IsDataLoss(ErrorOf(entry)));
}

TEST_CASE("npz: encryption and other compressions are named", "[tools]") {
  Entry entry = MakeEntry("x.npy", SerializeNpy(*Sample()).value(), false);
  entry.flags = 1;
  CHECK(ErrorOf(entry).message() == "a.npz: 'x.npy' is encrypted");
  entry.flags = 0;
  entry.method = 14;
  CHECK(absl::StrContains(ErrorOf(entry).message(), "compression method 14"));
}

TEST_CASE("npz: no prefix of an archive is taken for one", "[tools]") {
  const std::string bytes = SerializeNpz({{"a", Sample()}}).value();
  for (size_t size = 0; size < bytes.size(); ++size) CHECK_FALSE(ParseNpz(bytes.substr(0, size), "x").ok());
}

TEST_CASE("npz: a changed byte gives an error or tensors", "[tools]") {
  const std::string stored = SerializeNpz({{"a", Sample()}, {"b", Sample()}}).value();
  const std::string deflated = MakeZip(MakeEntry("x.npy", SerializeNpy(*Sample()).value(), true));
  int num_errors = 0;
  for (const std::string& bytes : {stored, deflated}) {
    for (size_t i = 0; i < bytes.size(); ++i) {
      for (const char byte : {'\0', '\x7F', '\xFF'}) {
        std::string changed = bytes;
        changed[i] = byte;
        num_errors += !ParseNpz(changed, "x").ok();
      }
    }
  }
  CHECK(num_errors > 100);
}

}  // namespace
}  // namespace baton
