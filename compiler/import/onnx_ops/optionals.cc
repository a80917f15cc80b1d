// Optionals: values of the data type Option, which has the constructors Some and None.
#include <onnx/onnx_pb.h>

#include "compiler/import/onnx_ops/control_flow.h"
#include "compiler/import/onnx_ops/converters.h"
#include "compiler/import/onnx_types.h"

namespace baton {
namespace {

using ir::Atom;

bool IsOptional(const Type& type) {
  return type.is_data();
}

// A match on an optional: `some(content)` or `none()`, each evaluated in its arm.
Atom MatchOption(OnnxNode& node, Atom option, const Type& result, const std::function<Atom(Atom)>& some,
                 const std::function<Atom()>& none) {
  OnnxImport& import = node.import();
  ir::Match match;
  match.data = option;
  ir::Var* content = import.module.NewVar("content");
  import.SetType(content, import.TypeOf(option).args()[0]);
  match.arms = {{kSome, import.module.NewRegion()}, {kNone, import.module.NewRegion()}};
  match.arms[0].region->params = {content};
  node.InRegion(match.arms[0].region, [&] { match.arms[0].region->results = {some(content)}; });
  node.InRegion(match.arms[1].region, [&] { match.arms[1].region->results = {none()}; });
  return node.Bind(std::move(match), result);
}

}  // namespace

Atom MakeSome(OnnxNode& node, Atom value) {
  const Type type = OptionType(node.import().module, WithOpenElements(node.import().TypeOf(value)));
  return node.Bind(ir::MakeData{type, kSome, {value}}, type);
}

Atom ContentOf(OnnxNode& node, Atom value) {
  const Type type = node.import().TypeOf(value);
  if (!IsOptional(type)) return value;
  const Type content = type.args()[0];
  const auto fail = [&]() -> Atom { return node.Bind(ir::Raise{"the optional is empty"}, content); };
  return MatchOption(
      node, value, content, [](Atom some) { return some; }, fail);
}

void ConvertOptional(OnnxNode& node) {
  const onnx::TypeProto* declared = node.attributes().Type("type");
  if (node.HasInput(0)) {
    const Type content = node.import().TypeOf(node.Input(0));
    if (content.is_tensor() || content.is_sequence()) return node.SetOutput(0, MakeSome(node, node.Input(0)));
    return node.Invalid("the content is neither a tensor nor a sequence");
  }
  if (declared == nullptr) return node.Invalid("has neither an input nor the attribute 'type'");
  const absl::StatusOr<Type> content = TypeOfOnnxValue(*declared);
  if (absl::IsUnimplemented(content.status())) return node.Unsupported(content.status().message());
  if (!content.ok()) return node.Invalid(content.status().message());
  const Type type = OptionType(node.import().module, *content);
  node.SetOutput(0, node.Bind(ir::MakeData{type, kNone, {}}, type));
}

// Since version 18 a value that is no optional counts as one that has an element, and none as one without.
void ConvertOptionalHasElement(OnnxNode& node) {
  const auto truth = [&](bool value) { return node.Scalar(DType::kBool, value ? 1 : 0); };
  const Type type = node.HasInput(0) ? node.import().TypeOf(node.Input(0)) : Type();
  if (!IsOptional(type)) return node.SetOutput(0, truth(node.HasInput(0)));
  node.SetOutput(0, MatchOption(
                        node, node.Input(0), Type(DType::kBool, Shape()), [&](Atom) { return truth(true); },
                        [&] { return truth(false); }));
}

void ConvertOptionalGetElement(OnnxNode& node) {
  node.SetOutput(0, ContentOf(node, node.Input(0)));
}

}  // namespace baton
