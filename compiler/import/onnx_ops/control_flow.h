// What the converters of control flow share. Internal to the importer.
#pragma once

#include <functional>

#include "absl/strings/string_view.h"
#include "compiler/import/onnx_node.h"

namespace baton {

// The values of a sequence, one from each iteration, along the new axis `axis`. Without iterations the result
// has the extents that `declared`, the body's output, names, else 0, behind one of 0.
ir::Atom StackScanned(OnnxNode& node, ir::Atom sequence, const onnx::ValueInfoProto& declared, int64_t axis);

// `then_value()` where `condition`, one bool, is true, else `else_value()`; evaluated there.
ir::Atom Select(OnnxNode& node, ir::Atom condition, const std::function<ir::Atom()>& then_value,
                const std::function<ir::Atom()>& else_value);

// Some(value).
ir::Atom MakeSome(OnnxNode& node, ir::Atom value);
// The content of an optional, which fails when there is none; anything else as it is.
ir::Atom ContentOf(OnnxNode& node, ir::Atom value);

// `value`; fails with `message` when it is evaluated and the condition, one bool, is false.
ir::Atom Require(OnnxNode& node, ir::Atom condition, absl::string_view message, ir::Atom value);

}  // namespace baton
