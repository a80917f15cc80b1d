// PUBLIC: the parameters of a VTA and the sizes that follow from them. Source: the specification's section 1.
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace baton::vta {

// Nine log2 numbers, upstream's keys. "Element" is one scratchpad element: a tile of lanes, not a byte.
struct Config {
  int log_inp_width = 3;  // bits of an activation
  int log_wgt_width = 3;
  int log_acc_width = 5;
  int log_batch = 0;           // rows of the GEMM tile
  int log_block = 4;           // its columns and its inner extent
  int log_uop_buff_size = 15;  // bytes
  int log_inp_buff_size = 15;
  int log_wgt_buff_size = 18;
  int log_acc_buff_size = 17;

  friend bool operator==(const Config&, const Config&) = default;

  constexpr int batch() const { return 1 << log_batch; }
  constexpr int block() const { return 1 << log_block; }
  constexpr int inp_width() const { return 1 << log_inp_width; }
  constexpr int wgt_width() const { return 1 << log_wgt_width; }
  constexpr int acc_width() const { return 1 << log_acc_width; }
  constexpr int out_width() const { return inp_width(); }

  // log2 of elements: how many bits an index has.
  constexpr int uop_index_width() const { return log_uop_buff_size - 5 + 3; }
  constexpr int inp_index_width() const {
    return log_inp_buff_size - log_batch - log_block - log_inp_width + 3;
  }
  constexpr int wgt_index_width() const { return log_wgt_buff_size - 2 * log_block - log_wgt_width + 3; }
  constexpr int acc_index_width() const {
    return log_acc_buff_size - log_batch - log_block - log_acc_width + 3;
  }
  // A micro-op's source is an element of INP or of ACC.
  constexpr int src_index_width() const {
    return acc_index_width() > inp_index_width() ? acc_index_width() : inp_index_width();
  }

  constexpr uint32_t uop_depth() const { return 1u << uop_index_width(); }  // elements
  constexpr uint32_t inp_depth() const { return 1u << inp_index_width(); }
  constexpr uint32_t wgt_depth() const { return 1u << wgt_index_width(); }
  constexpr uint32_t acc_depth() const { return 1u << acc_index_width(); }
  constexpr uint32_t out_depth() const { return acc_depth(); }

  constexpr uint32_t uop_bytes() const { return 4; }  // of an element
  constexpr uint32_t inp_bytes() const { return (batch() * block() * inp_width()) / 8; }
  constexpr uint32_t wgt_bytes() const { return (block() * block() * wgt_width()) / 8; }
  constexpr uint32_t acc_bytes() const { return (batch() * block() * acc_width()) / 8; }
  constexpr uint32_t acc8_bytes() const { return batch() * block(); }
  constexpr uint32_t out_bytes() const { return (batch() * block() * out_width()) / 8; }

  constexpr int macs_per_cycle() const { return batch() * block() * block(); }
};

// Why instructions for `config` cannot be encoded, or Baton's chips cannot be built for it; null when they
// can. Section 1.2.
constexpr const char* ConfigError(const Config& config) {
  const int lu = config.uop_index_width();
  const int li = config.inp_index_width();
  const int lw = config.wgt_index_width();
  const int la = config.acc_index_width();
  if (config.log_inp_width != 3 || config.log_wgt_width != 3 || config.log_acc_width != 5) {
    return "lanes other than int8 activations and weights with int32 accumulators are not supported";
  }
  if (config.log_batch < 0 || config.log_batch > 4 || config.log_block < 1 || config.log_block > 8) {
    return "the tile has more than 16 rows, or fewer than 2 or more than 256 columns";
  }
  if (lu < 1 || li < 1 || lw < 1 || la < 1) return "a scratchpad holds fewer than two elements";
  if (la > li)
    return "there are more accumulators than activations: the micro-op's source would be read differently";
  if (la + li + lw > 32) return "a micro-op needs more than 32 bits";
  if (lu > 13) return "a micro-op's index needs more than 13 bits";
  if (2 * (la + li + lw) > 64) return "GEMM's factors need more than 64 bits";
  if (la > 11) return "ALU's factors and immediate need more than 64 bits";
  if (2 * lu + 37 + la <= 64)
    return "a C compiler would put a factor into word 0: the micro-op scratchpad is too small";
  if (config.wgt_bytes() > 4096) return "a weight element is larger than a page";
  return nullptr;
}

struct NamedConfig {
  absl::string_view name;
  Config config;
  absl::string_view meaning;
};

// configs.def. The first is upstream's.
absl::Span<const NamedConfig> AllConfigs();
// Null when there is none of that name.
const NamedConfig* FindConfig(absl::string_view name);

}  // namespace baton::vta
