#include "vm/exec/value_conversion.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "vm/bytecode/data_types.h"
#include "vm/core/status.h"
#include "vm/exec/interpreter.h"
#include "vm/exec/sequence.h"

namespace baton {
namespace {

constexpr int64_t kUnbound = -1;
constexpr size_t kMaxPathParts = 8;  // of a path in an error message, from its end

}  // namespace

InputConverter::InputConverter(const LoadedProgram& program, const LoadedEntry& entry,
                               absl::Span<int64_t> symbols, MemoryPool* pool, ObjectHeap* heap)
    : program_(program), entry_(entry), symbols_(symbols), pool_(pool), heap_(heap) {
  std::fill(symbols_.begin(), symbols_.end(), kUnbound);
}

absl::Status InputConverter::Convert(absl::Span<const Value> inputs, Slot* parameters) {
  if (inputs.size() != entry_.source->inputs.size()) {
    return absl::InvalidArgumentError(absl::StrCat("entry '", entry_.source->name, "' takes ",
                                                   entry_.source->inputs.size(), " inputs, found ",
                                                   inputs.size()));
  }
  Slot* target = parameters;
  for (input_ = 0; input_ < inputs.size(); ++input_) {
    task_ = kNoParent;
    BATON_RETURN_IF_ERROR(ConvertPart(inputs[input_], entry_.input_types[input_], /*boxed=*/true, &target));
    BATON_RETURN_IF_ERROR(FillObjects());
  }
  return absl::OkStatus();
}

absl::Status InputConverter::FillObjects() {
  for (task_ = 0; task_ < static_cast<int64_t>(tasks_.size()); ++task_) {
    const Task task = tasks_[task_];
    Slot* target = task.object->fields();
    for (size_t i = 0; i < task.constructor->fields.size(); ++i) {
      place_.assign(1, static_cast<uint16_t>(i));
      BATON_RETURN_IF_ERROR(
          ConvertPart(task.value->fields()[i], task.constructor->fields[i], /*boxed=*/false, &target));
    }
    place_.clear();
  }
  tasks_.clear();
  return absl::OkStatus();
}

// The recursion is over tuples within the type, which nests at most kMaxTypeNesting deep.
absl::Status InputConverter::ConvertPart(const Value& value, uint32_t type_index, bool boxed, Slot** target) {
  const LoadedValueType& type = program_.value_types[type_index];
  if (type.type.is_tensor()) return ConvertTensor(value, type, boxed, target);
  if (type.type.is_tuple()) return ConvertTuple(value, type, boxed, target);
  if (type.type.is_sequence()) return ConvertSequence(value, type, (*target)++);
  return ConvertData(value, type, (*target)++);
}

absl::Status InputConverter::ConvertTuple(const Value& value, const LoadedValueType& type, bool boxed,
                                          Slot** target) {
  if (!value.is_tuple() || value.fields().size() != type.parts.size()) {
    return Mismatch(value, absl::StrCat("a tuple of ", type.parts.size()));
  }
  for (size_t i = 0; i < type.parts.size(); ++i) {
    place_.push_back(static_cast<uint16_t>(i));
    BATON_RETURN_IF_ERROR(ConvertPart(value.fields()[i], type.parts[i], boxed, target));
    place_.pop_back();
  }
  return absl::OkStatus();
}

absl::Status InputConverter::ConvertTensor(const Value& value, const LoadedValueType& type, bool boxed,
                                           Slot** target) {
  if (!value.is_tensor()) return Mismatch(value, type.type.ToString());
  TensorObject* tensor = value.tensor().get();
  BATON_RETURN_IF_ERROR(CheckTensor(*tensor, type));
  Slot& slot = *(*target)++;
  if (type.is_scalar && !boxed) {
    slot = LoadElement(*tensor, 0);
  } else {
    tensor->Ref();
    slot.tensor = tensor;
  }
  return absl::OkStatus();
}

absl::Status InputConverter::CheckTensor(const TensorObject& tensor, const LoadedValueType& type) {
  const LoadedInput& expected = type.tensor;
  bool fits = tensor.dtype == expected.dtype && (expected.rank < 0 || tensor.rank == expected.rank);
  for (size_t axis = 0; fits && axis < expected.dims.size(); ++axis) {
    const int64_t code = expected.dims[axis], extent = tensor.dims[axis];
    if (code >= 0) fits = extent == code;
    if (code > LoadedInput::kFirstSymbol) continue;
    int64_t& known = symbols_[LoadedInput::kFirstSymbol - code];
    if (known == kUnbound) known = extent;
    if (known == extent) continue;
    const absl::string_view symbol = type.type.tensor().shape[static_cast<int>(axis)].symbol();
    return Fail(absl::StrCat("has extent ", extent, " for '", symbol, "', another input has ", known));
  }
  if (fits) return absl::OkStatus();
  return Fail(absl::StrCat("is ", TypeString(tensor), ", expected ", type.type.ToString()));
}

absl::Status InputConverter::ConvertSequence(const Value& value, const LoadedValueType& type, Slot* target) {
  if (!value.is_sequence()) return Mismatch(value, type.type.ToString());
  const auto length = static_cast<int64_t>(value.fields().size());
  if (length > 0 && type.parts.empty()) return Mismatch(value, "an empty sequence");
  Object* sequence = SequenceMaker(program_.sequence_layout, pool_, heap_).New(length);
  if (sequence == nullptr) return pool_->ExhaustedError(length * static_cast<int64_t>(sizeof(TensorObject*)));
  target->object = sequence;
  for (int64_t i = 0; i < length; ++i) {
    const Value& element = value.fields()[i];
    const LoadedValueType& expected = program_.value_types[type.parts[0]];
    if (!element.is_tensor()) return Mismatch(element, expected.type.ToString());
    const absl::Status status = CheckTensor(*element.tensor(), expected);
    if (!status.ok()) return Annotate(status, absl::StrCat("element ", i));
    element.tensor()->Ref();
    AppendElement(sequence, element.tensor().get());
  }
  return absl::OkStatus();
}

absl::StatusOr<const LoadedConstructor*> InputConverter::FindConstructor(const Value& value,
                                                                         const LoadedValueType& type) {
  if (!value.is_data()) return Mismatch(value, type.type.ToString());
  for (size_t tag = 0; tag < type.constructors.size(); ++tag) {
    const LoadedConstructor& constructor = type.constructors[tag];
    if (constructor.name != value.constructor()) continue;
    if (value.fields().size() != constructor.fields.size()) {
      return Mismatch(value, absl::StrCat(constructor.fields.size()));
    }
    if (value.tag() == Value::kTagByName || value.tag() == static_cast<int>(tag)) return &constructor;
    return Fail(absl::StrCat("is ", constructor.name, " with tag ", value.tag(), ", expected tag ", tag));
  }
  return Fail(
      absl::StrCat("is '", value.constructor(), "', which is no constructor of ", type.type.ToString()));
}

absl::Status InputConverter::ConvertData(const Value& value, const LoadedValueType& type, Slot* target) {
  BATON_ASSIGN_OR_RETURN(const LoadedConstructor* constructor, FindConstructor(value, type));
  const ObjectLayout& layout = program_.object_layouts[constructor->layout];
  if (layout.singleton != nullptr) {
    target->object = layout.singleton;
    // Its fields, if any, are tuples without fields; they too must be what they should.
    if (constructor->fields.empty()) return absl::OkStatus();
    tasks_.push_back({&value, layout.singleton, constructor, task_, place_});
    return absl::OkStatus();
  }
  Object*& known = value.is_shared() ? shared_[{value.identity(), constructor}] : target->object;
  if (known != nullptr) {
    known->Ref();
    target->object = known;
    return absl::OkStatus();
  }
  Object* object = heap_->New(layout);
  if (object == nullptr) return pool_->ExhaustedError(kSlabBytes);
  // Null until they are filled in: the object can be released at any time.
  for (const uint16_t index : layout.references) object->fields()[index].reference = nullptr;
  target->object = known = object;
  tasks_.push_back({&value, object, constructor, task_, place_});
  return absl::OkStatus();
}

absl::Status InputConverter::Mismatch(const Value& value, absl::string_view expected) const {
  return Fail(absl::StrCat("is ", Describe(value), ", expected ", expected));
}

absl::Status InputConverter::Fail(absl::string_view text) const {
  const std::string path = PathText();
  return absl::InvalidArgumentError(absl::StrCat("input '", entry_.source->inputs[input_].name, "'",
                                                 path.empty() ? " " : absl::StrCat(": ", path, ": "), text));
}

// "Node.0.Leaf.0": constructors and fields from the input to the part that is being converted.
std::string InputConverter::PathText() const {
  std::vector<std::string> parts;  // the last one first
  const auto append = [&parts](int64_t task, const Place& place, const std::vector<Task>& tasks) {
    std::string text = task == kNoParent ? "" : tasks[task].constructor->name;
    for (const uint16_t index : place) absl::StrAppend(&text, text.empty() ? "" : ".", index);
    if (!text.empty()) parts.push_back(std::move(text));
  };
  append(task_, place_, tasks_);
  int64_t task = task_;
  for (; task != kNoParent && parts.size() < kMaxPathParts; task = tasks_[task].parent) {
    append(tasks_[task].parent, tasks_[task].place, tasks_);
  }
  std::string path = task == kNoParent ? "" : "(...)";
  for (size_t i = parts.size(); i-- > 0;) absl::StrAppend(&path, path.empty() ? "" : ".", parts[i]);
  return path;
}

OutputConverter::OutputConverter(const LoadedProgram& program, const LoadedEntry& entry, MemoryPool* pool,
                                 TensorKeeper keep)
    : program_(program), entry_(entry), pool_(pool), keep_(keep) {}

absl::StatusOr<std::vector<Value>> OutputConverter::Convert(const Slot* results) {
  std::vector<Value> outputs;
  for (size_t i = 0; i < entry_.output_types.size(); ++i) {
    absl::StatusOr<Value> output = ConvertPart(entry_.output_types[i], /*boxed=*/true, &results);
    absl::Status status = output.ok() ? ReadObjects() : output.status();
    if (!status.ok()) {
      return absl::Status(status.code(),
                          absl::StrCat("output '", entry_.source->outputs[i].name, "' ", status.message()));
    }
    outputs.push_back(*std::move(output));
  }
  return outputs;
}

absl::Status OutputConverter::ReadObjects() {
  while (!tasks_.empty()) {
    Task task = std::move(tasks_.back());
    tasks_.pop_back();
    const Slot* source = task.object->fields();
    for (const uint32_t type : task.constructor->fields) {
      BATON_ASSIGN_OR_RETURN(Value field, ConvertPart(type, /*boxed=*/false, &source));
      task.value.AddField(std::move(field));
    }
  }
  return absl::OkStatus();
}

// The recursion is over tuples within the type.
absl::StatusOr<Value> OutputConverter::ConvertPart(uint32_t type_index, bool boxed, const Slot** source) {
  const LoadedValueType& type = program_.value_types[type_index];
  if (type.type.is_tuple()) {
    Value tuple = Value::Tuple();
    for (const uint32_t part : type.parts) {
      BATON_ASSIGN_OR_RETURN(Value field, ConvertPart(part, boxed, source));
      tuple.AddField(std::move(field));
    }
    return tuple;
  }
  const Slot slot = *(*source)++;
  if (type.type.is_data()) return ConvertData(type, *slot.object);
  if (type.type.is_sequence()) return ConvertSequence(type, *slot.object);
  if (type.is_scalar && !boxed) return ConvertScalar(type, slot);
  BATON_ASSIGN_OR_RETURN(Tensor tensor, keep_(*slot.tensor));
  return Value(std::move(tensor));
}

absl::StatusOr<Value> OutputConverter::ConvertSequence(const LoadedValueType& type, const Object& object) {
  if (&program_.sequence_layout != object.layout)
    return absl::InvalidArgumentError(absl::StrCat("is no sequence, expected ", type.type.ToString()));
  std::vector<Value> elements;
  for (TensorObject* element : SequenceElements(object)) {
    BATON_ASSIGN_OR_RETURN(Tensor tensor, keep_(*element));
    elements.push_back(Value(std::move(tensor)));
  }
  return Value::Sequence(std::move(elements));
}

absl::StatusOr<Value> OutputConverter::ConvertScalar(const LoadedValueType& type, Slot slot) {
  const LoadedInput& form = type.tensor;  // its extents are all 1: IsScalarType
  const int64_t num_bytes = DTypeSize(form.dtype);
  TensorObject* tensor = pool_->AllocateTensor(form.dtype, form.dims, num_bytes);
  if (tensor == nullptr) return pool_->ExhaustedError(num_bytes);
  StoreElement(slot, 0, tensor);
  pool_->Escape(tensor);
  return Value(Tensor::Adopt(tensor));
}

absl::StatusOr<Value> OutputConverter::ConvertData(const LoadedValueType& type, const Object& object) {
  const auto tag = static_cast<size_t>(object.tag);
  const bool fits = tag < type.constructors.size() &&
                    object.layout == &program_.object_layouts[type.constructors[tag].layout];
  if (!fits) {
    const std::string found =
        object.layout->function != nullptr
            ? "a closure"
            : DataTypes(*program_.executable).ObjectTypeText(object.layout->type, object.tag);
    return absl::InvalidArgumentError(absl::StrCat("is ", found, ", expected ", type.type.ToString()));
  }
  const bool is_shared = !object.unique();
  if (is_shared) {
    if (const auto known = shared_.find(&object); known != shared_.end()) return known->second;
  }
  const LoadedConstructor& constructor = type.constructors[tag];
  Value value = Value::Data(constructor.name, {}, static_cast<int>(tag));
  if (!constructor.fields.empty()) tasks_.push_back({value, &object, &constructor});
  if (is_shared) shared_.emplace(&object, value);
  return value;
}

}  // namespace baton
