// RtlInstance over one verilated library. Compiled once for each: VTA_TOP is the library's class, VTA_HEADER
// its header, VTA_MAKE the name of the function below.
#include <verilated.h>

#include <cstring>
#include <memory>
#include <string>

#include "vta_sim/rtl_instance.h"
#include VTA_HEADER
#if VM_TRACE_FST
#include <verilated_fst_c.h>
#endif
#if VM_COVERAGE
#include <verilated_cov.h>
#endif

namespace baton::vta {
namespace {

// Verilator's ports are integers up to 64 bits, arrays of 32-bit words beyond.
template <typename Port>
void CopyIn(Port& port, const uint8_t* bytes) {
  std::memcpy(&port, bytes, sizeof port);
}
template <typename Port>
void CopyOut(uint8_t* bytes, const Port& port) {
  std::memcpy(bytes, &port, sizeof port);
}

class VerilatedInstance : public RtlInstance {
 public:
  VerilatedInstance() : top_(SingleThreaded(&context_)) { top_.clk = 0; }
  ~VerilatedInstance() override {
    top_.final();
    // Verilator 5.006 takes a model's scopes out of the thread's context, not out of the model's own.
    Verilated::threadContextp(&context_);
#if VM_TRACE_FST
    if (trace_ != nullptr) trace_->close();
#endif
  }

  void Settle(const RtlInputs& in, RtlOutputs& out) override {
    top_.reset = in.reset;
    top_.host_write = in.host_write;
    top_.host_read = in.host_read;
    top_.host_address = in.host_address;
    top_.host_write_data = in.host_write_data;
    top_.ar_ready = in.ar_ready;
    top_.r_valid = in.r_valid;
    top_.r_last = in.r_last;
    top_.r_tag = in.r_tag;
    if (in.r_valid) CopyIn(top_.r_data, in.r_data);
    top_.aw_ready = in.aw_ready;
    top_.w_ready = in.w_ready;
    top_.b_valid = in.b_valid;
    top_.clk = 0;
    top_.eval();
    Dump();
    Sample(out);
  }

  void Clock() override {
    top_.clk = 1;
    top_.eval();
    Dump();
  }

  bool Trace(const std::string& path) override {
#if VM_TRACE_FST
    context_.traceEverOn(true);
    trace_ = std::make_unique<VerilatedFstC>();
    top_.trace(trace_.get(), 99);
    trace_->open(path.c_str());
    return true;
#else
    return false;
#endif
  }

  void WriteCoverage(const std::string& path) override {
#if VM_COVERAGE
    context_.coveragep()->write(path.c_str());
#endif
  }

 private:
  // Before a model is made, which would otherwise start a thread for each processor.
  static VerilatedContext* SingleThreaded(VerilatedContext* context) {
    context->threads(1);
    return context;
  }

  void Sample(RtlOutputs& out) {
    out.host_read_data = top_.host_read_data;
    out.run_over = top_.run_over;
    out.ar_valid = top_.ar_valid;
    out.ar_address = top_.ar_address;
    out.ar_length = top_.ar_length;
    out.ar_tag = top_.ar_tag;
    out.r_ready = top_.r_ready;
    out.aw_valid = top_.aw_valid;
    out.aw_address = top_.aw_address;
    out.aw_length = top_.aw_length;
    out.w_valid = top_.w_valid;
    out.w_last = top_.w_last;
    if (out.w_valid) {
      out.w_strobe = top_.w_strobe;
      CopyOut(out.w_data, top_.w_data);
    }
    out.b_ready = top_.b_ready;
    out.record_head = top_.record_head;
    out.record_begin = top_.record_begin;
    out.record_retire = top_.record_retire;
    std::memcpy(out.record_steps, &top_.record_steps, sizeof out.record_steps);
  }

  void Dump() {
#if VM_TRACE_FST
    if (trace_ != nullptr) trace_->dump(time_);
    ++time_;
#endif
  }

  VerilatedContext context_;
  VTA_TOP top_;
#if VM_TRACE_FST
  std::unique_ptr<VerilatedFstC> trace_;
  uint64_t time_ = 0;
#endif
};

}  // namespace

std::unique_ptr<RtlInstance> VTA_MAKE() {
  return std::make_unique<VerilatedInstance>();
}

}  // namespace baton::vta
