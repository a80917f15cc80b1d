#!/usr/bin/env python3
"""Writes a binary Tree-LSTM as Relay text, random weights, random trees and the answers that numpy gives.

The model is the N-ary Tree-LSTM (N = 2) of K. S. Tai, R. Socher, C. D. Manning, "Improved Semantic
Representations From Tree-Structured Long Short-Term Memory Networks", ACL 2015, section 3.2, over constituency
trees: words at the leaves, nothing but their children at the inner nodes, a softmax over 5 classes at the root.

Usage: make_example.py [--input 24] [--hidden 32] [--words 50] [--trees 4] [--seed 1] [--out DIR]
Needs numpy.
"""
import argparse
import os
import struct

import numpy as np

CLASSES = 5

MODEL = """#[version = "0.0.5"]

// A binary Tree-LSTM over trees of words, and the class of the whole tree.

type Tree {{
  Leaf(int32),
  Node(Tree, Tree),
}}

// The state of a node: hidden and cell.
def @leaf(
  %word: int32,
  %embedding: Tensor[({words}, {input}), float32],
  %w: Tensor[({leaf_gates}, {input}), float32],
  %b: Tensor[({leaf_gates}), float32]
) -> (Tensor[(1, {hidden}), float32], Tensor[(1, {hidden}), float32]) {{
  let %x = expand_dims(take(%embedding, %word, axis=0), axis=0);
  let %gates = split(nn.bias_add(nn.dense(%x, %w, units={leaf_gates}), %b), indices_or_sections=3, axis=1);
  let %c = sigmoid(%gates.0) * tanh(%gates.2);
  (sigmoid(%gates.1) * tanh(%c), %c)
}}

def @node(
  %left: (Tensor[(1, {hidden}), float32], Tensor[(1, {hidden}), float32]),
  %right: (Tensor[(1, {hidden}), float32], Tensor[(1, {hidden}), float32]),
  %u: Tensor[({node_gates}, {both}), float32],
  %b: Tensor[({node_gates}), float32]
) -> (Tensor[(1, {hidden}), float32], Tensor[(1, {hidden}), float32]) {{
  let %h = concatenate((%left.0, %right.0), axis=1);
  let %gates = split(nn.bias_add(nn.dense(%h, %u, units={node_gates}), %b), indices_or_sections=5, axis=1);
  let %new = sigmoid(%gates.0) * tanh(%gates.4);
  let %kept = sigmoid(%gates.1) * %left.1 + sigmoid(%gates.2) * %right.1;
  let %c = %new + %kept;
  (sigmoid(%gates.3) * tanh(%c), %c)
}}

def @main(
  %tree: Tree,
  %embedding: Tensor[({words}, {input}), float32],
  %leaf_w: Tensor[({leaf_gates}, {input}), float32],
  %leaf_b: Tensor[({leaf_gates}), float32],
  %node_u: Tensor[({node_gates}, {both}), float32],
  %node_b: Tensor[({node_gates}), float32],
  %class_w: Tensor[({classes}, {hidden}), float32],
  %class_b: Tensor[({classes}), float32]
) -> Tensor[(1, {classes}), float32] {{
  let %encode = fn (%t: Tree) -> (Tensor[(1, {hidden}), float32], Tensor[(1, {hidden}), float32]) {{
    match (%t) {{
      Leaf(%word) => @leaf(%word, %embedding, %leaf_w, %leaf_b),
      Node(%l, %r) => {{
        let %left = %encode(%l);
        let %right = %encode(%r);
        @node(%left, %right, %node_u, %node_b)
      }},
    }}
  }};
  nn.softmax(nn.bias_add(nn.dense(%encode(%tree).0, %class_w, units={classes}), %class_b))
}}
"""


def write_parameters(path, tensors):
    """A parameter file: the project's docs/relay_text.md, "Parameter files"."""
    with open(path, "wb") as f:
        f.write(struct.pack("<QQQ", 0xF7E58D4F05049CB7, 0, len(tensors)))
        for name in tensors:
            f.write(struct.pack("<Q", len(name)) + name.encode())
        f.write(struct.pack("<Q", len(tensors)))
        for value in tensors.values():
            f.write(struct.pack("<QQiiiBBH", 0xDD5E40F096B4A13F, 0, 1, 0, value.ndim, 2, 32, 1))
            f.write(struct.pack(f"<{value.ndim}q", *value.shape) + struct.pack("<q", value.nbytes))
            f.write(np.ascontiguousarray(value, dtype="<f4").tobytes())


def read_parameters(path):
    """What write_parameters wrote: arrays by name."""
    with open(path, "rb") as f:
        def take(pattern):
            return struct.unpack("<" + pattern, f.read(struct.calcsize("<" + pattern)))

        names = [f.read(take("Q")[0]).decode() for _ in range(take("QQQ")[2])]
        values = []
        for _ in range(take("Q")[0]):
            rank = take("QQiiiBBH")[4]
            shape, size = take(f"{rank}q"), take("q")[0]
            values.append(np.frombuffer(bytearray(f.read(size)), "<f4").reshape(shape))
        return dict(zip(names, values))


def random_tree(rng, words, leaves):
    if leaves == 1:
        return int(rng.integers(words))
    left = int(rng.integers(1, leaves))
    return (random_tree(rng, words, left), random_tree(rng, words, leaves - left))


def tree_text(tree, indent=""):
    """The tree as `baton fmt` prints it: on one line where it fits, else children on lines of their own."""
    def flat(tree):
        return f"Leaf({tree})" if isinstance(tree, int) else f"Node({flat(tree[0])}, {flat(tree[1])})"

    if len(indent) + len(flat(tree)) <= 100:
        return flat(tree)
    deeper = indent + "  "
    left, right = tree_text(tree[0], deeper), tree_text(tree[1], deeper)
    return f"Node(\n{deeper}{left},\n{deeper}{right}\n{indent})"


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def encode(tree, p):
    """Hidden and cell state, in float64."""
    if isinstance(tree, int):
        i, o, u = np.split(p["leaf_w"] @ p["embedding"][tree] + p["leaf_b"], 3)
        c = sigmoid(i) * np.tanh(u)
        return sigmoid(o) * np.tanh(c), c
    (hl, cl), (hr, cr) = encode(tree[0], p), encode(tree[1], p)
    i, fl, fr, o, u = np.split(p["node_u"] @ np.concatenate([hl, hr]) + p["node_b"], 5)
    c = sigmoid(i) * np.tanh(u) + sigmoid(fl) * cl + sigmoid(fr) * cr
    return sigmoid(o) * np.tanh(c), c


def classify(tree, p):
    logits = p["class_w"] @ encode(tree, p)[0] + p["class_b"]
    e = np.exp(logits - logits.max())
    return (e / e.sum())[None]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--input", type=int, default=24)
    parser.add_argument("--hidden", type=int, default=32)
    parser.add_argument("--words", type=int, default=50)
    parser.add_argument("--trees", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", default=os.path.dirname(os.path.abspath(__file__)))
    args = parser.parse_args()
    rng = np.random.default_rng(args.seed)
    n, h = args.input, args.hidden

    def weights(*shape):
        return rng.normal(0, 1 / np.sqrt(shape[-1]), shape).astype(np.float32)

    tensors = {
        "embedding": rng.normal(0, 1, (args.words, n)).astype(np.float32),
        "leaf_w": weights(3 * h, n), "leaf_b": weights(3 * h),
        "node_u": weights(5 * h, 2 * h), "node_b": weights(5 * h),
        "class_w": weights(CLASSES, h), "class_b": weights(CLASSES),
    }
    os.makedirs(args.out, exist_ok=True)
    with open(os.path.join(args.out, "tree_lstm.rly"), "w") as f:
        f.write(MODEL.format(words=args.words, input=n, hidden=h, both=2 * h, leaf_gates=3 * h, node_gates=5 * h,
                             classes=CLASSES))
    write_parameters(os.path.join(args.out, "tree_lstm.params"), tensors)
    exact = {name: value.astype(np.float64) for name, value in tensors.items()}
    for i in range(args.trees):
        tree = random_tree(rng, args.words, int(rng.integers(5, 61)))
        with open(os.path.join(args.out, f"tree_{i}.rly"), "w") as f:
            f.write(tree_text(tree) + "\n")
        np.save(os.path.join(args.out, f"expected_{i}.npy"), classify(tree, exact).astype(np.float32))


if __name__ == "__main__":
    main()
