// The types in a program section as FlatBuffers: of parameters, data types, objects and signatures. Internal
// to serialize's encoders. Errors: InvalidArgument for what the format cannot hold.
#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "serialize/encode_lists.h"
#include "vm/bytecode/executable.h"

namespace baton {

// Readers refuse larger types, and walking over them might not end: comes before everything else here. The
// verifier says more about them.
absl::Status CheckTypeLimits(const Executable& executable);

// No fewer bytes than all that the functions below make of the executable.
uint64_t UpperBoundOfTypes(const Executable& executable);

absl::StatusOr<TableList<file::Parameter>> EncodeParameters(FlatBufferBuilder& builder,
                                                            const std::vector<Parameter>& parameters);
absl::StatusOr<TableList<file::TypeDefinition>> EncodeTypeDefinitions(
    FlatBufferBuilder& builder, const std::vector<TypeDefinition>& definitions);
absl::StatusOr<TableList<file::ObjectType>> EncodeObjectTypes(FlatBufferBuilder& builder,
                                                              const std::vector<ObjectType>& types);
TableList<file::Signature> EncodeSignatures(FlatBufferBuilder& builder,
                                            const std::vector<Signature>& signatures);

}  // namespace baton
