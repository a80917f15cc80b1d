// JsonOutput: writes JSON text, for the --json of every command. NaN and infinities are written as NaN and
// Infinity, which JSON has not but most readers take.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "vm/core/tensor.h"

namespace baton {

// Begin and End must match and every value in an object must follow a Key. Threads: not safe.
class JsonOutput {
 public:
  // `indent`: spaces for each level; 0 for large results.
  explicit JsonOutput(int indent = 2);
  ~JsonOutput();
  void BeginObject();
  void EndObject();
  void BeginArray();
  void EndArray();
  // Bytes that are not UTF-8 are escaped as in C.
  void Key(absl::string_view key);
  void String(absl::string_view value);
  void Int(int64_t value);
  void Double(double value);
  void Bool(bool value);
  // All elements in row-major order: numbers and booleans.
  void Elements(const TensorObject& tensor);

  void Field(absl::string_view key, absl::string_view value) { Key(key), String(value); }
  void Field(absl::string_view key, int64_t value) { Key(key), Int(value); }
  void Field(absl::string_view key, double value) { Key(key), Double(value); }

  // The text, ending in a newline.
  std::string Finish() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace baton
