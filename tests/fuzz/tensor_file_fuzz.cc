// Any bytes as a tensor file: the first byte chooses .npy, .npz, WAV or TensorProto.
#include <cstdint>

#include "compiler/import/onnx.h"
#include "tools/npy.h"
#include "tools/npz.h"
#include "tools/wav.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace baton;
  if (size == 0) return 0;
  const absl::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0:
      (void)ParseNpy(bytes, "fuzz.npy");
      break;
    case 1:
      (void)ParseNpz(bytes, "fuzz.npz");
      break;
    case 2:
      (void)ParseWav(bytes, "fuzz.wav");
      break;
    case 3:
      (void)ParseTensorProto(bytes, "fuzz.pb");
      break;
  }
  return 0;
}
