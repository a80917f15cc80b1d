"""Writes a transformer encoder as exporters write them, and compares Baton with ONNX Runtime on it.

  make_transformer.py MODEL.onnx [--layers N] [--opset N] [--check BATON]

Batch and length are dynamic. What is typical of exports and hard on shape inference is here: every shape is
computed by Shape, Gather, Unsqueeze and Concat; position numbers by Range, or cut from a table by Slice; the
mask by Expand, Where, comparisons and ConstantOfShape; layer normalisation from its parts; heads split and
joined by Reshape and Transpose, in one layer by Split of a joint projection.
Inputs: ids int64[batch, length], mask int64[batch, length]. Output: hidden float32[batch, length, 32], and
pooled float32[batch, 32].
--check compiles with the given program, verifies that no kernel is left for shape arithmetic, runs three shapes
through one executable and compares. Needs the packages onnx and numpy; --check onnxruntime.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

# What computes shapes in this model: compiled, none of these may be left, and of those that also work on
# tensors no more than the tensors need.
SHAPE_KERNELS = ("cast", "concatenate", "reshape", "shape_of", "squeeze", "unsqueeze")
VOCABULARY, POSITIONS, WIDTH, HEADS = 50, 64, 32, 4


class Export:
    """Appends nodes as a tracing exporter does: a value is a name."""

    def __init__(self, opset):
        self.opset = opset
        self.nodes, self.initializers, self.scope = [], [], ""
        self.random = np.random.default_rng(7)

    def node(self, op, *inputs, outputs=1, **attributes):
        name = f"{self.scope}/{op}_{len(self.nodes)}"
        names = [f"{name}_output_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(op, list(inputs), names, name=name, **attributes))
        return names[0] if outputs == 1 else names

    def constant(self, value, dtype=np.int64):
        return self.node("Constant", value=numpy_helper.from_array(np.asarray(value, dtype)))

    def weight(self, name, *shape):
        value = self.random.standard_normal(shape, np.float32) / np.float32(np.sqrt(shape[0]))
        self.initializers.append(numpy_helper.from_array(value, name))
        return name

    def unsqueeze(self, value, *axes):
        if self.opset < 13:
            return self.node("Unsqueeze", value, axes=list(axes))
        return self.node("Unsqueeze", value, self.constant(list(axes)))

    def mean(self, value):
        if self.opset < 18:
            return self.node("ReduceMean", value, axes=[-1])
        return self.node("ReduceMean", value, self.constant([-1]))

    def extent(self, value, axis):
        return self.node("Gather", self.node("Shape", value), self.constant(axis), axis=0)

    def vector(self, *parts):
        """Scalars, by name or as integers, as one shape vector."""
        lifted = [self.constant([part]) if isinstance(part, int) else self.unsqueeze(part, 0) for part in parts]
        return self.node("Concat", *lifted, axis=0)

    def linear(self, name, value, out):
        product = self.node("MatMul", value, self.weight(f"{name}.weight", WIDTH, out))
        return self.node("Add", self.weight(f"{name}.bias", out), product)

    def layer_norm(self, name, value):
        centred = self.node("Sub", value, self.mean(value))
        variance = self.mean(self.node("Pow", centred, self.constant(2.0, np.float32)))
        deviation = self.node("Sqrt", self.node("Add", variance, self.constant(1e-5, np.float32)))
        scaled = self.node("Mul", self.node("Div", centred, deviation), self.weight(f"{name}.gain", WIDTH))
        return self.node("Add", scaled, self.weight(f"{name}.shift", WIDTH))

    def split_heads(self, value):
        """[batch, length, width] -> [batch, heads, length, width / heads]; the last extent by a division."""
        width = self.extent(value, 2)
        shape = self.vector(self.extent(value, 0), self.extent(value, 1), HEADS,
                            self.node("Div", width, self.constant(HEADS)))
        return self.node("Transpose", self.node("Reshape", value, shape), perm=[0, 2, 1, 3])

    def join_heads(self, value):
        value = self.node("Transpose", value, perm=[0, 2, 1, 3])
        width = self.node("Mul", self.extent(value, 2), self.extent(value, 3))
        return self.node("Reshape", value, self.vector(self.extent(value, 0), self.extent(value, 1), width))

    def projections(self, name, value, joint):
        if not joint:
            return [self.linear(f"{name}.{part}", value, WIDTH) for part in ("query", "key", "value")]
        together = self.linear(f"{name}.joint", value, 3 * WIDTH)
        if self.opset < 13:
            return self.node("Split", together, outputs=3, axis=-1, split=[WIDTH] * 3)
        return self.node("Split", together, self.constant([WIDTH] * 3), outputs=3, axis=-1)

    def attention(self, name, value, mask, joint):
        query, key, content = (self.split_heads(part) for part in self.projections(name, value, joint))
        width = self.node("Cast", self.extent(query, 3), to=TensorProto.FLOAT)
        query = self.node("Div", query, self.node("Sqrt", width))
        scores = self.node("MatMul", query, self.node("Transpose", key, perm=[0, 1, 3, 2]))
        shape = self.node("Shape", scores)
        hidden = self.node("Expand", self.node("Equal", mask, self.constant(0)), shape)
        scores = self.node("Where", hidden, self.constant(-1e9, np.float32), scores)
        mixed = self.node("MatMul", self.node("Softmax", scores, axis=-1), content)
        return self.linear(f"{name}.out", self.join_heads(mixed), WIDTH)

    def gelu(self, value):
        ratio = self.node("Div", value, self.constant(np.sqrt(2), np.float32))
        erf = self.node("Add", self.node("Erf", ratio), self.constant(1.0, np.float32))
        return self.node("Mul", self.node("Mul", value, erf), self.constant(0.5, np.float32))

    def feed_forward(self, name, value):
        inner = self.gelu(self.linear(f"{name}.up", value, 2 * WIDTH))
        product = self.node("MatMul", inner, self.weight(f"{name}.down.weight", 2 * WIDTH, WIDTH))
        return self.node("Add", product, self.weight(f"{name}.down.bias", WIDTH))

    def positions(self, ids, length):
        """int64[batch, length], by Range and Expand."""
        count = self.node("Range", self.constant(0), length, self.constant(1))
        return self.node("Expand", self.unsqueeze(count, 0), self.node("Shape", ids))

    def table_rows(self, length):
        """The first `length` rows of a table [1, POSITIONS, width]."""
        table = self.weight("positions.sinusoid", 1, POSITIONS, WIDTH)
        return self.node("Slice", table, self.constant([0]), self.unsqueeze(length, 0), self.constant([1]),
                         self.constant([1]))

    def embed(self, ids):
        length = self.extent(ids, 1)
        rows = self.node("Gather", self.weight("words", VOCABULARY, WIDTH), ids, axis=0)
        places = self.node("Gather", self.weight("positions", POSITIONS, WIDTH), self.positions(ids, length), axis=0)
        kinds = self.node("ConstantOfShape", self.node("Shape", ids),
                          value=helper.make_tensor("value", TensorProto.INT64, [1], [0]))
        kinds = self.node("Gather", self.weight("kinds", 2, WIDTH), kinds, axis=0)
        total = self.node("Add", self.node("Add", rows, kinds), self.node("Add", places, self.table_rows(length)))
        return self.layer_norm("embed.norm", total)

    def extended_mask(self, ids, mask):
        """int64[batch, 1, length, length]: the mask over keys, expanded by a shape with -1 replaced."""
        batch, length = self.extent(ids, 0), self.extent(ids, 1)
        wanted = self.vector(batch, 1, length, -1)
        ones = self.node("ConstantOfShape", self.node("Shape", wanted),
                         value=helper.make_tensor("value", TensorProto.INT64, [1], [1]))
        kept = self.node("Equal", wanted, self.node("Mul", ones, self.constant(-1)))
        shape = self.node("Where", kept, ones, wanted)
        return self.node("Expand", self.unsqueeze(mask, 1, 2), shape)

    def encoder(self, layers):
        value = self.embed("ids")
        mask = self.extended_mask("ids", "mask")
        for i in range(layers):
            self.scope = f"/layer.{i}"
            inner = self.attention(f"layer.{i}.attention", value, mask, joint=i % 2 == 1)
            value = self.layer_norm(f"layer.{i}.norm1", self.node("Add", inner, value))
            inner = self.feed_forward(f"layer.{i}", value)
            value = self.layer_norm(f"layer.{i}.norm2", self.node("Add", inner, value))
        self.scope = "/pool"
        first = self.node("Gather", value, self.constant(0), axis=1)
        self.nodes.append(helper.make_node("Identity", [value], ["hidden"]))
        self.nodes.append(helper.make_node("Tanh", [self.linear("pool", first, WIDTH)], ["pooled"]))


def make_model(layers, opset):
    export = Export(opset)
    export.encoder(layers)
    info = helper.make_tensor_value_info
    graph = helper.make_graph(
        export.nodes, "encoder",
        [info(name, TensorProto.INT64, ["batch", "length"]) for name in ("ids", "mask")],
        [info("hidden", TensorProto.FLOAT, ["batch", "length", WIDTH]), info("pooled", TensorProto.FLOAT, ["batch", WIDTH])],
        export.initializers)
    return helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", opset)])


def random_inputs(random, batch, length):
    ids = random.integers(0, VOCABULARY, (batch, length))
    mask = (np.arange(length) < random.integers(1, length + 1, (batch, 1))).astype(np.int64)
    return {"ids": ids, "mask": mask}


def run_baton(baton, executable, inputs, folder):
    arguments = [baton, "run", executable]
    for name, value in inputs.items():
        np.save(os.path.join(folder, name + ".npy"), value)
        arguments += ["--input", f"{name}={folder}/{name}.npy"]
    for name in ("hidden", "pooled"):
        arguments += ["--output", f"{name}={folder}/{name}.npy"]
    subprocess.run(arguments, check=True)
    return [np.load(f"{folder}/{name}.npy") for name in ("hidden", "pooled")]


def tensor_kernels(layers):
    """Rows of the four tables and the first position; the mask; positions."""
    return {"take": 4, "equal": layers, "where": layers, "expand": layers + 2, "arange": 1, "strided_slice": 1}


def check_kernels(baton, executable, layers):
    """No kernel is left that only computes shapes."""
    listing = subprocess.run([baton, "inspect", "--json", executable], check=True, capture_output=True, text=True)
    kernels = json.loads(listing.stdout)["kernels"]
    for name in SHAPE_KERNELS:
        if name in kernels:
            sys.exit(f"shapes are computed by kernel {name}")
    for name, count in tensor_kernels(layers).items():
        if kernels.get(name, 0) > count:
            sys.exit(f"kernel {name} is called in {kernels[name]} places, tensors need {count}")
    print("kernels:", ", ".join(f"{name} {count}" for name, count in sorted(kernels.items())))


def check(model, baton, layers):
    import onnxruntime

    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    random, worst = np.random.default_rng(3), 0.0
    with tempfile.TemporaryDirectory() as folder:
        executable = os.path.join(folder, "encoder.baton")
        subprocess.run([baton, "compile", model, "-o", executable], check=True)
        check_kernels(baton, executable, layers)
        for batch, length in ((1, 1), (2, 7), (3, 40)):
            inputs = random_inputs(random, batch, length)
            expected = session.run(["hidden", "pooled"], inputs)
            for ours, theirs in zip(run_baton(baton, executable, inputs, folder), expected):
                if ours.shape != theirs.shape:
                    sys.exit(f"batch {batch}, length {length}: shape {ours.shape}, expected {theirs.shape}")
                worst = max(worst, float(np.abs(ours - theirs).max()))
    print(f"largest difference from ONNX Runtime: {worst:.2g}")
    if worst > 1e-4:
        sys.exit("too large")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--opset", type=int, default=17)
    parser.add_argument("--check", metavar="BATON")
    arguments = parser.parse_args()
    onnx.save(make_model(arguments.layers, arguments.opset), arguments.model)
    if arguments.check:
        check(arguments.model, arguments.check, arguments.layers)


if __name__ == "__main__":
    main()
