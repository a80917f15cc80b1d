// Attributes of an operator call as data: what the file stores and text prints. Operators give them types
// (ops/op_def.h).
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "vm/core/dtype.h"

namespace baton {

using AttributeValue = std::variant<bool, int64_t, double, std::string, DType, std::vector<int64_t>,
                                    std::vector<double>, std::vector<std::string>>;

// "[1, 2]", "0.5f64", "True", "\"text\"": Relay's notation of an attribute value; floats round-trip.
std::string AttributeString(const AttributeValue& value);

// Name and value, in the order of the operator's schema.
using Attributes = std::vector<std::pair<std::string, AttributeValue>>;

// The value of `name`, or null.
const AttributeValue* FindAttribute(const Attributes& attributes, absl::string_view name);

}  // namespace baton
