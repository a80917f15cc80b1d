// The programs of the dispatch benchmark: what is compiled, what it runs on, what a unit of its work is.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tools/input_options.h"
#include "vm/bytecode/executable.h"

namespace baton {

struct BenchProgram {
  std::string name;
  std::string description;
  // What an invocation consists of: `num_units` iterations, calls, nodes.
  std::string unit;
  int64_t num_units = 1;
  std::function<absl::StatusOr<Executable>()> compile;  // with both encodings
  // Inputs that are not given are random.
  InputOptions inputs;
  // The same in Lua, which prints how long it took for `lua_argument`; empty: there is none.
  std::string lua_script = {};
  int64_t lua_argument = 0;
  std::string optional_file = {};  // the program is skipped when it is not there
};

struct ProgramOptions {
  std::string root;    // of the source tree
  std::string silero;  // the model's file; its folder has test_data_set_1
  bool quick = false;  // small sizes, to see that everything works
};

std::vector<BenchProgram> DispatchPrograms(const ProgramOptions& options);

}  // namespace baton
