"""Writes large ONNX models, to measure what import, compilation, loading and one run cost.

  make_large_model.py deep|wide|mix|shapes MODEL.onnx [--nodes N]
  make_large_model.py external MODEL.onnx [--megabytes N]

deep: one chain. wide: a thousand chains side by side, added up at the end. mix: operands from near and far.
shapes: a chain of shape arithmetic with a reshape at each link. external: matrix products whose weights lie in
MODEL.onnx.data. All take x float32[batch, 8] (external: [batch, 4096]) and give y.
Needs the packages onnx and numpy.
"""
import argparse
import os
import random

import numpy as np
import onnx
from onnx import TensorProto, helper

UNARY = ["Neg", "Abs", "Sigmoid", "Tanh"]
BINARY = ["Add", "Sub", "Mul", "Max", "Min"]
WIDTH = 8
EXTERNAL_WIDTH = 4096
CHAINS = 1000
KINDS = ["deep", "wide", "mix", "shapes", "external"]


def deep(count):
    nodes, value = [], "x"
    for i in range(count - 1):
        inputs = [value] if i % 2 else [value, "x"]
        op = UNARY[i // 2 % len(UNARY)] if i % 2 else BINARY[i // 2 % len(BINARY)]
        nodes.append(helper.make_node(op, inputs, [f"v{i}"], name=f"n{i}"))
        value = f"v{i}"
    nodes.append(helper.make_node("Identity", [value], ["y"]))
    return nodes


def add_up(nodes, values):
    """Pairwise, so that the tree is flat."""
    while len(values) > 1:
        left = [values[-1]] if len(values) % 2 else []
        sums = [f"s{len(nodes) + i}" for i in range(len(values) // 2)]
        for i, total in enumerate(sums):
            nodes.append(helper.make_node("Add", values[2 * i : 2 * i + 2], [total], name=total))
        values = sums + left
    nodes.append(helper.make_node("Identity", values, ["y"]))
    return nodes


def wide(count):
    nodes, values = [], ["x"] * CHAINS
    for i in range(count - 2 * CHAINS):
        op, chain = UNARY[i // CHAINS % len(UNARY)], i % CHAINS
        nodes.append(helper.make_node(op, [values[chain]], [f"v{i}"], name=f"n{i}"))
        values[chain] = f"v{i}"
    return add_up(nodes, values)


def mix(count):
    """The results that nobody used are added up."""
    choose = random.Random(1)
    nodes, values, unused = [], ["x", "w0", "w1", "w2", "w3"], {}
    for i in range(count):
        if len(unused) + len(nodes) >= count:
            break
        op = choose.choice(UNARY + BINARY)
        inputs = []
        for _ in range(1 if op in UNARY else 2):
            inputs.append(choose.choice(values[-20:] if choose.random() < 0.9 else values))
            unused.pop(inputs[-1], None)
        values.append(f"v{i}")
        unused[f"v{i}"] = None
        nodes.append(helper.make_node(op, inputs, [f"v{i}"], name=f"n{i}"))
    return add_up(nodes, list(unused))


def shapes(count):
    nodes, value = [], "x"
    for i in range(count // 6):
        nodes += [
            helper.make_node("Shape", [value], [f"s{i}"], name=f"shape{i}"),
            helper.make_node("Gather", [f"s{i}", "zero"], [f"b{i}"], name=f"gather{i}", axis=0),
            helper.make_node("Unsqueeze", [f"b{i}", "axes"], [f"u{i}"], name=f"unsqueeze{i}"),
            helper.make_node("Concat", [f"u{i}", "rest"], [f"t{i}"], name=f"concat{i}", axis=0),
            helper.make_node("Neg", [value], [f"m{i}"], name=f"neg{i}"),
            helper.make_node("Reshape", [f"m{i}", f"t{i}"], [f"v{i}"], name=f"reshape{i}"),
        ]
        value = f"v{i}"
    nodes.append(helper.make_node("Identity", [value], ["y"]))
    return nodes


def tensor(name, array):
    return helper.make_tensor(name, helper.np_dtype_to_tensor_dtype(array.dtype), array.shape, array.tobytes(), raw=True)


def constants(kind):
    if kind == "mix":
        return [tensor(f"w{i}", np.full(WIDTH, i / 4, np.float32)) for i in range(4)]
    if kind == "shapes":
        return [
            tensor("zero", np.array(0, np.int64)),
            tensor("axes", np.array([0], np.int64)),
            tensor("rest", np.array([WIDTH], np.int64)),
        ]
    return []


def external(path, megabytes):
    """64 MiB of weights a layer, written block by block: never all of it in memory."""
    width, location = EXTERNAL_WIDTH, os.path.basename(path) + ".data"
    layer_bytes = width * width * 4
    nodes, weights, value = [], [], "x"
    with open(os.path.join(os.path.dirname(path), location), "wb") as file:
        block = np.random.default_rng(1).standard_normal((width, width), np.float32) / 64
        for i in range(max(1, megabytes * 2**20 // layer_bytes)):
            file.write(np.roll(block, i).tobytes())
            weight = TensorProto(name=f"w{i}", data_type=TensorProto.FLOAT, dims=[width, width])
            weight.data_location = TensorProto.EXTERNAL
            for key, text in (("location", location), ("offset", i * layer_bytes), ("length", layer_bytes)):
                weight.external_data.add(key=key, value=str(text))
            weights.append(weight)
            nodes.append(helper.make_node("MatMul", [value, f"w{i}"], [f"v{i}"], name=f"layer{i}"))
            value = f"v{i}"
    nodes.append(helper.make_node("Identity", [value], ["y"]))
    return nodes, weights, width


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("model")
    parser.add_argument("--nodes", type=int, default=100_000)
    parser.add_argument("--megabytes", type=int, default=1024)
    arguments = parser.parse_args()
    if arguments.kind == "external":
        nodes, weights, width = external(arguments.model, arguments.megabytes)
    else:
        nodes, weights, width = globals()[arguments.kind](arguments.nodes), constants(arguments.kind), WIDTH
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", width])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    graph = helper.make_graph(nodes, arguments.kind, [x], [y], weights)
    model = helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 17)])
    with open(arguments.model, "wb") as file:
        file.write(model.SerializeToString())
    print(f"{arguments.model}: {len(nodes)} nodes")


if __name__ == "__main__":
    main()
