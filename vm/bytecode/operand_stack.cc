#include "vm/bytecode/operand_stack.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "vm/bytecode/code_view.h"
#include "vm/bytecode/verify_function.h"
#include "vm/bytecode/verify_operands.h"
#include "vm/core/status.h"

namespace baton {
namespace {

constexpr int32_t kUnvisited = -1;
// Work counts values that are taken or pushed; one that makes a new stack costs more, for its memory.
constexpr int64_t kNewStackWork = 64;
constexpr int64_t kWorkPerByte = 40;

// All stacks that occur in a function, sharing what lies below: a tree, in which equal stacks are one node.
class StackTree {
 public:
  static constexpr int32_t kEmpty = 0;

  int32_t Push(int32_t stack, SlotKind kind) {
    const auto child = static_cast<size_t>(kind);
    if (nodes_[stack].children[child] == 0) {
      nodes_[stack].children[child] = static_cast<int32_t>(nodes_.size());
      nodes_.push_back({stack, nodes_[stack].height + 1, kind});
    }
    return nodes_[stack].children[child];
  }
  size_t size() const { return nodes_.size(); }
  int32_t Pop(int32_t stack) const { return nodes_[stack].below; }
  SlotKind Top(int32_t stack) const { return nodes_[stack].kind; }
  int32_t Height(int32_t stack) const { return nodes_[stack].height; }
  // From the bottom.
  std::vector<SlotKind> Kinds(int32_t stack) const {
    std::vector<SlotKind> kinds;
    for (; stack != kEmpty; stack = Pop(stack)) kinds.push_back(Top(stack));
    std::reverse(kinds.begin(), kinds.end());
    return kinds;
  }

 private:
  struct Node {
    int32_t below = 0;
    int32_t height = 0;
    SlotKind kind = SlotKind::kI64;
    int32_t children[kNumSlotKinds] = {};  // by kind; 0: none yet
  };
  std::vector<Node> nodes_ = std::vector<Node>(1);
};

}  // namespace

class StackWalk {
 public:
  StackWalk(const Executable& executable, int function, int64_t max_work)
      : executable_(executable),
        index_(function),
        function_(executable.functions[function]),
        view_(function_, Dispatch::kStack),
        work_left_(max_work),
        stack_at_(view_.size(), kUnvisited) {}

  absl::Status Run() {
    stack_at_[0] = StackTree::kEmpty;
    pending_.push_back(0);
    while (!pending_.empty()) {
      const size_t place = pending_.back();
      pending_.pop_back();
      BATON_RETURN_IF_ERROR(FollowFrom(place));
    }
    return absl::OkStatus();
  }

  int64_t work_left() const { return work_left_; }
  std::vector<SlotKind> StackAt(uint32_t place) const {
    if (place >= stack_at_.size() || stack_at_[place] == kUnvisited) return {};
    return tree_.Kinds(stack_at_[place]);
  }

 private:
  template <typename... Parts>
  absl::Status Fail(const Parts&... parts) const {
    return absl::DataLossError(absl::StrCat(PlaceLabel(executable_, index_, Dispatch::kStack, place_), " ",
                                            info().name, ": ", parts...));
  }
  const OpcodeInfo& info() const { return GetOpcode(instruction_.opcode); }

  // Instructions in a row, from one whose stack is known to one that has been visited or ends the row.
  absl::Status FollowFrom(size_t place) {
    for (size_t length = 0;; place += length) {
      place_ = place;
      stack_ = stack_at_[place];
      BATON_RETURN_IF_ERROR(view_.Decode(place, &instruction_, &length));
      BATON_RETURN_IF_ERROR(Apply());
      if (work_left_ < 0) {
        return absl::ResourceExhaustedError(absl::StrCat(
            FunctionLabel(executable_, index_), ": moves too many values on the operand stack to follow"));
      }
      for (int i = 0; i < info().num_operands; ++i) {
        if (info().operands[i].kind != OperandKind::kLabel) continue;
        const auto target = static_cast<size_t>(instruction_.operands[i].number);
        if (stack_at_[target] == kUnvisited) pending_.push_back(target);
        BATON_RETURN_IF_ERROR(Enter(target));
      }
      const Flow flow = info().flow;
      if (flow == Flow::kJump || flow == Flow::kReturn || flow == Flow::kRaise) return absl::OkStatus();
      const bool visited = stack_at_[place + length] != kUnvisited;
      BATON_RETURN_IF_ERROR(Enter(place + length));
      if (visited) return absl::OkStatus();
    }
  }

  absl::Status Enter(size_t place) {
    if (stack_at_[place] == kUnvisited) stack_at_[place] = stack_;
    if (stack_at_[place] == stack_) return absl::OkStatus();
    return Fail("continues at ", place, " with (", SlotKindsText(tree_.Kinds(stack_)),
                ") on the stack, another path with (", SlotKindsText(tree_.Kinds(stack_at_[place])), ")");
  }

  absl::Status Apply() {
    any_kind_.reset();
    BATON_RETURN_IF_ERROR(CheckLocal());
    for (int i = info().num_operands - 1; i >= 0; --i) {
      const OperandKind kind = info().operands[i].kind;
      if (kind == OperandKind::kUse) BATON_RETURN_IF_ERROR(Take(i, info().operands[i].slot));
      if (IsUseList(kind)) BATON_RETURN_IF_ERROR(TakeList(i));
    }
    BATON_RETURN_IF_ERROR(CheckTaken());
    for (int i = 0; i < info().num_operands; ++i) {
      const OperandKind kind = info().operands[i].kind;
      if (kind == OperandKind::kDef)
        BATON_RETURN_IF_ERROR(Push(info().operands[i].slot ? *info().operands[i].slot : *any_kind_));
      if (IsPushedList(kind)) BATON_RETURN_IF_ERROR(PushList(i));
    }
    return absl::OkStatus();
  }

  // The local that the instruction names says what its values are.
  absl::Status CheckLocal() {
    for (int i = 0; i < info().num_operands; ++i) {
      switch (info().operands[i].kind) {
        case OperandKind::kUseLocal:
        case OperandKind::kUseWideLocal:
        case OperandKind::kDefLocal:
        case OperandKind::kDefWideLocal:
          any_kind_ = view_.slot_kind(static_cast<size_t>(instruction_.operands[i].number));
          break;
        default:
          break;
      }
    }
    const bool copies = info().operands[0].kind == OperandKind::kDef;  // to the stack, or from it
    const bool takes =
        instruction_.opcode == Opcode::kLocalTake || instruction_.opcode == Opcode::kLocalTakeWide;
    if (any_kind_ == SlotKind::kFuture && copies && !takes)
      return Fail("copies a future, which has one place");
    if (!takes || IsReference(*any_kind_)) return absl::OkStatus();
    return Fail("takes local ", instruction_.operands[1].number, " of kind ", SlotKindName(*any_kind_),
                ", which holds no reference");
  }

  absl::Status Take(int operand, std::optional<SlotKind> expected) {
    if (stack_ == StackTree::kEmpty)
      return Fail(OperandLabel(instruction_, operand), "finds no value on the stack");
    const SlotKind found = tree_.Top(stack_);
    if (!expected) expected = any_kind_;
    if (expected && found != *expected) {
      return Fail(OperandLabel(instruction_, operand), "finds a value of kind ", SlotKindName(found),
                  " on the stack, expected ", SlotKindName(*expected));
    }
    any_kind_ = found;
    stack_ = tree_.Pop(stack_);
    --work_left_;
    return absl::OkStatus();
  }

  absl::Status TakeList(int operand) {
    const ListKinds kinds = ExpectedList(executable_, function_, instruction_, operand);
    for (size_t i = kinds.size(); i > 0; --i) BATON_RETURN_IF_ERROR(Take(operand, kinds[i - 1]));
    return absl::OkStatus();
  }

  absl::Status CheckTaken() const {
    switch (instruction_.opcode) {
      case Opcode::kRelease:
        if (!IsReference(*any_kind_))
          return Fail("finds a value of kind ", SlotKindName(*any_kind_), ", which is no reference");
        return absl::OkStatus();
      case Opcode::kDrop:
        if (IsReference(*any_kind_))
          return Fail("finds a value of kind ", SlotKindName(*any_kind_), ", which is a reference");
        return absl::OkStatus();
      default:
        break;
    }
    if (info().flow != Flow::kReturn || stack_ == StackTree::kEmpty) return absl::OkStatus();
    return Fail("leaves (", SlotKindsText(tree_.Kinds(stack_)), ") on the stack");
  }

  absl::Status Push(SlotKind kind) {
    const size_t num_stacks = tree_.size();
    stack_ = tree_.Push(stack_, kind);
    work_left_ -= tree_.size() == num_stacks ? 1 : kNewStackWork;
    if (tree_.Height(stack_) <= function_.stack.max_height) return absl::OkStatus();
    return Fail("puts more than ", function_.stack.max_height, " values on the stack");
  }

  absl::Status PushList(int operand) {
    const ListKinds kinds = ExpectedList(executable_, function_, instruction_, operand);
    for (size_t i = 0; i < kinds.size(); ++i) BATON_RETURN_IF_ERROR(Push(kinds[i]));
    return absl::OkStatus();
  }

  const Executable& executable_;
  const int index_;
  const Function& function_;
  const CodeView view_;
  int64_t work_left_;
  StackTree tree_;
  std::vector<int32_t> stack_at_;  // by place, before the instruction
  std::vector<size_t> pending_;    // places to follow from

  Instruction instruction_;  // at place_
  size_t place_ = 0;
  int32_t stack_ = StackTree::kEmpty;
  std::optional<SlotKind> any_kind_;  // of the instruction's "any" values
};

absl::Status CheckOperandStack(const Executable& executable, int function, int64_t* work_left) {
  const auto expected = static_cast<int64_t>(executable.functions[function].stack.code.size()) * kWorkPerByte;
  StackWalk walk(executable, function, *work_left + expected);
  BATON_RETURN_IF_ERROR(walk.Run());
  *work_left = std::min(*work_left, walk.work_left());
  return absl::OkStatus();
}

OperandStacks::OperandStacks(const Executable& executable, int function)
    : walk_(std::make_unique<StackWalk>(executable, function, INT64_MAX)) {
  BATON_CHECK(walk_->Run().ok());
}
OperandStacks::OperandStacks(OperandStacks&&) noexcept = default;
OperandStacks::~OperandStacks() = default;

std::vector<SlotKind> OperandStacks::At(uint32_t place) const {
  return walk_->StackAt(place);
}

}  // namespace baton
