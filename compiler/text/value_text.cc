#include "compiler/text/value_text.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "compiler/text/diagnostics.h"
#include "compiler/text/parser.h"
#include "vm/core/large_stack.h"
#include "vm/core/status.h"

namespace baton {
namespace {

using text::Diagnostics;
using text::Expr;

class ValueReader {
 public:
  ValueReader(absl::Span<const TypeDefinition> definitions, Diagnostics& diagnostics)
      : definitions_(definitions), diagnostics_(diagnostics) {}

  Value Read(const Expr* expr, const Type& type) {
    switch (expr->kind) {
      case Expr::Kind::kConstant:
        return Number(expr->constant, type);
      case Expr::Kind::kTuple: {
        std::vector<Value> fields;
        for (size_t i = 0; i < expr->operands.size(); ++i) {
          const bool known = type.is_tuple() && i < type.fields().size();
          fields.push_back(Read(expr->operands[i], known ? type.fields()[i] : Type()));
        }
        return Value::Tuple(std::move(fields));
      }
      case Expr::Kind::kName:
        return Value::Data(expr->name);
      case Expr::Kind::kCall:
        if (expr->operands[0]->kind == Expr::Kind::kName && expr->attributes.empty()) return Data(expr, type);
        break;
      default:
        break;
    }
    diagnostics_.Error(expr->position, "expected a constructor, a tuple or a number");
    return Value();
  }

 private:
  Value Data(const Expr* expr, const Type& type) {
    const std::string& name = expr->operands[0]->name;
    const std::vector<Type> types = FieldTypes(name, type);
    std::vector<Value> fields;
    for (size_t i = 1; i < expr->operands.size(); ++i) {
      fields.push_back(Read(expr->operands[i], i <= types.size() ? types[i - 1] : Type()));
    }
    return Value::Data(name, std::move(fields));
  }

  // Of a constructor of `type`; none when it has no such constructor.
  std::vector<Type> FieldTypes(absl::string_view constructor, const Type& type) const {
    std::vector<Type> types;
    if (!type.is_data()) return types;
    for (const TypeDefinition& definition : definitions_) {
      if (definition.name != type.name() || definition.params.size() != type.args().size()) continue;
      for (const ConstructorDefinition& candidate : definition.constructors) {
        if (candidate.name != constructor) continue;
        for (const Type& field : candidate.fields) {
          types.push_back(SubstituteVariables(field, definition.params, type.args()));
        }
      }
    }
    return types;
  }

  // "3" may be any number.
  static Value Number(const Tensor& literal, const Type& type) {
    const bool adapts = literal.dtype() == DType::kInt32 || literal.dtype() == DType::kInt64;
    if (!adapts || !literal.shape().empty() || !type.is_tensor() || type.tensor().dtype == literal.dtype()) {
      return literal;
    }
    const int64_t number =
        literal.dtype() == DType::kInt32 ? *literal->As<int32_t>() : *literal->As<int64_t>();
    return VisitDType(type.tensor().dtype, [&](auto element) -> Value {
      using T = decltype(element);
      if constexpr (std::is_same_v<T, Bool>) {
        return literal;
      } else if constexpr (std::is_arithmetic_v<T>) {
        return Tensor::Scalar(static_cast<T>(number));
      } else {
        return Tensor::Scalar(T(static_cast<float>(number)));
      }
    });
  }

  absl::Span<const TypeDefinition> definitions_;
  Diagnostics& diagnostics_;
};

}  // namespace

absl::StatusOr<Value> ReadValue(absl::string_view file, absl::string_view text, const Type& type,
                                absl::Span<const TypeDefinition> definitions) {
  absl::StatusOr<Value> result = absl::InternalError("not read");
  RunOnLargeStack([&] {
    Diagnostics diagnostics(file, text);
    const auto module = text::ParseText(file, text, text::ReaderMode::kCompat, diagnostics);
    if (module->expression == nullptr) {
      diagnostics.Error({}, "expected a value");
    } else if (!diagnostics.has_errors()) {
      Value value = ValueReader(definitions, diagnostics).Read(module->expression, type);
      if (!diagnostics.has_errors()) result = std::move(value);
    }
    if (diagnostics.has_errors()) result = diagnostics.ToStatus();
  });
  return result;
}

std::string ValueText(const Value& value) {
  std::string out;
  // Values whose fields are being printed, and the next field of each.
  std::vector<std::pair<Value, size_t>> open;
  const auto begin = [&](const Value& part) {
    if (part.is_tensor()) {
      out += ValueString(*part.tensor());
      return;
    }
    if (part.is_data()) out += part.constructor();
    if (part.is_data() && part.fields().empty()) return;
    out += '(';
    open.emplace_back(part, 0);
  };
  begin(value);
  while (!open.empty()) {
    auto& [part, next] = open.back();
    if (next == part.fields().size()) {
      out += part.is_tuple() && next == 1 ? ",)" : ")";
      open.pop_back();
      continue;
    }
    if (next > 0) out += ", ";
    const Value field = part.fields()[next++];
    begin(field);
  }
  return out;
}

}  // namespace baton
