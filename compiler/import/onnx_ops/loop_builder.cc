#include "compiler/import/onnx_ops/loop_builder.h"

#include <utility>

namespace baton {

using ir::Atom;

LoopBuilder::LoopBuilder(OnnxNode& node) : node_(node), body_(node.import().module.NewRegion()) {
  Carry("iteration", node.Int(0));
}

ir::Var* LoopBuilder::NewParam(absl::string_view name, Atom like) {
  ir::Var* param = node_.import().module.NewVar(name);
  node_.import().SetType(param, node_.import().TypeOf(like));
  return param;
}

int LoopBuilder::Carry(absl::string_view name, Atom initial) {
  initial_.push_back(initial);
  params_.push_back(NewParam(name, initial));
  body_->params.push_back(params_.back());
  next_.emplace_back();
  return static_cast<int>(params_.size()) - 1;
}

int LoopBuilder::Collect(absl::string_view name, Atom value) {
  // The empty sequence is made outside of the body.
  const int index = Carry(name, node_.EmptySequence(node_.ElementType(value)));
  node_.InRegion(body_, [&] {
    SetNext(index, node_.Sequence(ir::SequenceOperation::kAppend, {Current(index), value}));
  });
  return index;
}

void LoopBuilder::Finish(Atom count, int condition) {
  node_.InRegion(body_, [&] { SetNext(0, node_.Call("add", {iteration(), node_.Int(1)})); });
  body_->results = next_;
  ir::Region* region = node_.import().module.NewRegion();
  for (const Atom& initial : initial_) region->params.push_back(NewParam("", initial));
  node_.InRegion(region, [&] {
    Atom goes_on = condition == kNone ? node_.Scalar(DType::kBool, 1) : Atom(region->params[condition]);
    if (!count.empty()) {
      const Atom is_below = node_.Call("less", {region->params[0], count});
      goes_on = condition == kNone ? is_below : node_.Call("logical_and", {is_below, goes_on});
    }
    region->results = {goes_on};
  });
  ir::Loop loop{initial_, region, body_};
  // Always a tuple but when nothing else is carried.
  result_ = node_.Bind(std::move(loop), std::nullopt);
}

Atom LoopBuilder::Result(int index) {
  if (initial_.size() == 1) return result_;
  return node_.Bind(ir::Project{result_, index}, node_.import().TypeOf(initial_[index]));
}

}  // namespace baton
