// GEMM's tile: pairs of 16-bit products are summed into each column at a time, which is exact (two products
// of int8 have 16 bits), and accumulators wrap. bench/vta_model_bench.cc says what the code for each
// processor is worth.
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <cstring>

#include "accel/vta/compute_kernels.h"

namespace baton::vta {
namespace {

// The steps of one iteration of both loops.
struct Pass {
  const Indices* uops;
  size_t num_uops;
  Indices base;
  const int16_t* inp;
  const int16_t* wgt;
  uint32_t* acc;
  int batch;
  int block;
};
using Kernel = void (*)(const Pass& pass);

void RunPlain(const Pass& pass) {
  const int block = pass.block;
  for (size_t u = 0; u < pass.num_uops; ++u) {
    const Indices& uop = pass.uops[u];
    const int16_t* inp = pass.inp + size_t{uop.src + pass.base.src} * pass.batch * block;
    uint32_t* acc = pass.acc + size_t{uop.dst + pass.base.dst} * pass.batch * block;
    for (int b = 0; b < pass.batch; ++b, inp += block, acc += block) {
      const int16_t* wgt = pass.wgt + size_t{uop.wgt + pass.base.wgt} * block * block;
      for (int k = 0; k < block; k += 2, wgt += 2 * block) {
        for (int n = 0; n < block; ++n) {
          acc[n] += static_cast<uint32_t>(inp[k] * wgt[2 * n] + inp[k + 1] * wgt[2 * n + 1]);
        }
      }
    }
  }
}

#if defined(__x86_64__)

// Two int16 in 32 bits.
inline int LoadPair(const int16_t* pair) {
  int bits;
  std::memcpy(&bits, pair, sizeof(bits));
  return bits;
}

template <int kBlock>
__attribute__((target("avx2"))) void RunAvx2(const Pass& pass) {
  for (size_t u = 0; u < pass.num_uops; ++u) {
    const Indices& uop = pass.uops[u];
    const int16_t* inp = pass.inp + size_t{uop.src + pass.base.src} * pass.batch * kBlock;
    const int16_t* wgt = pass.wgt + size_t{uop.wgt + pass.base.wgt} * kBlock * kBlock;
    uint32_t* acc = pass.acc + size_t{uop.dst + pass.base.dst} * pass.batch * kBlock;
    for (int b = 0; b < pass.batch; ++b, inp += kBlock, acc += kBlock) {
      for (int n = 0; n < kBlock; n += 16) {
        auto* sums = reinterpret_cast<__m256i*>(acc + n);
        __m256i sum0 = _mm256_load_si256(sums);
        __m256i sum1 = _mm256_load_si256(sums + 1);
        for (int k = 0; k < kBlock; k += 2) {
          const __m256i a = _mm256_set1_epi32(LoadPair(inp + k));
          const auto* w = reinterpret_cast<const __m256i*>(wgt + k * kBlock + 2 * n);
          sum0 = _mm256_add_epi32(sum0, _mm256_madd_epi16(a, _mm256_load_si256(w)));
          sum1 = _mm256_add_epi32(sum1, _mm256_madd_epi16(a, _mm256_load_si256(w + 1)));
        }
        _mm256_store_si256(sums, sum0);
        _mm256_store_si256(sums + 1, sum1);
      }
    }
  }
}

template <int kBlock>
__attribute__((target("avx512f,avx512vnni"))) void RunAvx512(const Pass& pass) {
  for (size_t u = 0; u < pass.num_uops; ++u) {
    const Indices& uop = pass.uops[u];
    const int16_t* inp = pass.inp + size_t{uop.src + pass.base.src} * pass.batch * kBlock;
    const int16_t* wgt = pass.wgt + size_t{uop.wgt + pass.base.wgt} * kBlock * kBlock;
    uint32_t* acc = pass.acc + size_t{uop.dst + pass.base.dst} * pass.batch * kBlock;
    for (int b = 0; b < pass.batch; ++b, inp += kBlock, acc += kBlock) {
      for (int n = 0; n < kBlock; n += 16) {
        // Two chains of sums: each instruction waits for the one before.
        __m512i even = _mm512_load_si512(acc + n);
        __m512i odd = _mm512_setzero_si512();
        for (int k = 0; k < kBlock; k += 4) {
          const int16_t* w = wgt + k * kBlock + 2 * n;
          even = _mm512_dpwssd_epi32(even, _mm512_set1_epi32(LoadPair(inp + k)), _mm512_load_si512(w));
          odd = _mm512_dpwssd_epi32(odd, _mm512_set1_epi32(LoadPair(inp + k + 2)),
                                    _mm512_load_si512(w + 2 * kBlock));
        }
        _mm512_store_si512(acc + n, _mm512_add_epi32(even, odd));
      }
    }
  }
}

template <int kBlock>
Kernel KernelForBlock(GemmCode code) {
  switch (code) {
    case GemmCode::kAvx512:
      return RunAvx512<kBlock>;
    case GemmCode::kAvx2:
      return RunAvx2<kBlock>;
    case GemmCode::kPlain:
      break;
  }
  return RunPlain;
}

Kernel KernelOf(GemmCode code, int block) {
  switch (block) {
    case 16:
      return KernelForBlock<16>(code);
    case 32:
      return KernelForBlock<32>(code);
    case 64:
      return KernelForBlock<64>(code);
  }
  return RunPlain;
}

#else

Kernel KernelOf(GemmCode, int) {
  return RunPlain;
}

#endif

}  // namespace

const char* GemmCodeName(GemmCode code) {
  constexpr const char* kNames[] = {"plain", "avx2", "avx512"};
  return kNames[static_cast<int>(code)];
}

std::vector<GemmCode> GemmCodes(const Config& config) {
  std::vector<GemmCode> codes = {GemmCode::kPlain};
#if defined(__x86_64__)
  const int block = config.block();
  if (block != 16 && block != 32 && block != 64) return codes;
  if (__builtin_cpu_supports("avx2")) codes.push_back(GemmCode::kAvx2);
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vnni"))
    codes.push_back(GemmCode::kAvx512);
#endif
  return codes;
}

void RunGemm(const Config& config, GemmCode code, const LoopNest& loops, const int16_t* inp,
             const int16_t* wgt, uint32_t* acc) {
  const Kernel kernel = KernelOf(code, config.block());
  Pass pass{loops.uops.data(), loops.uops.size(), {}, inp, wgt, acc, config.batch(), config.block()};
  for (uint32_t o = 0; o < loops.iter_out; ++o) {
    for (uint32_t i = 0; i < loops.iter_in; ++i) {
      pass.base = loops.Offset(o, i);
      kernel(pass);
    }
  }
}

}  // namespace baton::vta
