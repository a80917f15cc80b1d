#include "compiler/text/printer.h"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "compiler/text/constants.h"
#include "compiler/text/names.h"

namespace baton {
namespace {

constexpr int kIndent = 2;
constexpr int kMaxIndent =
    80;  // deeper regions are not shifted further, so that text stays linear in the module

// "(a, b)", "(a,)", "()".
std::string TupleText(const std::vector<std::string>& fields) {
  return absl::StrCat("(", absl::StrJoin(fields, ", "), fields.size() == 1 ? ",)" : ")");
}

std::string ConditionText(const ir::DimCondition& condition) {
  using Comparison = ir::DimCondition::Comparison;
  const char* sign = condition.comparison == Comparison::kEqual  ? " == "
                     : condition.comparison == Comparison::kLess ? " < "
                                                                 : " <= ";
  const std::string text = absl::StrCat(condition.a.ToString(), sign, condition.b.ToString());
  return condition.negated ? absl::StrCat("!(", text, ")") : text;
}

std::string ElementText(const ir::Element& element) {
  if (element.dim() != nullptr) return element.dim()->ToString();
  return element.condition() != nullptr ? ConditionText(*element.condition()) : "?";
}

std::string CheckText(const ir::DimCheck& check) {
  const std::string a = check.a.ToString(), b = check.b.ToString();
  switch (check.kind) {
    case ir::DimCheck::Kind::kEqual:
      return absl::StrCat(a, " == ", b);
    case ir::DimCheck::Kind::kAtLeast:
      return absl::StrCat(a, " >= ", b);
    case ir::DimCheck::Kind::kBroadcast:
      break;
  }
  return absl::StrCat("broadcast(", a, ", ", b, ")");
}

std::string LocationText(const SourceLocation& location) {
  if (!location.node.empty()) return absl::StrCat("node='", absl::Utf8SafeCEscape(location.node), "'");
  if (location.line == 0) return "";
  return absl::StrCat("span=", absl::Utf8SafeCEscape(location.file), ":", location.line, ":",
                      location.column);
}

// Names from models must neither end the comment nor nest another.
std::string CommentSafe(absl::string_view text) {
  std::string safe;
  for (size_t i = 0; i < text.size(); ++i) {
    safe += text[i];
    const absl::string_view pair = text.substr(i, 2);
    if (pair == "*/" || pair == "/*") safe += '\\';
  }
  return safe;
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

  void PrintFunction(const ir::Function& function);
  std::string ParameterText(const ir::Var* var);
  std::string FunctionAttributes(const ir::Function& function);
  void PrintRegion(const ir::Region* region, int depth);
  void PrintNext(RegionRest rest);
  void PrintBinding(const ir::Binding& binding, int depth, bool is_tail);
  void PrintIf(const ir::If& branch, int depth, std::string end);
  void PrintLoop(const ir::Loop& loop, int depth, std::string end);
  std::string CallText(const ir::OpCall& call);
  std::string AtomText(const ir::Atom& atom);
  std::vector<std::string> AtomTexts(const std::vector<ir::Atom>& atoms);
  std::string Comment(const ir::Binding& binding) const;

  static std::string Indent(int depth) { return std::string(std::min(depth * kIndent, kMaxIndent), ' '); }
  void PushRegion(const ir::Region* region, int depth) { tasks_.push_back(RegionRest{region, 0, depth}); }

  const ir::Module& module_;
  const PrintOptions options_;
  std::string out_;
  NameTable names_;
  ConstantTable constants_;
  std::vector<Task> tasks_;
};

void Printer::PrintFunction(const ir::Function& function) {
  const ir::Region& body = *function.body;
  std::vector<std::string> parameters;
  for (const ir::Var* var : body.params) parameters.push_back(ParameterText(var));
  const std::string attributes = FunctionAttributes(function);
  if (!attributes.empty()) parameters.push_back(attributes);
  absl::StrAppend(&out_, "def ", QuotedName('@', function.name), "(", absl::StrJoin(parameters, ", "), ")");
  if (!body.diverges) {
    std::vector<std::string> types;
    for (const ir::Atom& result : body.results) types.push_back(result.type().ToString());
    absl::StrAppend(&out_, " -> ", types.size() == 1 ? types[0] : TupleText(types));
  }
  absl::StrAppend(&out_, " {\n");
  PrintRegion(&body, 1);
  absl::StrAppend(&out_, "}\n");
}

std::string Printer::ParameterText(const ir::Var* var) {
  if (var->type.kind() == Type::Kind::kUnknown) return names_.NameOf(var);
  return absl::StrCat(names_.NameOf(var), ": ", var->type.ToString());
}

// The names by which callers know inputs and outputs; those of inputs only where their variables have others.
std::string Printer::FunctionAttributes(const ir::Function& function) {
  std::vector<std::string> texts;
  bool same = function.input_names.size() == function.body->params.size();
  for (size_t i = 0; same && i < function.input_names.size(); ++i) {
    same = names_.NameOf(function.body->params[i]) == QuotedName('%', function.input_names[i]);
  }
  if (!same) texts.push_back(absl::StrCat("input_names=", AttributeString(function.input_names)));
  if (!function.output_names.empty()) {
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
  if (!is_tail) absl::StrAppend(&out_, "let ", names_.NameOf(binding.var), " = ");
  std::string end = absl::StrCat(Comment(binding), is_tail ? "\n" : ";\n");
  if (const auto* branch = std::get_if<ir::If>(&binding.expr)) return PrintIf(*branch, depth, std::move(end));
  if (const auto* loop = std::get_if<ir::Loop>(&binding.expr)) return PrintLoop(*loop, depth, std::move(end));
  if (const auto* call = std::get_if<ir::OpCall>(&binding.expr)) {
    absl::StrAppend(&out_, CallText(*call), end);
  } else if (const auto* tuple = std::get_if<ir::MakeTuple>(&binding.expr)) {
    absl::StrAppend(&out_, TupleText(AtomTexts(tuple->fields)), end);
  } else if (const auto* project = std::get_if<ir::Project>(&binding.expr)) {
    absl::StrAppend(&out_, AtomText(project->tuple), ".", project->index, end);
  } else {
    absl::StrAppend(&out_, "raise(", AttributeString(std::get<ir::Raise>(binding.expr).message), ")", end);
  }
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

// A variadic input is one tuple argument.
std::string Printer::CallText(const ir::OpCall& call) {
  std::vector<std::string> arguments = AtomTexts(call.args);
  const size_t num_single = call.op->inputs.size() - (call.op->IsVariadic() ? 1 : 0);
  if (call.op->IsVariadic() && arguments.size() >= num_single) {
    const std::vector<std::string> variadic(arguments.begin() + static_cast<ptrdiff_t>(num_single),
                                            arguments.end());
    arguments.resize(num_single);
    arguments.push_back(TupleText(variadic));
  }
  for (std::string& attribute : AttributeTexts(call)) arguments.push_back(std::move(attribute));
  return absl::StrCat(call.op->name, "(", absl::StrJoin(arguments, ", "), ")");
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

std::string Printer::Comment(const ir::Binding& binding) const {
  std::vector<std::string> parts;
  const ir::Var& var = *binding.var;
  if (options_.types && var.type.kind() != Type::Kind::kUnknown) {
    parts.push_back(absl::StrCat("ty=", var.type.ToString()));
    if (var.elements) {
      const auto append = [](std::string* out, const ir::Element& element) {
        out->append(ElementText(element));
      };
      parts.push_back(absl::StrCat("elements=[", absl::StrJoin(*var.elements, ", ", append), "]"));
    }
    if (var.unboxed) parts.push_back("unboxed");
    for (const ir::DimCheck& check : binding.checks)
      parts.push_back(absl::StrCat("check=(", CheckText(check), ")"));
  }
  if (options_.locations) parts.push_back(LocationText(module_.location(binding.location)));
  parts.erase(std::remove(parts.begin(), parts.end(), ""), parts.end());
  if (parts.empty()) return "";
  return absl::StrCat(" /* ", CommentSafe(absl::StrJoin(parts, " ")), " */");
}

}  // namespace

std::string PrintModule(const ir::Module& module, PrintOptions options) {
  return Printer(module, options).Run();
}

}  // namespace baton
