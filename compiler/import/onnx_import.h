// OnnxImport: what one import shares between its parts. OnnxScope: the names that nodes of one graph see.
// Internal to the importer.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "compiler/import/graph_order.h"
#include "compiler/import/onnx.h"
#include "compiler/import/onnx_functions.h"
#include "compiler/import/onnx_tensor.h"
#include "compiler/import/unsupported.h"
#include "compiler/ir/module.h"

namespace baton {

// Graphs within graphs and calls within function bodies, together: what keeps the importer's recursion, and
// that of the passes after it, within bounds.
inline constexpr int kMaxOnnxNesting = 64;
// Nodes converted in all: functions that call each other may stand for exponentially many.
// Each costs the compiler about 2 kB and 15 us.
inline constexpr int64_t kMaxOnnxNodes = 1'000'000;

struct OnnxImport {
  OnnxImport(absl::string_view file_name, const std::string& folder, const OnnxImportOptions& import_options,
             ir::Module& target)
      : file(file_name),
        options(import_options),
        module(target),
        tensors(folder, import_options.max_tensor_bytes) {}

  std::string file;  // for messages and locations
  const OnnxImportOptions& options;
  ir::Module& module;
  OnnxTensorReader tensors;
  OnnxFunctions functions;
  GraphOrder order;
  UnsupportedList unsupported;
  std::set<std::string> warnings;
  // What is known of values before type inference: tensors have unknown rank, but where constants and inputs
  // say more, and elements of sequences and optionals always have. Unknown for what stands for something
  // unsupported or wrong.
  Type TypeOf(const ir::Atom& atom) const;
  void SetType(const ir::Var* var, const Type& type);
  int64_t num_nodes = 0;  // converted so far

  // A Var that nothing defines, for the result of something unsupported: the import goes on, to find the
  // rest, and fails.
  ir::Atom Placeholder(absl::string_view name) { return module.NewVar(name); }
  // Of a tensor.
  std::optional<DType> ElementType(const ir::Atom& atom) const;
  // "m.onnx: warning: message", once.
  void Warn(absl::string_view message);
  // InvalidArgument "message; at node 'n' (Add) in m.onnx" and "m.onnx: message".
  absl::Status ErrorAt(const onnx::NodeProto& node, absl::string_view message) const;
  absl::Status Error(absl::string_view message) const;
  // `status` with its code kept and the place added in the same way.
  absl::Status At(const onnx::NodeProto& node, const absl::Status& status) const;
  absl::Status InFile(const absl::Status& status) const;
  // The file, the node's name or else its first output, and its operator.
  SourceLocation LocationOf(const onnx::NodeProto& node, absl::string_view prefix = "") const;

 private:
  // Of Vars whose Type is left to type inference: the element types of tensors, the types of other values.
  absl::flat_hash_map<const ir::Var*, DType> element_types_;
  absl::flat_hash_map<const ir::Var*, Type> other_types_;
};

class OnnxScope {
 public:
  // The main graph.
  OnnxScope(ir::Region* region, const OnnxOpsets* opsets) : region(region), opsets(opsets) {}
  // A graph nested in one of `outer`'s nodes: sees all that `outer` does.
  static OnnxScope Nested(const OnnxScope& outer, ir::Region* region);
  // The body of `function`, inlined into `caller`'s region: sees none of the caller's names.
  static OnnxScope Body(const OnnxScope& caller, const OnnxFunction& function,
                        const OnnxAttributeEnvironment* environment, std::string prefix);

  // Errors: InvalidArgument when this scope has the name already.
  absl::Status Define(absl::string_view name, ir::Atom value);
  // The tensor is read when it is first used.
  absl::Status DefineTensor(absl::string_view name, const onnx::TensorProto* tensor);
  absl::Status DefineTensor(absl::string_view name, const onnx::SparseTensorProto* tensor);

  bool Defines(absl::string_view name) const { return values_.contains(name); }
  // True when a scope around this one has the name.
  bool IsVisibleOutside(absl::string_view name) const;
  // The value, from here or the scopes around. Empty for an input that the caller of a function left out.
  // Errors: InvalidArgument for an unknown name and for a tensor that cannot be read.
  absl::StatusOr<ir::Atom> Lookup(absl::string_view name, OnnxImport& import);
  // True when `function` is being inlined here or around.
  bool IsInside(const OnnxFunction* function) const;

  ir::Region* region;
  const OnnxOpsets* opsets;
  const OnnxAttributeEnvironment* environment = nullptr;  // null outside functions
  std::string prefix;                                     // of names, within functions
  int depth = 0;

 private:
  struct Entry {
    ir::Atom value;
    const onnx::TensorProto* tensor = nullptr;  // not yet read
    const onnx::SparseTensorProto* sparse_tensor = nullptr;
  };
  absl::Status DefineEntry(absl::string_view name, Entry entry);

  OnnxScope* parent_ = nullptr;        // whose names are seen
  const OnnxScope* caller_ = nullptr;  // that called the function
  const OnnxFunction* function_ = nullptr;
  absl::flat_hash_map<absl::string_view, Entry> values_;  // names lie in the model
};

}  // namespace baton
