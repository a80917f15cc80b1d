#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "ops/broadcast.h"
#include "tests/ops/op_support.h"

namespace baton::test {
namespace {

TEST_CASE("registry: operators are sorted, distinct and found by name", "[ops]") {
  REQUIRE(AllOps().size() > 50);
  for (size_t i = 0; i < AllOps().size(); ++i) {
    if (i > 0) CHECK(AllOps()[i - 1]->name < AllOps()[i]->name);
    CHECK(FindOp(AllOps()[i]->name) == AllOps()[i]);
  }
  CHECK(FindOp("no_such_operator") == nullptr);
  CHECK(FindOp("") == nullptr);
}

TEST_CASE("registry: every definition is documented and complete", "[ops]") {
  for (const OpDef* op : AllOps()) {
    CAPTURE(op->name);
    CHECK(op->doc.size() > 10);
    CHECK_FALSE(op->outputs.empty());
    REQUIRE_FALSE(op->kernels.empty());
    CHECK(op->kernels.back().name == "portable");
    for (const AttrDef& attr : op->attrs) CHECK_FALSE(attr.doc.empty());
    for (size_t i = 0; i + 1 < op->inputs.size(); ++i) CHECK_FALSE(op->inputs[i].variadic);
    if (op->is_view) CHECK(op->outputs.size() == 1);
  }
}

// A kernel case names its operator as a string; so a missing name is a missing test.
TEST_CASE("registry: every operator is run by a test of this folder", "[ops]") {
  std::string sources;
  for (const auto& entry : std::filesystem::directory_iterator(BATON_SOURCE_DIR "/tests/ops")) {
    if (entry.path().extension() != ".cc") continue;
    std::stringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    sources += text.str();
  }
  for (const OpDef* op : AllOps()) {
    CAPTURE(op->name);
    CHECK(sources.find('"' + op->name + '"') != std::string::npos);
  }
}

TEST_CASE("attributes: defaults survive the way to data and back", "[ops]") {
  for (const OpDef* op : AllOps()) {
    bool has_required = false;
    for (const AttrDef& attr : op->attrs) has_required |= attr.required;
    if (has_required) continue;
    CAPTURE(op->name);
    const Attributes attributes = op->DefaultAttrs().ToAttributes();
    REQUIRE(attributes.size() == op->attrs.size());
    const auto parsed = op->ParseAttrs(attributes);
    INFO(parsed.status());
    REQUIRE(parsed.ok());
    CHECK(parsed->ToAttributes() == attributes);
    CHECK(parsed->op() == op);
  }
}

TEST_CASE("attributes: given values are kept, the others are defaults", "[ops]") {
  const OpDef& slice = *FindOp("shape_of");
  const Attributes attributes = slice.ParseAttrs({{"start", int64_t{-2}}}).value().ToAttributes();
  CHECK(attributes == Attributes{{"start", int64_t{-2}}, {"end", INT64_MAX}});
  const Attributes alpha =
      FindOp("nn.leaky_relu")->ParseAttrs({{"alpha", int64_t{2}}}).value().ToAttributes();
  CHECK(alpha == Attributes{{"alpha", 2.0}});
  const Attributes flag = FindOp("cumsum")->ParseAttrs({{"reverse", int64_t{1}}}).value().ToAttributes();
  CHECK(flag == Attributes{{"exclusive", false}, {"reverse", true}});
}

TEST_CASE("attributes: errors name operator and attribute", "[ops]") {
  const auto error = [](absl::string_view op, const Attributes& attributes) {
    return std::string(FindOp(op)->ParseAttrs(attributes).status().message());
  };
  CHECK(error("transpose", {{"axis", int64_t{1}}}) == "transpose: attribute 'axis' is unknown");
  CHECK(error("flatten", {{"axis", 1.5}}) == "flatten: attribute 'axis' has the wrong type: 1.5f64");
  CHECK(error("flatten", {{"axis", int64_t{1}}, {"axis", int64_t{2}}}) ==
        "flatten: attribute 'axis' is given twice");
  CHECK(error("cast", {}) == "cast: attribute 'dtype' is missing");
  CHECK(error("nn.pad", {{"mode", std::string("mirror")}}) ==
        "nn.pad: attribute 'mode' is 'mirror', expected constant, reflect, symmetric, edge or wrap");
}

TEST_CASE("resolver: specs that do not fit are refused", "[ops]") {
  const auto resolver = MakeKernelResolver();
  KernelSpec spec;
  spec.op = "nope";
  CHECK(resolver->Resolve(spec).status().ToString() == "NOT_FOUND: operator 'nope' is unknown");
  spec.op = "add";
  CHECK(resolver->Resolve(spec).status().message() == "add: has 0 inputs, expects 2");
  spec.inputs.resize(2);
  spec.inputs[1].present = false;
  CHECK(resolver->Resolve(spec).status().message() == "add: input 'rhs' is missing");
  spec.inputs[1].present = true;
  spec.num_outputs = 2;
  CHECK(resolver->Resolve(spec).status().message() == "add: has 2 outputs, expects 1");
  spec.num_outputs = 1;
  CHECK(resolver->Resolve(spec).ok());
  spec.attributes = {{"axis", int64_t{0}}};
  CHECK(resolver->Resolve(spec).status().message() == "add: attribute 'axis' is unknown");
  KernelSpec none;
  none.op = "concatenate";
  CHECK(resolver->Resolve(none).status().message() == "concatenate: has 0 inputs, expects at least 1");
}

TEST_CASE("bound kernel: says which inputs decide the shape and which extents depend on data", "[ops]") {
  const auto resolver = MakeKernelResolver({.portable_only = true});
  KernelSpec spec;
  spec.op = "reshape";
  spec.inputs.resize(2);
  const auto reshape = resolver->Resolve(spec).value();
  CHECK_FALSE(reshape->ValueDecidesShape(0));
  CHECK(reshape->ValueDecidesShape(1));
  spec.op = "nonzero";
  spec.inputs.resize(1);
  const auto nonzero = resolver->Resolve(spec).value();
  const Tensor data = Of<float>({2, 3}, {0, 1, 2, 3, 4, 5});
  TensorObject* inputs[] = {data.get()};
  TensorTypes types;
  REQUIRE(nonzero->ResultTypes(inputs, &types).ok());
  CHECK(types[0].shape[0] == Dim(2));
  CHECK_FALSE(types[0].shape[1].is_constant());
}

TEST_CASE("bound kernel: the number of results must be the one that the caller expects", "[ops]") {
  KernelSpec spec;
  spec.op = "split";
  spec.attributes = {{"num_outputs", int64_t{2}}};
  spec.inputs.resize(2);
  spec.inputs[1].present = false;
  spec.num_outputs = 3;
  const auto split = MakeKernelResolver()->Resolve(spec).value();
  const Tensor data = Of<float>({2}, {0, 1});
  TensorObject* inputs[] = {data.get(), nullptr};
  TensorTypes types;
  CHECK(split->ResultTypes(inputs, &types).message() == "split: gives 2 results, the caller expects 3");
}

TEST_CASE("broadcast plan: merges what all operands allow", "[ops]") {
  const auto plan = [](const Index& result, const Index& a, const Index& b) {
    return PlanBroadcast<2>(result, {absl::MakeConstSpan(a), absl::MakeConstSpan(b)});
  };
  const auto same = plan({2, 3, 4}, {2, 3, 4}, {2, 3, 4});
  CHECK(same.rank == 1);
  CHECK(same.row_length() == 24);
  const auto scalar = plan({2, 3, 4}, {2, 3, 4}, {});
  CHECK(scalar.rank == 1);
  CHECK_FALSE(scalar.advances(1));
  const auto bias = plan({2, 3, 4}, {2, 3, 4}, {3, 1});
  CHECK(bias.rank == 3);
  CHECK(plan({2, 3, 4}, {2, 3, 4}, {4}).rank == 2);
  CHECK(plan({}, {}, {}).num_elements == 1);
  CHECK(plan({2, 0}, {2, 0}, {1}).num_elements == 0);
}

}  // namespace
}  // namespace baton::test
