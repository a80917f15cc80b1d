// The verifier's checks of data types, object types, signatures and the types of inputs and outputs. Internal
// to verifier.cc.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "vm/bytecode/data_types.h"
#include "vm/bytecode/executable.h"

namespace baton {

// Definitions are well formed: names are unique, fields have types that exist, with all their arguments.
// Object types are references or constructors of data, and their slots follow from their types. Errors:
// DataLoss.
absl::Status CheckDataTypes(const Executable& executable, const DataTypes& types);

// The type of an input or output `where`: as CheckDataTypes wants of object types, and without functions and
// references. Extents outside of data are not looked at. `reachable` is of all inputs and outputs. REQUIRES:
// CheckDataTypes accepted. Errors: DataLoss.
absl::Status CheckBorderType(const DataTypes& types, const Type& type, absl::string_view where,
                             ReachableTypes* reachable);

}  // namespace baton
