#include "vm/exec/object_layouts.h"

#include "absl/types/span.h"
#include "vm/exec/sequence.h"

namespace baton {

void LoadObjectLayouts(const Executable& executable, LoadedProgram* loaded) {
  for (const ObjectType& type : executable.object_types) {
    ObjectLayout layout = MakeLayout(type.fields, type.type.is_reference());
    layout.tag = static_cast<int16_t>(type.tag);  // in range: verify_types.cc, CheckTypeDefinition
    layout.type = type.type;
    loaded->object_layouts.push_back(std::move(layout));
  }
  loaded->sequence_layout = MakeSequenceLayout();
}

ClosureLoader::ClosureLoader(const Executable& executable, LoadedProgram* loaded) : loaded_(loaded) {
  for (const Signature& signature : executable.signatures) {
    const auto index = static_cast<uint32_t>(equal_signatures_.size());
    const auto first = signatures_.try_emplace({signature.params, signature.results}, index).first;
    equal_signatures_.push_back(first->second);
  }
}

uint32_t ClosureLoader::LayoutOf(uint32_t function, size_t num_captured) {
  const auto next = static_cast<uint32_t>(loaded_->closure_layouts.size());
  const auto [found, is_new] = layouts_.try_emplace({function, num_captured}, next);
  if (!is_new) return found->second;
  const Function& source = *loaded_->functions[function].source;
  const absl::Span<const SlotKind> parameters = source.parameters();
  const auto captured = parameters.first(num_captured), left = parameters.subspan(num_captured);
  ObjectLayout layout = MakeLayout({captured.begin(), captured.end()}, /*is_cell=*/false);
  layout.function = &loaded_->functions[function];
  // Without a signature no instruction can call it.
  const auto signature = signatures_.find({{left.begin(), left.end()}, source.result_kinds});
  if (signature != signatures_.end()) layout.signature = signature->second;
  loaded_->closure_layouts.push_back(std::move(layout));
  return next;
}

void MakeSingletons(LoadedProgram* loaded) {
  loaded->singletons =
      std::make_unique<Object[]>(loaded->object_layouts.size() + loaded->closure_layouts.size());
  Object* next = loaded->singletons.get();
  for (std::vector<ObjectLayout>* layouts : {&loaded->object_layouts, &loaded->closure_layouts}) {
    for (ObjectLayout& layout : *layouts) {
      if (!layout.fields.empty()) continue;
      next->MakeImmortal();
      next->tag = layout.tag;
      next->layout = &layout;
      layout.singleton = next++;
    }
  }
}

}  // namespace baton
