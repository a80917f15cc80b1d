#include "tools/npy.h"

#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "vm/core/status.h"

namespace baton {
namespace {

constexpr absl::string_view kMagic("\x93NUMPY", 6);

constexpr size_t kMaxHeaderBytes = 10000;  // as numpy.load

struct NpyType {
  DType dtype;
  absl::string_view code;  // kind and bytes, without the byte order
};
constexpr NpyType kTypes[] = {
    {DType::kFloat32, "f4"}, {DType::kFloat64, "f8"}, {DType::kFloat16, "f2"}, {DType::kInt8, "i1"},
    {DType::kInt16, "i2"},   {DType::kInt32, "i4"},   {DType::kInt64, "i8"},   {DType::kUInt8, "u1"},
    {DType::kUInt16, "u2"},  {DType::kUInt32, "u4"},  {DType::kUInt64, "u8"},  {DType::kBool, "b1"},
};

struct Header {
  std::string descr;
  bool fortran_order = false;
  std::vector<int64_t> shape;
};

// Reads the one form of a Python literal that a header may have:
// {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
class HeaderParser {
 public:
  HeaderParser(absl::string_view text, absl::string_view file) : text_(text), file_(file) {}

  absl::StatusOr<Header> Parse() {
    Header header;
    bool seen[3] = {};
    BATON_RETURN_IF_ERROR(Expect('{'));
    while (!Accept('}')) {
      BATON_ASSIGN_OR_RETURN(const std::string key, ParseString());
      BATON_RETURN_IF_ERROR(Expect(':'));
      if (key == "descr") {
        if (Peek() == '[')
          return absl::UnimplementedError(absl::StrCat(file_, ": holds records, not a tensor"));
        BATON_ASSIGN_OR_RETURN(header.descr, ParseString());
        seen[0] = true;
      } else if (key == "fortran_order") {
        BATON_ASSIGN_OR_RETURN(header.fortran_order, ParseBool());
        seen[1] = true;
      } else if (key == "shape") {
        BATON_ASSIGN_OR_RETURN(header.shape, ParseShape());
        seen[2] = true;
      } else {
        return Error(absl::StrCat("has the unknown key '", absl::CHexEscape(key), "'"));
      }
      if (!Accept(',') && Peek() != '}') return Error("lacks a ',' or '}'");
    }
    if (!seen[0] || !seen[1] || !seen[2]) return Error("lacks one of 'descr', 'fortran_order', 'shape'");
    return header;
  }

 private:
  char Peek() {
    while (!text_.empty() && (text_[0] == ' ' || text_[0] == '\n')) text_.remove_prefix(1);
    return text_.empty() ? '\0' : text_[0];
  }
  bool Accept(char c) {
    if (Peek() != c || text_.empty()) return false;
    text_.remove_prefix(1);
    return true;
  }
  absl::Status Error(absl::string_view what) const {
    return absl::DataLossError(absl::StrCat(file_, ": the npy header ", what));
  }
  absl::Status Expect(char c) {
    return Accept(c) ? absl::OkStatus() : Error(absl::StrCat("lacks a '", std::string(1, c), "'"));
  }

  absl::StatusOr<std::string> ParseString() {
    const char quote = Peek();
    if (quote != '\'' && quote != '"') return Error("lacks a string");
    const size_t end = text_.find(quote, 1);
    if (end == absl::string_view::npos) return Error("has an open string");
    std::string value(text_.substr(1, end - 1));
    text_.remove_prefix(end + 1);
    return value;
  }

  absl::StatusOr<bool> ParseBool() {
    Peek();
    for (const bool value : {false, true}) {
      const absl::string_view word = value ? "True" : "False";
      if (!absl::StartsWith(text_, word)) continue;
      text_.remove_prefix(word.size());
      return value;
    }
    return Error("lacks True or False for 'fortran_order'");
  }

  absl::StatusOr<std::vector<int64_t>> ParseShape() {
    std::vector<int64_t> shape;
    BATON_RETURN_IF_ERROR(Expect('('));
    while (!Accept(')')) {
      Peek();
      size_t digits = 0;
      while (digits < text_.size() && text_[digits] >= '0' && text_[digits] <= '9') ++digits;
      int64_t extent = 0;
      if (!absl::SimpleAtoi(text_.substr(0, digits), &extent))
        return Error("has a shape that is not a tuple of extents");
      shape.push_back(extent);
      text_.remove_prefix(digits);
      if (!Accept(',') && Peek() != ')') return Error("has a shape without its end");
    }
    return shape;
  }

  absl::string_view text_;
  absl::string_view file_;
};

absl::StatusOr<DType> ParseDescr(const std::string& descr, absl::string_view name) {
  const char order = descr.empty() ? '\0' : descr[0];
  const absl::string_view code = absl::string_view(descr).substr(order == '\0' ? 0 : 1);
  for (const NpyType& type : kTypes) {
    if (code != type.code) continue;
    if (order == '<' || order == '=' || order == '|') return type.dtype;
    if (order == '>' && DTypeSize(type.dtype) == 1) return type.dtype;
    if (order == '>')
      return absl::UnimplementedError(
          absl::StrCat(name, ": is big-endian ('", descr, "'); save it as '<", code, "'"));
  }
  return absl::UnimplementedError(
      absl::StrCat(name, ": has elements of type '", absl::CHexEscape(descr), "', which Baton has not"));
}

// Copies column-major `from` into row-major `to`.
void CopyFortranOrder(const char* from, Tensor& to) {
  const int64_t size = DTypeSize(to.dtype());
  const absl::Span<const int64_t> dims = to.shape();
  const int rank = static_cast<int>(dims.size());
  int64_t index[kMaxRank] = {};
  char* out = to->As<char>();
  for (int64_t n = to.num_elements(); n > 0; --n, out += size) {
    int64_t offset = 0;
    for (int axis = rank - 1; axis >= 0; --axis) offset = offset * dims[axis] + index[axis];
    std::memcpy(out, from + offset * size, size);
    for (int axis = rank - 1; axis >= 0 && ++index[axis] == dims[axis]; --axis) index[axis] = 0;
  }
}

// Splits off the header's text; `bytes` is left with the data.
absl::StatusOr<absl::string_view> SplitHeader(absl::string_view* bytes, absl::string_view name) {
  if (!absl::StartsWith(*bytes, kMagic) || bytes->size() < 10) {
    return absl::DataLossError(absl::StrCat(name, ": is not an npy file (its magic is missing)"));
  }
  const auto byte = [&](size_t i) { return static_cast<size_t>(static_cast<unsigned char>((*bytes)[i])); };
  const size_t version = byte(6);
  if (version < 1 || version > 3) {
    return absl::UnimplementedError(
        absl::StrCat(name, ": has npy version ", version, "; 1 to 3 can be read"));
  }
  const size_t prefix = version == 1 ? 10 : 12;
  if (bytes->size() < prefix) return absl::DataLossError(absl::StrCat(name, ": ends inside the npy header"));
  size_t length = byte(8) | byte(9) << 8;
  if (version > 1) length |= byte(10) << 16 | byte(11) << 24;
  if (length > bytes->size() - prefix) {
    return absl::DataLossError(
        absl::StrCat(name, ": claims a header of ", length, " bytes, ", bytes->size() - prefix, " follow"));
  }
  if (length > kMaxHeaderBytes) {
    return absl::DataLossError(absl::StrCat(name, ": has an npy header of ", length, " bytes, at most ",
                                            kMaxHeaderBytes, " are read"));
  }
  const absl::string_view header = bytes->substr(prefix, length);
  bytes->remove_prefix(prefix + length);
  return header;
}

}  // namespace

absl::StatusOr<Tensor> ParseNpy(absl::string_view bytes, absl::string_view name) {
  BATON_ASSIGN_OR_RETURN(const absl::string_view text, SplitHeader(&bytes, name));
  BATON_ASSIGN_OR_RETURN(const Header header, HeaderParser(text, name).Parse());
  BATON_ASSIGN_OR_RETURN(const DType dtype, ParseDescr(header.descr, name));
  if (header.shape.size() > kMaxRank) {
    return absl::InvalidArgumentError(absl::StrCat(name, ": has ", header.shape.size(),
                                                   " dimensions, at most ", kMaxRank, " are supported"));
  }
  const std::optional<int64_t> num_bytes = CheckedNumBytes(header.shape, DTypeSize(dtype));
  if (!num_bytes.has_value() || static_cast<uint64_t>(*num_bytes) != bytes.size()) {
    return absl::DataLossError(absl::StrCat(name, ": shape (", absl::StrJoin(header.shape, ", "), ") of ",
                                            DTypeName(dtype), " does not match its ", bytes.size(),
                                            " bytes of data"));
  }
  absl::StatusOr<Tensor> tensor = Tensor::Allocate(dtype, header.shape);
  if (!tensor.ok()) return Annotate(tensor.status(), name);
  if (header.fortran_order) {
    CopyFortranOrder(bytes.data(), *tensor);
  } else if (!bytes.empty()) {
    std::memcpy((*tensor)->data, bytes.data(), bytes.size());
  }
  return tensor;
}

absl::StatusOr<std::string> SerializeNpy(const TensorObject& tensor) {
  absl::string_view code;
  for (const NpyType& type : kTypes) {
    if (type.dtype == tensor.dtype) code = type.code;
  }
  if (code.empty()) {
    return absl::UnimplementedError(absl::StrCat("npy has no element type for ", DTypeName(tensor.dtype)));
  }
  std::string header = absl::StrCat("{'descr': '", DTypeSize(tensor.dtype) == 1 ? "|" : "<", code,
                                    "', 'fortran_order': False, 'shape': (",
                                    absl::StrJoin(tensor.shape(), ", "), tensor.rank == 1 ? ",), }" : "), }");
  // The data starts at a multiple of 64 bytes; the header ends in a newline.
  const size_t unpadded = kMagic.size() + 4 + header.size() + 1;
  header.append((64 - unpadded % 64) % 64, ' ');
  header.push_back('\n');
  std::string bytes(kMagic);
  bytes.append(
      {'\x01', '\x00', static_cast<char>(header.size() & 0xFF), static_cast<char>(header.size() >> 8)});
  bytes.append(header);
  bytes.append(static_cast<const char*>(tensor.data), static_cast<size_t>(tensor.num_bytes()));
  return bytes;
}

}  // namespace baton
