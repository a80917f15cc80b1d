#!/usr/bin/env python3
"""Runs ONNX Loops over tiny operators with Baton and with ONNX Runtime, round by round in one run, and compares.

Needs onnx, onnxruntime and numpy in a virtual environment:
  python3 -m venv venv && venv/bin/pip install onnx onnxruntime numpy
  venv/bin/python bench/compare_loop.py

A model is one Loop of many iterations that carries a vector of 8 floats through 0, 1, 2, 5 or 10 operators. Both run
on one thread. Printed are the medians of the rounds with the least and the greatest, per iteration; and, from the
medians, what an iteration costs without operators and what each operator adds.
"""
import argparse
import json
import os
import platform
import statistics
import subprocess
import tempfile
import time

import numpy as np
import onnx
from onnx import TensorProto, helper
import onnxruntime

OPERATORS = ["Add", "Mul", "Sub", "Mul", "Add", "Sub", "Mul", "Add", "Mul", "Sub"]


def make_model(num_operators, path):
    """x := op_k(... op_1(x, c_1) ..., c_k), n times."""
    nodes, initializers, value = [], [], "x_in"
    for i in range(num_operators):
        constant = np.full(8, 1.0 + 1e-3 * (i % 3), np.float32)
        initializers.append(onnx.numpy_helper.from_array(constant, f"c{i}"))
        nodes.append(helper.make_node(OPERATORS[i], [value, f"c{i}"], [f"x{i}"]))
        value = f"x{i}"
    nodes.append(helper.make_node("Identity", [value], ["x_out"]))
    nodes.append(helper.make_node("Identity", ["go_in"], ["go_out"]))
    tensor = helper.make_tensor_value_info
    body = helper.make_graph(
        nodes, "body",
        [tensor("i", TensorProto.INT64, []), tensor("go_in", TensorProto.BOOL, []), tensor("x_in", TensorProto.FLOAT, [8])],
        [tensor("go_out", TensorProto.BOOL, []), tensor("x_out", TensorProto.FLOAT, [8])], initializers)
    true = helper.make_node("Constant", [], ["true"], value=helper.make_tensor("t", TensorProto.BOOL, [], [True]))
    loop = helper.make_node("Loop", ["n", "true", "x"], ["y"], body=body)
    graph = helper.make_graph([true, loop], "loop",
                              [tensor("n", TensorProto.INT64, []), tensor("x", TensorProto.FLOAT, [8])],
                              [tensor("y", TensorProto.FLOAT, [8])])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, path)


class Case:
    def __init__(self, args, folder, num_operators):
        self.args, self.num_operators = args, num_operators
        path = os.path.join(folder, f"loop{num_operators}.onnx")
        make_model(num_operators, path)
        self.executable = path.replace(".onnx", ".baton")
        subprocess.run([args.baton, "compile", path, "-o", self.executable], check=True, stdout=subprocess.DEVNULL)
        self.input = os.path.join(folder, "x.npy")
        np.save(self.input, np.linspace(-1, 1, 8, dtype=np.float32))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        self.baton_figures, self.ort_figures = [], []

    def round(self):
        n = self.args.iterations
        command = [self.args.baton, "bench", self.executable, "--set", f"n={n}", "--input", f"x={self.input}", "--warmup",
                   "1", "--repeat", "3", "--json", "-"]
        result = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        self.baton_figures.append(result["results"][0]["median_us"] / n)
        feed = {"n": np.array(n, np.int64), "x": np.load(self.input)}
        times = []
        for _ in range(2):
            begin = time.perf_counter()
            self.session.run(None, feed)
            times.append((time.perf_counter() - begin) * 1e6 / n)
        self.ort_figures.append(statistics.median(times))


def text(figures):
    return f"{statistics.median(figures):7.3f} ({min(figures):.3f}-{max(figures):.3f})"


def slope(cases, figures_of):
    """Least squares: microseconds of an iteration without operators, and of each operator."""
    x = [case.num_operators for case in cases]
    y = [statistics.median(figures_of(case)) for case in cases]
    each, base = np.polyfit(x, y, 1)
    return f"{base:.3f} us an iteration and {each:.3f} us an operator"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--iterations", type=int, default=100000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--baton", default="build/release/bin/baton")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        cases = [Case(args, folder, count) for count in (0, 1, 2, 5, 10)]
        for _ in range(args.rounds):
            for case in cases:
                case.round()
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} CPUs, one thread each, {args.rounds} rounds, "
          f"{args.iterations} iterations a run; us per iteration, median (least-greatest)")
    print(f"operators  Baton                   ONNX Runtime {onnxruntime.__version__}")
    for case in cases:
        print(f"{case.num_operators:9}  {text(case.baton_figures):22}  {text(case.ort_figures)}")
    print("Baton:       ", slope(cases, lambda case: case.baton_figures))
    print("ONNX Runtime:", slope(cases, lambda case: case.ort_figures))


if __name__ == "__main__":
    main()
