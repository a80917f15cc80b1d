#include "compiler/import/onnx.h"

#include <fcntl.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <onnx/onnx_pb.h>

#include <cerrno>
#include <cstring>
#include <limits>

#include "absl/strings/str_join.h"
#include "compiler/import/mapped_file.h"
#include "compiler/import/name_check.h"
#include "compiler/import/onnx_graph.h"
#include "compiler/import/onnx_inputs.h"
#include "compiler/import/support_check.h"
#include "vm/core/status.h"

namespace baton {
namespace {

constexpr int64_t kOldestIrVersion = 3;
constexpr int64_t kNewestIrVersion = 13;
constexpr char kTryNewer[] = " (--allow-newer-opset takes a newer one as if it were this one)";
// A nested graph is three messages deeper than the graph around it.
constexpr int kMaxMessageDepth = 3 * kMaxOnnxNesting + 64;

absl::Status Parse(absl::string_view bytes, const std::string& file, onnx::ModelProto* model) {
  if (bytes.size() > static_cast<size_t>(std::numeric_limits<int>::max())) {
    return absl::InvalidArgumentError(absl::StrCat(file, ": has ", bytes.size(),
                                                   " bytes; an ONNX file has at most 2 GiB, ",
                                                   "larger models keep their tensors as external data"));
  }
  google::protobuf::io::ArrayInputStream array(bytes.data(), static_cast<int>(bytes.size()));
  google::protobuf::io::CodedInputStream stream(&array);
  stream.SetRecursionLimit(kMaxMessageDepth);
  stream.SetTotalBytesLimit(std::numeric_limits<int>::max());
  if (!model->ParseFromCodedStream(&stream) || !stream.ConsumedEntireMessage()) {
    return absl::InvalidArgumentError(absl::StrCat(
        file, ": not an ONNX model: the file is damaged, of another format, or nested deeper than ",
        kMaxOnnxNesting));
  }
  return absl::OkStatus();
}

absl::Status CheckVersions(OnnxImport& import, const onnx::ModelProto& model, const OnnxOpsets& opsets) {
  if (!model.has_graph()) return import.Error("not an ONNX model: it has no graph");
  const int64_t ir_version = model.ir_version();
  if (ir_version < kOldestIrVersion || (ir_version > kNewestIrVersion && !import.options.allow_newer_opset)) {
    return absl::UnimplementedError(
        absl::StrCat(import.file, ": has IR version ", ir_version, ", supported are ", kOldestIrVersion,
                     " to ", kNewestIrVersion, ir_version > kNewestIrVersion ? kTryNewer : ""));
  }
  auto opset = opsets.find("");
  if (opset != opsets.end() && opset->second > kNewestOpset && !import.options.allow_newer_opset) {
    return absl::UnimplementedError(absl::StrCat(import.file, ": imports opset ", opset->second,
                                                 ", the newest supported is ", kNewestOpset, kTryNewer));
  }
  return absl::OkStatus();
}

void SetMetadata(const onnx::ModelProto& model, const OnnxOpsets& opsets, ir::Module* module) {
  auto& metadata = module->metadata();
  if (!model.producer_name().empty()) {
    metadata.emplace_back("producer",
                          model.producer_version().empty()
                              ? model.producer_name()
                              : absl::StrCat(model.producer_name(), " ", model.producer_version()));
  }
  if (auto opset = opsets.find(""); opset != opsets.end())
    metadata.emplace_back("opset", absl::StrCat(opset->second));
  for (const onnx::StringStringEntryProto& entry : model.metadata_props()) {
    metadata.emplace_back(absl::StrCat("onnx.", entry.key()), entry.value());
  }
}

absl::Status Import(const onnx::ModelProto& model, OnnxImport& import) {
  OnnxOpsets opsets;
  BATON_RETURN_IF_ERROR(import.InFile(ReadOpsets(model, &opsets)));
  BATON_RETURN_IF_ERROR(CheckVersions(import, model, opsets));
  BATON_RETURN_IF_ERROR(import.InFile(import.functions.Add(model)));
  const onnx::GraphProto& graph = model.graph();
  if (model.training_info_size() > 0) import.Warn("what it holds for training is ignored");
  BATON_RETURN_IF_ERROR(CheckNames(import, graph));
  BATON_RETURN_IF_ERROR(CheckSupport(import, graph, opsets));
  ir::Function* function = import.module.NewFunction("main");
  function->is_entry = true;
  OnnxScope scope(function->body, &opsets);
  BATON_RETURN_IF_ERROR(DefineGraphInputs(import, graph, scope, function));
  BATON_RETURN_IF_ERROR(ConvertGraph(import, graph, scope));
  for (const onnx::ValueInfoProto& output : graph.output()) function->output_names.push_back(output.name());
  if (!import.unsupported.empty()) return import.unsupported.ToStatus(import.file);
  SetMetadata(model, opsets, &import.module);
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<MappedFile>> MapFile(const std::string& path) {
  // Non-blocking, so that a pipe cannot make the open wait; it is refused as no regular file.
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (file.get() < 0) {
    const std::string message = absl::StrCat(path, ": ", std::strerror(errno));
    return errno == ENOENT ? absl::NotFoundError(message) : absl::InvalidArgumentError(message);
  }
  absl::StatusOr<std::shared_ptr<MappedFile>> mapped = MappedFile::Map(file);
  if (mapped.ok()) return mapped;
  return absl::Status(mapped.status().code(), absl::StrCat(path, ": ", mapped.status().message()));
}

}  // namespace

absl::StatusOr<std::unique_ptr<ir::Module>> ImportOnnx(absl::string_view bytes, absl::string_view name,
                                                       const std::string& folder,
                                                       const OnnxImportOptions& options,
                                                       std::string* warnings) {
  auto module = std::make_unique<ir::Module>();
  OnnxImport import(name, folder, options, *module);
  onnx::ModelProto model;
  BATON_RETURN_IF_ERROR(Parse(bytes, import.file, &model));
  BATON_RETURN_IF_ERROR(Import(model, import));
  if (warnings != nullptr) *warnings = absl::StrJoin(import.warnings, "\n");
  return module;
}

absl::StatusOr<std::unique_ptr<ir::Module>> ImportOnnxFile(const std::string& path,
                                                           const OnnxImportOptions& options,
                                                           std::string* warnings) {
  BATON_ASSIGN_OR_RETURN(const std::shared_ptr<MappedFile> file, MapFile(path));
  const absl::string_view bytes(file->data(), static_cast<size_t>(file->num_bytes()));
  const size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  return ImportOnnx(bytes, slash == std::string::npos ? path : path.substr(slash + 1), folder, options,
                    warnings);
}

}  // namespace baton
