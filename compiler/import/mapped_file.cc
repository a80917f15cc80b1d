#include "compiler/import/mapped_file.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace baton {

FileDescriptor::~FileDescriptor() {
  if (fd_ >= 0) close(fd_);
}

absl::StatusOr<std::shared_ptr<MappedFile>> MappedFile::Map(const FileDescriptor& file) {
  struct stat info = {};
  if (fstat(file.get(), &info) != 0) return absl::InvalidArgumentError(std::strerror(errno));
  if (!S_ISREG(info.st_mode)) return absl::InvalidArgumentError("is no regular file");
  if (info.st_size == 0) return std::make_shared<MappedFile>(nullptr, 0);
  void* data = mmap(nullptr, static_cast<size_t>(info.st_size), PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (data == MAP_FAILED) {
    return absl::ResourceExhaustedError(absl::StrCat("cannot be mapped: ", std::strerror(errno)));
  }
  return std::make_shared<MappedFile>(data, info.st_size);
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) munmap(data_, static_cast<size_t>(num_bytes_));
}

void MappedFile::Forget(int64_t offset, int64_t num_bytes) const {
  const int64_t page = sysconf(_SC_PAGESIZE);
  const int64_t begin = (offset + page - 1) / page * page;
  const int64_t end = (offset + num_bytes) / page * page;
  if (begin < end) madvise(data() + begin, static_cast<size_t>(end - begin), MADV_DONTNEED);
}

}  // namespace baton
