"""The wide network of bench/programs/parallel/wide.rly in ONNX Runtime and in TorchScript. Started by parallel.py:

  python parallel_peers.py PEER MODE wide.npz answer.npy

runs once, writes the answer, then prints the median of its runs in microseconds for each line of standard input, which
says for how many seconds to measure. Prints "error: why" when the peer cannot be had.
"""
import statistics
import sys
import time

import numpy as np

# What each peer can do: its modes, the first is the one on one thread.
MODES = {
    "onnxruntime": ("1 thread", "parallel, inter-op 2", "intra-op 2"),
    "torchscript": ("1 thread", "fork/wait, inter-op 2", "intra-op 2"),
}
BRANCHES, LAYERS = 8, 3


def onnx_model(arrays):
    from onnx import TensorProto, helper, numpy_helper

    nodes, initializers, sums = [], [], []
    for b in range(BRANCHES):
        value = "x"
        for k in range(LAYERS):
            name = f"w{b}{k}"
            initializers.append(numpy_helper.from_array(np.ascontiguousarray(arrays[name].T), name))
            nodes.append(helper.make_node("MatMul", [value, name], [f"p{b}{k}"]))
            value = f"p{b}{k}"
            if k + 1 < LAYERS:
                nodes.append(helper.make_node("Relu", [value], [f"h{b}{k}"]))
                value = f"h{b}{k}"
        sums.append(value)
    while len(sums) > 1:
        pairs = [(sums[i], sums[i + 1], f"{sums[i]}_{len(sums)}") for i in range(0, len(sums), 2)]
        nodes += [helper.make_node("Add", [a, b], [out]) for a, b, out in pairs]
        sums = [out for _, _, out in pairs]
    nodes.append(helper.make_node("Relu", sums, ["y"]))
    shape = list(arrays["x"].shape)
    graph = helper.make_graph(nodes, "wide", [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, shape)], initializers)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString()


def onnxruntime_run(arrays, mode):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2 if mode.startswith("intra") else 1
    options.inter_op_num_threads = 2 if mode.startswith("parallel") else 1
    if mode.startswith("parallel"):
        options.execution_mode = onnxruntime.ExecutionMode.ORT_PARALLEL
    session = onnxruntime.InferenceSession(onnx_model(arrays), options, providers=["CPUExecutionProvider"])
    return lambda: session.run(None, {"x": arrays["x"]})[0]


TORCHSCRIPT = """
def branch(x: Tensor, a: Tensor, b: Tensor, c: Tensor) -> Tensor:
    return torch.mm(torch.relu(torch.mm(torch.relu(torch.mm(x, a)), b)), c)

def total(y: List[Tensor]) -> Tensor:
    return torch.relu(((y[0] + y[1]) + (y[2] + y[3])) + ((y[4] + y[5]) + (y[6] + y[7])))

def run(x: Tensor, w: List[Tensor]) -> Tensor:
    y: List[Tensor] = []
    for i in range(8):
        y.append(branch(x, w[3 * i], w[3 * i + 1], w[3 * i + 2]))
    return total(y)

def run_forked(x: Tensor, w: List[Tensor]) -> Tensor:
    futures: List[Future[Tensor]] = []
    for i in range(8):
        futures.append(torch.jit.fork(branch, x, w[3 * i], w[3 * i + 1], w[3 * i + 2]))
    y: List[Tensor] = []
    for future in futures:
        y.append(torch.jit.wait(future))
    return total(y)
"""


def torchscript_run(arrays, mode):
    import torch

    torch.set_num_threads(2 if mode.startswith("intra") else 1)
    torch.set_num_interop_threads(2 if mode.startswith("fork") else 1)
    unit = torch.jit.CompilationUnit(TORCHSCRIPT)
    function = unit.run_forked if mode.startswith("fork") else unit.run
    w = [torch.from_numpy(np.ascontiguousarray(arrays[f"w{b}{k}"].T)) for b in range(BRANCHES) for k in range(LAYERS)]
    x = torch.from_numpy(arrays["x"])

    def run():
        with torch.inference_mode():
            return function(x, w).numpy()

    return run


def median_us(run, seconds):
    times, end = [], time.perf_counter() + seconds
    while len(times) < 10 or time.perf_counter() < end:
        begin = time.perf_counter()
        run()
        times.append((time.perf_counter() - begin) * 1e6)
    return statistics.median(times)


def main():
    peer, mode, inputs, answer = sys.argv[1:]
    arrays = dict(np.load(inputs))
    try:
        run = {"onnxruntime": onnxruntime_run, "torchscript": torchscript_run}[peer](arrays, mode)
        for _ in range(10):
            np.save(answer, run())
    except Exception as error:  # a peer that is missing or broken must not end the benchmark
        print("error:", " ".join(str(error).split()) or type(error).__name__, flush=True)
        return
    print("ready", flush=True)
    for line in sys.stdin:
        print(median_us(run, float(line)), flush=True)


if __name__ == "__main__":
    main()
