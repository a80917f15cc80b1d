#include "compiler/text/printer.h"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "compiler/text/binding_comment.h"
#include "compiler/text/constants.h"
#include "compiler/text/names.h"
#include "compiler/text/relay_operators.h"

namespace baton {
namespace {

constexpr int kIndent = 2;
constexpr int kMaxIndent =
    80;  // deeper regions are not shifted further, so that text stays linear in the module

// "(a, b)", "(a,)", "()".
std::string TupleText(const std::vector<std::string>& fields) {
  return absl::StrCat("(", absl::StrJoin(fields, ", "), fields.size() == 1 ? ",)" : ")");
}

// "Cons(%a, %b)", "Nil".
std::string ApplicationText(absl::string_view constructor, const std::vector<std::string>& fields) {
  return fields.empty() ? std::string(constructor)
                        : absl::StrCat(constructor, "(", absl::StrJoin(fields, ", "), ")");
}

// "type Option[A] {\n  Some(A),\n  None,\n}\n".
std::string TypeDefinitionText(const TypeDefinition& definition) {
  std::string text = absl::StrCat(definition.is_extern ? "extern type " : "type ", definition.name);
  if (!definition.params.empty()) {
    absl::StrAppend(&text, "[", absl::StrJoin(definition.params, ", "), "]");
  }
  if (definition.is_extern) return text + "\n";
  if (definition.constructors.empty()) return text + " {}\n";
  text += " {\n";
  for (const ConstructorDefinition& constructor : definition.constructors) {
    std::vector<std::string> fields;
    for (const Type& field : constructor.fields) fields.push_back(field.ToString());
    absl::StrAppend(&text, "  ", ApplicationText(constructor.name, fields), ",\n");
  }
  return text + "}\n";
}

// The attributes that are required or differ from their defaults, as "axis=1".
std::vector<std::string> AttributeTexts(const ir::OpCall& call) {
  std::vector<std::string> texts;
  const std::shared_ptr<void> defaults = call.op->make_attrs();
  for (const AttrDef& attr : call.op->attrs) {
    std::string text = AttributeString(attr.get(call.attrs.raw()));
    if (attr.required || text != AttributeString(attr.get(defaults.get()))) {
      texts.push_back(absl::StrCat(attr.name, "=", text));
    }
  }
  return texts;
}

class Printer {
 public:
  Printer(const ir::Module& module, PrintOptions options) : module_(module), options_(options) {}

  std::string Run() {
    out_ = "// baton\n#[version = \"0.0.5\"]\n";
    for (const TypeDefinition& definition : module_.type_definitions()) {
      absl::StrAppend(&out_, TypeDefinitionText(definition));
    }
    NameFunctions();
    for (const ir::Function& function : module_.functions()) PrintFunction(function);
    if (options_.constants) {
      const std::string metadata = constants_.MetadataSection();
      if (!metadata.empty()) absl::StrAppend(&out_, "\n", metadata);
    } else if (constants_.size() > 0) {
      absl::StrAppend(&out_, "\n// without its ", constants_.size(), " constants\n");
    }
    return std::move(out_);
  }

 private:
  // What is still to be printed, innermost last: text, or a region from one of its bindings on.
  struct RegionRest {
    const ir::Region* region;
    size_t next_binding;
    int depth;
  };
  using Task = std::variant<std::string, RegionRest>;

  void NameFunctions();
  const std::string& FunctionName(const ir::Function* function) { return function_names_[function]; }
  void PrintFunction(const ir::Function& function);
  std::string ParameterText(const ir::Var* var);
  std::string ResultTypeText(const ir::Function& function);
  std::string EntryAttributes(const ir::Function& function);
  void PrintRegion(const ir::Region* region, int depth);
  void PrintNext(RegionRest rest);
  void PrintBinding(const ir::Binding& binding, int depth, bool is_tail);
  void PrintIf(const ir::If& branch, int depth, std::string end);
  void PrintLoop(const ir::Loop& loop, int depth, std::string end);
  void PrintMatch(const ir::Match& match, int depth, std::string end);
  static std::string AnnotationText(const ir::Expr& expr);
  std::string ConstructorName(const Type& type, int constructor) const;

  // Expressions without regions; `var` is what they are bound to.
  std::string Text(const ir::OpCall& call, const ir::Var& var);
  std::string Text(const ir::MakeData& data, const ir::Var& var);
  std::string Text(const ir::MakeClosure& closure, const ir::Var& var);
  std::string Text(const ir::MakeTuple& tuple, const ir::Var&) { return TupleText(AtomTexts(tuple.fields)); }
  std::string Text(const ir::Project& project, const ir::Var&) {
    return absl::StrCat(AtomText(project.tuple), ".", project.index);
  }
  std::string Text(const ir::Call& call, const ir::Var&) {
    return CalleeText(FunctionName(call.callee), call.args);
  }
  std::string Text(const ir::Fork& fork, const ir::Var&) {
    return absl::StrCat("fork(", CalleeText(FunctionName(fork.callee), fork.args),
                        fork.work == Dim(0) ? "" : absl::StrCat(", work=", fork.work.ToString()), ")");
  }
  std::string Text(const ir::Await& await, const ir::Var&) {
    return absl::StrCat("await(", AtomText(await.future), ")");
  }
  std::string Text(const ir::CallClosure& call, const ir::Var&) {
    return CalleeText(AtomText(call.closure), call.args);
  }
  std::string Text(const ir::MakeReference& cell, const ir::Var&) {
    return absl::StrCat("ref(", AtomText(cell.content), ")");
  }
  std::string Text(const ir::ReadReference& read, const ir::Var&) {
    return absl::StrCat("ref_read(", AtomText(read.reference), ")");
  }
  std::string Text(const ir::WriteReference& write, const ir::Var&) {
    return absl::StrCat("ref_write(", AtomText(write.reference), ", ", AtomText(write.content), ")");
  }
  std::string Text(const ir::SequenceOp& sequence, const ir::Var&);
  std::string Text(const ir::Raise& raise, const ir::Var&) {
    return absl::StrCat("raise(", AttributeString(raise.message), ")");
  }
  // Printed piece by piece: PrintIf, PrintLoop, PrintMatch.
  std::string Text(const ir::If&, const ir::Var&) { return ""; }
  std::string Text(const ir::Loop&, const ir::Var&) { return ""; }
  std::string Text(const ir::Match&, const ir::Var&) { return ""; }
  std::string CalleeText(const std::string& callee, const std::vector<ir::Atom>& args) {
    return absl::StrCat(callee, "(", absl::StrJoin(AtomTexts(args), ", "), ")");
  }
  std::string AtomText(const ir::Atom& atom);
  std::vector<std::string> AtomTexts(const std::vector<ir::Atom>& atoms);

  static std::string Indent(int depth) { return std::string(std::min(depth * kIndent, kMaxIndent), ' '); }
  void PushRegion(const ir::Region* region, int depth) { tasks_.push_back(RegionRest{region, 0, depth}); }

  const ir::Module& module_;
  const PrintOptions options_;
  std::string out_;
  std::unordered_map<const ir::Function*, std::string> function_names_;
  NameTable names_;
  ConstantTable constants_;
  std::vector<Task> tasks_;
};

// Each function has a name that no other has: its own, or that with a number.
void Printer::NameFunctions() {
  std::unordered_set<std::string> used;
  for (const ir::Function& function : module_.functions()) used.insert(function.name);
  std::unordered_set<std::string> given;
  for (const ir::Function& function : module_.functions()) {
    std::string name = function.name;
    for (int i = 1; !given.insert(name).second; ++i) {
      do {
        name = absl::StrCat(function.name, "_", i);
      } while (used.count(name) > 0 && ++i > 0);
    }
    function_names_[&function] = QuotedName('@', name);
  }
}

void Printer::PrintFunction(const ir::Function& function) {
  const ir::Region& body = *function.body;
  std::vector<std::string> parameters;
  for (const ir::Var* var : body.params) parameters.push_back(ParameterText(var));
  const std::string attributes = function.is_entry ? EntryAttributes(function) : "";
  if (!attributes.empty()) parameters.push_back(attributes);
  absl::StrAppend(&out_, "def ", FunctionName(&function), "(", absl::StrJoin(parameters, ", "), ")");
  const std::string result = ResultTypeText(function);
  absl::StrAppend(&out_, result.empty() ? "" : " -> ", result, " {\n");
  PrintRegion(&body, 1);
  absl::StrAppend(&out_, ResultComment(function, options_), "}\n");
}

// The declared type of the result, or the one that passes have found; nothing when there is none.
std::string Printer::ResultTypeText(const ir::Function& function) {
  if (function.result_type.kind() != Type::Kind::kUnknown) return function.result_type.ToString();
  if (function.body->diverges || !options_.types) return "";
  std::vector<std::string> types;
  for (const ir::Atom& result : function.body->results) types.push_back(result.type().ToString());
  return types.size() == 1 ? types[0] : TupleText(types);
}

std::string Printer::ParameterText(const ir::Var* var) {
  if (var->type.kind() == Type::Kind::kUnknown) return names_.NameOf(var);
  return absl::StrCat(names_.NameOf(var), ": ", var->type.ToString());
}

// The names by which callers know inputs and outputs; those of inputs only where their variables have others.
// They mark an entry point; @main needs no mark.
std::string Printer::EntryAttributes(const ir::Function& function) {
  std::vector<std::string> texts;
  bool same = function.input_names.size() == function.body->params.size();
  for (size_t i = 0; same && i < function.input_names.size(); ++i) {
    same = names_.NameOf(function.body->params[i]) == QuotedName('%', function.input_names[i]);
  }
  if (!same) texts.push_back(absl::StrCat("input_names=", AttributeString(function.input_names)));
  if (!function.output_names.empty() || function.name != "main") {
    texts.push_back(absl::StrCat("output_names=", AttributeString(function.output_names)));
  }
  return absl::StrJoin(texts, ", ");
}

void Printer::PrintRegion(const ir::Region* region, int depth) {
  PushRegion(region, depth);
  while (!tasks_.empty()) {
    const Task task = std::move(tasks_.back());
    tasks_.pop_back();
    if (const auto* text = std::get_if<std::string>(&task)) {
      out_ += *text;
    } else {
      PrintNext(std::get<RegionRest>(task));
    }
  }
}

void Printer::PrintNext(RegionRest rest) {
  const ir::Region& region = *rest.region;
  if (rest.next_binding < region.bindings.size()) {
    const ir::Binding& binding = region.bindings[rest.next_binding++];
    const bool is_tail = region.diverges && rest.next_binding == region.bindings.size();
    if (!is_tail) tasks_.push_back(rest);
    PrintBinding(binding, rest.depth, is_tail);
    return;
  }
  const std::vector<std::string> results = AtomTexts(region.results);
  absl::StrAppend(&out_, Indent(rest.depth), results.size() == 1 ? results[0] : TupleText(results), "\n");
}

// A binding that ends a region which never returns is the region's value, without a name.
void Printer::PrintBinding(const ir::Binding& binding, int depth, bool is_tail) {
  absl::StrAppend(&out_, Indent(depth));
  if (!is_tail) {
    absl::StrAppend(&out_, "let ", names_.NameOf(binding.var), AnnotationText(binding.expr), " = ");
  }
  std::string end = absl::StrCat(BindingComment(module_, binding, options_), is_tail ? "\n" : ";\n");
  if (const auto* branch = std::get_if<ir::If>(&binding.expr)) return PrintIf(*branch, depth, std::move(end));
  if (const auto* loop = std::get_if<ir::Loop>(&binding.expr)) return PrintLoop(*loop, depth, std::move(end));
  if (const auto* match = std::get_if<ir::Match>(&binding.expr)) {
    return PrintMatch(*match, depth, std::move(end));
  }
  const std::string text =
      std::visit([&](const auto& expr) { return Text(expr, *binding.var); }, binding.expr);
  absl::StrAppend(&out_, text, end);
}

// The type that the expression alone does not show: which instance of a data type, how open a cell's extents
// are.
std::string Printer::AnnotationText(const ir::Expr& expr) {
  if (const auto* cell = std::get_if<ir::MakeReference>(&expr)) {
    return absl::StrCat(": ", cell->type.ToString());
  }
  const auto* data = std::get_if<ir::MakeData>(&expr);
  return data == nullptr || data->type.args().empty() ? "" : absl::StrCat(": ", data->type.ToString());
}

void Printer::PrintIf(const ir::If& branch, int depth, std::string end) {
  absl::StrAppend(&out_, "if (", AtomText(branch.condition), ") {\n");
  tasks_.push_back(absl::StrCat(Indent(depth), "}", end));
  PushRegion(branch.else_region, depth + 1);
  tasks_.push_back(absl::StrCat(Indent(depth), "} else {\n"));
  PushRegion(branch.then_region, depth + 1);
}

void Printer::PrintLoop(const ir::Loop& loop, int depth, std::string end) {
  std::vector<std::string> carried;
  for (size_t i = 0; i < loop.initial.size(); ++i) {
    const ir::Var* param = loop.body->params[i];
    const std::string parameter = options_.types ? ParameterText(param) : names_.NameOf(param);
    carried.push_back(absl::StrCat(parameter, " = ", AtomText(loop.initial[i])));
    names_.Share(loop.condition->params[i], param);
  }
  absl::StrAppend(&out_, "loop (", absl::StrJoin(carried, ", "), ") while {\n");
  tasks_.push_back(absl::StrCat(Indent(depth), "}", end));
  PushRegion(loop.body, depth + 1);
  tasks_.push_back(absl::StrCat(Indent(depth), "} do {\n"));
  PushRegion(loop.condition, depth + 1);
}

// One arm for each constructor, in order; the rest last.
void Printer::PrintMatch(const ir::Match& match, int depth, std::string end) {
  absl::StrAppend(&out_, "match (", AtomText(match.data), ") {\n");
  const Type type = match.data.type();
  tasks_.push_back(absl::StrCat(Indent(depth), "}", end));
  const auto push_arm = [&](const std::string& pattern, const ir::Region* region) {
    tasks_.push_back(absl::StrCat(Indent(depth + 1), "},\n"));
    PushRegion(region, depth + 2);
    tasks_.push_back(absl::StrCat(Indent(depth + 1), pattern, " => {\n"));
  };
  if (match.otherwise != nullptr) push_arm("_", match.otherwise);
  for (auto arm = match.arms.rbegin(); arm != match.arms.rend(); ++arm) {
    std::vector<std::string> fields;
    for (const ir::Var* param : arm->region->params) fields.push_back(names_.NameOf(param));
    push_arm(ApplicationText(ConstructorName(type, arm->constructor), fields), arm->region);
  }
}

// By its number while the type is not known, in modules that no pass has typed.
std::string Printer::ConstructorName(const Type& type, int constructor) const {
  const TypeDefinition* definition = type.is_data() ? module_.FindTypeDefinition(type.name()) : nullptr;
  if (definition == nullptr) return absl::StrCat("constructor_", constructor);
  return definition->constructors[constructor].name;
}

std::string Printer::Text(const ir::SequenceOp& sequence, const ir::Var&) {
  const ir::SequenceOperationInfo& info = ir::GetSequenceOperation(sequence.operation);
  std::vector<std::string> arguments = AtomTexts(sequence.args);
  if (info.Has(ir::SequenceAttribute::kAxis)) {
    arguments.push_back(absl::StrCat("axis=", sequence.axis));
    arguments.push_back(absl::StrCat("what=", AttributeString(sequence.what)));
  }
  if (info.Has(ir::SequenceAttribute::kEmpty)) {
    arguments.push_back(absl::StrCat("empty=", sequence.empty.ToString()));
  }
  return absl::StrCat(info.name, "(", absl::StrJoin(arguments, ", "), ")");
}

// A variadic input is one tuple argument.
std::string Printer::Text(const ir::OpCall& call, const ir::Var&) {
  std::vector<std::string> arguments = AtomTexts(call.args);
  const size_t num_single = call.op->inputs.size() - (call.op->IsVariadic() ? 1 : 0);
  if (call.op->IsVariadic() && arguments.size() >= num_single) {
    const std::vector<std::string> variadic(arguments.begin() + static_cast<ptrdiff_t>(num_single),
                                            arguments.end());
    arguments.resize(num_single);
    arguments.push_back(TupleText(variadic));
  }
  for (std::string& attribute : AttributeTexts(call)) arguments.push_back(std::move(attribute));
  return absl::StrCat(NeedsBatonPrefix(call.op->name) ? "baton." : "", call.op->name, "(",
                      absl::StrJoin(arguments, ", "), ")");
}

std::string Printer::Text(const ir::MakeData& data, const ir::Var&) {
  return ApplicationText(ConstructorName(data.type, data.constructor), AtomTexts(data.fields));
}

// The function itself, or a function literal that calls it with what is captured and then its own parameters.
std::string Printer::Text(const ir::MakeClosure& closure, const ir::Var& var) {
  const std::string callee = FunctionName(closure.function);
  if (closure.captured.empty()) return callee;
  const std::vector<ir::Var*>& params = closure.function->body->params;
  std::vector<std::string> declared, arguments = AtomTexts(closure.captured);
  for (size_t i = closure.captured.size(); i < params.size(); ++i) {
    // Seen in the literal alone: another name than what it captures is enough.
    std::string name = absl::StrCat("%p", i - closure.captured.size());
    while (std::find(arguments.begin(), arguments.end(), name) != arguments.end()) name += "_";
    const size_t rest = i - closure.captured.size();
    const Type type = var.type.is_function() ? var.type.params()[rest] : params[i]->type;
    declared.push_back(absl::StrCat(name, ": ", type.ToString()));
    arguments.push_back(name);
  }
  const Type result = var.type.is_function() ? var.type.result() : closure.function->result_type;
  return absl::StrCat("fn (", absl::StrJoin(declared, ", "), ") -> ", result.ToString(), " { ", callee, "(",
                      absl::StrJoin(arguments, ", "), ") }");
}

std::string Printer::AtomText(const ir::Atom& atom) {
  if (atom.var() != nullptr) return names_.NameOf(atom.var());
  return atom.constant() != nullptr ? constants_.TextOf(atom.constant()->value) : "None";
}

std::vector<std::string> Printer::AtomTexts(const std::vector<ir::Atom>& atoms) {
  std::vector<std::string> texts;
  texts.reserve(atoms.size());
  for (const ir::Atom& atom : atoms) texts.push_back(AtomText(atom));
  return texts;
}

}  // namespace

std::string PrintModule(const ir::Module& module, PrintOptions options) {
  return Printer(module, options).Run();
}

}  // namespace baton
