// AssemblyReferences: how the operands of assembly text name entries of an executable's tables.
//   add#3       entry 3 of the kernels, which is named add; anything else there is an error
//   add         the first entry of this name
//   kernel#3    entry 3, whatever it is
// Likewise "f#0" and "function#0", "Tensor[(?), bool]#0" and "type#0", "List[A].Cons#0" and "object#0",
// "(i64) -> ()#0" and "signature#0", "\"text\"#0" and "message#0"; constants are "k0". Types, signatures and
// messages without number that are in no table are added to it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "vm/bytecode/assembly_cursor.h"
#include "vm/bytecode/executable.h"

namespace baton {

class AssemblyReferences {
 public:
  // Adds types, signatures and messages to `executable`.
  explicit AssemblyReferences(Executable* executable) : executable_(*executable) {}

  // Whoever adds an entry to a table says so here, in order.
  void AddFunction(absl::string_view name) { Add(OperandKind::kFunction, std::string(name)); }
  void AddKernel(const KernelReference& kernel) { Add(OperandKind::kKernel, kernel.op); }
  void AddType(const AllocType& type);
  void AddObjectType(const ObjectType& type);
  void AddSignature(const Signature& signature) { Add(OperandKind::kSignature, SignatureText(signature)); }
  void AddMessage(absl::string_view message) { Add(OperandKind::kMessage, std::string(message)); }
  void AddTypeDefinition(const TypeDefinition& definition);

  // Of a kind that is an index into a table.
  absl::StatusOr<int64_t> Read(AssemblyCursor& cursor, OperandKind kind);
  // "List[Tensor[(), int64]].Cons", "ref(...)". Gives no fields.
  absl::StatusOr<ObjectType> ReadObjectType(AssemblyCursor& cursor) const;

 private:
  // Entries by what names them.
  struct Table {
    std::map<std::string, int64_t> first;   // the first entry of each name
    std::vector<const std::string*> names;  // of all entries; keys of `first`
  };

  void Add(OperandKind kind, std::string name);
  // What names an entry, read from text.
  absl::StatusOr<std::string> ReadKey(AssemblyCursor& cursor, OperandKind kind);
  // Adds what ReadKey has read last.
  absl::StatusOr<int64_t> AddMissing(AssemblyCursor& cursor, size_t begin, OperandKind kind,
                                     const std::string& name);

  Executable& executable_;
  std::map<OperandKind, Table> tables_;
  std::map<std::pair<std::string, std::string>, int32_t> constructors_;  // tags, by type and constructor
  // Read by ReadKey.
  AllocType type_;
  Signature signature_;
};

}  // namespace baton
