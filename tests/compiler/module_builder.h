// A short way to write IR modules in tests: operator calls by name, regions as lambdas.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/ir/module.h"
#include "ops/registry.h"

namespace baton {

class ModuleBuilder {
 public:
  ModuleBuilder() : module_(std::make_unique<ir::Module>()) {
    function_ = module_->NewFunction("main");
    function_->is_entry = true;
    region_ = function_->body;
  }

  ir::Var* Input(const std::string& name, DType dtype, Dims dims) {
    return Input(name, TensorType{dtype, Shape(std::move(dims))});
  }
  ir::Var* Input(const std::string& name, Type type) {
    ir::Var* var = module_->NewVar(name, type);
    function_->body->params.push_back(var);
    function_->input_names.push_back(name);
    return var;
  }

  template <typename T>
  ir::Atom Const(absl::Span<const int64_t> dims, std::vector<T> values) {
    return module_->NewConstant(Tensor::FromValues<T>(dims, absl::Span<const T>(values)));
  }
  ir::Atom Ints(std::vector<int64_t> values) {
    const std::vector<int64_t> dims = {static_cast<int64_t>(values.size())};
    return Const<int64_t>(dims, std::move(values));
  }
  ir::Atom Int(int64_t value) { return module_->NewConstant(Tensor::Scalar(value)); }
  ir::Atom Float(float value) { return module_->NewConstant(Tensor::Scalar(value)); }

  // An operator call bound to a new value named `name`.
  ir::Var* Call(const std::string& op, std::vector<ir::Atom> args, Attributes attributes = {},
                const std::string& name = "x") {
    const OpDef* def = FindOp(op);
    BATON_CHECK(def != nullptr);
    return Bind(ir::OpCall{def, def->ParseAttrs(attributes).value(), std::move(args)}, name, def->name);
  }

  using Body = std::function<std::vector<ir::Atom>()>;
  ir::Var* If(ir::Atom condition, const Body& then_body, const Body& else_body,
              const std::string& name = "branch") {
    ir::If branch{condition, Region({}, then_body), Region({}, else_body)};
    return Bind(std::move(branch), name, "If");
  }
  using CarriedBody = std::function<std::vector<ir::Atom>(const std::vector<ir::Var*>& carried)>;
  ir::Var* Loop(std::vector<ir::Atom> initial, const CarriedBody& condition, const CarriedBody& body) {
    ir::Loop loop;
    const size_t count = initial.size();
    loop.initial = std::move(initial);
    loop.condition = CarriedRegion(count, condition);
    loop.body = CarriedRegion(count, body);
    return Bind(std::move(loop), "loop", "Loop");
  }
  ir::Var* Project(ir::Var* tuple, int index) { return Bind(ir::Project{tuple, index}, "field", "field"); }
  ir::Var* Tuple(std::vector<ir::Atom> fields) {
    return Bind(ir::MakeTuple{std::move(fields)}, "tuple", "tuple");
  }

  // A function that others call; Define gives it its body, so that functions may call each other.
  ir::Function* Declare(const std::string& name, const std::vector<std::pair<std::string, Type>>& params,
                        Type result) {
    ir::Function* function = module_->NewFunction(name);
    for (const auto& [param, type] : params) {
      function->body->params.push_back(module_->NewVar(param, type));
    }
    function->result_type = std::move(result);
    return function;
  }
  void Define(ir::Function* function, const CarriedBody& body) {
    ir::Region* outer = region_;
    region_ = function->body;
    std::vector<ir::Atom> results = body(function->body->params);
    function->body->results = std::move(results);
    region_ = outer;
  }
  ir::Var* Apply(ir::Function* callee, std::vector<ir::Atom> args) {
    return Bind(ir::Call{callee, std::move(args)}, "result", "call");
  }
  ir::Var* Closure(ir::Function* function, std::vector<ir::Atom> captured) {
    return Bind(ir::MakeClosure{function, std::move(captured)}, "closure", "closure");
  }
  ir::Var* ApplyClosure(ir::Atom closure, std::vector<ir::Atom> args) {
    return Bind(ir::CallClosure{closure, std::move(args)}, "result", "call");
  }
  ir::Var* Data(Type type, int constructor, std::vector<ir::Atom> fields) {
    return Bind(ir::MakeData{std::move(type), constructor, std::move(fields)}, "data", "data");
  }
  // One arm for each constructor of which `arms` holds the number of fields and a body, from 0 on; then the
  // rest.
  ir::Var* Match(ir::Atom data, const std::vector<std::pair<size_t, CarriedBody>>& arms,
                 const Body& otherwise = nullptr) {
    ir::Match match;
    match.data = data;
    for (size_t i = 0; i < arms.size(); ++i) {
      match.arms.push_back({static_cast<int>(i), CarriedRegion(arms[i].first, arms[i].second)});
    }
    if (otherwise) match.otherwise = Region({}, otherwise);
    return Bind(std::move(match), "matched", "match");
  }
  ir::Var* Raise(const std::string& message) { return Bind(ir::Raise{message}, "never", "raise"); }
  ir::Var* Reference(ir::Atom content, Type type) {
    return Bind(ir::MakeReference{content, Type::Reference(std::move(type))}, "cell", "ref");
  }
  ir::Var* Read(ir::Atom cell) { return Bind(ir::ReadReference{cell}, "content", "ref_read"); }
  ir::Var* Write(ir::Atom cell, ir::Atom content) {
    return Bind(ir::WriteReference{cell, content}, "written", "ref_write");
  }

  // The finished module; outputs are named output_0, ...
  std::unique_ptr<ir::Module> Finish(std::vector<ir::Atom> outputs) {
    function_->body->results = std::move(outputs);
    for (size_t i = 0; i < function_->body->results.size(); ++i) {
      function_->output_names.push_back(absl::StrCat("output_", i));
    }
    return std::move(module_);
  }
  ir::Module& module() { return *module_; }

 private:
  ir::Var* Bind(ir::Expr expr, const std::string& name, const std::string& op) {
    ir::Binding binding;
    binding.var = module_->NewVar(name);
    binding.expr = std::move(expr);
    binding.location = module_->AddLocation({"test", name, op, 0, 0});
    ir::Var* var = binding.var;
    region_->bindings.push_back(std::move(binding));
    return var;
  }
  ir::Region* Region(std::vector<ir::Var*> params, const Body& body) {
    ir::Region* outer = region_;
    ir::Region* region = module_->NewRegion();
    region_ = region;
    region->params = std::move(params);
    std::vector<ir::Atom> results = body();
    region->results = std::move(results);
    region_ = outer;
    return region;
  }
  ir::Region* CarriedRegion(size_t count, const CarriedBody& body) {
    std::vector<ir::Var*> params;
    for (size_t i = 0; i < count; ++i) params.push_back(module_->NewVar("carried"));
    return Region(params, [&] { return body(params); });
  }

  std::unique_ptr<ir::Module> module_;
  ir::Function* function_ = nullptr;
  ir::Region* region_ = nullptr;
};

}  // namespace baton
