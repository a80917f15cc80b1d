// Worker: what one thread of a session needs to run strands, whichever they are. Internal to vm/exec.
#pragma once

#include <memory>
#include <utility>

#include "vm/exec/kernel_call.h"
#include "vm/exec/loaded_program.h"
#include "vm/exec/memory_pool.h"
#include "vm/exec/object_heap.h"
#include "vm/exec/sequence.h"
#include "vm/exec/trace_buffer.h"

namespace baton {

struct PoolCloser {
  void operator()(MemoryPool* pool) const { pool->Close(); }
};

struct Worker {
  Worker(const LoadedProgram& program, std::shared_ptr<MemoryBudget> budget, HeapFamily* family,
         int kernel_threads)
      : pool(MemoryPool::Create(program.device, std::move(budget))),
        heap(pool.get(), family),
        sequences(program.sequence_layout, pool.get(), &heap),
        kernels(program, pool.get(), kernel_threads) {}

  std::unique_ptr<MemoryPool, PoolCloser> pool;
  ObjectHeap heap;
  SequenceMaker sequences;
  KernelCaller kernels;
  std::unique_ptr<TraceBuffer> trace;  // null: not traced
};

}  // namespace baton
