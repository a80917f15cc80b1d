#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wrestrict"  // GCC 12 gives false alarms for sums of strings (its bug 105651)
#endif
#include "compiler/text/printer.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>

#include "absl/strings/escaping.h"
#include "tests/compiler/module_builder.h"
#include "tests/support/golden.h"

namespace baton {
namespace {

using Catch::Matchers::Contains;

const Dim kSeq = Dim::Symbol("seq");

TEST_CASE("printer: operator calls with types, attributes and node names", "[text]") {
  ModuleBuilder b;
  ir::Var* x = b.Input("x", DType::kFloat32, {Dim(2), kSeq, Dim(4)});
  ir::Var* sum = b.Call("add", {x, b.Float(0.5f)}, {}, "sum");
  ir::Var* both = b.Call("concatenate", {sum, x}, {{"axis", int64_t{1}}}, "both");
  sum->type = x->type;
  both->type = TensorType{DType::kFloat32, Shape{Dim(2), kSeq + kSeq, Dim(4)}};
  CheckGolden("printer/calls", PrintModule(*b.Finish({both})));
}

TEST_CASE("printer: if and loop with their regions", "[text]") {
  ModuleBuilder b;
  ir::Var* flag = b.Input("flag", DType::kBool, {});
  ir::Var* x = b.Input("x", TensorType{DType::kFloat32, Shape::Unranked()});
  ir::Var* branch = b.If(
      flag, [&] { return std::vector<ir::Atom>{b.Call("abs", {x}, {}, "inner")}; },
      [&] { return std::vector<ir::Atom>{x}; });
  ir::Var* loop = b.Loop(
      {b.Int(0), branch},
      [&](const auto& carried) {
        return std::vector<ir::Atom>{b.Call("less", {carried[0], b.Int(3)}, {}, "go_on")};
      },
      [&](const auto& carried) {
        return std::vector<ir::Atom>{b.Call("add", {carried[0], b.Int(1)}, {}, "next"),
                                     b.Call("negative", {carried[1]}, {}, "inner")};
      });
  CheckGolden("printer/control_flow", PrintModule(*b.Finish({b.Project(loop, 1), flag})));
}

TEST_CASE("printer: a region that fails ends in raise", "[text]") {
  ModuleBuilder b;
  ir::Var* flag = b.Input("flag", DType::kBool, {});
  ir::Region* fails = b.module().NewRegion();
  ir::Binding& raise = fails->bindings.emplace_back();
  raise.var = b.module().NewVar("never", Type::Never());
  raise.expr = ir::Raise{"no \"luck\"\n"};
  fails->diverges = true;
  ir::Var* branch = b.If(
      flag, [&] { return std::vector<ir::Atom>{flag}; }, [&] { return std::vector<ir::Atom>{}; });
  std::unique_ptr<ir::Module> module = b.Finish({branch});
  std::get<ir::If>(module->functions()[0].body->bindings[0].expr).else_region = fails;
  CheckGolden("printer/raise", PrintModule(*module));
}

TEST_CASE("printer: what inference knows of elements, checks and unboxed values", "[text]") {
  ModuleBuilder b;
  ir::Var* x = b.Input("x", DType::kFloat32, {kSeq, Dim(4)});
  ir::Var* shape = b.Call("shape_of", {x}, {}, "shape");
  shape->type = TensorType{DType::kInt64, Shape{Dim(4)}};
  ir::DimCondition less{ir::DimCondition::Comparison::kLess, kSeq, Dim(9), false};
  ir::DimCondition not_equal{ir::DimCondition::Comparison::kEqual, kSeq, Dim(1), true};
  shape->elements = {ir::Element{kSeq}, ir::Element{less}, ir::Element{not_equal}, ir::Element{}};
  shape->unboxed = true;
  std::unique_ptr<ir::Module> module = b.Finish({shape});
  using Kind = ir::DimCheck::Kind;
  module->functions()[0].body->bindings[0].checks = {{Kind::kEqual, kSeq, Dim(8), ""},
                                                     {Kind::kBroadcast, kSeq, Dim(7), ""},
                                                     {Kind::kAtLeast, kSeq, Dim(6), ""}};
  CHECK_THAT(
      PrintModule(*module),
      Contains("ty=Tensor[(4), int64] elements=[seq, seq < 9, !(seq == 1), ?] unboxed check=(seq == 8) "
               "check=(broadcast(seq, 7)) check=(seq >= 6) node='shape' */;"));
}

TEST_CASE("printer: names are unique, and quoted when they are no identifiers", "[text]") {
  ModuleBuilder b;
  ir::Var* x = b.Input("x", DType::kFloat32, {});
  std::vector<ir::Atom> results;
  for (const char* name : {"x", "x_1", "x", "a.b", "123", "type", "layer/1", "", "", "a\"b", "inffeed"}) {
    results.push_back(b.Call("abs", {x}, {}, name));
  }
  const std::string text = PrintModule(*b.Finish(results));
  CHECK_THAT(text,
             Contains("(%x_1, %x_1_1, %x_2, %\"a.b\", %\"123\", %\"type\", %layer/1, %_0, %_1, %\"a\\\"b\", "
                      "%inffeed)"));
}

TEST_CASE("printer: regions of different functions never share a name", "[text]") {
  ModuleBuilder b;
  ir::Var* x = b.Input("x", DType::kFloat32, {});
  std::unique_ptr<ir::Module> module = b.Finish({x});
  ir::Function* second = module->NewFunction("my-fn");
  second->body->params = {module->NewVar("x", TensorType{DType::kBool, {}})};
  second->body->results = {second->body->params[0]};
  CHECK_THAT(PrintModule(*module),
             Contains("def @\"my-fn\"(%x_1: Tensor[(), bool]) -> Tensor[(), bool] {\n  %x_1\n}\n"));
}

TEST_CASE("printer: node names cannot break out of the comment", "[text]") {
  const std::string name = GENERATE("a*/b", "/*/", "**//**", "x\ny");
  ModuleBuilder b;
  ir::Var* x = b.Input("x", DType::kFloat32, {});
  b.Call("abs", {x}, {}, name);
  std::unique_ptr<ir::Module> module = b.Finish({x});
  module->functions()[0].body->bindings[0].var->name = "y";
  const std::string text = PrintModule(*module);
  const size_t begin = text.find("node='"), end = text.find(" */;\n");
  REQUIRE(begin < end);
  const std::string comment = text.substr(begin, end - begin);
  CHECK(comment.find("*/") == std::string::npos);
  CHECK(comment.find("/*") == std::string::npos);
  CHECK(comment.find('\n') == std::string::npos);
}

TEST_CASE("printer: options leave out types, locations and constants", "[text]") {
  ModuleBuilder b;
  ir::Var* x = b.Input("x", DType::kInt64, {Dim(2)});
  ir::Var* y = b.Call("add", {x, b.Ints({1, 2})}, {}, "y");
  y->type = x->type;
  std::unique_ptr<ir::Module> module = b.Finish({y});
  CHECK_THAT(PrintModule(*module, {true, false, true}),
             Contains("let %y = add(%x, meta[relay.Constant][0]) /* ty=Tensor[(2), int64] */;"));
  CHECK_THAT(PrintModule(*module, {false, true, true}), Contains(" /* node='y' */;"));
  CHECK(PrintModule(*module, {false, false, false}) ==
        "// baton\n#[version = \"0.0.5\"]\n"
        "def @main(%x: Tensor[(2), int64], output_names=[\"output_0\"]) {\n"
        "  let %y = add(%x, meta[relay.Constant][0]);\n  %y\n}\n"
        "\n// without its 1 constants\n");
}

template <typename T>
std::string ScalarText(T value) {
  ModuleBuilder b;
  ir::Atom constant = b.module().NewConstant(Tensor::Scalar(value));
  const std::string text = PrintModule(*b.Finish({constant}));
  const size_t begin = text.find("{\n  ") + 4;
  return text.substr(begin, text.find('\n', begin) - begin);
}

TEST_CASE("printer: scalars stand in place in Relay's literals", "[text]") {
  CHECK(ScalarText(7) == "7");
  CHECK(ScalarText(INT32_MIN) == "-2147483648");
  CHECK(ScalarText(int64_t{-7}) == "-7i64");
  CHECK(ScalarText(int16_t{3}) == "3i16");
  CHECK(ScalarText(0.1f) == "0.1f");
  CHECK(ScalarText(-0.0f) == "-0f");
  CHECK(ScalarText(1e-7) == "1e-07f64");
  CHECK(ScalarText(Float16(0.5f)) == "0.5f16");
  CHECK(ScalarText(Bool(true)) == "True");
  CHECK(ScalarText(std::numeric_limits<float>::infinity()) == "inff");
  CHECK(ScalarText(-std::numeric_limits<double>::infinity()) == "-inff64");
  CHECK(ScalarText(Float16(std::numeric_limits<float>::infinity())) == "inff16");
  CHECK(ScalarText(std::numeric_limits<float>::quiet_NaN()) == "nanf");
}

TEST_CASE("printer: scalars without a literal go to the metadata", "[text]") {
  const std::string meta = "meta[relay.Constant][0]";
  CHECK(ScalarText(INT64_MIN) == meta);
  CHECK(ScalarText(uint8_t{1}) == meta);
  CHECK(ScalarText(int8_t{1}) == meta);
  CHECK(ScalarText(-std::numeric_limits<float>::quiet_NaN()) == meta);
  CHECK(ScalarText(BFloat16(1.0f)) == meta);
}

// The base64 texts of the specification of the format.
TEST_CASE("printer: tensors go to the metadata bit by bit, each once", "[text]") {
  ModuleBuilder b;
  const ir::Atom floats = b.Const<float>({2}, {1, 2});
  ir::Var* y = b.Call("add", {floats, floats}, {}, "y");
  CheckGolden("printer/constants", PrintModule(*b.Finish({y, b.Const<uint8_t>({1}, {7})})));
}

TEST_CASE("printer: a tensor's blob holds its type, shape and bytes", "[text]") {
  ModuleBuilder b;
  const Bool bytes[] = {Bool(true), Bool(false)};
  const int64_t dims[] = {1, 2};
  const ir::Atom flags = b.module().NewConstant(Tensor::FromValues<Bool>(dims, bytes));
  const std::string text = PrintModule(*b.Finish({flags}));
  const std::string key = "\"b64ndarrays\": [\"";
  const size_t begin = text.find(key) + key.size();
  std::string blob;
  REQUIRE(absl::Base64Unescape(text.substr(begin, text.find('"', begin) - begin), &blob));
  CHECK(absl::BytesToHexString(blob) ==
        "3fa1b496f0405edd"
        "0000000000000000"
        "0100000000000000"
        "02000000"
        "01010100"
        "0100000000000000"
        "0200000000000000"
        "0200000000000000"
        "0100");
}

TEST_CASE("printer: regions may nest 100000 deep", "[text]") {
  ModuleBuilder b;
  ir::Var* flag = b.Input("flag", DType::kBool, {});
  std::unique_ptr<ir::Module> module = b.Finish({flag});
  ir::Region* region = module->functions()[0].body;
  const int depth = 100000;
  for (int i = 0; i < depth; ++i) {
    ir::If branch{flag, module->NewRegion(), module->NewRegion()};
    ir::Region* inner = branch.then_region;
    branch.then_region->results = branch.else_region->results = {flag};
    ir::Binding& binding = region->bindings.emplace_back();
    binding.var = module->NewVar("b");
    binding.expr = std::move(branch);
    region = inner;
  }
  const std::string text = PrintModule(*module);
  CHECK(std::count(text.begin(), text.end(), '{') == 2 * depth + 1);
  CHECK(text.size() < size_t{500} * depth);
}

}  // namespace
}  // namespace baton
