// OnnxTensorReader: TensorProto and SparseTensorProto -> Tensor, with every length checked. Internal to the
// importer. Source: ONNX IR specification, "Tensors"; onnx.proto.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "absl/status/statusor.h"
#include "compiler/import/external_data.h"
#include "vm/core/tensor.h"

namespace onnx {
class SparseTensorProto;
class TensorProto;
}  // namespace onnx

namespace baton {

// "float", "string", "float8e4m3fn", "type 99": ONNX's name of a TensorProto.DataType code.
std::string OnnxElementTypeName(int code);
// Errors: Unimplemented "element type string".
absl::StatusOr<DType> DTypeOfOnnxCode(int code);

class OnnxTensorReader {
 public:
  // `folder` is where external data lies ("" refuses it); one tensor may have `max_tensor_bytes`, as may all
  // sparse tensors together once they are dense.
  OnnxTensorReader(std::string folder, int64_t max_tensor_bytes)
      : external_(std::move(folder)), max_tensor_bytes_(max_tensor_bytes), dense_budget_(max_tensor_bytes) {}

  // Equal protos (by address) give tensors that share data.
  // Errors: InvalidArgument when dims, type and data do not fit; Unimplemented for element types, ranks and
  // segments that are not supported; ResourceExhausted above a limit; errors of ExternalData.
  absl::StatusOr<Tensor> Read(const onnx::TensorProto& proto);
  absl::StatusOr<Tensor> Read(const onnx::SparseTensorProto& proto);

 private:
  absl::StatusOr<Tensor> Decode(const onnx::TensorProto& proto);
  absl::StatusOr<Tensor> DecodeSparse(const onnx::SparseTensorProto& proto);
  absl::StatusOr<Tensor> ReadExternal(const onnx::TensorProto& proto, DType dtype,
                                      absl::Span<const int64_t> dims, int64_t num_bytes);

  ExternalData external_;
  int64_t max_tensor_bytes_;
  int64_t dense_budget_;  // bytes that sparse tensors may still become
  std::unordered_map<const void*, Tensor> read_;
};

}  // namespace baton
