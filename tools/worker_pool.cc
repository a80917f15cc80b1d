#include "tools/worker_pool.h"

#include <poll.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <new>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace baton {
namespace {

// Far from the exit codes of programs and sanitizers.
constexpr int kNoMemoryCode = 213;

struct Worker {
  size_t index = 0;
  pid_t process = 0;
  int pipe = -1;  // the end to read
  absl::Time start;
  std::string output;
};

// Bytes of address space that this process has now.
int64_t AddressSpace() {
  long long pages = 0;
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  if (file == nullptr) return 0;
  const bool read = std::fscanf(file, "%lld", &pages) == 1;
  std::fclose(file);
  return read ? pages * sysconf(_SC_PAGESIZE) : 0;
}

void SetLimit(__rlimit_resource resource, int64_t value) {
  rlimit limit;
  if (getrlimit(resource, &limit) != 0) return;
  if (limit.rlim_max == RLIM_INFINITY || static_cast<rlim_t>(value) < limit.rlim_max) limit.rlim_cur = value;
  setrlimit(resource, &limit);
}

// The child's part before the work: what was set up for the program that forked it must not soften an end.
void BecomeWorker(const WorkerLimits& limits) {
  for (const int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGALRM, SIGTERM, SIGINT})
    std::signal(signal, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  std::set_new_handler([] { _exit(kNoMemoryCode); });
  SetLimit(RLIMIT_CORE, 0);
  SetLimit(RLIMIT_AS, AddressSpace() + limits.memory_bytes + limits.reserve_bytes);
  // The system ends a process that does not return, also when nobody watches it any more.
  itimerval timer = {};
  timer.it_value = absl::ToTimeval(limits.time);
  setitimer(ITIMER_REAL, &timer, nullptr);
}

absl::StatusOr<Worker> StartWorker(size_t index, const WorkerLimits& limits,
                                   absl::FunctionRef<void(size_t, WorkerOutput&)> work) {
  int ends[2];
  if (pipe(ends) != 0)
    return absl::ResourceExhaustedError(absl::StrCat("cannot open a pipe: ", std::strerror(errno)));
  Worker worker;
  worker.index = index;
  worker.start = absl::Now();
  worker.process = fork();
  if (worker.process == 0) {
    close(ends[0]);
    BecomeWorker(limits);
    WorkerOutput output(ends[1]);
    work(index, output);
    // No destructors and no buffers of the parent's.
    _exit(0);
  }
  const int error = errno;
  close(ends[1]);
  worker.pipe = ends[0];
  if (worker.process > 0) return worker;
  close(ends[0]);
  return absl::ResourceExhaustedError(absl::StrCat("cannot start a process: ", std::strerror(error)));
}

// Reads what is there; false at the end.
bool ReadOutput(Worker* worker) {
  std::array<char, 4096> block;
  ssize_t count;
  do {
    count = read(worker->pipe, block.data(), block.size());
  } while (count < 0 && errno == EINTR);
  if (count <= 0) return false;
  worker->output.append(block.data(), static_cast<size_t>(count));
  return true;
}

WorkerResult Await(Worker worker) {
  close(worker.pipe);
  int status = 0;
  while (waitpid(worker.process, &status, 0) < 0 && errno == EINTR) {
  }
  WorkerResult result;
  result.output = std::move(worker.output);
  result.seconds = absl::ToDoubleSeconds(absl::Now() - worker.start);
  if (WIFSIGNALED(status)) {
    result.code = WTERMSIG(status);
    result.end = result.code == SIGALRM ? WorkerEnd::kTime : WorkerEnd::kSignal;
  } else if (WEXITSTATUS(status) != 0) {
    result.code = WEXITSTATUS(status);
    result.end = result.code == kNoMemoryCode ? WorkerEnd::kMemory : WorkerEnd::kExit;
  }
  return result;
}

// Waits until workers say something, and takes those out that have ended.
std::vector<Worker> TakeEnded(std::vector<Worker>* running) {
  std::vector<pollfd> descriptors;
  for (const Worker& worker : *running) descriptors.push_back({worker.pipe, POLLIN, 0});
  while (poll(descriptors.data(), descriptors.size(), -1) < 0 && errno == EINTR) {
  }
  std::vector<Worker> ended, others;
  for (size_t i = 0; i < running->size(); ++i) {
    Worker& worker = (*running)[i];
    const bool at_end = descriptors[i].revents != 0 && !ReadOutput(&worker);
    (at_end ? ended : others).push_back(std::move(worker));
  }
  *running = std::move(others);
  return ended;
}

}  // namespace

void WorkerOutput::Write(absl::string_view text) {
  while (!text.empty()) {
    const ssize_t count = write(descriptor_, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;  // nobody listens
    text.remove_prefix(static_cast<size_t>(count));
  }
}

absl::Status RunInWorkers(size_t count, int num_jobs, const WorkerLimits& limits,
                          absl::FunctionRef<void(size_t, WorkerOutput&)> work,
                          absl::FunctionRef<void(size_t, WorkerResult)> finished) {
  absl::Status status;
  std::vector<Worker> running;
  size_t next = 0;
  while (true) {
    while (status.ok() && next < count && running.size() < static_cast<size_t>(num_jobs)) {
      absl::StatusOr<Worker> worker = StartWorker(next, limits, work);
      status = worker.status();
      if (!worker.ok()) break;
      running.push_back(*std::move(worker));
      ++next;
    }
    if (running.empty()) return status;
    for (Worker& worker : TakeEnded(&running)) {
      const size_t index = worker.index;
      finished(index, Await(std::move(worker)));
    }
  }
}

std::string SignalName(int signal) {
  const char* name = sigabbrev_np(signal);
  return name != nullptr ? absl::StrCat("SIG", name) : absl::StrCat("signal ", signal);
}

}  // namespace baton
