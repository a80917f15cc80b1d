// nn.conv and nn.conv_transpose by oneDNN.
#include <memory>
#include <oneapi/dnnl/dnnl.hpp>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "ops/nn/conv.h"
#include "ops/nn/conv_transpose.h"
#include "ops/onednn/engine.h"
#include "ops/shape_cache.h"
#include "vm/core/device.h"
#include "vm/core/status.h"

namespace baton {
namespace {

using dnnl::memory;

memory::desc Dense(const memory::dims& dims) {
  memory::dims strides(dims.size(), 1);
  for (int i = static_cast<int>(dims.size()) - 2; i >= 0; --i) strides[i] = strides[i + 1] * dims[i + 1];
  return memory::desc(dims, memory::data_type::f32, strides);
}

memory::desc AnyLayout(const memory::desc& desc) {
  return memory::desc(desc.dims(), memory::data_type::f32, memory::format_tag::any);
}

bool FitsInt(const TensorObject& tensor) {
  for (int64_t dim : tensor.shape()) {
    if (dim > INT32_MAX) return false;
  }
  return tensor.num_elements() > 0;
}

// What the two operators differ in. kWeightsAxis is the axis of weight that holds the group.
struct ConvTraits {
  using Attrs = ConvAttrs;
  using Primitive = dnnl::convolution_forward;
  static constexpr auto kAlgorithm = dnnl::algorithm::convolution_direct;
  static constexpr auto kPortable = ConvPortable;
  static WindowGeometry Geometry(const Attrs& attrs, const TensorObject& data, const TensorObject& weight,
                                 const TensorObject& output) {
    return ConvGeometry(attrs, data, weight, output);
  }
  // [M, C / group, kernel...] as [(group,) M / group, C / group, kernel...].
  static memory::desc Weights(const Attrs& attrs, const TensorObject& weight) {
    memory::dims dims(weight.shape().begin(), weight.shape().end());
    if (attrs.group == 1) return Dense(dims);
    dims[0] /= attrs.group;
    dims.insert(dims.begin(), attrs.group);
    return Dense(dims);
  }
};

struct ConvTransposeTraits {
  using Attrs = ConvTransposeAttrs;
  using Primitive = dnnl::deconvolution_forward;
  static constexpr auto kAlgorithm = dnnl::algorithm::deconvolution_direct;
  static constexpr auto kPortable = ConvTransposePortable;
  static WindowGeometry Geometry(const Attrs& attrs, const TensorObject& data, const TensorObject& weight,
                                 const TensorObject& output) {
    return ConvTransposeGeometry(attrs, data, weight, output);
  }
  // [C, M / group, kernel...] as [(group,) M / group, C / group, kernel...].
  static memory::desc Weights(const Attrs& attrs, const TensorObject& weight) {
    memory::dims dims(weight.shape().begin(), weight.shape().end());
    dims[0] /= attrs.group;
    dims.insert(dims.begin(), attrs.group);
    const int rank = static_cast<int>(dims.size());
    std::vector<int> permutation(rank);  // axis i of the dense tensor becomes axis permutation[i]
    for (int i = 0; i < rank; ++i) permutation[i] = i;
    std::swap(permutation[1], permutation[2]);
    const memory::desc grouped = Dense(dims).permute_axes(permutation);
    if (attrs.group > 1) return grouped;
    memory::dims without_group = grouped.dims();
    without_group.erase(without_group.begin());
    return grouped.reshape(without_group);
  }
};

// Bytes of a layout, rounded so that what follows is aligned.
size_t Bytes(const memory::desc& desc) {
  return AlignUp(desc.get_size(), kTensorAlignment);
}

memory Unbound(const memory::desc& desc) {
  return memory(desc, OneDnnEngine(), DNNL_MEMORY_NONE);
}

// Copies one tensor between the model's layout and the primitive's; empty when they are the same.
struct Reorder {
  dnnl::reorder primitive;
  memory from, to;
  bool needed = false;

  Reorder() = default;
  Reorder(const memory::desc& source, const memory::desc& target) : needed(source != target) {
    if (!needed) return;
    from = Unbound(source);
    to = Unbound(target);
    primitive = dnnl::reorder(from, to);
  }
  bool Run(dnnl_stream_t stream, const void* source, void* target) const {
    dnnl_memory_set_data_handle_v2(from.get(), const_cast<void*>(source), stream);
    dnnl_memory_set_data_handle_v2(to.get(), target, stream);
    const dnnl_exec_arg_t args[] = {{DNNL_ARG_FROM, from.get()}, {DNNL_ARG_TO, to.get()}};
    return dnnl_primitive_execute(primitive.get(), stream, 2, args) == dnnl_success;
  }
};

// Constant weights in the layout of a primitive; shared by sessions and shapes.
struct PackedWeights {
  memory::desc layout;
  Tensor data;
};

// The primitive for one shape, with everything that a call needs.
struct Plan {
  bool portable = false;  // oneDNN refuses this shape
  int num_threads = 1;    // that the primitive was made for
  dnnl::primitive primitive;
  memory source, weights, bias, output, scratchpad;
  Reorder source_reorder, weights_reorder, output_reorder;
  size_t source_bytes = 0, weights_bytes = 0, output_bytes = 0, scratchpad_bytes = 0;
  std::shared_ptr<const PackedWeights> packed;
};

struct OneDnnConvState final : KernelState {
  dnnl::stream stream{OneDnnEngine()};
  ShapeCache<std::unique_ptr<Plan>> plans;
};

template <typename Traits>
class OneDnnConv final : public PreparedKernel {
 public:
  using Attrs = typename Traits::Attrs;
  OneDnnConv(const Attrs& attrs, Tensor constant_weight)
      : attrs_(attrs), weight_(std::move(constant_weight)) {}

  std::unique_ptr<KernelState> MakeState() const override { return std::make_unique<OneDnnConvState>(); }

  absl::Status Run(KernelCall& call) const override {
    const TensorObject& data = *call.inputs[0];
    if (call.outputs[0]->num_elements() == 0) return absl::OkStatus();
    // oneDNN counts extents in int.
    if (data.dtype != DType::kFloat32 || !FitsInt(data) || !FitsInt(*call.inputs[1]) ||
        !FitsInt(*call.outputs[0])) {
      return Traits::kPortable(attrs_, call);
    }
    std::unique_ptr<KernelState> temporary;
    if (call.context.state == nullptr) temporary = MakeState();
    auto& state = static_cast<OneDnnConvState&>(temporary ? *temporary : *call.context.state);
    const OneDnnThreads threads(call.context.num_threads);
    const ShapeKey key = ShapeKey::Of(data, call.inputs[1]);
    std::unique_ptr<Plan>* plan = state.plans.Find(key);
    if (plan == nullptr || (*plan)->num_threads != call.context.num_threads) {
      BATON_ASSIGN_OR_RETURN(std::unique_ptr<Plan> made, MakePlan(call));
      if (plan != nullptr) {
        *plan = std::move(made);
      } else {
        plan = state.plans.Insert(key, std::move(made));
      }
    }
    return (*plan)->portable ? Traits::kPortable(attrs_, call) : Execute(**plan, state.stream.get(), call);
  }

 private:
  absl::StatusOr<std::unique_ptr<Plan>> MakePlan(const KernelCall& call) const {
    auto plan = std::make_unique<Plan>();
    plan->num_threads = call.context.num_threads;
    const absl::Status built = BuildOneDnn([&] { BuildPlan(call, plan.get()); });
    if (absl::IsUnimplemented(built)) return plan->portable = true, std::move(plan);
    BATON_RETURN_IF_ERROR(built);
    if (weight_) {
      BATON_ASSIGN_OR_RETURN(plan->packed, PackWeights(*plan));
    }
    return plan;
  }

  // Throws dnnl::error.
  void BuildPlan(const KernelCall& call, Plan* plan) const {
    const TensorObject& data = *call.inputs[0];
    const TensorObject& output = *call.outputs[0];
    const WindowGeometry g = Traits::Geometry(attrs_, data, *call.inputs[1], output);
    const int first = kMaxWindowAxes - (data.rank - 2);
    const auto window = [&](const int64_t* values) {
      return memory::dims(values + first, values + kMaxWindowAxes);
    };
    memory::dims dilations = window(g.dilation);
    for (int64_t& dilation : dilations) --dilation;  // oneDNN counts the taps left out

    const memory::desc source = Dense({data.dims, data.dims + data.rank});
    const memory::desc target = Dense({output.dims, output.dims + output.rank});
    const memory::desc weights = Traits::Weights(attrs_, *call.inputs[1]);
    // oneDNN's own layouts win in spite of the copies (measured from 8 to 256 channels), except where there
    // is one tap per output and the copies are as large as the work.
    const bool pointwise = g.KernelSize() == 1 && attrs_.group == 1;
    dnnl::primitive_attr attributes;
    attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    const memory::desc bias = call.inputs[2] == nullptr ? memory::desc() : Dense({call.inputs[2]->dims[0]});
    const typename Traits::Primitive::desc desc(
        dnnl::prop_kind::forward_inference, Traits::kAlgorithm, pointwise ? source : AnyLayout(source),
        AnyLayout(weights), bias, pointwise ? target : AnyLayout(target), window(g.stride), dilations,
        window(g.pad_begin), window(g.pad_end));
    const typename Traits::Primitive::primitive_desc primitive(desc, attributes, OneDnnEngine());
    plan->primitive = typename Traits::Primitive(primitive);
    plan->source = Unbound(primitive.src_desc());
    plan->weights = Unbound(primitive.weights_desc());
    plan->output = Unbound(primitive.dst_desc());
    if (call.inputs[2] != nullptr) plan->bias = Unbound(bias);
    plan->scratchpad = Unbound(primitive.scratchpad_desc());
    plan->source_reorder = Reorder(source, primitive.src_desc());
    plan->weights_reorder = Reorder(weights, primitive.weights_desc());
    plan->output_reorder = Reorder(primitive.dst_desc(), target);
    plan->source_bytes = plan->source_reorder.needed ? Bytes(primitive.src_desc()) : 0;
    plan->weights_bytes = plan->weights_reorder.needed && !weight_ ? Bytes(primitive.weights_desc()) : 0;
    plan->output_bytes = plan->output_reorder.needed ? Bytes(primitive.dst_desc()) : 0;
    plan->scratchpad_bytes = Bytes(primitive.scratchpad_desc());
  }

  // The constant weights in the plan's layout; null when the model's layout is the primitive's.
  absl::StatusOr<std::shared_ptr<const PackedWeights>> PackWeights(const Plan& plan) const {
    if (!plan.weights_reorder.needed) return nullptr;
    const memory::desc layout = plan.weights.get_desc();
    const absl::MutexLock lock(&mutex_);
    for (const auto& packed : packed_) {
      if (packed->layout == layout) return packed;
    }
    auto packed = std::make_shared<PackedWeights>();
    packed->layout = layout;
    BATON_ASSIGN_OR_RETURN(packed->data,
                           Tensor::Allocate(DType::kUInt8, {static_cast<int64_t>(layout.get_size())}));
    dnnl::stream stream(OneDnnEngine());
    if (!plan.weights_reorder.Run(stream.get(), weight_->data, packed->data->data)) {
      return absl::InternalError("oneDNN could not reorder the weights");
    }
    packed_.push_back(packed);
    return packed;
  }

  absl::Status Execute(const Plan& plan, dnnl_stream_t stream, KernelCall& call) const {
    const size_t scratch_bytes =
        plan.source_bytes + plan.weights_bytes + plan.output_bytes + plan.scratchpad_bytes;
    char* scratch = nullptr;
    if (scratch_bytes > 0) {
      scratch = static_cast<char*>(call.context.Scratch(scratch_bytes));
      if (scratch == nullptr) return absl::ResourceExhaustedError("no memory for the layouts of oneDNN");
    }
    const auto take = [&](size_t num_bytes) { return std::exchange(scratch, scratch + num_bytes); };
    bool ok = true;
    void* source = call.inputs[0]->data;
    if (plan.source_reorder.needed) {
      void* copy = take(plan.source_bytes);
      ok = plan.source_reorder.Run(stream, source, copy);
      source = copy;
    }
    void* weights = call.inputs[1]->data;
    if (plan.packed != nullptr) {
      weights = plan.packed->data->data;
    } else if (plan.weights_reorder.needed) {
      void* copy = take(plan.weights_bytes);
      ok = ok && plan.weights_reorder.Run(stream, weights, copy);
      weights = copy;
    }
    void* output = plan.output_reorder.needed ? take(plan.output_bytes) : call.outputs[0]->data;
    dnnl_exec_arg_t args[5];
    int num_args = 0;
    const auto bind = [&](int argument, const memory& memory, void* data) {
      dnnl_memory_set_data_handle_v2(memory.get(), data, stream);
      args[num_args++] = {argument, memory.get()};
    };
    bind(DNNL_ARG_SRC, plan.source, source);
    bind(DNNL_ARG_WEIGHTS, plan.weights, weights);
    bind(DNNL_ARG_DST, plan.output, output);
    bind(DNNL_ARG_SCRATCHPAD, plan.scratchpad, scratch);
    if (call.inputs[2] != nullptr) bind(DNNL_ARG_BIAS, plan.bias, call.inputs[2]->data);
    ok = ok && dnnl_primitive_execute(plan.primitive.get(), stream, num_args, args) == dnnl_success;
    if (ok && plan.output_reorder.needed) ok = plan.output_reorder.Run(stream, output, call.outputs[0]->data);
    return ok ? absl::OkStatus() : absl::InternalError("oneDNN could not run a primitive that it made");
  }

  Attrs attrs_;
  Tensor weight_;  // null: passed at the call
  mutable absl::Mutex mutex_;
  mutable std::vector<std::shared_ptr<const PackedWeights>> packed_;  // one per layout; guarded by mutex_
};

// Null when a constant weight shows that the kernel cannot serve.
template <typename Traits>
std::unique_ptr<PreparedKernel> Prepare(const typename Traits::Attrs& attrs, const KernelSpec& spec) {
  const Tensor& weight = spec.inputs[1].constant;
  if (weight && weight.dtype() != DType::kFloat32) return nullptr;
  return std::make_unique<OneDnnConv<Traits>>(attrs, weight);
}

}  // namespace

absl::StatusOr<std::unique_ptr<PreparedKernel>> PrepareConvOneDnn(const ConvAttrs& attrs,
                                                                  const KernelSpec& spec) {
  return Prepare<ConvTraits>(attrs, spec);
}

absl::StatusOr<std::unique_ptr<PreparedKernel>> PrepareConvTransposeOneDnn(const ConvTransposeAttrs& attrs,
                                                                           const KernelSpec& spec) {
  return Prepare<ConvTransposeTraits>(attrs, spec);
}

}  // namespace baton
