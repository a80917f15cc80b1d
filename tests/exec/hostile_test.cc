// Random programs that the verifier accepts: whatever they do ends in a result or an error, within the
// limits, and leaves nothing behind. Run under the sanitizers this is the test of memory safety.
#include <random>

#include "tests/exec/object_fixture.h"

namespace baton::test {
namespace {

constexpr int kRegistersPerKind = 4;
constexpr int64_t kMemoryLimit = 1 << 20;

class RandomProgram {
 public:
  explicit RandomProgram(uint32_t seed) : random_(seed) {}

  void AddTo(ExecFixture* fixture) {
    AddTables(fixture);
    for (int i = 0; i < 2; ++i) fixture->builder.Add(MakeFunction(i == 0 ? "main" : "callee"));
    fixture->builder.Add(MakeFunction("method", {kO, kT, kT}));
    fixture->AddEntry("main", 0, {DType::kFloat32, DType::kInt64}, {DType::kFloat32});
  }

 private:
  int Pick(int count) { return static_cast<int>(random_() % static_cast<uint32_t>(count)); }

  void AddTables(ExecFixture* fixture) {
    fixture->builder.Add(Floats({1, 2, 3, 4}));
    fixture->builder.Add(Ints({2, 2}));
    fixture->builder.AddMessage("message");
    types_ = {{DType::kFloat32, {4}},
              {DType::kFloat32, {kDynamicExtent}},
              {DType::kFloat32, {2, kDynamicExtent}},
              {DType::kInt64, {2}},
              {DType::kFloat32, {}}};
    for (const AllocType& type : types_) fixture->builder.Add(type);
    kernels_ = {{"add", 2, 1},      {"copy", 1, 1},   {"ones", 1, 1},
                {"positive", 1, 1}, {"halves", 1, 2}, {"fail", 1, 1}};
    for (const auto& kernel : kernels_) fixture->AddKernel(kernel.op, kernel.inputs, kernel.outputs);
    // Types of objects: lists, and cells of an integer, a tensor and a list, through which cycles may pass.
    const ListTypes lists(&fixture->builder);
    fixture->builder.Add(
        ObjectType{Type::Reference(Type::Tuple({IntegerType(), VectorType(), ListType(IntegerType())})),
                   0,
                   {kI, kT, kO}});
    object_types_ = {{}, {kI, kO}, {}, {kT, kO}, {kI, kT, kO}};
    fixture->builder.Add(Signature{{kT, kT}, {kT}});
    fixture->builder.Add(Signature{{kO, kT, kT}, {kT}});
    // The real operators check what they are given; so must these.
    for (auto& [name, op] : fixture->resolver.ops) {
      op.rule = [name = name, rule = op.rule](auto inputs, TensorTypes* types) -> absl::Status {
        const bool shape = name == "ones";
        for (const TensorObject* input : inputs) {
          if (input->dtype != (shape ? DType::kInt64 : DType::kFloat32))
            return absl::InvalidArgumentError("dtype");
          const bool vector = shape || name == "positive" || name == "halves";
          if (vector && input->rank != 1) return absl::InvalidArgumentError("rank");
        }
        return rule(inputs, types);
      };
    }
  }

  CodeRegister Register(SlotKind kind) { return registers_[static_cast<int>(kind)][Pick(kRegistersPerKind)]; }
  std::vector<CodeRegister> Registers(SlotKind kind, int count) {
    std::vector<CodeRegister> list;
    for (int i = 0; i < count; ++i) list.push_back(Register(kind));
    return list;
  }
  std::vector<CodeRegister> RegistersOf(const std::vector<SlotKind>& kinds) {
    std::vector<CodeRegister> list;
    for (const SlotKind kind : kinds) list.push_back(Register(kind));
    return list;
  }
  // Different ones: an instruction cannot write a register twice.
  std::vector<CodeRegister> Targets(int count) {
    std::vector<CodeRegister> list;
    const int first = Pick(kRegistersPerKind);
    for (int i = 0; i < count; ++i) list.push_back(registers_[3][(first + i) % kRegistersPerKind]);
    return list;
  }
  int Dynamic(int type) {
    int count = 0;
    for (const int64_t d : types_[type].dims) count += d == kDynamicExtent;
    return count;
  }

  // Everything assigned, so that random uses verify.
  void InitialiseObject(FunctionBuilder& f, int i, int num_parameters) {
    const CodeRegister target = registers_[4][i];
    if (i == 0 && num_parameters == 3) {
      f.Append("Move", {target, f.parameter(0)});
    } else if (i < 2) {
      f.Append("MakeObject", {target, 2 * i, std::vector<CodeRegister>{}});
    } else if (i == 2) {
      f.Append("MakeClosure", {target, Pick(2) + 1, std::vector<CodeRegister>{}});
    } else {
      f.Append("MakeObject", {target, 4, {registers_[0][0], registers_[3][0], registers_[4][0]}});
    }
  }
  // Mostly of one function: a future of another cannot be awaited.
  void Fork(FunctionBuilder& f, CodeRegister future, int callee) {
    const auto arguments = callee == 2 ? RegistersOf({kO, kT, kT}) : Registers(kT, 2);
    f.Append("Fork", {future, callee, Register(kI), arguments});
  }
  void Initialise(FunctionBuilder& f, int num_parameters) {
    static constexpr int64_t kIntegers[] = {0, 64, 2, 8};
    for (int i = 0; i < kRegistersPerKind; ++i) {
      for (const SlotKind kind : {kI, kF, kB, kT, kO, kU})
        registers_[static_cast<int>(kind)][i] = f.NewRegister(kind);
      f.Append("LoadInt", {registers_[0][i], kIntegers[i]});
      f.Append("LoadFloat", {registers_[1][i], 0.5});
      f.Append("LoadBool", {registers_[2][i], i % 2});
      if (i < 2) {
        f.Append("Move", {registers_[3][i], f.parameter(num_parameters - 2 + i)});
      } else if (i == 2) {
        f.Append("LoadConst", {registers_[3][i], 0});
      } else {
        f.Append("AllocTensor", {registers_[3][i], 0, std::vector<CodeRegister>{}});
      }
      InitialiseObject(f, i, num_parameters);
    }
    for (const CodeRegister future : registers_[5]) Fork(f, future, 1);
  }

  Function MakeFunction(const std::string& name, const std::vector<SlotKind>& parameters = {kT, kT}) {
    FunctionBuilder f(name, parameters, {kT});
    Initialise(f, static_cast<int>(parameters.size()));
    std::vector<CodeLabel> labels;
    for (int i = 0; i < 4; ++i) labels.push_back(f.NewLabel());
    f.Append("EnterArena", {Register(kI)});
    const int length = 10 + Pick(40);
    for (int i = 0; i < length; ++i) {
      if (i % 8 == 0 && i / 8 < 4) f.Bind(labels[i / 8]);
      AppendRandom(f, labels[Pick(length >= 25 ? 4 : 2)]);
    }
    for (int i = (length + 7) / 8; i < 4; ++i) f.Bind(labels[i]);
    f.Append("LeaveArena", {});
    AppendEnd(f);
    return std::move(f).Build();
  }

  void AppendRandom(FunctionBuilder& f, CodeLabel label) {
    const auto opcodes = AllOpcodes();
    const OpcodeInfo& info = opcodes[Pick(static_cast<int>(opcodes.size()))];
    if (!info.IsIn(Dispatch::kRegister)) return;
    switch (info.opcode) {
      case Opcode::kEnterArena:
      case Opcode::kLeaveArena:
      case Opcode::kReturn:
      case Opcode::kRaise:
      case Opcode::kMakeTensor:
      case Opcode::kWrapI64:
      case Opcode::kRoundF64:
      case Opcode::kAlignDim:
      case Opcode::kTailCall:
      case Opcode::kTailCallClosure:
        return;
      case Opcode::kMakeObject:
      case Opcode::kGetFields:
      case Opcode::kSetFields:
        AppendObject(f, info.opcode);
        return;
      case Opcode::kMakeClosure:
      case Opcode::kCallClosure:
        AppendClosure(f, info.opcode);
        return;
      case Opcode::kRelease: {
        const CodeRegister r = Register(kT);
        f.Append("Release", {r});
        f.Append("LoadConst", {r, Pick(2)});
        return;
      }
      case Opcode::kMove: {
        const SlotKind kind = static_cast<SlotKind>(Pick(kNumSlotKinds));
        const CodeRegister from = Register(kind);
        f.Append("Move", {Register(kind), kind == kU ? from.Last() : from});
        if (kind == kU) Fork(f, from, 1);
        return;
      }
      case Opcode::kFork:
        Fork(f, Register(kU), Pick(4) == 0 ? Pick(3) : 1);
        return;
      case Opcode::kAwait: {
        const CodeRegister future = Register(kU);
        f.Append("Await", {future.Last(), Pick(8) == 0 ? Pick(3) : 1, Registers(kT, 1)});
        Fork(f, future, 1);
        return;
      }
      case Opcode::kCall:
        f.Append("Call", {Pick(2), Registers(kT, 2), Registers(kT, 1)});
        return;
      case Opcode::kAllocTensor:
      case Opcode::kAllocInArena:
      case Opcode::kView:
        AppendTyped(f, info.opcode);
        return;
      case Opcode::kCallKernel:
      case Opcode::kCallKernelAlloc:
        AppendKernel(f, info.opcode);
        return;
      case Opcode::kMakeSequence:
        f.Append(info.opcode, {Register(kO), Registers(kT, Pick(4))});
        return;
      case Opcode::kSequenceLength:
      case Opcode::kSequenceAt:
      case Opcode::kSequenceAppend:
      case Opcode::kSequenceInsert:
      case Opcode::kSequenceErase:
      case Opcode::kConcatSequence:
      case Opcode::kStackSequence:
        AppendSequence(f, info);
        return;
      default:
        AppendPlain(f, info, label);
    }
  }

  void AppendEnd(FunctionBuilder& f) {
    switch (Pick(8)) {
      case 0:
        f.Append("TailCall", {Pick(2), Registers(kT, 2)});
        break;
      case 1:
        f.Append("TailCall", {2, {Register(kO), Register(kT), Register(kT)}});
        break;
      case 2:
        f.Append("TailCallClosure", {Register(kO), 0, Registers(kT, 2)});
        break;
      default:
        f.Append("Return", {{Register(kT)}});
    }
  }

  // Mostly one that holds lists of integers (0), of vectors (1), closures (2) or cells (3): programs should
  // not fail at once.
  CodeRegister ObjectRegister(int sort) { return Pick(8) == 0 ? Register(kO) : registers_[4][sort]; }

  void AppendObject(FunctionBuilder& f, Opcode opcode) {
    const int type = opcode == Opcode::kSetFields ? 4 : Pick(5);
    const auto fields = RegistersOf(object_types_[type]);  // of different kinds, so different
    const CodeRegister object = ObjectRegister(type == 4 ? 3 : type / 2);
    if (opcode == Opcode::kGetFields && Pick(4) != 0) {
      // The tag first, as a compiler would.
      const CodeLabel next = f.NewLabel();
      f.Append("JumpIfNotTag", {object, type % 2, next});
      f.Append(opcode, {object, type, fields});
      f.Bind(next);
      return;
    }
    f.Append(opcode, {object, type, fields});
  }

  // Mostly on a new sequence, and its last use at times: then it changes in place.
  void AppendSequence(FunctionBuilder& f, const OpcodeInfo& info) {
    const CodeRegister sequence = Register(kO);
    if (Pick(4) != 0) f.Append("MakeSequence", {sequence, Registers(kT, Pick(4))});
    std::vector<CodeOperand> operands;
    for (int i = 0; i < info.num_operands; ++i) {
      const Operand& operand = info.operands[i];
      if (i == 1) {
        const bool is_last = info.operands[0].slot == kO && Pick(2) == 0;
        operands.push_back(is_last ? sequence.Last() : sequence);
      } else if (i == 0 && operand.slot == kO) {
        operands.push_back(sequence);
      } else if (operand.slot) {
        operands.push_back(Register(*operand.slot));
      } else {
        operands.push_back(operand.kind == OperandKind::kImm ? Pick(3) - 1 : 0);
      }
    }
    f.Append(info.opcode, operands);
  }

  void AppendClosure(FunctionBuilder& f, Opcode opcode) {
    if (opcode == Opcode::kMakeClosure) {
      const int callee = 1 + Pick(2);
      std::vector<SlotKind> captured;
      if (callee == 2 && Pick(3) != 0) captured = {kO};
      f.Append(opcode, {ObjectRegister(2), callee, RegistersOf(captured)});
    } else if (Pick(2) == 0) {
      f.Append(opcode, {ObjectRegister(2), 0, Registers(kT, 2), Registers(kT, 1)});
    } else {
      f.Append(opcode, {ObjectRegister(2), 1, RegistersOf({kO, kT, kT}), Registers(kT, 1)});
    }
  }

  void AppendTyped(FunctionBuilder& f, Opcode opcode) {
    const int type = Pick(static_cast<int>(types_.size()));
    const auto dims = Registers(kI, Dynamic(type));
    if (opcode == Opcode::kAllocTensor) f.Append(opcode, {Register(kT), type, dims});
    if (opcode == Opcode::kAllocInArena) f.Append(opcode, {Register(kT), type, Register(kI), dims});
    if (opcode != Opcode::kView) return;
    const CodeRegister source = Register(kT);
    f.Append(opcode, {source, Pick(2) == 0 ? source.Last() : source, type, dims});
  }

  void AppendKernel(FunctionBuilder& f, Opcode opcode) {
    const int index = Pick(static_cast<int>(kernels_.size()));
    const auto& kernel = kernels_[index];
    const auto inputs = Registers(kT, kernel.inputs);
    if (opcode == Opcode::kCallKernel && Pick(2) == 0) {
      const CodeRegister out = Register(kT);
      f.Append("AllocTensor", {out, 0, std::vector<CodeRegister>{}});
    }
    f.Append(opcode, {index, inputs, Targets(kernel.outputs)});
  }

  void AppendPlain(FunctionBuilder& f, const OpcodeInfo& info, CodeLabel label) {
    std::vector<CodeOperand> operands;
    for (int i = 0; i < info.num_operands; ++i) {
      const Operand& operand = info.operands[i];
      switch (operand.kind) {
        case OperandKind::kDef:
        case OperandKind::kUse:
          operands.push_back(Register(*operand.slot));
          break;
        case OperandKind::kLabel:
          operands.push_back(label);
          break;
        case OperandKind::kImm64:
          operands.push_back(static_cast<int64_t>(Pick(200)) - 20);
          break;
        case OperandKind::kConst:
          operands.push_back(Pick(2));
          break;
        case OperandKind::kTypeIndex:
          operands.push_back(Pick(static_cast<int>(types_.size())));
          break;
        case OperandKind::kMessage:
          operands.push_back(0);
          break;
        default:
          operands.push_back(info.opcode == Opcode::kLoadBool ? Pick(2) : Pick(4));
          break;
      }
    }
    f.Append(info.opcode, operands);
  }

  struct KernelShape {
    std::string op;
    int inputs;
    int outputs;
  };
  std::mt19937 random_;
  std::vector<AllocType> types_;
  std::vector<KernelShape> kernels_;
  std::vector<std::vector<SlotKind>> object_types_;  // the fields of each
  CodeRegister registers_[kNumSlotKinds][kRegistersPerKind];
};

}  // namespace

TEST_CASE("hostile: random verified programs stay within their limits and leave nothing behind", "[exec]") {
  int num_ok = 0, num_kernel_calls = 0;
  for (uint32_t seed = 0; seed < 1500; ++seed) {
    CAPTURE(seed);
    ExecFixture fixture;
    fixture.scheduler = Schedulers()[seed % 3];
    RandomProgram(seed).AddTo(&fixture);
    const std::vector<Tensor> inputs = {Floats({1, -2, 3, 4}), Ints({2, 2})};
    Limits limits;
    limits.max_memory_bytes = kMemoryLimit;
    limits.max_steps = 300;
    limits.max_depth = 20;
    for (int round = 0; round < 2; ++round) {
      const auto outputs = fixture.session().Invoke("main", inputs, limits);
      num_ok += outputs.ok();
      if (!outputs.ok()) {
        CAPTURE(outputs.status());
        CHECK(outputs.status().code() != absl::StatusCode::kInternal);
      }
      num_kernel_calls += static_cast<int>(fixture.session().counts().kernel_calls);
      CHECK(fixture.session().counts().peak_memory_bytes <= kMemoryLimit);
      CHECK(fixture.device.live_bytes <= kMemoryLimit);
    }
    CHECK(FloatsOf(inputs[0]) == std::vector<float>{1, -2, 3, 4});
    CHECK(inputs[0]->unique());
    CHECK(inputs[1]->unique());
    fixture.DropSession();
    CHECK(fixture.device.live_bytes == 0);
  }
  CHECK(num_ok > 50);
  CHECK(num_kernel_calls > 500);
}

}  // namespace baton::test
