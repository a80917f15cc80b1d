#include "vm/exec/value_types.h"

#include <algorithm>
#include <map>
#include <utility>

#include "vm/bytecode/data_types.h"

namespace baton {
namespace {

using Symbols = std::vector<absl::string_view>;

int64_t SymbolCode(absl::string_view symbol, Symbols* symbols) {
  const auto found = std::find(symbols->begin(), symbols->end(), symbol);
  const int64_t index = found - symbols->begin();
  if (found == symbols->end()) symbols->push_back(symbol);
  return LoadedInput::kFirstSymbol - index;
}

LoadedInput LoadTensorType(const TensorType& type, Symbols* symbols) {
  LoadedInput input;
  input.dtype = type.dtype;
  if (!type.shape.has_rank()) return input;
  input.rank = type.shape.rank();
  for (const Dim& dim : type.shape.dims()) {
    if (dim.is_constant()) {
      input.dims.push_back(dim.value());
    } else {
      const bool is_any = dim.symbol().empty() || IsAnyDim(dim);
      input.dims.push_back(is_any ? LoadedInput::kAnyExtent : SymbolCode(dim.symbol(), symbols));
    }
  }
  return input;
}

class ValueTypeLoader {
 public:
  ValueTypeLoader(const Executable& executable, LoadedProgram* loaded);

  // Index in LoadedProgram::value_types. Extents inside data have no symbols (verify_types.cc).
  uint32_t Load(const Type& type, Symbols* symbols);

 private:
  uint32_t Add(const Type& type);
  void LoadConstructors(uint32_t index);
  uint32_t LayoutOf(const Type& type, int16_t tag, const std::vector<Type>& fields);

  struct Less {
    bool operator()(const std::pair<Type, int16_t>& a, const std::pair<Type, int16_t>& b) const {
      const int order = Type::Compare(a.first, b.first);
      return order != 0 ? order < 0 : a.second < b.second;
    }
  };
  const DataTypes types_;
  LoadedProgram* loaded_;
  std::map<std::pair<Type, int16_t>, uint32_t, Less> layouts_;  // by type and tag
  std::map<Type, uint32_t, ReachableTypes::Less> data_;         // value types
  std::vector<uint32_t> pending_;                               // of these, without constructors yet
};

ValueTypeLoader::ValueTypeLoader(const Executable& executable, LoadedProgram* loaded)
    : types_(executable), loaded_(loaded) {
  for (size_t i = 0; i < loaded->object_layouts.size(); ++i) {
    const ObjectLayout& layout = loaded->object_layouts[i];
    layouts_.try_emplace({layout.type, layout.tag}, static_cast<uint32_t>(i));
  }
}

uint32_t ValueTypeLoader::Add(const Type& type) {
  loaded_->value_types.emplace_back().type = type;
  return static_cast<uint32_t>(loaded_->value_types.size()) - 1;
}

uint32_t ValueTypeLoader::Load(const Type& type, Symbols* symbols) {
  if (type.is_data()) {
    const auto [found, is_new] = data_.try_emplace(type, 0);
    if (!is_new) return found->second;
    const uint32_t index = found->second = Add(type);
    pending_.push_back(index);
    // The outermost call does them all, one after the other: no recursion from type to type.
    if (pending_.size() == 1) {
      for (size_t i = 0; i < pending_.size(); ++i) LoadConstructors(pending_[i]);
      pending_.clear();
    }
    return index;
  }
  const uint32_t index = Add(type);
  if (type.is_tensor()) {
    loaded_->value_types[index].tensor = LoadTensorType(type.tensor(), symbols);
    loaded_->value_types[index].is_scalar = IsScalarType(type);
    return index;
  }
  std::vector<uint32_t> parts;
  for (const Type& part : type.parts()) {
    if (part.kind() != Type::Kind::kNever) parts.push_back(Load(part, symbols));
  }
  loaded_->value_types[index].parts = std::move(parts);
  return index;
}

void ValueTypeLoader::LoadConstructors(uint32_t index) {
  const Type type = loaded_->value_types[index].type;
  const TypeDefinition& definition = *types_.Find(type.name());
  std::vector<LoadedConstructor> constructors;
  for (size_t tag = 0; tag < definition.constructors.size(); ++tag) {
    const std::vector<Type> fields = types_.FieldTypes(type, static_cast<int32_t>(tag));
    LoadedConstructor& constructor = constructors.emplace_back();
    constructor.name = definition.constructors[tag].name;
    constructor.layout = LayoutOf(type, static_cast<int16_t>(tag), fields);
    Symbols none;
    for (const Type& field : fields) constructor.fields.push_back(Load(field, &none));
  }
  loaded_->value_types[index].constructors = std::move(constructors);
}

uint32_t ValueTypeLoader::LayoutOf(const Type& type, int16_t tag, const std::vector<Type>& fields) {
  const auto next = static_cast<uint32_t>(loaded_->object_layouts.size());
  const auto [found, is_new] = layouts_.try_emplace({type, tag}, next);
  if (!is_new) return found->second;
  std::vector<SlotKind> kinds;
  for (const Type& field : fields) AppendSlotKinds(field, /*boxed=*/false, &kinds);
  ObjectLayout layout = MakeLayout(std::move(kinds), /*is_cell=*/false);
  layout.tag = tag;
  layout.type = type;
  loaded_->object_layouts.push_back(std::move(layout));
  return next;
}

}  // namespace

void LoadEntries(const Executable& executable, LoadedProgram* loaded) {
  ValueTypeLoader loader(executable, loaded);
  for (const EntryPoint& source : executable.entry_points) {
    LoadedEntry& entry = loaded->entries.emplace_back();
    entry.source = &source;
    entry.function = &loaded->functions[source.function];
    Symbols symbols;
    for (const Parameter& parameter : source.inputs) {
      const uint32_t index = loader.Load(parameter.type, &symbols);
      entry.input_types.push_back(index);
      entry.inputs.push_back(loaded->value_types[index].tensor);
      entry.tensors_only = entry.tensors_only && parameter.type.is_tensor();
    }
    entry.num_symbols = static_cast<int32_t>(symbols.size());
    for (const Parameter& parameter : source.outputs) {
      entry.output_types.push_back(loader.Load(parameter.type, &symbols));
      entry.tensors_only = entry.tensors_only && parameter.type.is_tensor();
    }
    loaded->max_symbols = std::max(loaded->max_symbols, entry.num_symbols);
  }
}

}  // namespace baton
