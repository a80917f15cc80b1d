// Includes point downward only: the table says who may include whom, and every #include of the tree is held
// against it. docs/architecture.md explains the layers; the CMake link lists repeat the table for the linker.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

struct Component {
  std::string folder;
  std::vector<std::string> may_include;  // folders, besides its own
  std::vector<std::string> third_party;  // beginnings of include paths, in .cc files only
};

// In layer order: a component includes only what stands above it.
const std::vector<Component> kComponents = {
    {"vm/core", {}, {}},
    {"vm/bytecode", {"vm/core"}, {}},
    {"accel", {"vm/core"}, {}},
    {"vm/exec", {"vm/core", "vm/bytecode"}, {"tbb/", "oneapi/tbb"}},
    {"serialize", {"vm/core", "vm/bytecode"}, {"flatbuffers/"}},
    {"ops", {"vm/core", "accel"}, {"dnnl", "oneapi/dnnl", "cblas.h", "hwy/"}},
    {"vta_sim", {"vm/core", "accel"}, {"verilated"}},
    {"baton",
     {"vm/core", "vm/bytecode", "vm/exec", "serialize", "ops", "accel"},
     {}},  // the runtime's public face
    {"compiler/ir", {"vm/core", "ops"}, {}},
    {"compiler/import", {"vm/core", "ops", "compiler/ir"}, {"onnx/", "google/protobuf/"}},
    {"compiler/text", {"vm/core", "ops", "compiler/ir"}, {"rapidjson/"}},
    {"compiler/passes", {"vm/core", "ops", "compiler/ir", "accel"}, {}},
    {"compiler/lower", {"vm/core", "ops", "compiler/ir", "vm/bytecode"}, {}},
    {"compiler",
     {"vm/core", "vm/bytecode", "ops", "accel", "compiler/ir", "compiler/import", "compiler/text",
      "compiler/passes", "compiler/lower"},
     {}},
};

// These stand above all components and may include everything.
const std::vector<std::string> kTopFolders = {"tools", "examples", "bench", "tests"};

// Headers of the operating system and the compiler that any .cc file may use.
const std::vector<std::string> kSystemHeaders = {"sys/",    "unistd.h",  "fcntl.h",     "dlfcn.h",
                                                 "sched.h", "pthread.h", "immintrin.h", "cpuid.h"};

bool StartsWith(const std::string& text, const std::string& prefix) {
  return text.rfind(prefix, 0) == 0;
}

bool StartsWithAny(const std::string& text, const std::vector<std::string>& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](const std::string& prefix) { return StartsWith(text, prefix); });
}

// The component with the longest folder that holds `path`, or null.
const Component* FindComponent(const std::string& path) {
  const Component* best = nullptr;
  for (const Component& component : kComponents) {
    if (!StartsWith(path, component.folder + "/")) continue;
    if (best == nullptr || component.folder.size() > best->folder.size()) best = &component;
  }
  return best;
}

bool InTopFolder(const std::string& path) {
  return std::any_of(kTopFolders.begin(), kTopFolders.end(),
                     [&](const std::string& folder) { return StartsWith(path, folder + "/"); });
}

// <vector>, <cstdint>: no folder, no extension.
bool IsStandardHeader(const std::string& include) {
  return include.find_first_of("/.") == std::string::npos;
}

// Empty, or why `path`, a file of `component`, must not include `include`.
std::string CheckInclude(const Component& component, const std::string& path, const std::string& include) {
  if (const Component* target = FindComponent(include)) {
    const bool allowed = target == &component || std::count(component.may_include.begin(),
                                                            component.may_include.end(), target->folder) > 0;
    return allowed ? "" : component.folder + " must not include " + target->folder;
  }
  if (InTopFolder(include)) return component.folder + " is below " + include;
  if (IsStandardHeader(include) || StartsWith(include, "absl/")) return "";
  const bool implementation = std::filesystem::path(path).extension() == ".cc";
  if (StartsWithAny(include, kSystemHeaders))
    return implementation ? "" : "system headers belong in .cc files";
  if (!StartsWithAny(include, component.third_party)) {
    return "neither a path from the root nor a library of " + component.folder;
  }
  return implementation ? "" : "third-party headers belong in .cc files";
}

// One line for each include of a file that breaks the table: "path: include: reason".
std::vector<std::string> CheckFile(const std::string& path, const std::string& contents) {
  if (InTopFolder(path)) return {};
  const Component* component = FindComponent(path);
  if (component == nullptr) return {path + ": belongs to no component of the table"};
  static const std::regex kInclude(R"re(^\s*#\s*include\s*["<]([^">]+)[">])re");
  std::vector<std::string> violations;
  std::istringstream lines(contents);
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (line.find("include") == std::string::npos || !std::regex_search(line, match, kInclude)) continue;
    const std::string reason = CheckInclude(*component, path, match[1]);
    if (!reason.empty()) violations.push_back(path + ": " + match[1].str() + ": " + reason);
  }
  return violations;
}

// Paths of all C++ files below the root, build folders and hidden ones left out.
std::vector<std::filesystem::path> SourceFiles() {
  namespace fs = std::filesystem;
  static const std::set<std::string> kExtensions = {".h", ".hpp", ".cc", ".cpp", ".inc", ".def"};
  const fs::path root = BATON_SOURCE_DIR;
  std::vector<fs::path> files;
  for (auto entry = fs::recursive_directory_iterator(root); entry != fs::recursive_directory_iterator();
       ++entry) {
    const std::string name = entry->path().filename().string();
    const bool skip = StartsWith(name, ".") || (entry.depth() == 0 && StartsWith(name, "build"));
    if (entry->is_directory()) {
      if (skip) entry.disable_recursion_pending();
    } else if (kExtensions.count(entry->path().extension().string()) > 0) {
      files.push_back(entry->path());
    }
  }
  return files;
}

bool Allowed(const std::string& path, const std::string& line) {
  return CheckFile(path, line + "\n").empty();
}

}  // namespace

TEST_CASE("layering: every include of the tree obeys the table", "[layering]") {
  const std::vector<std::filesystem::path> files = SourceFiles();
  CHECK(files.size() > 20);
  for (const std::filesystem::path& file : files) {
    std::ifstream stream(file);
    std::stringstream contents;
    contents << stream.rdbuf();
    const std::string path = std::filesystem::relative(file, BATON_SOURCE_DIR).generic_string();
    for (const std::string& violation : CheckFile(path, contents.str())) FAIL_CHECK(violation);
  }
}

TEST_CASE("layering: the table has no cycles", "[layering]") {
  std::set<std::string> above;
  for (const Component& component : kComponents) {
    for (const std::string& folder : component.may_include) {
      CAPTURE(component.folder, folder);
      CHECK(above.count(folder) == 1);
    }
    above.insert(component.folder);
  }
}

TEST_CASE("layering: includes that point upward are found", "[layering]") {
  CHECK_FALSE(Allowed("vm/core/dim.h", R"(#include "vm/bytecode/opcode.h")"));
  CHECK_FALSE(Allowed("vm/exec/session.cc", R"(#include "ops/registry.h")"));
  CHECK_FALSE(Allowed("vm/exec/session.cc", R"(#include "accel/devices.h")"));
  CHECK_FALSE(Allowed("ops/registry.cc", R"(#include "vm/bytecode/executable.h")"));
  CHECK_FALSE(Allowed("compiler/passes/simplify.cc", R"(#include "compiler/compiler.h")"));
  CHECK_FALSE(Allowed("compiler/import/onnx.cc", R"(  #  include "compiler/text/parser.h")"));
  CHECK_FALSE(Allowed("compiler/compiler.cc", R"(#include "vm/exec/session.h")"));
  CHECK_FALSE(Allowed("baton/baton.h", R"(#include "compiler/compiler.h")"));
  CHECK_FALSE(Allowed("ops/registry.cc", R"(#include "tests/support/matchers.h")"));
}

TEST_CASE("layering: includes that point downward pass", "[layering]") {
  CHECK(Allowed("vm/core/dim.cc", R"(#include "vm/core/dim.h")"));
  CHECK(Allowed("vm/core/dim.h", "#include <vector>"));
  CHECK(Allowed("vm/core/dim.h", R"(#include "absl/types/span.h")"));
  CHECK(Allowed("compiler/lower/lower.cc", R"(#include "vm/bytecode/executable.h")"));
  CHECK(Allowed("compiler/compiler.cc", R"(#include "compiler/lower/lower.h")"));
  CHECK(Allowed("tools/run.cc", R"(#include "vm/exec/session.h")"));
  CHECK(Allowed("serialize/reader.cc", "#include <sys/mman.h>"));
  CHECK(Allowed("vm/core/dim.h", R"(// the word include in a comment: "vm/exec/session.h")"));
}

TEST_CASE("layering: libraries stay in the .cc files of their component", "[layering]") {
  CHECK(Allowed("ops/onednn/conv.cc", "#include <dnnl.hpp>"));
  CHECK_FALSE(Allowed("ops/onednn/conv.h", "#include <dnnl.hpp>"));
  CHECK_FALSE(Allowed("vm/core/dim.cc", "#include <dnnl.hpp>"));
  CHECK(Allowed("compiler/import/onnx.cc", R"(#include "onnx/onnx_pb.h")"));
  CHECK_FALSE(Allowed("compiler/text/parser.cc", R"(#include "onnx/onnx_pb.h")"));
  CHECK_FALSE(Allowed("serialize/reader.h", "#include <sys/mman.h>"));
}

TEST_CASE("layering: paths that do not start at the root are found", "[layering]") {
  CHECK_FALSE(Allowed("vm/core/dim.cc", R"(#include "dim.h")"));
  CHECK_FALSE(Allowed("vm/core/dim.cc", R"(#include "../bytecode/opcode.h")"));
  CHECK_FALSE(Allowed("new_folder/file.cc", ""));
}
