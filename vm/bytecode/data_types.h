// DataTypes: look-up in the data types of an executable, for those who check, load and print it.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "vm/bytecode/executable.h"

namespace baton {

class DataTypes {
 public:
  // Refers to `executable`. Of several definitions with one name, the first counts.
  explicit DataTypes(const Executable& executable);

  // Null when there is none.
  const TypeDefinition* Find(absl::string_view name) const;

  // The types of the fields of a constructor. REQUIRES: `type` is data with as many arguments as its
  // definition has parameters, `tag` one of its constructors (verify_types.cc).
  std::vector<Type> FieldTypes(const Type& type, int32_t tag) const;

  // "List[Tensor[(), int32]].Cons", or a reference's type: what an object type is, in text. Whatever the
  // type.
  std::string ObjectTypeText(const Type& type, int32_t tag) const;

 private:
  std::map<absl::string_view, const TypeDefinition*> definitions_;
};

// Collects the data types that values of some types consist of.
class ReachableTypes {
 public:
  struct Less {
    bool operator()(const Type& a, const Type& b) const { return Type::Compare(a, b) < 0; }
  };

  explicit ReachableTypes(const DataTypes& types) : types_(types) {}

  // REQUIRES: the executable's definitions and `type` are well formed (verify_types.h).
  // Errors: InvalidArgument when there are functions, references or opaque types among them, or no end.
  absl::Status Add(const Type& type);
  const std::set<Type, Less>& types() const { return reached_; }

 private:
  absl::Status AddParts(const Type& type);

  const DataTypes& types_;
  std::set<Type, Less> reached_;
  std::vector<Type> pending_;  // reached, their fields are still to be seen
  int fields_left_ = 1 << 16;
};

}  // namespace baton
