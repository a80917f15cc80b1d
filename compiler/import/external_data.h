// ExternalData: files that hold tensor data of an ONNX model, mapped read-only. Opens only regular files
// beneath the model's folder; no "..", absolute path or symbolic link leads out of it. Internal to the
// importer.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "compiler/import/mapped_file.h"

namespace baton {

class ExternalData {
 public:
  // `folder` is the model's; empty refuses external data.
  explicit ExternalData(std::string folder) : folder_(std::move(folder)) {}

  // The file at `location`, relative to the folder. Errors: InvalidArgument for a location that is absolute,
  // leaves the folder, passes a symbolic link or is no regular file; NotFound; ResourceExhausted when it
  // cannot be mapped.
  absl::StatusOr<std::shared_ptr<MappedFile>> Map(const std::string& location);

 private:
  std::string folder_;
  std::map<std::string, std::shared_ptr<MappedFile>> files_;
};

}  // namespace baton
