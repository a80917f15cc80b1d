// For fuzz targets: the listing of an executable that loses nothing gives back its file, byte by byte.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

#include "serialize/writer.h"
#include "vm/bytecode/assembler.h"
#include "vm/bytecode/disassembler.h"

namespace baton {

// Aborts when it does not. REQUIRES: a verified executable.
inline void CheckListing(const Executable& executable) {
  const absl::StatusOr<std::string> bytes = SerializeExecutable(executable);
  if (!bytes.ok()) return;  // exceeds the file format
  const std::string listing = Disassemble(executable, {.lossless = true});
  const absl::StatusOr<Executable> again = Assemble(listing);
  if (again.ok() && SerializeExecutable(*again).value_or("") == *bytes) return;
  std::fprintf(stderr, "%s\n%s\n", listing.c_str(), again.status().ToString().c_str());
  std::abort();
}

}  // namespace baton
