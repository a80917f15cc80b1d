// Damages a file in COUNT ways (bit flips, truncations, sections copied over others) and gives each to a fuzz
// target's function. For files too large for libFuzzer. usage: executable_mutate|onnx_mutate FILE COUNT
// [SEED]
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

// Half of all places lie in the first 64 KiB: large files are mostly weights, whose damage no check can see.
size_t Place(std::mt19937_64& random, size_t size) {
  const size_t range = random() % 2 == 0 ? std::min<size_t>(size, 64 << 10) : size;
  return random() % range;
}

std::string Mutate(std::mt19937_64& random, const std::string& original) {
  std::string bytes = original;
  switch (random() % 8) {
    case 0:
      bytes.resize(Place(random, bytes.size()));
      break;
    case 1:
    case 2: {
      const size_t from = Place(random, bytes.size()), to = Place(random, bytes.size());
      const size_t length = std::min({size_t{1} << (random() % 12), bytes.size() - from, bytes.size() - to});
      std::copy_n(original.begin() + from, length, bytes.begin() + to);
      break;
    }
    default:
      for (int i = 1 << (random() % 4); i > 0; --i) bytes[Place(random, bytes.size())] ^= 1 << (random() % 8);
  }
  return bytes;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return std::fprintf(stderr, "usage: %s FILE COUNT [SEED]\n", argv[0]), 2;
  std::ifstream file(argv[1], std::ios::binary);
  const std::string original((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (original.empty()) return std::fprintf(stderr, "%s: cannot read\n", argv[1]), 2;
  std::mt19937_64 random(argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 1);
  const long count = std::atol(argv[2]);
  for (long i = 0; i < count; ++i) {
    const std::string bytes = Mutate(random, original);
    LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
    if ((i + 1) % 1000 == 0) std::printf("%ld mutations\n", i + 1), std::fflush(stdout);
  }
  std::printf("%ld mutations of %s: no crash\n", count, argv[1]);
  return 0;
}
