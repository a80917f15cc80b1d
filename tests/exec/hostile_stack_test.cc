// Random stack code that the verifier accepts, as hostile_test.cc does it for register code: values lie
// about on the operand stack wherever control goes.
#include <random>

#include "tests/exec/object_fixture.h"

namespace baton::test {
namespace {

using Kinds = std::vector<SlotKind>;
constexpr int kLocalsPerKind = 3;
constexpr size_t kMaxHeight = 12;
constexpr int64_t kMemoryLimit = 1 << 20;

// What the functions of a random program refer to.
struct Tables {
  std::vector<AllocType> types = {{DType::kFloat32, {4}},
                                  {DType::kFloat32, {kDynamicExtent}},
                                  {DType::kFloat32, {2, kDynamicExtent}},
                                  {DType::kInt64, {2}},
                                  {DType::kFloat32, {}}};
  struct KernelShape {
    std::string op;
    size_t inputs, outputs;
  };
  std::vector<KernelShape> kernels = {{"add", 2, 1}, {"copy", 1, 1}, {"halves", 1, 2}, {"fail", 1, 1}};
  std::vector<Kinds> objects = {{}, {kI, kO}, {}, {kT, kO}, {kI, kT, kO}};  // fields; the last is a cell's
  std::vector<Signature> signatures = {{{kT, kT}, {kT}}, {{kO, kT, kT}, {kT, kI}}};
  std::vector<Signature> functions = {{{kT, kT}, {kT}}, {{kO, kT, kT}, {kT, kI}}, {{kI, kT, kT}, {kT}}};

  void AddTo(ExecFixture* fixture) const {
    auto& b = fixture->builder;
    b.Add(Floats({1, 2, 3, 4}));
    b.Add(Ints({2, 2}));
    b.AddMessage("message");
    for (const AllocType& type : types) b.Add(type);
    for (const KernelShape& kernel : kernels)
      fixture->AddKernel(kernel.op, static_cast<int>(kernel.inputs), static_cast<int>(kernel.outputs));
    const ListTypes lists(&b);
    b.Add(ObjectType{Type::Reference(Type::Tuple({IntegerType(), VectorType(), ListType(IntegerType())})), 0,
                     objects[4]});
    for (const Signature& signature : signatures) b.Add(signature);
    // The real operators check what they are given; so must these.
    for (auto& [name, op] : fixture->resolver.ops) {
      op.rule = [vector = name == "halves", rule = op.rule](auto inputs, TensorTypes* types) -> absl::Status {
        for (const TensorObject* input : inputs) {
          if (input->dtype != DType::kFloat32) return absl::InvalidArgumentError("dtype");
          if (vector && input->rank != 1) return absl::InvalidArgumentError("rank");
        }
        return rule(inputs, types);
      };
    }
  }
};

// Grows one function, knowing the kinds on its stack.
class FunctionMaker {
 public:
  FunctionMaker(const Tables& tables, int function, std::mt19937* random)
      : tables_(tables),
        signature_(tables.functions[function]),
        random_(*random),
        f_(function == 0 ? "main" : absl::StrCat("callee", function), signature_.params, signature_.results) {
  }

  Function Run() {
    Initialise();
    for (Label& label : labels_) label.code = f_.NewLabel();
    f_.Append("LoadSmallInt", {256});
    f_.Append("EnterArena");
    const int length = 10 + Pick(40);
    for (int i = 0; i < length; ++i) {
      if (i % 10 == 0) BindLabel(i / 10);
      if (stack_.size() > kMaxHeight) Settle({});
      AppendRandom();
    }
    for (int i = (length + 9) / 10; i < kNumLabels; ++i) BindLabel(i);
    Settle({});
    f_.Append("LeaveArena");
    AppendEnd();
    return std::move(f_).Build();
  }

 private:
  static constexpr int kNumLabels = 5;
  struct Label {
    CodeLabel code;
    std::optional<Kinds> stack;  // once something leads there
  };

  int Pick(int count) { return static_cast<int>(random_() % static_cast<uint32_t>(count)); }
  int Local(SlotKind kind) {
    return static_cast<int>(signature_.params.size()) + static_cast<int>(kind) * kLocalsPerKind +
           Pick(kLocalsPerKind);
  }

  // Appends, and follows what lies on the stack. REQUIRES: the values of `taken` lie on it.
  void Append(absl::string_view name, const std::vector<CodeOperand>& operands, const Kinds& taken,
              const Kinds& pushed) {
    f_.Append(name, operands);
    stack_.resize(stack_.size() - taken.size());
    stack_.insert(stack_.end(), pushed.begin(), pushed.end());
  }
  void Push(SlotKind kind) {
    const int local = Local(kind);
    if (kind == kU) {
      // Mostly of one function: a future of another cannot be awaited.
      AppendFork(Pick(8) == 0 ? Pick(3) : 0);
      if (Pick(2) == 0) return;
      Append("LocalSet", {local}, {kU}, {});
      Append("LocalTake", {local}, {}, {kU});
    } else if (IsReference(kind) && Pick(3) == 0) {
      // Taken, and put back while it stays on the stack: nothing else holds it in between.
      Append("LocalTake", {local}, {}, {kind});
      Append("LocalTee", {local}, {kind}, {kind});
    } else {
      Append("LocalGet", {local}, {}, {kind});
    }
  }
  void AppendFork(int callee) {
    Kinds taken = tables_.functions[static_cast<size_t>(callee)].params;
    taken.insert(taken.begin(), kI);
    Do("Fork", {callee, taken.size() - 1}, taken, {kU});
  }
  void Pop() {
    const SlotKind kind = stack_.back();
    if (Pick(2) == 0) {
      Append("LocalSet", {Local(kind)}, {kind}, {});
    } else {
      Append(IsReference(kind) ? "Release" : "Drop", {}, {kind}, {});
    }
  }
  // Makes the stack hold these values.
  void Settle(const Kinds& wanted) {
    size_t same = 0;
    while (same < std::min(wanted.size(), stack_.size()) && wanted[same] == stack_[same]) ++same;
    while (stack_.size() > same) Pop();
    for (size_t i = same; i < wanted.size(); ++i) Push(wanted[i]);
  }
  // On top of the stack; what lies there by chance is used.
  void Prepare(const Kinds& taken) {
    const size_t size = taken.size();
    const bool fits = stack_.size() >= size && std::equal(taken.begin(), taken.end(), stack_.end() - size);
    if (fits && Pick(2) == 0) return;
    for (const SlotKind kind : taken) Push(kind);
  }
  void Do(absl::string_view name, const std::vector<CodeOperand>& operands, const Kinds& taken,
          const Kinds& pushed) {
    Prepare(taken);
    Append(name, operands, taken, pushed);
  }

  void Initialise() {
    const int num_parameters = static_cast<int>(signature_.params.size());
    for (int k = 0; k < kNumSlotKinds; ++k) {
      for (int i = 0; i < kLocalsPerKind; ++i) f_.NewLocal(static_cast<SlotKind>(k));
    }
    const auto set = [&](SlotKind kind, int which) {
      Append("LocalSet", {num_parameters + static_cast<int>(kind) * kLocalsPerKind + which}, {kind}, {});
    };
    for (int i = 0; i < kLocalsPerKind; ++i) {
      Append("LoadInt", {int64_t{2} * i}, {}, {kI});
      set(kI, i);
      Append("LoadFloat", {0.5}, {}, {kF});
      set(kF, i);
      Append("LoadBool", {i % 2}, {}, {kB});
      set(kB, i);
      if (i == 0) {
        Append("AllocTensor", {0, 0}, {}, {kT});
      } else {
        Append("LocalGet", {num_parameters - i}, {}, {kT});
      }
      set(kT, i);
      if (i == 0) {
        Append("MakeObject", {0, 0}, {}, {kO});
      } else if (i == 1) {
        Append("MakeClosure", {Pick(2), 0}, {}, {kO});
      } else {
        for (const SlotKind kind : {kI, kT})
          Append("LocalGet", {num_parameters + static_cast<int>(kind) * kLocalsPerKind}, {}, {kind});
        Append("MakeObject", {0, 0}, {}, {kO});
        Append("MakeObject", {4, 3}, {kI, kT, kO}, {kO});
      }
      set(kO, i);
    }
  }

  void BindLabel(int index) {
    Label& label = labels_[index];
    if (label.stack) {
      Settle(*label.stack);
    } else {
      label.stack = stack_;
    }
    f_.Bind(label.code);
  }

  void AppendRandom() {
    const OpcodeInfo& info = AllOpcodes()[static_cast<size_t>(Pick(static_cast<int>(AllOpcodes().size())))];
    if (!info.IsIn(Dispatch::kStack)) return;
    switch (Pick(9)) {
      case 0:
        if (!stack_.empty()) Pop();
        return;
      case 1:
        AppendObject();
        return;
      case 2:
        AppendCall();
        return;
      case 3:
        AppendTensor();
        return;
      case 4:
        AppendSequence();
        return;
      default:
        AppendPlain(info);
    }
  }

  void AppendObject() {
    const int type = Pick(5);
    const Kinds& fields = tables_.objects[static_cast<size_t>(type)];
    if (Pick(2) == 0) {
      Do("MakeObject", {type, fields.size()}, fields, {kO});
    } else if (type == 4 && Pick(2) == 0) {
      Kinds taken = {kO};
      taken.insert(taken.end(), fields.begin(), fields.end());
      Do("SetFields", {4, fields.size()}, taken, {});
    } else {
      Do("GetFields", {type, fields.size()}, {kO}, fields);
    }
  }

  // Leaves a sequence on the stack, which what comes next may use.
  void AppendSequence() {
    const size_t length = static_cast<size_t>(Pick(4));
    Do("MakeSequence", {length}, Kinds(length, kT), {kO});
    if (Pick(2) == 0) Do("SequenceAppend", {}, {kO, kT}, {kO});
    if (Pick(3) == 0) Append("StackSequence", {Pick(3) - 1, 0, 0}, {kO}, {kT});
  }

  void AppendCall() {
    const int callee = Pick(3);
    const Signature& signature = tables_.functions[static_cast<size_t>(callee)];
    if (Pick(4) == 0) {
      AppendFork(callee);
    } else if (Pick(4) == 0) {
      Do("Await", {Pick(8) == 0 ? 2 : 0, 1}, {kU}, tables_.functions[0].results);
    } else if (Pick(3) == 0) {
      Do("Call", {callee, signature.params.size(), signature.results.size()}, signature.params,
         signature.results);
    } else if (Pick(2) == 0) {
      const size_t num_captured = static_cast<size_t>(Pick(static_cast<int>(signature.params.size()) - 1));
      Do("MakeClosure", {callee, num_captured},
         Kinds(signature.params.begin(), signature.params.begin() + static_cast<ptrdiff_t>(num_captured)),
         {kO});
    } else {
      const int index = Pick(2);
      const Signature& called = tables_.signatures[static_cast<size_t>(index)];
      Kinds taken = {kO};
      taken.insert(taken.end(), called.params.begin(), called.params.end());
      Do("CallClosure", {index, called.params.size(), called.results.size()}, taken, called.results);
    }
  }

  void AppendTensor() {
    const int type = Pick(static_cast<int>(tables_.types.size()));
    const std::vector<int64_t>& dims = tables_.types[static_cast<size_t>(type)].dims;
    const auto num_dims = static_cast<size_t>(std::count(dims.begin(), dims.end(), kDynamicExtent));
    Kinds taken(num_dims, kI);
    const int kernel = Pick(static_cast<int>(tables_.kernels.size()));
    const auto& shape = tables_.kernels[static_cast<size_t>(kernel)];
    switch (Pick(5)) {
      case 0:
        Do("AllocTensor", {type, num_dims}, taken, {kT});
        break;
      case 1:
        taken.insert(taken.begin(), kI);
        Do("AllocInArena", {type, num_dims}, taken, {kT});
        break;
      case 2:
        taken.insert(taken.begin(), kT);
        Do("View", {type, num_dims}, taken, {kT});
        break;
      case 3:
        Do("CallKernelAlloc", {kernel, shape.inputs, shape.outputs}, Kinds(shape.inputs, kT),
           Kinds(shape.outputs, kT));
        break;
      default:
        for (size_t i = 0; i < shape.inputs; ++i) Push(kT);
        for (size_t i = 0; i < shape.outputs; ++i) Append("AllocTensor", {0, 0}, {}, {kT});
        Append("CallKernel", {kernel, shape.inputs, shape.outputs}, Kinds(shape.inputs + shape.outputs, kT),
               Kinds(shape.outputs, kT));
    }
  }

  // Instructions without lists, by their row.
  void AppendPlain(const OpcodeInfo& info) {
    if (info.opcode == Opcode::kEnterArena || info.opcode == Opcode::kLeaveArena ||
        info.opcode == Opcode::kRaise || info.opcode >= Opcode::kLocalGet) {  // StackSequence too
      return;
    }
    Kinds taken, pushed;
    std::vector<CodeOperand> operands;
    Label* target = nullptr;
    for (int i = 0; i < info.num_operands; ++i) {
      const Operand& operand = info.operands[i];
      if (IsList(operand.kind)) return;
      if (operand.kind == OperandKind::kUse) taken.push_back(operand.slot.value_or(Pick(2) == 0 ? kT : kO));
      if (operand.kind == OperandKind::kDef) pushed.push_back(*operand.slot);
      if (operand.kind == OperandKind::kUse || operand.kind == OperandKind::kDef) continue;
      if (operand.kind == OperandKind::kLabel) {
        target = &labels_[Pick(kNumLabels)];
        operands.push_back(target->code);
      } else {
        operands.push_back(Number(info, operand.kind));
      }
    }
    if (target == nullptr) {
      Do(info.name, operands, taken, pushed);
      return;
    }
    if (target->stack) Settle(*target->stack);
    for (const SlotKind kind : taken) Push(kind);
    Append(info.name, operands, taken, {});
    target->stack = stack_;
  }

  int64_t Number(const OpcodeInfo& info, OperandKind kind) {
    if (kind == OperandKind::kImm64) return Pick(200) - 20;
    if (kind == OperandKind::kMessage) return 0;
    if (kind == OperandKind::kConst) return Pick(2);
    if (kind == OperandKind::kTypeIndex) return Pick(static_cast<int>(tables_.types.size()));
    if (info.opcode == Opcode::kWrapI64) return static_cast<int64_t>(DType::kInt8);
    if (info.opcode == Opcode::kRoundF64) return static_cast<int64_t>(DType::kFloat16);
    return info.opcode == Opcode::kAlignDim ? 8 : Pick(3);
  }

  void AppendEnd() {
    if (signature_.results == tables_.functions[0].results && Pick(4) == 0) {
      const int callee = Pick(2) * 2;
      const Signature& signature = tables_.functions[static_cast<size_t>(callee)];
      Do("TailCall", {callee, signature.params.size()}, signature.params, {});
      return;
    }
    const int index = signature_.results.size() == 1 ? 0 : 1;
    if (Pick(4) == 0) {
      const Kinds& params = tables_.signatures[static_cast<size_t>(index)].params;
      Kinds taken = {kO};
      taken.insert(taken.end(), params.begin(), params.end());
      Do("TailCallClosure", {index, params.size()}, taken, {});
      return;
    }
    Do("Return", {signature_.results.size()}, signature_.results, {});
  }

  const Tables& tables_;
  const Signature& signature_;
  std::mt19937& random_;
  StackFunctionBuilder f_;
  Kinds stack_;
  Label labels_[kNumLabels];
};

}  // namespace

TEST_CASE("hostile: random verified stack code stays within its limits and leaves nothing behind", "[exec]") {
  const Tables tables;
  int num_ok = 0, num_kernel_calls = 0;
  for (uint32_t seed = 0; seed < 2000; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    ExecFixture fixture;
    fixture.scheduler = Schedulers()[seed % 3];
    tables.AddTo(&fixture);
    for (int i = 0; i < 3; ++i) fixture.builder.Add(FunctionMaker(tables, i, &random).Run());
    fixture.AddEntry("main", 0, {DType::kFloat32, DType::kInt64}, {DType::kFloat32});
    const std::vector<Tensor> inputs = {Floats({1, -2, 3, 4}), Ints({2, 2})};
    const int64_t memory = seed % 4 == 0 ? 70000 + seed : kMemoryLimit;
    const Limits limits = {.max_memory_bytes = memory, .max_depth = 20, .max_steps = 300};
    for (int round = 0; round < 2; ++round) {
      const auto outputs = fixture.session().Invoke("main", inputs, limits);
      num_ok += outputs.ok();
      if (!outputs.ok()) CHECK(outputs.status().code() != absl::StatusCode::kInternal);
      num_kernel_calls += static_cast<int>(fixture.session().counts().kernel_calls);
      CHECK(fixture.device.live_bytes <= kMemoryLimit);
    }
    CHECK(FloatsOf(inputs[0]) == std::vector<float>{1, -2, 3, 4});
    for (const Tensor& input : inputs) CHECK(input->unique());
    fixture.DropSession();
    CHECK(fixture.device.live_bytes == 0);
  }
  CHECK(num_ok > 50);
  CHECK(num_kernel_calls > 500);
}

}  // namespace baton::test
