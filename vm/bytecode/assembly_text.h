// The words of an assembly listing as the disassembler writes them when nothing may be lost: names, types,
// values. assembly_values.h reads them back.
#pragma once

#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "vm/bytecode/opcode.h"
#include "vm/core/attributes.h"
#include "vm/core/tensor.h"
#include "vm/core/type.h"

namespace baton {

// Text in quotes, with C escapes.
std::string QuotedText(absl::string_view text);
// A letter or "_", then letters, digits, "_" and, if `dots`, ".".
bool IsPlainName(absl::string_view name, bool dots);
// The name as it is, or quoted. Names in types are without dots, which stand before constructors, and are
// none of the words of types.
std::string NameText(absl::string_view name);
std::string TypeNameText(absl::string_view name);

// As Type::ToString, with names quoted where necessary. A name without arguments that is one of `variables`
// is a variable; data of that name is "A[]".
using TypeVariables = std::set<absl::string_view>;
std::string TypeText(const Type& type, const TypeVariables& variables);

// "kernel" of "kernel#3": what entry 3 of an operand's table is called when its own name does not matter.
absl::string_view ReferenceWord(OperandKind kind);

// As FloatText; a NaN that is not the usual one is its bits: "0x7ff8000000000001".
std::string ExactFloatText(double value);
// "[1, 2, 3, 4]": all elements in row-major order, of a scalar its value; odd bools and NaNs are their bits.
std::string ElementsText(const TensorObject& tensor);
// As AttributeString, but element types are not quoted, and empty lists are "[]", "[]f64" or "[]text".
std::string ExactAttributeText(const AttributeValue& value);

}  // namespace baton
