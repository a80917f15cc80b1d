#include "vm/exec/back_trace.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "vm/bytecode/code_view.h"

namespace baton {
namespace {

constexpr size_t kMaxPlaces = 16;
constexpr uint32_t kBytesPerWord = kUnitsPerWord * sizeof(uint16_t);

// "node 'x' (Conv) in m.onnx", or the place in the code when the executable has no source location for it.
std::string LocationText(const Executable& executable, const CodeView& view, absl::string_view function,
                         uint32_t place) {
  const absl::Span<const DebugEntry> debug = view.debug();
  const auto after = std::upper_bound(debug.begin(), debug.end(), place,
                                      [](uint32_t p, const DebugEntry& entry) { return p < entry.place; });
  if (after != debug.begin()) {
    const std::string text = executable.locations[std::prev(after)->location].ToString();
    if (!text.empty()) return text;
  }
  return absl::StrCat("function '", function, "', ", view.dispatch() == Dispatch::kStack ? "byte " : "word ",
                      place);
}

}  // namespace

uint32_t PlaceOf(const LoadedProgram& program, const Frame& frame) {
  const auto num_bytes = static_cast<uint32_t>(frame.pc - frame.function->code);
  return program.dispatch == Dispatch::kStack ? num_bytes : num_bytes / kBytesPerWord;
}

void BackTrace::Append(const LoadedProgram& program, const FrameStack& frames) {
  num_frames += frames.depth();
  for (int64_t i = frames.depth() - 1; i >= 0 && places.size() < kMaxPlaces; --i) {
    const Frame& frame = frames.frame(i);
    const Function& function = *frame.function->source;
    places.push_back(LocationText(*program.executable, CodeView(function, program.dispatch), function.name,
                                  PlaceOf(program, frame)));
  }
}

std::string BackTrace::ToString() const {
  std::string text = absl::StrCat("at ", absl::StrJoin(places, "; called from "));
  const auto shown = static_cast<int64_t>(places.size());
  if (num_frames > shown) absl::StrAppend(&text, "; and ", num_frames - shown, " more calls");
  return text;
}

}  // namespace baton
