// Loads the flood fill example with an installed runtime and fills a small map. Exit 0 if the answer is
// right.
#include <baton/baton.h>

#include <cstdio>
#include <memory>

int main(int argc, char** argv) {
  if (argc != 2) return std::fprintf(stderr, "usage: install_test flood_fill.baton\n"), 2;
  absl::StatusOr<baton::VerifiedExecutable> executable = baton::ReadExecutable(argv[1]);
  if (!executable.ok()) return std::fprintf(stderr, "%s\n", executable.status().ToString().c_str()), 1;
  const std::unique_ptr<baton::KernelResolver> resolver = baton::MakeKernelResolver();
  auto program = baton::Program::Load(*std::move(executable), *resolver, baton::GetCpuDevice());
  if (!program.ok()) return std::fprintf(stderr, "%s\n", program.status().ToString().c_str()), 1;
  baton::Session session(*program);
  // A wall in the middle: only the seed's side fills.
  const int64_t map[] = {2, 0, 1, 0, 0, 0, 1, 0};
  const int64_t filled[] = {2, 2, 1, 0, 2, 2, 1, 0};
  auto outputs = session.Invoke("main", {baton::Tensor::FromValues<int64_t>({2, 4}, map)});
  if (!outputs.ok()) return std::fprintf(stderr, "%s\n", outputs.status().ToString().c_str()), 1;
  for (int i = 0; i < 8; ++i) {
    if ((*outputs)[0].values<int64_t>()[i] != filled[i]) return std::fprintf(stderr, "wrong cell %d\n", i), 1;
  }
  std::puts("install test passed");
  return 0;
}
