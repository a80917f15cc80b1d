// Gives every object type and closure of an executable its layout when a program is loaded. Internal to
// vm/exec.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "vm/exec/loaded_program.h"

namespace baton {

// One layout for each of the executable's object types.
void LoadObjectLayouts(const Executable& executable, LoadedProgram* loaded);

// The closures that a program makes: one layout for each function and number of captured values.
class ClosureLoader {
 public:
  // REQUIRES: loaded->functions has its final size.
  ClosureLoader(const Executable& executable, LoadedProgram* loaded);

  // Index in LoadedProgram::closure_layouts.
  uint32_t LayoutOf(uint32_t function, size_t num_captured);
  // The first of all equal signatures of the executable.
  uint32_t SignatureOf(uint32_t signature) const { return equal_signatures_[signature]; }

 private:
  using Kinds = std::vector<SlotKind>;
  LoadedProgram* loaded_;
  std::map<std::pair<Kinds, Kinds>, uint32_t> signatures_;
  std::vector<uint32_t> equal_signatures_;
  std::map<std::pair<uint32_t, size_t>, uint32_t> layouts_;
};

// Makes the objects of all layouts that have no fields. REQUIRES: the layouts are complete.
void MakeSingletons(LoadedProgram* loaded);

}  // namespace baton
