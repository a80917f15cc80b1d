// If and Loop. Their graphs become regions, which see the values around them directly.
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <utility>

#include "compiler/import/onnx_ops/converters.h"

namespace baton {
namespace {

using ir::Atom;

// The element type of result `index` as the region gives it.
std::optional<DType> ResultType(OnnxNode& node, const ir::Region* region, size_t index) {
  return node.import().ElementType(region->results[index]);
}

// Loop, where `proto` has inputs (iteration, condition, carried...) and outputs (condition, carried...,
// scanned...). Becomes a loop that carries (iteration, condition, carried..., stacks...): a stack holds the
// values scanned so far. It is made anew in each iteration, by concatenation, so its cost is quadratic in the
// number of iterations.
class LoopConversion {
 public:
  LoopConversion(OnnxNode& node, const onnx::GraphProto& proto)
      : node_(node),
        proto_(proto),
        num_carried_(std::max(node.num_inputs(), 2) - 2),
        num_scanned_(proto.output_size() - 1 - num_carried_) {}

  void Convert() {
    if (num_scanned_ < 0 || node_.num_outputs() > num_carried_ + num_scanned_) {
      return node_.Invalid(absl::StrCat(
          "the body has ", proto_.output_size(), " outputs, expected a condition, ", num_carried_,
          " carried values and what is scanned, for ", node_.num_outputs(), " outputs of the node"));
    }
    BeginCarried();
    ir::Region* body = node_.ok() ? BuildBody() : nullptr;
    if (body == nullptr) return;
    ir::Loop loop;
    loop.initial = initial_;
    loop.body = body;
    loop.condition = BuildCondition();
    ir::Var* result = node_.Bind(std::move(loop), std::nullopt);
    for (int i = 0; i < node_.num_outputs(); ++i) {
      if (!node_.WantsOutput(i)) continue;
      const int field = i + 2;
      node_.SetOutput(i, node_.Bind(ir::Project{result, field}, node_.import().ElementType(initial_[field])));
    }
  }

 private:
  ir::Var* NewParam(absl::string_view name, Atom like) {
    ir::Var* param = node_.import().module.NewVar(name);
    if (std::optional<DType> dtype = node_.import().ElementType(like))
      node_.import().element_types[param] = *dtype;
    return param;
  }

  // The initial values of the iteration number, the condition and the carried values, and their parameters in
  // the body.
  void BeginCarried() {
    trip_count_ = node_.AsScalar(node_.Input(0));
    const Atom first_condition =
        node_.HasInput(1) ? node_.AsScalar(node_.Input(1)) : node_.Scalar(DType::kBool, 1);
    initial_ = {node_.Int(0), first_condition};
    for (int i = 0; i < num_carried_; ++i) {
      if (!node_.HasInput(i + 2)) return node_.Invalid(absl::StrCat("carried value ", i, " is missing"));
      initial_.push_back(node_.Input(i + 2));
    }
    for (size_t i = 0; i < initial_.size(); ++i) {
      const bool named = static_cast<int>(i) < proto_.input_size();
      params_.push_back(NewParam(named ? proto_.input(static_cast<int>(i)).name() : "", initial_[i]));
    }
  }

  ir::Region* BuildBody() {
    const std::vector<Atom> arguments(params_.begin(), params_.end());
    ir::Region* body = node_.BuildRegion(proto_, arguments, params_);
    if (body == nullptr) return nullptr;
    const std::vector<Atom> outputs = std::exchange(body->results, {});
    node_.InRegion(body, [&] {
      body->results = {node_.Call("add", {params_[0], node_.Int(1)}), node_.AsScalar(outputs[0])};
      body->results.insert(body->results.end(), outputs.begin() + 1, outputs.begin() + 1 + num_carried_);
      for (int i = 0; i < num_scanned_; ++i) AddScanned(i, outputs[1 + num_carried_ + i], body);
    });
    return body;
  }

  // The first iteration starts the stack instead of appending to the initial one, whose other extents are
  // unknown.
  void AddScanned(int index, Atom value, ir::Region* body) {
    initial_.push_back(EmptyStack(proto_.output(1 + num_carried_ + index), value));
    ir::Var* stack = NewParam(proto_.output(1 + num_carried_ + index).name(), initial_.back());
    body->params.push_back(stack);
    const Atom layer = node_.Call("unsqueeze", {value, node_.Ints({0})});
    ir::If branch;
    branch.condition = node_.Call("equal", {params_[0], node_.Int(0)});
    branch.then_region = node_.import().module.NewRegion();
    branch.then_region->results = {layer};
    branch.else_region = node_.import().module.NewRegion();
    node_.InRegion(branch.else_region, [&] {
      branch.else_region->results = {node_.Call("concatenate", {stack, layer}, {{"axis", int64_t{0}}})};
    });
    body->results.push_back(node_.Bind(std::move(branch), node_.import().ElementType(layer)));
  }

  // What a loop without iterations gives: the declared shape behind an extent of 0, with 0 for unknown
  // extents.
  Atom EmptyStack(const onnx::ValueInfoProto& declared, Atom value) {
    std::vector<int64_t> dims = {0};
    const onnx::TypeProto::Tensor& type = declared.type().tensor_type();
    for (const onnx::TensorShapeProto::Dimension& dim : type.shape().dim()) {
      dims.push_back(std::max<int64_t>(dim.dim_value(), 0));
    }
    if (dims.size() > kMaxRank) {
      node_.Unsupported(absl::StrCat("scanned values of rank ", dims.size(), ", at most ", kMaxRank - 1));
      return node_.Int(0);
    }
    absl::StatusOr<Tensor> empty = Tensor::Allocate(node_.ElementType(value), dims);
    if (empty.ok()) return node_.Constant(*std::move(empty));
    node_.Invalid(empty.status().message());
    return node_.Int(0);
  }

  // Is there another iteration? iteration < trip_count and condition.
  ir::Region* BuildCondition() {
    ir::Region* region = node_.import().module.NewRegion();
    for (const Atom& initial : initial_) region->params.push_back(NewParam("", initial));
    node_.InRegion(region, [&] {
      Atom goes_on = region->params[1];
      if (!trip_count_.empty()) {
        goes_on = node_.Call("logical_and", {node_.Call("less", {region->params[0], trip_count_}), goes_on});
      }
      region->results = {goes_on};
    });
    return region;
  }

  OnnxNode& node_;
  const onnx::GraphProto& proto_;
  const int num_carried_;
  const int num_scanned_;
  Atom trip_count_;               // empty: no bound
  std::vector<Atom> initial_;     // by position in the carried values
  std::vector<ir::Var*> params_;  // of the body, but for the stacks
};

}  // namespace

void ConvertIf(OnnxNode& node) {
  const onnx::GraphProto* then_graph = node.attributes().RequiredGraph("then_branch");
  const onnx::GraphProto* else_graph = node.attributes().RequiredGraph("else_branch");
  if (then_graph == nullptr || else_graph == nullptr) return;
  ir::If branch;
  branch.condition = node.Input(0);
  branch.then_region = node.BuildRegion(*then_graph, {}, {});
  branch.else_region = node.BuildRegion(*else_graph, {}, {});
  if (branch.then_region == nullptr || branch.else_region == nullptr) return;
  const ir::Region* then_region = branch.then_region;
  const size_t count = then_region->results.size();
  if (count != branch.else_region->results.size() || count != static_cast<size_t>(node.num_outputs())) {
    return node.Invalid(absl::StrCat("has ", node.num_outputs(), " outputs, its branches ", count, " and ",
                                     branch.else_region->results.size()));
  }
  if (count == 1) {
    node.SetOutput(0, node.Bind(std::move(branch), ResultType(node, then_region, 0)));
    return;
  }
  ir::Var* tuple = node.Bind(std::move(branch), std::nullopt);
  for (size_t i = 0; i < count; ++i) {
    const int index = static_cast<int>(i);
    if (node.WantsOutput(index)) {
      node.SetOutput(index, node.Bind(ir::Project{tuple, index}, ResultType(node, then_region, i)));
    }
  }
}

void ConvertLoop(OnnxNode& node) {
  const onnx::GraphProto* body = node.attributes().RequiredGraph("body");
  if (body == nullptr) return;
  if (body->output_size() < 1) return node.Invalid("the body has no outputs, expected a condition");
  LoopConversion(node, *body).Convert();
}

}  // namespace baton
