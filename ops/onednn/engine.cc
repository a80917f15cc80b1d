#include "ops/onednn/engine.h"

#include <dlfcn.h>

#include <new>
#include <oneapi/dnnl/dnnl.hpp>

#include "absl/strings/str_cat.h"

namespace baton {
namespace {

// The OpenMP that oneDNN was linked with, whichever it is; found at run time, so that Baton links none
// itself.
struct OpenMp {
  int (*get_max_threads)() = reinterpret_cast<int (*)()>(dlsym(RTLD_DEFAULT, "omp_get_max_threads"));
  void (*set_num_threads)(int) = reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "omp_set_num_threads"));
};

const OpenMp& TheOpenMp() {
  static const OpenMp open_mp;
  return open_mp;
}

}  // namespace

const dnnl::engine& OneDnnEngine() {
  static const dnnl::engine& engine = *new dnnl::engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

OneDnnThreads::OneDnnThreads(int num_threads) {
  const OpenMp& open_mp = TheOpenMp();
  if (open_mp.get_max_threads == nullptr || open_mp.set_num_threads == nullptr) return;
  const int found = open_mp.get_max_threads();
  if (found == num_threads) return;
  previous_ = found;
  open_mp.set_num_threads(num_threads);
}

OneDnnThreads::~OneDnnThreads() {
  if (previous_ != 0) TheOpenMp().set_num_threads(previous_);
}

absl::Status BuildOneDnn(absl::FunctionRef<void()> build) {
  try {
    build();
    return absl::OkStatus();
  } catch (const dnnl::error& error) {
    if (error.status == dnnl_out_of_memory) return absl::ResourceExhaustedError("oneDNN is out of memory");
    return absl::UnimplementedError(absl::StrCat("oneDNN: ", error.what()));
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError("out of memory");
  }
}

}  // namespace baton
