// LoopBuilder: the loops that converters make: Loop, Scan, SequenceMap, SplitToSequence. A loop carries the
// iteration number, from 0, and any other values. Internal to the importer.
#pragma once

#include <functional>
#include <vector>

#include "absl/strings/string_view.h"
#include "compiler/import/onnx_node.h"

namespace baton {

//   LoopBuilder loop(node);
//   const int total = loop.Carry("total", zero);
//   node.InRegion(loop.body(), [&] { loop.SetNext(total, node.Call("add", {loop.Current(total), ...})); });
//   loop.Finish(count);
//   node.SetOutput(0, loop.Result(total));
class LoopBuilder {
 public:
  explicit LoopBuilder(OnnxNode& node);

  // One more carried value, of the type of `initial`; gives its index.
  int Carry(absl::string_view name, ir::Atom initial);
  // In the body: the number of this iteration, int64 of rank 0; a carried value as this iteration finds it.
  ir::Atom iteration() const { return params_[0]; }
  ir::Atom Current(int index) const { return params_[index]; }
  ir::Region* body() const { return body_; }
  // What the next iteration finds. REQUIRES before Finish: one for every value that is carried.
  void SetNext(int index, ir::Atom next) { next_[index] = next; }

  // A value of each iteration, in order, as a sequence: Result gives it.
  int Collect(absl::string_view name, ir::Atom value);

  // Ends the loop: it runs while the iteration number is below `count` (empty: no bound) and the carried bool
  // `condition` (kNone: no condition) is true.
  static constexpr int kNone = -1;
  void Finish(ir::Atom count, int condition = kNone);
  // After Finish.
  ir::Atom Result(int index);

 private:
  ir::Var* NewParam(absl::string_view name, ir::Atom like);

  OnnxNode& node_;
  ir::Region* body_;
  std::vector<ir::Atom> initial_;
  std::vector<ir::Var*> params_;
  std::vector<ir::Atom> next_;
  ir::Var* result_ = nullptr;
};

}  // namespace baton
