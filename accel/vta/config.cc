#include "accel/vta/config.h"

namespace baton::vta {
namespace {

constexpr NamedConfig kConfigs[] = {
#define VTA_CONFIG(name, inp, wgt, acc, batch, block, uop_size, inp_size, wgt_size, acc_size, meaning) \
  {#name, Config{inp, wgt, acc, batch, block, uop_size, inp_size, wgt_size, acc_size}, meaning},
#include "accel/vta/configs.def"
#undef VTA_CONFIG
};

#define VTA_CONFIG(name, inp, wgt, acc, batch, block, uop_size, inp_size, wgt_size, acc_size, meaning)     \
  static_assert(                                                                                           \
      ConfigError(Config{inp, wgt, acc, batch, block, uop_size, inp_size, wgt_size, acc_size}) == nullptr, \
      "configs.def: " #name " cannot be encoded");
#include "accel/vta/configs.def"
#undef VTA_CONFIG

}  // namespace

absl::Span<const NamedConfig> AllConfigs() {
  return kConfigs;
}

const NamedConfig* FindConfig(absl::string_view name) {
  for (const NamedConfig& config : kConfigs) {
    if (config.name == name) return &config;
  }
  return nullptr;
}

}  // namespace baton::vta
