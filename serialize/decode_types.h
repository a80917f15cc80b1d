// The types in a program section, out of FlatBuffers: of parameters, data types, objects and signatures.
// Internal to serialize's decoders. Errors: DataLoss.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "serialize/decode_lists.h"
#include "vm/bytecode/executable.h"

namespace baton {

class TypeDecoder {
 public:
  // `lists` outlives the decoder.
  explicit TypeDecoder(ListDecoder* lists) : lists_(*lists) {}

  absl::Status DecodeParameter(const file::Parameter& table, Parameter* parameter);
  absl::Status DecodeTypeDefinition(const file::TypeDefinition& table, TypeDefinition* definition);
  absl::Status DecodeObjectType(const file::ObjectType& table, ObjectType* type);
  absl::Status DecodeSignature(const file::Signature& table, Signature* signature);

 private:
  absl::Status DecodeDims(const Tables<file::Text>& texts, Shape* shape);
  absl::StatusOr<Type> DecodeTensorType(int dtype_code, bool has_rank, const Tables<file::Text>& dims);
  absl::StatusOr<Type> DecodeTypeTree(const file::Type& table);
  absl::Status DecodeTypeTrees(const Tables<file::Type>& tables, std::vector<Type>* types);

  ListDecoder& lists_;
};

}  // namespace baton
