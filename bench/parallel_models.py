"""The models of bench/parallel.py: Relay text, weights and inputs, the same in every run.

Those in bench/programs/parallel/ get weights for the parameters whose names begin with w; the Tree-LSTM is that of
examples/tree_lstm, over trees that the program builds from arrays.
"""
import dataclasses
import json
import os
import subprocess
import sys

import numpy as np

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PROGRAMS = os.path.join(ROOT, "bench", "programs", "parallel")
sys.path.insert(0, os.path.join(ROOT, "examples", "tree_lstm"))
import make_example

SEED = 1


@dataclasses.dataclass
class Case:
    name: str
    what: str         # what is to be seen: "wide", "tree", "chain", "tiny"
    text: str         # a .rly file
    parameters: dict  # constants
    inputs: dict      # given at each call


def signature(baton, text):
    """Shapes and dtypes of the inputs of @main."""
    printed = subprocess.run([baton, "inspect", "--json", text], check=True, capture_output=True, text=True).stdout
    return {p["name"]: (p["shape"], p["dtype"]) for p in json.loads(printed)["entry_points"][0]["inputs"]}


def weights(rng, *shape):
    return rng.normal(0, 1 / np.sqrt(np.prod(shape[1:])), shape).astype(np.float32)


def program(baton, name, what, **inputs):
    """A model of bench/programs/parallel; inputs that are not given are normally distributed."""
    rng = np.random.default_rng(SEED)
    text = os.path.join(PROGRAMS, name + ".rly")
    parameters = {}
    for parameter, (shape, dtype) in signature(baton, text).items():
        if parameter.startswith("w"):
            parameters[parameter] = weights(rng, *shape)
        elif parameter not in inputs:
            inputs[parameter] = rng.normal(0, 1, shape).astype(dtype)
    return Case(name, what, text, parameters, inputs)


# A tree arrives as arrays over its nodes: the children, -1 at a leaf, and the word of a leaf. Node 0 is the root.
BUILD_AND_CLASSIFY = """
def @build(
  %left: Tensor[(?), int64],
  %right: Tensor[(?), int64],
  %word: Tensor[(?), int32],
  %i: int64
) -> Tree {{
  let %l = take(%left, %i, axis=0);
  if (%l < 0i64) {{
    Leaf(take(%word, %i, axis=0))
  }} else {{
    Node(@build(%left, %right, %word, %l), @build(%left, %right, %word, take(%right, %i, axis=0)))
  }}
}}

def @main(
  %left: Tensor[(?), int64],
  %right: Tensor[(?), int64],
  %word: Tensor[(?), int32],
{parameters}
) -> Tensor[(1, {classes}), float32] {{
  @classify(@build(%left, %right, %word, 0i64), {names})
}}
"""


def full_tree(depth):
    return 0 if depth == 0 else (full_tree(depth - 1), full_tree(depth - 1))


def list_tree(leaves):
    tree = 0
    for _ in range(leaves - 1):
        tree = (tree, 0)
    return tree


def tree_arrays(tree, rng, words):
    arrays = {"left": [], "right": [], "word": []}
    pending = [(tree, None)]
    while pending:
        node, parent = pending.pop()
        index = len(arrays["left"])
        if parent:
            arrays[parent[0]][parent[1]] = index
        for name in ("left", "right"):
            arrays[name].append(-1)
        arrays["word"].append(int(rng.integers(words)))
        if isinstance(node, tuple):
            pending += [(node[1], ("right", index)), (node[0], ("left", index))]
    return {name: np.array(values, np.int32 if name == "word" else np.int64) for name, values in arrays.items()}


def tree_lstm_weights(size, hidden, words):
    rng = np.random.default_rng(SEED)
    return {
        "embedding": rng.normal(0, 1, (words, size)).astype(np.float32),
        "leaf_w": weights(rng, 3 * hidden, size), "leaf_b": np.zeros(3 * hidden, np.float32),
        "node_u": weights(rng, 5 * hidden, 2 * hidden), "node_b": np.zeros(5 * hidden, np.float32),
        "class_w": weights(rng, make_example.CLASSES, hidden), "class_b": np.zeros(make_example.CLASSES, np.float32),
    }


def tree_lstms(hidden, folder):
    size, words = 300, 1000
    parameters = tree_lstm_weights(size, hidden, words)
    text = make_example.MODEL.format(words=words, input=size, hidden=hidden, both=2 * hidden, leaf_gates=3 * hidden,
                                     node_gates=5 * hidden, classes=make_example.CLASSES)
    types = {name: f"Tensor[({', '.join(map(str, value.shape))}), float32]" for name, value in parameters.items()}
    text = text.replace("def @main(", "def @classify(") + BUILD_AND_CLASSIFY.format(
        parameters=",\n".join(f"  %{name}: {type}" for name, type in types.items()), classes=make_example.CLASSES,
        names=", ".join("%" + name for name in parameters))
    path = os.path.join(folder, f"tree_lstm_{hidden}.rly")
    with open(path, "w") as file:
        file.write(text)
    rng = np.random.default_rng(SEED)
    trees = {"full": full_tree(6), "random": make_example.random_tree(rng, words, 64), "list": list_tree(64)}
    return [Case(f"tree_lstm_{hidden}_{shape}", "list-like" if shape == "list" else "tree", path, parameters,
                 tree_arrays(tree, rng, words)) for shape, tree in trees.items()]


def cases(baton, folder):
    rng = np.random.default_rng(SEED)
    result = [
        program(baton, "wide", "wide"),
        program(baton, "inception", "wide"),
        program(baton, "attention", "wide"),
        program(baton, "map", "wide", steps=rng.integers(1, 33, 64)),
    ]
    for hidden in (150, 512):
        result += tree_lstms(hidden, folder)
    return result + [
        program(baton, "chain", "chain"),
        program(baton, "recursion_tensors", "tiny", n=np.array(10)),
        program(baton, "recursion_scalars", "tiny", n=np.array(22)),
    ]
