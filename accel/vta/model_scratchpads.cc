#include "accel/vta/model_scratchpads.h"

#include <algorithm>

namespace baton::vta {

Scratchpads::Scratchpads(const Config& config)
    : uop(config.uop_depth()),
      inp(size_t{config.inp_depth()} * config.batch() * config.block()),
      wgt(size_t{config.wgt_depth()} * config.block() * config.block()),
      acc(size_t{config.acc_depth()} * config.batch() * config.block()),
      out(size_t{config.out_depth()} * config.batch() * config.block()),
      uop_written(config.uop_depth()),
      inp_written(config.inp_depth()),
      wgt_written(config.wgt_depth()),
      acc_written(config.acc_depth()),
      out_state(config.out_depth(), OutState::kUndefined) {}

void Scratchpads::Clear() {
  uop.Clear();
  inp.Clear();
  wgt.Clear();
  acc.Clear();
  out.Clear();
  uop_written.Clear();
  inp_written.Clear();
  wgt_written.Clear();
  acc_written.Clear();
  std::fill(out_state.begin(), out_state.end(), OutState::kUndefined);
}

}  // namespace baton::vta
