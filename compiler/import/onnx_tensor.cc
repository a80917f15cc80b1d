#include "compiler/import/onnx_tensor.h"

#include <onnx/onnx_pb.h>

#include <cstring>
#include <limits>
#include <type_traits>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "compiler/import/onnx.h"
#include "vm/core/device.h"
#include "vm/core/status.h"

namespace baton {
namespace {

// Codes that this version of onnx.proto may not know are listed too: newer files hold them.
constexpr const char* kOnnxElementTypes[] = {
    "undefined", "float",      "uint8",      "int8",         "uint16",         "int16",      "int32",
    "int64",     "string",     "bool",       "float16",      "double",         "uint32",     "uint64",
    "complex64", "complex128", "bfloat16",   "float8e4m3fn", "float8e4m3fnuz", "float8e5m2", "float8e5m2fnuz",
    "uint4",     "int4",       "float4e2m1", "float8e8m0",   "uint2",          "int2",
};

std::string Named(const std::string& name) {
  return absl::StrCat("tensor '", absl::Utf8SafeCEscape(name), "'");
}

absl::Status CountError(int64_t found, int64_t expected, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("has ", found, " ", what, ", its shape needs ", expected));
}

// Copies `values` as elements of type T. Errors: InvalidArgument for a wrong count or a value that does not
// fit.
template <typename T, typename Field>
absl::Status CopyField(const Field& values, Tensor& tensor) {
  if (values.size() != tensor.num_elements())
    return CountError(values.size(), tensor.num_elements(), "elements");
  T* out = tensor->As<T>();
  for (int64_t i = 0; i < values.size(); ++i) {
    const auto value = values[static_cast<int>(i)];
    if constexpr (std::is_same_v<T, Bool>) {
      out[i] = Bool(value != 0);
    } else if constexpr (std::is_same_v<T, Float16> || std::is_same_v<T, BFloat16>) {
      if (value < 0 || value > 0xffff) {
        return absl::InvalidArgumentError(absl::StrCat("element ", i, " is ", value, ", expected 16 bits"));
      }
      out[i].bits = static_cast<uint16_t>(value);
    } else {
      if constexpr (std::is_integral_v<T> && !std::is_same_v<T, std::decay_t<decltype(value)>>) {
        using Wide = std::decay_t<decltype(value)>;
        if (value < static_cast<Wide>(std::numeric_limits<T>::min()) ||
            value > static_cast<Wide>(std::numeric_limits<T>::max())) {
          return absl::InvalidArgumentError(
              absl::StrCat("element ", i, " is ", value, ", outside its element type"));
        }
      }
      out[i] = static_cast<T>(value);
    }
  }
  return absl::OkStatus();
}

// How many elements the field of `dtype` holds: known before memory is allocated.
int64_t FieldSize(const onnx::TensorProto& proto, DType dtype) {
  switch (dtype) {
    case DType::kFloat32:
      return proto.float_data_size();
    case DType::kFloat64:
      return proto.double_data_size();
    case DType::kInt64:
      return proto.int64_data_size();
    case DType::kUInt32:
    case DType::kUInt64:
      return proto.uint64_data_size();
    default:
      return proto.int32_data_size();
  }
}

absl::Status CopyFields(const onnx::TensorProto& proto, Tensor& tensor) {
  return VisitDType(tensor.dtype(), [&](auto element) {
    using T = decltype(element);
    if constexpr (std::is_same_v<T, float>)
      return CopyField<T>(proto.float_data(), tensor);
    else if constexpr (std::is_same_v<T, double>)
      return CopyField<T>(proto.double_data(), tensor);
    else if constexpr (std::is_same_v<T, int64_t>)
      return CopyField<T>(proto.int64_data(), tensor);
    else if constexpr (std::is_same_v<T, uint32_t> || std::is_same_v<T, uint64_t>)
      return CopyField<T>(proto.uint64_data(), tensor);
    else
      return CopyField<T>(proto.int32_data(), tensor);
  });
}

absl::StatusOr<int64_t> CheckSize(absl::Span<const int64_t> dims, DType dtype, int64_t limit) {
  if (dims.size() > kMaxRank) {
    return absl::UnimplementedError(
        absl::StrCat("rank ", dims.size(), ", at most ", kMaxRank, " is supported"));
  }
  const std::optional<int64_t> num_bytes = CheckedNumBytes(dims, DTypeSize(dtype));
  if (!num_bytes)
    return absl::InvalidArgumentError("has a negative extent or more bytes than 64 bits can count");
  if (*num_bytes > limit) {
    return absl::ResourceExhaustedError(absl::StrCat("has ", *num_bytes, " bytes, the limit is ", limit));
  }
  return *num_bytes;
}

// Reads the number in entry `key`; `value` keeps its default when there is none.
absl::Status ReadNumber(const onnx::TensorProto& proto, const std::string& key, int64_t* value) {
  for (const onnx::StringStringEntryProto& entry : proto.external_data()) {
    if (entry.key() != key) continue;
    if (!absl::SimpleAtoi(entry.value(), value) || *value < 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          "external ", key, " is '", absl::Utf8SafeCEscape(entry.value()), "', expected a byte count"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::string OnnxElementTypeName(int code) {
  if (code >= 0 && code < static_cast<int>(std::size(kOnnxElementTypes))) return kOnnxElementTypes[code];
  return absl::StrCat("type ", code);
}

absl::StatusOr<DType> DTypeOfOnnxCode(int code) {
  if (std::optional<DType> dtype = DTypeFromOnnx(code)) return *dtype;
  if (code == onnx::TensorProto::UNDEFINED) return absl::InvalidArgumentError("has no element type");
  return absl::UnimplementedError(absl::StrCat("element type ", OnnxElementTypeName(code)));
}

absl::StatusOr<Tensor> OnnxTensorReader::Read(const onnx::TensorProto& proto) {
  if (auto found = read_.find(&proto); found != read_.end()) return found->second;
  absl::StatusOr<Tensor> tensor = Decode(proto);
  if (!tensor.ok()) {
    // What is unsupported is listed by kind, so its text must not differ from tensor to tensor.
    if (absl::IsUnimplemented(tensor.status())) return tensor;
    return absl::Status(tensor.status().code(),
                        absl::StrCat(Named(proto.name()), ": ", tensor.status().message()));
  }
  read_.emplace(&proto, *tensor);
  return tensor;
}

absl::StatusOr<Tensor> OnnxTensorReader::Decode(const onnx::TensorProto& proto) {
  if (proto.has_segment()) return absl::UnimplementedError("tensor in segments");
  BATON_ASSIGN_OR_RETURN(const DType dtype, DTypeOfOnnxCode(proto.data_type()));
  const absl::Span<const int64_t> dims(proto.dims().data(), static_cast<size_t>(proto.dims_size()));
  BATON_ASSIGN_OR_RETURN(const int64_t num_bytes, CheckSize(dims, dtype, max_tensor_bytes_));
  if (proto.data_location() == onnx::TensorProto::EXTERNAL)
    return ReadExternal(proto, dtype, dims, num_bytes);
  const bool raw = !proto.raw_data().empty();
  const int64_t found = raw ? static_cast<int64_t>(proto.raw_data().size()) : FieldSize(proto, dtype);
  const int64_t expected = raw ? num_bytes : num_bytes / DTypeSize(dtype);
  if (found != expected) return CountError(found, expected, raw ? "bytes" : "elements");
  BATON_ASSIGN_OR_RETURN(Tensor tensor, Tensor::Allocate(dtype, dims));
  if (raw) {
    std::memcpy(tensor->data, proto.raw_data().data(), static_cast<size_t>(num_bytes));
  } else {
    BATON_RETURN_IF_ERROR(CopyFields(proto, tensor));
  }
  return tensor;
}

absl::StatusOr<Tensor> OnnxTensorReader::ReadExternal(const onnx::TensorProto& proto, DType dtype,
                                                      absl::Span<const int64_t> dims, int64_t num_bytes) {
  std::string location;
  for (const onnx::StringStringEntryProto& entry : proto.external_data()) {
    if (entry.key() == "location") location = entry.value();
  }
  int64_t offset = 0;
  int64_t length = num_bytes;
  BATON_RETURN_IF_ERROR(ReadNumber(proto, "offset", &offset));
  BATON_RETURN_IF_ERROR(ReadNumber(proto, "length", &length));
  if (length != num_bytes) return CountError(length, num_bytes, "external bytes");
  BATON_ASSIGN_OR_RETURN(const std::shared_ptr<MappedFile> file, external_.Map(location));
  if (offset > file->num_bytes() || length > file->num_bytes() - offset) {
    return absl::InvalidArgumentError(absl::StrCat("external bytes ", offset, " to ", offset, "+", length,
                                                   " lie outside the file's ", file->num_bytes()));
  }
  char* data = file->data() + offset;
  if (num_bytes > 0 && reinterpret_cast<uintptr_t>(data) % kTensorAlignment == 0) {
    return Tensor::Wrap(dtype, dims, data, [file] {});
  }
  BATON_ASSIGN_OR_RETURN(Tensor tensor, Tensor::Allocate(dtype, dims));
  if (num_bytes > 0) std::memcpy(tensor->data, data, static_cast<size_t>(num_bytes));
  file->Forget(offset, num_bytes);
  return tensor;
}

absl::StatusOr<Tensor> OnnxTensorReader::Read(const onnx::SparseTensorProto& proto) {
  if (auto found = read_.find(&proto); found != read_.end()) return found->second;
  absl::StatusOr<Tensor> tensor = DecodeSparse(proto);
  if (!tensor.ok()) {
    if (absl::IsUnimplemented(tensor.status())) return tensor;
    return absl::Status(tensor.status().code(), absl::StrCat("sparse ", Named(proto.values().name()), ": ",
                                                             tensor.status().message()));
  }
  read_.emplace(&proto, *tensor);
  return tensor;
}

absl::StatusOr<Tensor> OnnxTensorReader::DecodeSparse(const onnx::SparseTensorProto& proto) {
  BATON_ASSIGN_OR_RETURN(const Tensor values, Decode(proto.values()));
  BATON_ASSIGN_OR_RETURN(const Tensor indices, Decode(proto.indices()));
  const absl::Span<const int64_t> dims(proto.dims().data(), static_cast<size_t>(proto.dims_size()));
  const int64_t count = values.num_elements();
  const int64_t rank = proto.dims_size();
  const bool linear = indices->rank == 1 && indices->dims[0] == count;
  const bool tuples = indices->rank == 2 && indices->dims[0] == count && indices->dims[1] == rank;
  if (values->rank != 1 || indices.dtype() != DType::kInt64 || (!linear && !tuples)) {
    return absl::InvalidArgumentError(absl::StrCat("values ", TypeString(*values), " and indices ",
                                                   TypeString(*indices), " do not fit a tensor of rank ",
                                                   rank));
  }
  BATON_ASSIGN_OR_RETURN(const int64_t num_bytes, CheckSize(dims, values.dtype(), dense_budget_));
  dense_budget_ -= num_bytes;
  BATON_ASSIGN_OR_RETURN(Tensor dense, Tensor::Allocate(values.dtype(), dims));
  if (num_bytes > 0) std::memset(dense->data, 0, static_cast<size_t>(num_bytes));
  const int64_t element_size = DTypeSize(values.dtype());
  const int64_t* index = indices->As<int64_t>();
  int64_t last = -1;
  for (int64_t i = 0; i < count; ++i) {
    int64_t position = 0;
    for (int64_t axis = 0; tuples && axis < rank; ++axis) {
      const int64_t coordinate = index[i * rank + axis];
      if (coordinate < 0 || coordinate >= dims[axis]) {
        return absl::InvalidArgumentError(
            absl::StrCat("index ", coordinate, " is outside [0, ", dims[axis], ")"));
      }
      position = position * dims[axis] + coordinate;
    }
    if (linear && !tuples) position = index[i];
    if (position <= last || position >= dense.num_elements()) {
      return absl::InvalidArgumentError(absl::StrCat("indices must ascend within [0, ", dense.num_elements(),
                                                     "), found ", position, " after ", last));
    }
    last = position;
    std::memcpy(static_cast<char*>(dense->data) + position * element_size,
                static_cast<const char*>(values->data) + i * element_size, static_cast<size_t>(element_size));
  }
  return dense;
}

absl::StatusOr<Tensor> ParseTensorProto(absl::string_view bytes, absl::string_view name) {
  onnx::TensorProto proto;
  if (bytes.size() > static_cast<size_t>(std::numeric_limits<int>::max()) ||
      !proto.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::InvalidArgumentError(absl::StrCat(name, ": not an ONNX tensor"));
  }
  absl::StatusOr<Tensor> tensor = OnnxTensorReader("", OnnxImportOptions().max_tensor_bytes).Read(proto);
  if (!tensor.ok())
    return absl::Status(tensor.status().code(), absl::StrCat(name, ": ", tensor.status().message()));
  return tensor;
}

}  // namespace baton
