// Runs accelerator programs written as assembly text on a model chip, for tests.
//
// Memory has 64 KiB. Data lie where the specification's page 0x1000 and on has room: micro-ops at 0x2000,
// activations at 0x3000, weights at 0x4000, accumulators at 0x8000, results from 0xc000 on.
#pragma once

#include <memory>
#include <string>

#include "accel/vta/model_chip.h"

namespace baton::vta::test {

class TextChip {
 public:
  // `config`: a name of configs.def.
  explicit TextChip(const ModelOptions& options, const std::string& config = "default");

  // `program`: instructions. `data`: further segments, as "input 0x8000\n int32 5".
  RunResult Run(const std::string& program, const std::string& data = "", uint64_t max_cycles = 1 << 20);
  // DescribeResult of Run.
  std::string Describe(const std::string& program, const std::string& data = "");
  uint8_t Byte(uint32_t address) const { return chip_->memory().data()[address]; }
  ModelChip& chip() { return *chip_; }

 private:
  std::string config_;
  std::unique_ptr<ModelChip> chip_;
};

// LOADs of one element each, from the addresses above, to element 0.
inline constexpr char kLoadUop[] = "load.uop dram_base=2048 y_size=1 x_size=1 x_stride=1\n";
inline constexpr char kLoadAcc[] = "load.acc dram_base=512 y_size=1 x_size=1 x_stride=1\n";
inline constexpr char kLoadInp[] = "load.inp push_next dram_base=768 y_size=1 x_size=1 x_stride=1\n";
inline constexpr char kLoadWgt[] = "load.wgt push_next dram_base=64 y_size=1 x_size=1 x_stride=1\n";
// The end of a program: element 0 goes to memory, FINISH waits.
inline constexpr char kStoreAndFinish[] =
    "load.uop push_next\n"
    "store.out pop_prev push_prev dram_base=3072 y_size=1 x_size=1 x_stride=1\n"
    "load.uop pop_next\n"
    "finish\n";

}  // namespace baton::vta::test
