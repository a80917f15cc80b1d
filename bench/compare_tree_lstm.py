#!/usr/bin/env python3
"""Runs a Tree-LSTM over random trees with Baton, checks the answers against numpy, and times it beside PyTorch.

  python3 bench/compare_tree_lstm.py [--input 300] [--hidden 150] [--trees 20] [--rounds 5]

Needs numpy; PyTorch (Debian: python3-torch) is optional. The model, its weights and the binary trees of 5 to 60 leaves
come from examples/tree_lstm/make_example.py. The reference is float64. Both sides run on one thread, tree by tree in
turns: a tree's figure in a round is its median run, divided by its number of nodes, inner nodes and leaves alike.
PyTorch runs eagerly, one node after the other, as the Relay program does.
"""
import argparse
import ast
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

# Read when the libraries are loaded; torch.set_num_threads does not reach every BLAS.
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
import numpy as np

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
EXAMPLE = os.path.join(ROOT, "examples", "tree_lstm")
sys.path.insert(0, EXAMPLE)
import make_example

try:
    import torch
except ImportError:
    torch = None


def processor():
    with open("/proc/cpuinfo") as file:
        return re.search(r"model name\s*: (.*)", file.read())[1]


def read_tree(path):
    """A tree in Relay text as make_example's nested pairs."""
    with open(path) as file:
        text = file.read()
    return ast.literal_eval(text.replace("Node", "").replace("Leaf", ""))


def count_nodes(tree):
    return 1 if isinstance(tree, int) else 1 + count_nodes(tree[0]) + count_nodes(tree[1])


class Baton:
    def __init__(self, args, folder):
        self.binary, self.folder, self.seconds = args.baton, folder, args.seconds
        self.model = self.path("tree_lstm.baton")
        self.command("compile", self.path("tree_lstm.rly"), "--params", self.path("tree_lstm.params"), "-o", self.model)

    def path(self, name):
        return os.path.join(self.folder, name)

    def command(self, *arguments):
        return subprocess.run([self.binary, *arguments], check=True, capture_output=True, text=True).stdout

    def tree_input(self, i):
        return ["--input", "tree=" + self.path(f"tree_{i}.rly")]

    def answer(self, i):
        self.command("run", self.model, *self.tree_input(i), "--output", "output=" + self.path("answer.npy"))
        return np.load(self.path("answer.npy"))

    def median_us(self, i):
        printed = self.command("bench", self.model, *self.tree_input(i), "--seconds", str(self.seconds), "--json", "-")
        return json.loads(printed)["results"][0]["median_us"]


class TorchTreeLstm:
    """The same model, eagerly, with the weights of the example."""

    def __init__(self, parameters, seconds):
        torch.set_num_threads(1)
        self.p = {name: torch.from_numpy(value) for name, value in parameters.items()}
        self.seconds = seconds

    def encode(self, tree):
        p = self.p
        if isinstance(tree, int):
            x = p["embedding"][tree][None]
            i, o, u = torch.addmm(p["leaf_b"], x, p["leaf_w"].t()).chunk(3, 1)
            c = torch.sigmoid(i) * torch.tanh(u)
            return torch.sigmoid(o) * torch.tanh(c), c
        (hl, cl), (hr, cr) = self.encode(tree[0]), self.encode(tree[1])
        gates = torch.addmm(p["node_b"], torch.cat([hl, hr], 1), p["node_u"].t())
        i, fl, fr, o, u = gates.chunk(5, 1)
        c = torch.sigmoid(i) * torch.tanh(u) + torch.sigmoid(fl) * cl + torch.sigmoid(fr) * cr
        return torch.sigmoid(o) * torch.tanh(c), c

    def answer(self, tree):
        with torch.inference_mode():
            hidden = self.encode(tree)[0]
            return torch.softmax(torch.addmm(self.p["class_b"], hidden, self.p["class_w"].t()), 1).numpy()

    def median_us(self, tree):
        self.answer(tree)
        times, end = [], time.perf_counter() + self.seconds
        while not times or time.perf_counter() < end:
            begin = time.perf_counter()
            self.answer(tree)
            times.append((time.perf_counter() - begin) * 1e6)
        return statistics.median(times)


def summary(figures):
    return f"{statistics.median(figures):7.2f} us/node  (min {min(figures):.2f}, max {max(figures):.2f})"


def make_model(args, folder):
    subprocess.run([sys.executable, os.path.join(EXAMPLE, "make_example.py"), "--input", str(args.input), "--hidden",
                    str(args.hidden), "--trees", str(args.trees), "--seed", str(args.seed), "--out", folder], check=True)


def check(name, i, answer, expected):
    error = np.abs(answer - expected).max()
    if answer.shape != expected.shape or not error <= 1e-5:
        sys.exit(f"{name}, tree {i}: found {answer}, expected {expected}")
    return error


def measure(args, folder):
    baton = Baton(args, folder)
    peer = torch and TorchTreeLstm(make_example.read_parameters(baton.path("tree_lstm.params")), args.seconds)
    trees = [read_tree(baton.path(f"tree_{i}.rly")) for i in range(args.trees)]
    expected = [np.load(baton.path(f"expected_{i}.npy")) for i in range(args.trees)]
    error = max(check("Baton", i, baton.answer(i), expected[i]) for i in range(args.trees))
    if peer:
        for i, tree in enumerate(trees):
            check("PyTorch", i, peer.answer(tree), expected[i])
    figures, peer_figures = [], []
    for _ in range(args.rounds):
        for i, tree in enumerate(trees):
            figures.append(baton.median_us(i) / count_nodes(tree))
            if peer:
                peer_figures.append(peer.median_us(tree) / count_nodes(tree))
    print(f"nodes per tree: {', '.join(str(count_nodes(tree)) for tree in trees)}")
    print(f"largest difference from float64: {error:.1e}")
    print(f"Baton:          {summary(figures)}")
    print(f"PyTorch {torch.__version__}: {summary(peer_figures)}" if peer else "PyTorch: skipped, it cannot be imported")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--input", type=int, default=300)
    parser.add_argument("--hidden", type=int, default=150)
    parser.add_argument("--trees", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.1, help="how long to measure each tree in each round")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--baton", default=os.path.join(ROOT, "build", "release", "bin", "baton"))
    args = parser.parse_args()
    print(f"{processor()}, {os.cpu_count()} CPUs, one thread each; input {args.input}, hidden {args.hidden}, "
          f"{args.trees} trees, {args.rounds} rounds")
    print("command:", " ".join([os.path.basename(sys.executable), *sys.argv]))
    with tempfile.TemporaryDirectory() as folder:
        make_model(args, folder)
        measure(args, folder)


if __name__ == "__main__":
    main()
