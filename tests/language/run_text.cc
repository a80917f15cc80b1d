#include "tests/language/run_text.h"

#include <catch2/catch.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "compiler/text/reader.h"
#include "compiler/text/value_text.h"
#include "tests/compiler/run_compiled.h"

namespace baton {
namespace {

absl::StatusOr<std::string> RunAt(int level, absl::string_view text, const std::vector<std::string>& inputs) {
  BATON_ASSIGN_OR_RETURN(const std::shared_ptr<const Program> program, LoadText(text, level));
  const EntryPoint& entry = *program->FindEntryPoint("main");
  REQUIRE(entry.inputs.size() == inputs.size());
  std::vector<Value> values;
  for (size_t i = 0; i < inputs.size(); ++i) {
    BATON_ASSIGN_OR_RETURN(values.emplace_back(), ReadValue("input", inputs[i], entry.inputs[i].type,
                                                            program->executable().type_definitions));
  }
  Session session(program, TestScheduler());
  BATON_ASSIGN_OR_RETURN(const std::vector<Value> outputs, session.InvokeValues("main", values));
  return absl::StrJoin(outputs, "; ",
                       [](std::string* out, const Value& value) { out->append(ValueText(value)); });
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Program>> LoadText(absl::string_view text, int level, bool strict) {
  RelayReadOptions options;
  options.strict = strict;
  BATON_ASSIGN_OR_RETURN(std::unique_ptr<ir::Module> module, ReadRelay("test.rly", text, options));
  return LoadCompiled(std::move(module), level);
}

std::string RunText(absl::string_view text, const std::vector<std::string>& inputs) {
  const absl::StatusOr<std::string> result = RunAt(2, text, inputs);
  for (const int level : {0, 1}) {
    const absl::StatusOr<std::string> other = RunAt(level, text, inputs);
    CAPTURE(level, other.status().ToString(), result.status().ToString());
    CHECK(other.ok() == result.ok());
    if (other.ok() && result.ok()) CHECK(*other == *result);
  }
  return result.ok() ? *result : absl::StrCat("error: ", result.status().message());
}

std::string Eval(absl::string_view expression, absl::string_view definitions) {
  return RunText(absl::StrCat("#[version = \"0.0.5\"]\n#[import = \"prelude\"]\n", definitions,
                              "\ndef @main() {\n", expression, "\n}\n"));
}

std::string ReadError(absl::string_view text, bool strict) {
  const auto program = LoadText(text, 2, strict);
  return program.ok() ? "ok" : std::string(program.status().message());
}

}  // namespace baton
