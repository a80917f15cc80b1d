#!/usr/bin/env python3
"""Makes tests/conformance/control_flow: small models with control flow, sequences and optionals, in the layout of ONNX's
backend tests, which `baton conformance` and other runners read.

    python3 tests/conformance/make_control_flow.py [--only REGEX] [--into FOLDER]

needs the PyPI packages onnx (1.18 or newer), onnxruntime and numpy; nothing of them is needed to run the tests. With the
same versions of them it writes the same bytes again.

Expected values come from onnx.reference.ReferenceEvaluator, from ONNX Runtime, and from a function in numpy beside the case
where one stands there (`return data, expected`). Whatever of the three gives a value must agree with the others, or nothing is
written. A case that one of the first two cannot run says why (`reference=`, `onnxruntime=`); one that neither can run has to
have its function. Each runs in a process of its own, since some models crash it.

A case is a function: it gets an empty main graph, fills it, and returns its data sets, each a tuple of inputs: arrays, lists
for sequences, None for an empty optional. Extents that are symbols differ from data set to data set, so that one program has to
serve them all.
"""
import argparse
import itertools
import multiprocessing
import pathlib
import re
import shutil
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

F32, F64, F16 = TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.FLOAT16
I64, I32, U8, BOOL = TensorProto.INT64, TensorProto.INT32, TensorProto.UINT8, TensorProto.BOOL

CASES = {}


# ---- How models are put together.

def tensor(element, shape=None):
    return helper.make_tensor_type_proto(element, shape)


def sequence(element, shape=None):
    return helper.make_sequence_type_proto(tensor(element, shape))


def optional(content):
    return helper.make_optional_type_proto(content)


class Graph:
    """A graph in the making. Values go by their names; those that get no name have one that is unique in the model."""

    numbers = itertools.count()

    def __init__(self, opset=None):
        self.opset = opset
        self.nodes, self.inputs, self.outputs, self.initializers, self.functions = [], [], [], [], []

    def input(self, name, type_proto):
        self.inputs.append(helper.make_value_info(name, type_proto))
        return name

    def output(self, name, type_proto):
        self.outputs.append(helper.make_value_info(name, type_proto))

    def constant(self, value, dtype=np.int64, out=None):
        name = out or f"constant_{next(Graph.numbers)}"
        self.initializers.append(numpy_helper.from_array(np.array(value, dtype), name))
        return name

    def true(self):
        return self.constant(True, np.bool_)

    def op(self, op_type, *inputs, out=None, outputs=1, domain="", **attributes):
        """Adds a node; gives the name of its output, or names if there are several."""
        names = out if isinstance(out, list) else [out] if out else [
            f"{op_type.lower()}_{next(Graph.numbers)}" for _ in range(outputs)]
        attributes = {key: value.proto() if isinstance(value, Graph) else value for key, value in attributes.items()}
        self.nodes.append(helper.make_node(op_type, list(inputs), names, domain=domain, **attributes))
        return names[0] if len(names) == 1 else names

    def function(self, name, inputs, outputs, attributes=(), opset=17):
        """The nodes so far become the function `name` of the domain "own"; the graph is empty again."""
        opsets = [helper.make_opsetid("", opset), helper.make_opsetid("own", 1)]
        self.functions.append(helper.make_function("own", name, inputs, outputs, self.nodes, opsets, list(attributes)))
        self.nodes = []

    def proto(self, name="body"):
        return helper.make_graph(self.nodes, name, self.inputs, self.outputs, self.initializers)

    def model(self, name):
        opsets = [helper.make_opsetid("", self.opset)]
        if self.functions:
            opsets.append(helper.make_opsetid("own", 1))
        ir_version = max(helper.find_min_ir_version_for(opsets[:1]), 8 if self.functions else 4)
        model = helper.make_model(self.proto(name), opset_imports=opsets, functions=self.functions, producer_name="baton",
                                  ir_version=ir_version)
        return model


def branch(*outputs):
    """A graph without inputs, which gives `outputs`: pairs of name and type."""
    graph = Graph()
    for name, type_proto in outputs:
        graph.output(name, type_proto)
    return graph


def loop_body(*carried, i="i", go="go"):
    """A body of Loop with its first two inputs and `carried`, pairs of name and type."""
    body = Graph()
    body.input(i, tensor(I64, []))
    body.input(go, tensor(BOOL, []))
    for name, type_proto in carried:
        body.input(name, type_proto)
    return body


def go_on(body, value="go"):
    """The condition as the first output: an Identity, which every exporter writes."""
    body.output(body.op("Identity", value), tensor(BOOL, []))


def case(opset=17, reference=None, onnxruntime=None):
    """Registers a case; several opsets give several. `reference`, `onnxruntime`: why it cannot run there."""
    def register(build):
        for version in opset if isinstance(opset, list) else [opset]:
            name = build.__name__ + (f"_opset{version}" if isinstance(opset, list) else "")
            assert name not in CASES, name
            CASES[name] = (build, version, {"reference": reference, "onnxruntime": onnxruntime})
        return build
    return register


# ---- Data.

def ramp(*shape, start=1.0, step=1.0, dtype=np.float32):
    return (start + step * np.arange(np.prod(shape, dtype=np.int64))).astype(dtype).reshape(shape)


def integers(*values):
    return np.array(values, np.int64)


def count(value):
    return np.array(value, np.int64)


def truth(value):
    return np.array(value, np.bool_)


def waves(*shape, seed=1):
    """Numbers between -1 and 1 without a pattern, the same on every machine."""
    size = int(np.prod(shape, dtype=np.int64))
    numbers = (np.arange(size, dtype=np.int64) * 7919 + seed * 104729 + 12345) * 48271 % 65537
    return (numbers / 32768.5 - 1).astype(np.float32).reshape(shape)


YES, NO = truth(True), truth(False)


# ---- If.

OPTIONALS = "gives an optional that is empty as a list of None"


def choice(g, then_branch, else_branch, **options):
    return g.op("If", "c", then_branch=then_branch, else_branch=else_branch, **options)


@case()
def if_ranks_into_shape(g):
    """The branches have ranks 2 and 3; Shape and Size of what comes out."""
    g.input("c", tensor(BOOL, []))
    g.input("x", tensor(F32, ["n", "m"]))
    as_it_is = branch(("two", tensor(F32, ["n", "m"])))
    as_it_is.op("Neg", "x", out="two")
    deeper = branch(("three", tensor(F32, ["n", 1, "m"])))
    deeper.op("Unsqueeze", "x", deeper.constant([1]), out="three")
    y = choice(g, as_it_is, deeper)
    g.output(g.op("Shape", y), tensor(I64, None))
    g.output(g.op("Size", y), tensor(I64, []))
    return [(YES, ramp(2, 3)), (NO, ramp(2, 3)), (NO, ramp(0, 4)), (YES, ramp(5, 1))]


@case()
def if_ranks_into_reshape(g):
    """The branches have ranks 2 and 3; Reshape makes one rank of them, and the next node relies on it."""
    g.input("c", tensor(BOOL, []))
    g.input("x", tensor(F32, ["n", 4]))
    as_it_is = branch(("two", tensor(F32, None)))
    as_it_is.op("Identity", "x", out="two")
    split = branch(("three", tensor(F32, None)))
    split.op("Reshape", "x", split.constant([0, 2, 2]), out="three")
    y = g.op("Reshape", choice(g, as_it_is, split), g.constant([-1, 2]))
    g.output(g.op("MatMul", y, g.constant([[1, 2, 3], [4, 5, 6]], np.float32)), tensor(F32, ["k", 3]))
    return [(YES, ramp(1, 4)), (NO, ramp(3, 4)), (YES, ramp(2, 4)), (NO, ramp(1, 4))]


@case()
def if_ranks_into_matmul(g):
    """As speech models write it: a batch axis is squeezed away if there is one, added again behind."""
    g.input("x", tensor(F32, None))
    rank = g.op("Size", g.op("Shape", "x"))
    is_deep = g.op("Equal", rank, g.constant(3))
    squeezed = branch(("s", tensor(F32, None)))
    squeezed.op("Squeeze", "x", squeezed.constant([0]), out="s")
    kept = branch(("k", tensor(F32, None)))
    kept.op("Identity", "x", out="k")
    flat = g.op("If", is_deep, then_branch=squeezed, else_branch=kept)
    g.output(g.op("MatMul", flat, g.constant([[1, -1], [2, 0.5]], np.float32)), tensor(F32, ["t", 2]))
    return [(ramp(1, 3, 2),), (ramp(4, 2),), (ramp(1, 1, 2),)]


@case()
def if_constants(g):
    """Constants of different extents, from a Constant and from an initializer of the branch."""
    g.input("c", tensor(BOOL, []))
    one = branch(("t", tensor(F32, [3])))
    one.op("Constant", out="t", value=numpy_helper.from_array(np.array([1, 2, 3], np.float32)))
    two = branch(("e", tensor(F32, [2])))
    two.op("Identity", two.constant([7, 8], np.float32), out="e")
    y = choice(g, one, two)
    g.output(y, tensor(F32, None))
    g.output(g.op("ReduceSum", y, keepdims=0), tensor(F32, []))
    return [(YES,), (NO,)]


@case(onnxruntime="refuses a branch's output that no node of it gives")
def if_gives_outer_value(g):
    """Both branches give values of the outer graph, without a node."""
    g.input("c", tensor(BOOL, []))
    g.input("x", tensor(F32, ["n"]))
    doubled = g.op("Add", "x", "x", out="doubled")
    y = choice(g, branch(("x", tensor(F32, ["n"]))), branch((doubled, tensor(F32, ["n"]))))
    g.output(g.op("Neg", y), tensor(F32, ["n"]))
    return [(YES, ramp(2)), (NO, ramp(3))], lambda c, x: [-(x if c else x + x)]


@case()
def if_gives_initializer(g):
    """A branch that consists of an initializer."""
    g.input("c", tensor(BOOL, []))
    g.input("x", tensor(F32, [2]))
    fixed = branch()
    fixed.output(fixed.constant([5, 6], np.float32), tensor(F32, [2]))
    given = branch(("g", tensor(F32, [2])))
    given.op("Sqrt", "x", out="g")
    g.output(choice(g, fixed, given), tensor(F32, [2]))
    return ([(YES, np.array([4, 9], np.float32)), (NO, np.array([4, 9], np.float32))],
            lambda c, x: [np.array([5, 6], np.float32) if c else np.sqrt(x)])


@case()
def if_error_not_taken(g):
    """What would fail stands in the branch that is not taken: Reshape, Gather and an integer division."""
    g.input("c", tensor(BOOL, []))
    g.input("x", tensor(I64, ["n"]))
    risky = branch(("r", tensor(I64, None)))
    halves = risky.op("Reshape", "x", risky.constant([2, -1]))
    third = risky.op("Gather", halves, risky.constant([1]), axis=1)
    risky.op("Div", third, risky.op("Gather", "x", risky.constant([0])), out="r")
    safe = branch(("s", tensor(I64, None)))
    safe.op("Neg", "x", out="s")
    g.output(choice(g, risky, safe), tensor(I64, None))
    return [(YES, integers(2, 4, 6, 8)), (NO, integers(0, 1, 2)), (NO, integers()), (NO, integers(0, 1))]


@case()
def if_condition_of_shape_1(g):
    g.input("c", tensor(BOOL, [1]))
    g.input("x", tensor(F32, ["n"]))
    twice = branch(("t", tensor(F32, ["n"])))
    twice.op("Add", "x", "x", out="t")
    square = branch(("s", tensor(F32, ["n"])))
    square.op("Mul", "x", "x", out="s")
    g.output(choice(g, twice, square), tensor(F32, ["n"]))
    return [(truth([True]), ramp(3)), (truth([False]), ramp(4))]


@case()
def if_different_extents(g):
    """What comes out has an extent that nobody knows; it is broadcast, concatenated and reduced."""
    g.input("c", tensor(BOOL, []))
    g.input("x", tensor(F32, ["n", 2]))
    first = branch(("f", tensor(F32, None)))
    first.op("Slice", "x", first.constant([0]), first.constant([1]), out="f")
    double = branch(("d", tensor(F32, None)))
    double.op("Concat", "x", "x", out="d", axis=0)
    y = choice(g, first, double)
    g.output(g.op("Concat", y, "x", axis=0), tensor(F32, ["k", 2]))
    g.output(g.op("Mul", y, g.constant([10, 100], np.float32)), tensor(F32, ["l", 2]))
    g.output(g.op("ReduceMax", y, axes=[0], keepdims=0), tensor(F32, [2]))
    return [(YES, ramp(3, 2)), (NO, ramp(3, 2)), (NO, ramp(1, 2)), (YES, ramp(1, 2))]


@case(onnxruntime="has no If with an output that nobody wants")
def if_several_outputs(g):
    """Three outputs of different types, one of which nobody wants."""
    g.input("c", tensor(BOOL, []))
    g.input("x", tensor(F32, ["n"]))
    up = branch(("u0", tensor(F32, ["n"])), ("u1", tensor(I64, [1])), ("u2", tensor(BOOL, ["n"])))
    up.op("Exp", up.op("Neg", "x"), out="u0")
    up.op("Shape", "x", out="u1")
    up.op("Less", "x", up.constant(2, np.float32), out="u2")
    down = branch(("d0", tensor(F32, [1])), ("d1", tensor(I64, [2])), ("d2", tensor(BOOL, [])))
    down.op("ReduceSum", "x", down.constant([0]), out="d0")
    down.op("Identity", down.constant([7, 8]), out="d1")
    down.op("Identity", down.constant(True, np.bool_), out="d2")
    choice(g, up, down, out=["y0", "", "y2"])
    g.output("y0", tensor(F32, None))
    g.output("y2", tensor(BOOL, None))
    return [(YES, ramp(3)), (NO, ramp(3)), (NO, ramp(0))]


@case()
def if_nested(g):
    """Three deep; each level uses values of all levels above it."""
    g.input("x", tensor(F32, ["n"]))
    total = g.op("ReduceSum", "x", g.constant([0]), keepdims=0, out="total")
    small = branch(("s", tensor(F32, ["n"])))
    small.op("Mul", "x", small.constant(-1, np.float32), out="s")

    inner_yes = branch(("iy", tensor(F32, ["n"])))
    inner_yes.op("Add", inner_yes.op("Add", "x", "half"), "total", out="iy")
    inner_no = branch(("ino", tensor(F32, ["n"])))
    inner_no.op("Sub", "half", "total", out="ino")
    big = branch(("b", tensor(F32, ["n"])))
    half = big.op("Div", "x", big.constant(2, np.float32), out="half")
    is_huge = big.op("Greater", total, big.constant(20, np.float32))
    big.op("If", is_huge, out="b", then_branch=inner_yes, else_branch=inner_no)

    large = branch(("l", tensor(F32, ["n"])))
    is_small = large.op("Less", total, large.constant(10, np.float32))
    large.op("If", is_small, out="l", then_branch=small, else_branch=big)
    zero = branch(("z", tensor(F32, ["n"])))
    zero.op("Sub", "x", "x", out="z")
    is_positive = g.op("Greater", total, g.constant(0, np.float32))
    g.output(g.op("If", is_positive, then_branch=large, else_branch=zero), tensor(F32, ["n"]))
    return [(ramp(2),), (ramp(5),), (ramp(7),), (ramp(3, start=-5),)]


@case()
def if_constant_condition(g):
    """The condition is an initializer: only one branch fits the input at all."""
    g.input("x", tensor(F32, ["n", 3]))
    good = branch(("t", tensor(F32, ["n", 2])))
    good.op("MatMul", "x", good.constant(ramp(3, 2), np.float32), out="t")
    bad = branch(("e", tensor(F32, None)))
    bad.op("Reshape", "x", bad.constant([7, 11]), out="e")
    condition = g.constant(True, np.bool_)
    g.output(g.op("If", condition, then_branch=good, else_branch=bad), tensor(F32, ["n", 2]))
    return [(ramp(2, 3),), (ramp(1, 3),)]


@case()
def if_on_emptiness(g):
    """As detection models write it: a reduction that no empty tensor could have runs only if something was found."""
    g.input("scores", tensor(F32, ["n"]))
    found = g.op("NonZero", g.op("Greater", "scores", g.constant(0.5, np.float32)))
    kept = g.op("Gather", "scores", g.op("Squeeze", found, g.constant([0])), out="kept")
    none = branch(("best0", tensor(I64, None)))
    none.op("Identity", none.constant([-1]), out="best0")
    some = branch(("best1", tensor(I64, None)))
    some.op("ArgMax", kept, out="best1", axis=0)
    is_empty = g.op("Equal", g.op("Size", kept), g.constant(0))
    g.output(g.op("If", is_empty, then_branch=none, else_branch=some), tensor(I64, [1]))
    return [(np.array([0.1, 0.6, 0.9], np.float32),), (np.array([0.2, 0.1], np.float32),), (ramp(0),)]


@case(opset=[1, 11, 13, 16, 19, 21])
def if_version(g):
    """The same in each version of the operator."""
    g.input("c", tensor(BOOL, []))
    g.input("x", tensor(F32, ["n", 2]))
    hot = branch(("h", tensor(F32, ["n", 2])))
    hot.op("Relu", "x", out="h")
    cold = branch(("k", tensor(F32, ["n", 2])))
    cold.op("Tanh", "x", out="k")
    g.output(choice(g, hot, cold), tensor(F32, ["n", 2]))
    return [(YES, ramp(2, 2, start=-1.5)), (NO, ramp(3, 2, start=-1.5))]


@case()
def if_sequence_output(g):
    """Sequences of one and of two elements; the last element decides."""
    g.input("c", tensor(BOOL, []))
    g.input("x", tensor(F32, ["n"]))
    one = branch(("s1", sequence(F32)))
    one.op("SequenceConstruct", "x", out="s1")
    two = branch(("s2", sequence(F32)))
    two.op("SequenceConstruct", "x", two.op("Concat", "x", "x", axis=0), out="s2")
    y = choice(g, one, two)
    g.output(y, sequence(F32))
    g.output(g.op("SequenceLength", y), tensor(I64, []))
    g.output(g.op("SequenceAt", y, g.constant(-1)), tensor(F32, ["k"]))
    return [(YES, ramp(2)), (NO, ramp(3)), (NO, ramp(0))]


def optional_branches(content):
    nothing = branch(("o0", optional(content)))
    nothing.op("Optional", out="o0", type=content)
    something = branch(("o1", optional(content)))
    return nothing, something


@case(reference=OPTIONALS)
def if_optional_output(g):
    """None from one branch, a tensor from the other; the element is read where there is one."""
    g.input("c", tensor(BOOL, []))
    g.input("x", tensor(F32, ["n"]))
    nothing, something = optional_branches(tensor(F32, ["n"]))
    something.op("Optional", something.op("Neg", "x"), out="o1")
    option = choice(g, nothing, something)
    has = g.op("OptionalHasElement", option)
    read = branch(("r", tensor(F32, ["n"])))
    read.op("OptionalGetElement", option, out="r")
    other = branch(("q", tensor(F32, ["n"])))
    other.op("Abs", "x", out="q")
    g.output(has, tensor(BOOL, []))
    g.output(g.op("If", has, then_branch=read, else_branch=other), tensor(F32, ["n"]))
    return [(YES, ramp(2, start=-1)), (NO, ramp(3)), (NO, ramp(1))], \
        lambda c, x: [truth(not c), np.abs(x) if c else -x]


@case(reference=OPTIONALS)
def if_optional_sequence_output(g):
    """An optional sequence goes out of the model."""
    g.input("c", tensor(BOOL, []))
    g.input("x", tensor(F32, ["n"]))
    nothing, something = optional_branches(sequence(F32, ["n"]))
    something.op("Optional", something.op("SequenceConstruct", "x", "x"), out="o1")
    g.output(choice(g, nothing, something), optional(sequence(F32, ["n"])))
    return [(YES, ramp(2)), (NO, ramp(3))], lambda c, x: [None if c else [x, x]]


# ---- Loop.

NO_CONDITION = "takes a condition that is missing for a false one"
NO_TRIP = "fails without a trip when something is scanned"
SCANS = "does not always stack along a new axis what is scanned"

def running_sum(scans=False):
    """A body that adds 1, 2, ... to what it carries and goes on while the first element is below 20."""
    body = loop_body(("v", tensor(F32, ["n"])))
    step = body.op("Cast", body.op("Add", "i", body.constant(1)), to=F32)
    sums = body.op("Add", "v", step)
    first = body.op("Gather", sums, body.constant(0))
    body.output(body.op("Less", first, body.constant(20, np.float32)), tensor(BOOL, []))
    body.output(sums, tensor(F32, ["n"]))
    if scans:
        body.output(body.op("Mul", sums, sums), tensor(F32, ["n"]))
    return body


def run_sum(trips, condition, v):
    squares, i = [], 0
    while condition and (trips is None or i < trips):
        v = v + np.float32(i + 1)
        squares.append(v * v)
        condition, i = v[0] < 20, i + 1
    return v, np.stack(squares) if squares else np.zeros((0, 0), np.float32)


@case(opset=[10, 11, 13, 16, 19, 21])
def loop_trips_and_condition(g):
    """Both inputs: no trip at all, a negative number, a false condition, an end by either."""
    g.input("m", tensor(I64, []))
    g.input("c", tensor(BOOL, []))
    g.input("x", tensor(F32, ["n"]))
    y = g.op("Loop", "m", "c", "x", body=running_sum())
    g.output(y, tensor(F32, ["n"]))
    return ([(count(3), YES, ramp(2)), (count(100), YES, ramp(3)), (count(0), YES, ramp(2)), (count(-7), YES, ramp(1)),
             (count(3), NO, ramp(2))], lambda m, c, x: [run_sum(m, c, x)[0]])


@case(reference=NO_CONDITION)
def loop_trips_only(g):
    """Without a condition that of the body still ends the loop, as ONNX Runtime has it."""
    g.input("m", tensor(I64, []))
    g.input("x", tensor(F32, ["n"]))
    g.output(g.op("Loop", "m", "", "x", body=running_sum()), tensor(F32, ["n"]))
    return ([(count(4), ramp(2)), (count(1000), ramp(3)), (count(0), ramp(1)), (count(-1), ramp(2))],
            lambda m, x: [run_sum(m, True, x)[0]])


@case()
def loop_condition_only(g):
    g.input("c", tensor(BOOL, []))
    g.input("x", tensor(F32, ["n"]))
    y, squares = g.op("Loop", "", "c", "x", body=running_sum(scans=True), outputs=2)
    g.output(y, tensor(F32, ["n"]))
    g.output(squares, tensor(F32, ["k", "n"]))
    return [(YES, ramp(2)), (YES, ramp(3, start=18))], lambda c, x: list(run_sum(None, c, x))


@case(reference=NO_CONDITION)
def loop_neither(g):
    """Neither input: the body's condition decides."""
    g.input("x", tensor(F32, ["n"]))
    g.output(g.op("Loop", "", "", "x", body=running_sum()), tensor(F32, ["n"]))
    return [(ramp(2),), (ramp(4, start=-30),)], lambda x: [run_sum(None, True, x)[0]]


@case()
def loop_shapes_1(g):
    """Trip count and conditions have the shape [1]."""
    g.input("m", tensor(I64, [1]))
    g.input("c", tensor(BOOL, [1]))
    g.input("x", tensor(F32, ["n"]))
    body = Graph()
    for name, type_proto in [("i", tensor(I64, [1])), ("go", tensor(BOOL, [1])), ("v", tensor(F32, ["n"]))]:
        body.input(name, type_proto)
    doubled = body.op("Add", "v", "v", out="w")
    low = body.op("Less", body.op("Slice", doubled, body.constant([0]), body.constant([1])),
                  body.constant([9], np.float32))
    body.output(low, tensor(BOOL, [1]))
    body.output(doubled, tensor(F32, ["n"]))
    g.output(g.op("Loop", "m", "c", "x", body=body), tensor(F32, ["n"]))
    return [(integers(2), truth([True]), ramp(2)), (integers(50), truth([True]), ramp(3)),
            (integers(2), truth([False]), ramp(2))]


def scan_counts(shape):
    body = loop_body()
    go_on(body)
    as_float = body.op("Cast", "i", to=F32)
    body.output(body.op("Expand", as_float, body.constant([2, 3])), tensor(F32, shape))
    return body


@case(reference=NO_TRIP)
def loop_zero_trips_declared(g):
    """Scanned values without a trip have the extents that the body declares."""
    g.input("m", tensor(I64, []))
    g.output(g.op("Loop", "m", "", body=scan_counts([2, 3])), tensor(F32, ["k", 2, 3]))
    return ([(count(0),), (count(2),), (count(-3),)],
            lambda m: [np.broadcast_to(ramp(max(m, 0), 1, 1, start=0), (max(m, 0), 2, 3))])


@case(reference=NO_TRIP)
def loop_zero_trips_undeclared(g):
    """Extents that the body does not declare but that follow from it: 0 or what follows, so only their use is compared."""
    g.input("m", tensor(I64, []))
    scanned = g.op("Loop", "m", "", body=scan_counts(["a", "b"]))
    g.output(g.op("ReduceSum", scanned, g.constant([0, 1, 2]), keepdims=0), tensor(F32, []))
    g.output(g.op("Gather", g.op("Shape", scanned), g.constant([0])), tensor(I64, [1]))
    return ([(count(0),), (count(3),)],
            lambda m: [np.float32(6 * sum(range(m))), integers(m)])


@case()
def loop_zero_trips_carries(g):
    """Without a trip the carried values are the initial ones, whatever the body would make of their shapes."""
    g.input("m", tensor(I64, []))
    g.input("x", tensor(F32, ["n", 2]))
    body = loop_body(("v", tensor(F32, None)), ("k", tensor(I64, [])))
    go_on(body)
    body.output(body.op("Concat", "v", "v", axis=0), tensor(F32, None))
    body.output(body.op("Add", "k", "i"), tensor(I64, []))
    y, k = g.op("Loop", "m", g.true(), "x", g.constant(5), body=body, outputs=2)
    g.output(y, tensor(F32, ["o", 2]))
    g.output(k, tensor(I64, []))
    return [(count(0), ramp(2, 2)), (count(2), ramp(1, 2)), (count(3), ramp(0, 2))]


@case(reference=SCANS)
def loop_scans_of_many_types(g):
    """Scanned values of ranks 0 to 3 and of six element types, bool and float16 among them."""
    g.input("m", tensor(I64, []))
    g.input("x", tensor(F64, ["n"]))
    body = loop_body()
    go_on(body)
    i = body.op("Cast", "i", to=F64)
    plus = body.op("Add", "x", i)
    body.output(body.op("Mul", "i", "i"), tensor(I64, []))
    body.output(body.op("Greater", plus, body.constant(3, np.float64)), tensor(BOOL, ["n"]))
    body.output(body.op("Unsqueeze", plus, body.constant([0])), tensor(F64, [1, "n"]))
    body.output(body.op("Cast", plus, to=F16), tensor(F16, ["n"]))
    body.output(body.op("Cast", body.op("Unsqueeze", plus, body.constant([0, 2])), to=U8),
                tensor(U8, [1, "n", 1]))
    body.output(body.op("Cast", plus, to=I32), tensor(I32, ["n"]))
    names = g.op("Loop", "m", g.true(), body=body, outputs=6)
    for name, (element, rank) in zip(names, [(I64, 1), (BOOL, 2), (F64, 3), (F16, 2), (U8, 4), (I32, 2)]):
        g.output(name, tensor(element, [f"{name}_{axis}" for axis in range(rank)]))
    return [(count(3), ramp(2, dtype=np.float64)), (count(1), ramp(4, start=0.5, dtype=np.float64))]


@case()
def loop_carries_many_types(g):
    """Carried values of six element types, scalars and vectors."""
    g.input("m", tensor(I64, []))
    types = [("a", I64, []), ("b", BOOL, ["n"]), ("d", F64, []), ("h", F16, ["n"]), ("u", U8, ["n"]), ("s", I32, [])]
    body = loop_body(*((name, tensor(element, shape)) for name, element, shape in types))
    go_on(body)
    results = [body.op("Add", "a", "i"), body.op("Not", "b"), body.op("Mul", "d", body.constant(0.5, np.float64)),
               body.op("Add", "h", "h"), body.op("Add", "u", body.constant(100, np.uint8)),
               body.op("Sub", "s", body.constant(3, np.int32))]
    for result, (name, element, shape) in zip(results, types):
        g.input(name + "0", tensor(element, shape))
        body.output(result, tensor(element, shape))
    names = g.op("Loop", "m", g.true(), *(name + "0" for name, _, _ in types), body=body, outputs=6)
    for name, (_, element, shape) in zip(names, types):
        g.output(name, tensor(element, shape))
    return [(count(trips), count(7), np.arange(n) % 2 == 0, np.array(3.0), ramp(n, dtype=np.float16),
             ramp(n, start=90, dtype=np.uint8), np.array(-5, np.int32)) for trips, n in [(3, 2), (0, 3), (2, 5)]]


@case()
def loop_grows(g):
    """A carried tensor grows by an outer value; a node behind the loop takes whatever extent it has."""
    g.input("m", tensor(I64, []))
    g.input("x", tensor(F32, ["n", 2]))
    body = loop_body(("v", tensor(F32, ["k", 2])))
    go_on(body)
    body.output(body.op("Concat", "v", "x", axis=0), tensor(F32, ["l", 2]))
    y = g.op("Loop", "m", g.true(), "x", body=body)
    g.output(y, tensor(F32, ["o", 2]))
    g.output(g.op("Softmax", y, axis=0), tensor(F32, ["o", 2]))
    return [(count(3), ramp(2, 2)), (count(0), ramp(3, 2)), (count(20), ramp(1, 2))]


@case()
def loop_grows_from_nothing(g):
    """From a tensor without elements, one row a trip: the number and its square."""
    g.input("m", tensor(I64, []))
    body = loop_body(("v", tensor(I64, ["k", 2])))
    go_on(body)
    row = body.op("Concat", *(body.op("Reshape", value, body.constant([1, 1])) for value in
                              ["i", body.op("Mul", "i", "i")]), axis=1)
    body.output(body.op("Concat", "v", row, axis=0), tensor(I64, ["l", 2]))
    g.output(g.op("Loop", "m", g.true(), g.constant(np.zeros((0, 2))), body=body), tensor(I64, ["o", 2]))
    return [(count(0),), (count(1),), (count(9),)]


@case()
def loop_rank_grows(g):
    """The carried tensor has one axis more after each trip."""
    g.input("m", tensor(I64, []))
    g.input("x", tensor(F32, None))
    body = loop_body(("v", tensor(F32, None)))
    go_on(body)
    body.output(body.op("Unsqueeze", "v", body.constant([0])), tensor(F32, None))
    y = g.op("Loop", "m", g.true(), "x", body=body)
    g.output(g.op("Shape", y), tensor(I64, None))
    g.output(g.op("Reshape", y, g.constant([-1])), tensor(F32, ["k"]))
    return [(count(0), ramp(2, 3)), (count(3), ramp(2)), (count(1), np.array(4, np.float32))]


@case()
def loop_nested_scans(g):
    """A loop in a loop; both scan, the inner one as many values as the outer number says, padded to a fixed shape."""
    g.input("m", tensor(I64, []))
    g.input("x", tensor(F32, ["n"]))
    inner = loop_body(("w", tensor(F32, ["n"])), i="j", go="gj")
    go_on(inner, "gj")
    product = inner.op("Mul", "w", inner.op("Cast", inner.op("Add", "j", inner.constant(1)), to=F32), out="product")
    inner.output(product, tensor(F32, ["n"]))
    inner.output(inner.op("Add", product, "x"), tensor(F32, ["n"]))
    outer = loop_body(("v", tensor(F32, ["n"])))
    go_on(outer)
    last, inners = outer.op("Loop", outer.op("Add", "i", outer.constant(1)), outer.true(), "v", body=inner, outputs=2)
    outer.output(last, tensor(F32, ["n"]))
    outer.output(outer.op("ReduceSum", inners, outer.constant([0]), keepdims=0), tensor(F32, ["n"]))
    outer.output(outer.op("Shape", inners), tensor(I64, [2]))
    for name, type_proto in zip(g.op("Loop", "m", g.true(), "x", body=outer, outputs=3),
                                [tensor(F32, ["n"]), tensor(F32, ["k", "n"]), tensor(I64, ["k", 2])]):
        g.output(name, type_proto)
    return [(count(3), ramp(2)), (count(1), ramp(3)), (count(4), ramp(1))]


@case()
def loop_captures_from_three_levels(g):
    """The innermost body uses the model's input, and what each loop around it made and counts."""
    g.input("x", tensor(I64, ["n"]))
    innermost = loop_body(("a", tensor(I64, ["n"])), i="k", go="gk")
    go_on(innermost, "gk")
    total = innermost.op("Add", innermost.op("Add", "i", "j"), "k")
    total = innermost.op("Add", innermost.op("Add", total, "twice"), innermost.op("Mul", "middle", "x"))
    innermost.output(innermost.op("Add", "a", total), tensor(I64, ["n"]))
    middle = loop_body(("b", tensor(I64, ["n"])), i="j", go="gj")
    go_on(middle, "gj")
    middle.op("Sub", "j", "i", out="middle")
    middle.output(middle.op("Loop", middle.constant(2), middle.true(), "b", body=innermost), tensor(I64, ["n"]))
    outer = loop_body(("c", tensor(I64, ["n"])))
    go_on(outer)
    outer.op("Add", "x", outer.op("Add", "i", "i"), out="twice")
    outer.output(outer.op("Loop", outer.op("Add", "i", outer.constant(1)), outer.true(), "c", body=middle), tensor(I64, ["n"]))
    g.output(g.op("Loop", g.constant(3), g.true(), "x", body=outer), tensor(I64, ["n"]))
    return [(integers(1, 2),), (integers(5, 0, -3),), (integers(),)]


@case()
def loop_in_if_in_scan(g):
    """For each row a branch: one of them sums powers of the row in a loop whose trip count the row decides."""
    g.input("s", tensor(F32, [2]))
    g.input("x", tensor(F32, ["n", 2]))
    powers = loop_body(("p", tensor(F32, [2])))
    go_on(powers)
    powers.output(powers.op("Add", powers.op("Mul", "p", "row"), "s_in"), tensor(F32, [2]))
    looped = branch(("y1", tensor(F32, [2])))
    looped.op("Loop", "trips", looped.true(), "row", out="y1", body=powers)
    plain = branch(("y0", tensor(F32, [2])))
    plain.op("Neg", "row", out="y0")
    body = Graph()
    body.input("s_in", tensor(F32, [2]))
    body.input("row", tensor(F32, [2]))
    first = body.op("Gather", "row", body.constant(0))
    body.op("Cast", first, out="trips", to=I64)
    condition = body.op("Greater", "trips", body.constant(1))
    y = body.op("If", condition, then_branch=looped, else_branch=plain)
    body.output(body.op("Add", "s_in", y), tensor(F32, [2]))
    body.output(y, tensor(F32, [2]))
    state, rows = g.op("Scan", "s", "x", body=body, num_scan_inputs=1, outputs=2)
    g.output(state, tensor(F32, [2]))
    g.output(rows, tensor(F32, ["n", 2]))
    return [(ramp(2), ramp(3, 2, step=0.5)), (ramp(2), ramp(1, 2, start=3)), (ramp(2, start=0), ramp(4, 2, start=-2))]


@case()
def loop_siblings_share_names(g):
    """Two loops whose bodies use the same names for different things."""
    g.input("x", tensor(F32, ["n"]))
    results = []
    for operation, scale, trips in [("Add", 2, 3), ("Mul", 3, 2)]:
        body = loop_body(("v", tensor(F32, ["n"])))
        body.op("Identity", "go", out="again")
        body.op(operation, "v", body.constant(scale, np.float32, out="scale"), out="w")
        body.output("again", tensor(BOOL, []))
        body.output("w", tensor(F32, ["n"]))
        results.append(g.op("Loop", g.constant(trips), g.true(), "x", body=body))
    g.output(g.op("Sub", *results), tensor(F32, ["n"]))
    return [(ramp(2),), (ramp(5),)]


@case(reference=SCANS, onnxruntime="scans the number that the last iteration has for all of them")
def loop_outputs_are_inputs(g):
    """The carried values change places, the condition goes through, the number is scanned."""
    g.input("m", tensor(I64, []))
    g.input("x", tensor(F32, ["n"]))
    g.input("y", tensor(F32, ["n"]))
    body = loop_body(("a", tensor(F32, ["n"])), ("b", tensor(F32, ["n"])))
    for name, type_proto in [("go", tensor(BOOL, [])), ("b", tensor(F32, ["n"])), ("a", tensor(F32, ["n"])),
                             ("i", tensor(I64, [])), ("a", tensor(F32, ["n"]))]:
        body.output(name, type_proto)
    for name, type_proto in zip(g.op("Loop", "m", g.true(), "x", "y", body=body, outputs=4),
                                [tensor(F32, ["n"]), tensor(F32, ["n"]), tensor(I64, ["m"]), tensor(F32, ["m", "n"])]):
        g.output(name, type_proto)

    def expected(m, x, y):
        return [y if m % 2 else x, x if m % 2 else y, np.arange(m, dtype=np.int64),
                np.stack([y if i % 2 else x for i in range(m)])]
    return [(count(3), ramp(2), -ramp(2)), (count(4), ramp(3), -ramp(3)), (count(1), ramp(1), -ramp(1))], expected


@case(reference=SCANS)
def loop_fibonacci(g):
    """Two carried values, the new one of each made of both; int64 scalars."""
    g.input("m", tensor(I64, []))
    body = loop_body(("a", tensor(I64, [])), ("b", tensor(I64, [])))
    go_on(body)
    body.output(body.op("Identity", "b"), tensor(I64, []))
    body.output(body.op("Add", "a", "b"), tensor(I64, []))
    body.output(body.op("Identity", "a"), tensor(I64, []))
    names = g.op("Loop", "m", g.true(), g.constant(0), g.constant(1), body=body, outputs=3)
    for name, shape in zip(names, [[], [], ["m"]]):
        g.output(name, tensor(I64, shape))
    return [(count(10),), (count(1),), (count(90),)]


@case(reference=SCANS)
def loop_rows(g):
    """The trip count is an extent; each trip takes the row of its number and writes another."""
    g.input("x", tensor(F32, ["n", "k"]))
    body = loop_body(("table", tensor(F32, ["n", "k"])))
    go_on(body)
    row = body.op("Gather", "x", "i", axis=0)
    norm = body.op("Div", row, body.op("ReduceMax", row, axes=[0], keepdims=1))
    place = body.op("Reshape", body.op("Sub", "last", "i"), body.constant([1, 1]))
    body.output(body.op("ScatterND", "table", place, body.op("Unsqueeze", norm, body.constant([0]))),
                tensor(F32, ["n", "k"]))
    body.output(body.op("ReduceSum", row, body.constant([0]), keepdims=0), tensor(F32, []))
    n = g.op("Gather", g.op("Shape", "x"), g.constant(0))
    g.op("Sub", n, g.constant(1), out="last")
    table, sums = g.op("Loop", n, g.true(), "x", body=body, outputs=2)
    g.output(table, tensor(F32, ["n", "k"]))
    g.output(sums, tensor(F32, ["n"]))
    return [(ramp(3, 2),), (ramp(1, 4),), (ramp(5, 1),)]


@case()
def loop_early_exit_scans(g):
    """A trip count as bound, an end by the condition: as many scanned values as trips were run."""
    g.input("m", tensor(I64, []))
    g.input("x", tensor(F32, ["n"]))
    y, squares = g.op("Loop", "m", g.true(), "x", body=running_sum(scans=True), outputs=2)
    g.output(y, tensor(F32, ["n"]))
    g.output(squares, tensor(F32, ["k", "n"]))
    return [(count(1000), ramp(2)), (count(2), ramp(3)), (count(10**12), ramp(1, start=-100))], \
        lambda m, x: list(run_sum(m, True, x))


@case(reference=SCANS)
def loop_halves_while_even(g):
    """How many trips there are is in the data: halved while even, with a test on integers."""
    g.input("x", tensor(I64, []))
    body = loop_body(("v", tensor(I64, [])))
    half = body.op("Div", "v", body.constant(2))
    rest = body.op("Mod", half, body.constant(2))
    body.output(body.op("Equal", rest, body.constant(0)), tensor(BOOL, []))
    body.output(half, tensor(I64, []))
    body.output(body.op("Identity", "v"), tensor(I64, []))
    is_even = g.op("Equal", g.op("Mod", "x", g.constant(2)), g.constant(0))
    y, seen = g.op("Loop", "", is_even, "x", body=body, outputs=2)
    g.output(y, tensor(I64, []))
    g.output(seen, tensor(I64, ["k"]))
    return [(count(48),), (count(-6),), (count(2**40),)]


def sequence_loop(g, axis, new_axis):
    """Appends (i + 1) * x in each trip to a sequence that holds x, and joins what it has."""
    g.input("m", tensor(I64, []))
    g.input("x", tensor(F32, ["n", 2]))
    body = loop_body(("s", sequence(F32, ["n", 2])))
    go_on(body)
    scaled = body.op("Mul", "x", body.op("Cast", body.op("Add", "i", body.constant(1)), to=F32))
    body.output(body.op("SequenceInsert", "s", scaled), sequence(F32, ["n", 2]))
    s = g.op("Loop", "m", g.true(), g.op("SequenceConstruct", "x"), body=body)
    g.output(g.op("ConcatFromSequence", s, axis=axis, new_axis=new_axis), tensor(F32, None))
    g.output(g.op("SequenceLength", s), tensor(I64, []))
    return [(count(3), ramp(2, 2)), (count(0), ramp(1, 2)), (count(5), ramp(3, 2))]


@case()
def loop_sequence_concat(g):
    return sequence_loop(g, axis=0, new_axis=0)


@case()
def loop_sequence_concat_last_axis(g):
    return sequence_loop(g, axis=-1, new_axis=0)


@case()
def loop_sequence_stack(g):
    return sequence_loop(g, axis=0, new_axis=1)


@case()
def loop_sequence_stack_last_axis(g):
    return sequence_loop(g, axis=-1, new_axis=1)


@case()
def loop_sequence_of_growing_tensors(g):
    """Each trip appends what stands at -1 with one element more; elements of different extents."""
    g.input("m", tensor(I64, []))
    g.input("x", tensor(F32, ["n"]))
    body = loop_body(("s", sequence(F32)))
    go_on(body)
    last = body.op("SequenceAt", "s", body.constant(-1))
    one = body.op("Unsqueeze", body.op("Cast", "i", to=F32), body.constant([0]))
    body.output(body.op("SequenceInsert", "s", body.op("Concat", last, one, axis=0)), sequence(F32))
    s = g.op("Loop", "m", g.true(), g.op("SequenceConstruct", "x"), body=body)
    g.output(s, sequence(F32))
    g.output(g.op("ConcatFromSequence", s, axis=0), tensor(F32, ["k"]))
    return [(count(3), ramp(1)), (count(0), ramp(2)), (count(4), ramp(0))]


@case()
def loop_sequence_erase(g):
    """A queue: the first element is taken, its halves are appended, while there are elements with more than one."""
    g.input("x", tensor(F32, ["n"]))
    body = loop_body(("queue", sequence(F32)))
    first = body.op("SequenceAt", "queue", body.constant(0))
    rest = body.op("SequenceErase", "queue", body.constant(0))
    size = body.op("Size", first)
    half = body.op("Unsqueeze", body.op("Div", size, body.constant(2)), body.constant([0]))
    left = body.op("Slice", first, body.constant([0]), half)
    right = body.op("Slice", first, half, body.op("Unsqueeze", size, body.constant([0])))
    queue = body.op("SequenceInsert", body.op("SequenceInsert", rest, left), right)
    head = body.op("SequenceAt", queue, body.constant(0))
    body.output(body.op("Greater", body.op("Size", head), body.constant(1)), tensor(BOOL, []))
    body.output(queue, sequence(F32))
    start = g.op("Greater", g.op("Size", "x"), g.constant(1))
    queue = g.op("Loop", "", start, g.op("SequenceConstruct", "x"), body=body)
    g.output(queue, sequence(F32))
    return [(ramp(4),), (ramp(7),), (ramp(1),)]


@case()
def loop_sequence_erased_to_nothing(g):
    """As many erasures as elements; what comes out is empty."""
    g.input("s", sequence(F32, ["n"]))
    body = loop_body(("q", sequence(F32, ["n"])), ("total", tensor(F32, [])))
    go_on(body)
    last = body.op("SequenceAt", "q", body.constant(-1))
    body.output(body.op("SequenceErase", "q"), sequence(F32, ["n"]))
    body.output(body.op("Add", "total", body.op("ReduceSum", last, body.constant([0]), keepdims=0)), tensor(F32, []))
    s, total = g.op("Loop", g.op("SequenceLength", "s"), g.true(), "s", g.constant(0, np.float32), body=body, outputs=2)
    g.output(s, sequence(F32, ["n"]))
    g.output(total, tensor(F32, []))
    return [([ramp(2), ramp(3)],), ([],), ([ramp(0), ramp(1), ramp(4)],)]


@case(reference="inserts nothing into an empty sequence")
def loop_two_sequences(g):
    """Even numbers go to one sequence, odd ones to the other, by If; both are empty at first."""
    g.input("m", tensor(I64, []))
    body = loop_body(("evens", sequence(I64, [])), ("odds", sequence(I64, [])))
    go_on(body)
    is_even = body.op("Equal", body.op("Mod", "i", body.constant(2)), body.constant(0))
    even = branch(("e0", sequence(I64, [])), ("e1", sequence(I64, [])))
    even.op("SequenceInsert", "evens", "i", out="e0")
    even.op("Identity", "odds", out="e1")
    odd = branch(("o0", sequence(I64, [])), ("o1", sequence(I64, [])))
    odd.op("Identity", "evens", out="o0")
    odd.op("SequenceInsert", "odds", "i", odd.constant(0), out="o1")
    for name in body.op("If", is_even, outputs=2, then_branch=even, else_branch=odd):
        body.output(name, sequence(I64, []))
    empties = [g.op("SequenceEmpty", dtype=I64) for _ in range(2)]
    for name in g.op("Loop", "m", g.true(), *empties, body=body, outputs=2):
        g.output(name, sequence(I64, []))
    return [(count(5),), (count(0),), (count(1),)]


@case(reference="carries no optionals that are empty")
def loop_optional_carried(g):
    """None at first; each trip puts Some of the sum so far. Behind the loop the value or a default."""
    g.input("m", tensor(I64, []))
    g.input("x", tensor(F32, ["n"]))
    content = tensor(F32, ["n"])
    body = loop_body(("o", optional(content)))
    go_on(body)
    first = branch(("f", content))
    first.op("Identity", "x", out="f")
    later = branch(("l", content))
    later.op("Add", "x", later.op("OptionalGetElement", "o"), out="l")
    total = body.op("If", body.op("OptionalHasElement", "o"), then_branch=later, else_branch=first)
    body.output(body.op("Optional", total), optional(content))
    option = g.op("Loop", "m", g.true(), g.op("Optional", type=content), body=body)
    has = g.op("OptionalHasElement", option)
    value = branch(("v", content))
    value.op("OptionalGetElement", option, out="v")
    default = branch(("d", content))
    default.op("Neg", "x", out="d")
    g.output(has, tensor(BOOL, []))
    g.output(g.op("If", has, then_branch=value, else_branch=default), content)
    return [(count(0), ramp(2)), (count(1), ramp(3)), (count(4), ramp(1))], \
        lambda m, x: [truth(m > 0), np.float32(m) * x if m > 0 else -x]


@case(reference=NO_CONDITION)
def loop_shadows_outer_names(g):
    """Inputs of the body have names of outer values; inside they are the inner ones."""
    g.input("i", tensor(I64, []))
    g.input("v", tensor(I64, []))
    body = loop_body(("v", tensor(I64, [])))
    go_on(body)
    body.output(body.op("Add", "v", "i"), tensor(I64, []))
    y = g.op("Loop", g.constant(4), "", g.op("Mul", "v", "i"), body=body)
    g.output(g.op("Add", y, "i"), tensor(I64, []))
    return [(count(10), count(3)), (count(0), count(5))], lambda i, v: [i * v + 6 + i]


@case(reference=SCANS)
def loop_uses_last_condition(g):
    """The condition that goes into the body is the one of the trip before, true at first."""
    g.input("m", tensor(I64, []))
    body = loop_body(("k", tensor(I64, [])))
    body.output(body.op("Less", "i", body.constant(3)), tensor(BOOL, []))
    body.output(body.op("Add", "k", body.op("Cast", "go", to=I64)), tensor(I64, []))
    body.output(body.op("Not", "go"), tensor(BOOL, []))
    k, seen = g.op("Loop", "m", g.true(), g.constant(0), body=body, outputs=2)
    g.output(k, tensor(I64, []))
    g.output(seen, tensor(BOOL, ["k"]))
    return [(count(2),), (count(9),)]


# ---- Scan.

def scan_body(states, slices):
    """A body of Scan; both arguments: pairs of name and type."""
    body = Graph()
    for name, type_proto in states + slices:
        body.input(name, type_proto)
    return body


def prefix_sums(shape=("k",)):
    """The state is the sum of the slices so far; it is scanned too."""
    body = scan_body([("sum_in", tensor(F32, shape))], [("slice", tensor(F32, shape))])
    total = body.op("Add", "sum_in", "slice")
    body.output(total, tensor(F32, shape))
    body.output(body.op("Identity", total), tensor(F32, shape))
    return body


def scan_sums(g, shape, **attributes):
    g.input("s", tensor(F32, ["k"]))
    g.input("x", tensor(F32, shape))
    state, sums = g.op("Scan", "s", "x", body=prefix_sums(), num_scan_inputs=1, outputs=2, **attributes)
    g.output(state, tensor(F32, ["k"]))
    g.output(sums, tensor(F32, ["a", "b"]))
    # The model's length is an axis of x.
    return [(ramp(2, start=10), ramp(*(3 if extent == "n" else 2 for extent in shape))),
            (ramp(3, start=-4), ramp(*(1 if extent == "n" else 3 for extent in shape))),
            (ramp(1), ramp(*(5 if extent == "n" else 1 for extent in shape)))]


def sums_along(axis=0, backward=False, out_axis=0, out_backward=False):
    def expected(s, x):
        steps = np.moveaxis(x, axis, 0)
        sums = s + np.cumsum(steps[::-1] if backward else steps, axis=0, dtype=np.float32)
        return [sums[-1], np.moveaxis(sums[::-1] if out_backward else sums, 0, out_axis)]
    return expected


NO_AXES = "does not implement scan axes and directions"


@case(opset=[9, 11, 16, 19, 21, 23])
def scan_version(g):
    return scan_sums(g, ["n", "k"]), sums_along()


@case(reference=NO_AXES)
def scan_axis_1(g):
    return scan_sums(g, ["k", "n"], scan_input_axes=[1]), sums_along(axis=1)


@case(reference=NO_AXES)
def scan_axis_minus_1(g):
    return scan_sums(g, ["k", "n"], scan_input_axes=[-1]), sums_along(axis=1)


@case(reference=NO_AXES)
def scan_backward(g):
    return scan_sums(g, ["n", "k"], scan_input_directions=[1]), sums_along(backward=True)


@case(reference=NO_AXES)
def scan_output_backward(g):
    """The first step's value comes last; the state does not change by that."""
    return scan_sums(g, ["n", "k"], scan_output_directions=[1]), sums_along(out_backward=True)


@case(reference=NO_AXES)
def scan_both_backward(g):
    return (scan_sums(g, ["n", "k"], scan_input_directions=[1], scan_output_directions=[1]),
            sums_along(backward=True, out_backward=True))


@case(reference=NO_AXES)
def scan_output_axis_1(g):
    return scan_sums(g, ["n", "k"], scan_output_axes=[1]), sums_along(out_axis=1)


@case(reference=NO_AXES)
def scan_all_axes_and_directions(g):
    return (scan_sums(g, ["k", "n"], scan_input_axes=[-1], scan_input_directions=[1], scan_output_axes=[-1],
                      scan_output_directions=[1]),
            sums_along(axis=1, backward=True, out_axis=1, out_backward=True))


@case(reference=NO_AXES)
def scan_middle_axis(g):
    """The middle axis of three, in and out."""
    g.input("x", tensor(F32, ["a", "n", "b"]))
    body = scan_body([], [("slice", tensor(F32, ["a", "b"]))])
    body.output(body.op("Transpose", "slice"), tensor(F32, ["b", "a"]))
    g.output(g.op("Scan", "x", body=body, num_scan_inputs=1, scan_input_axes=[1], scan_output_axes=[-2]),
             tensor(F32, ["b", "n", "a"]))
    return ([(ramp(2, 3, 4),), (ramp(1, 5, 2),), (ramp(3, 1, 1),)], lambda x: [np.transpose(x, (2, 1, 0))])


@case(reference=NO_AXES)
def scan_several(g):
    """Two states, three inputs on different axes, two of them backward; three outputs."""
    g.input("total", tensor(F32, []))
    g.input("vector", tensor(F32, ["k"]))
    g.input("x", tensor(F32, ["n", "k"]))
    g.input("y", tensor(F32, ["k", "n"]))
    g.input("z", tensor(I64, ["n"]))
    body = scan_body([("t", tensor(F32, [])), ("v", tensor(F32, ["k"]))],
                     [("xs", tensor(F32, ["k"])), ("ys", tensor(F32, ["k"])), ("zs", tensor(I64, []))])
    mixed = body.op("Mul", body.op("Sub", "xs", "ys"), body.op("Cast", "zs", to=F32))
    vector = body.op("Add", "v", mixed)
    body.output(body.op("Add", "t", body.op("ReduceSum", mixed, body.constant([0]), keepdims=0)), tensor(F32, []))
    body.output(vector, tensor(F32, ["k"]))
    body.output(body.op("Identity", vector), tensor(F32, ["k"]))
    body.output(body.op("Greater", "xs", "ys"), tensor(BOOL, ["k"]))
    body.output(body.op("Mul", "zs", "zs"), tensor(I64, []))
    names = g.op("Scan", "total", "vector", "x", "y", "z", body=body, num_scan_inputs=3, scan_input_axes=[0, 1, -1],
                 scan_input_directions=[0, 1, 1], scan_output_axes=[1, 0, 0], scan_output_directions=[0, 1, 0], outputs=5)
    for name, element, shape in zip(names, [F32, F32, F32, BOOL, I64], [[], ["k"], ["k", "n"], ["n", "k"], ["n"]]):
        g.output(name, tensor(element, shape))

    def expected(t, v, x, y, z):
        ys, zs = y.T[::-1], z[::-1]
        mixed = (x - ys) * zs[:, None].astype(np.float32)
        vectors = v + np.cumsum(mixed, axis=0, dtype=np.float32)
        return [np.float32(t + mixed.sum()), vectors[-1], vectors.T, (x > ys)[::-1], zs * zs]
    return [(np.array(n, np.float32), ramp(k), ramp(n, k), ramp(k, n, start=4, step=-1), np.arange(n, dtype=np.int64) + 1)
            for n, k in [(3, 2), (1, 4), (4, 1)]], expected


@case()
def scan_no_states(g):
    """Only slices: two inputs, a product of each pair of rows."""
    g.input("x", tensor(F32, ["n", "k"]))
    g.input("y", tensor(F32, ["n", "k"]))
    body = scan_body([], [("a", tensor(F32, ["k"])), ("b", tensor(F32, ["k"]))])
    body.output(body.op("MatMul", "a", "b"), tensor(F32, []))
    g.output(g.op("Scan", "x", "y", body=body, num_scan_inputs=2), tensor(F32, ["n"]))
    return [(ramp(3, 2), -ramp(3, 2)), (ramp(1, 5), ramp(1, 5))]


@case()
def scan_no_outputs(g):
    """Only a state: a product of matrices that grows numbers, in the order of the slices."""
    g.input("s", tensor(F32, [2, 2]))
    g.input("x", tensor(F32, ["n", 2, 2]))
    body = scan_body([("m", tensor(F32, [2, 2]))], [("f", tensor(F32, [2, 2]))])
    body.output(body.op("MatMul", "m", "f"), tensor(F32, [2, 2]))
    g.output(g.op("Scan", "s", "x", body=body, num_scan_inputs=1), tensor(F32, [2, 2]))
    return [(ramp(2, 2), ramp(3, 2, 2, step=0.25)), (ramp(2, 2), ramp(1, 2, 2))]


@case(reference="fails without a step", onnxruntime="fails without a step")
def scan_length_0(g):
    """No step: the state stays, what is scanned has no elements and the extents that the body declares."""
    g.input("s", tensor(F32, [2]))
    g.input("x", tensor(F32, ["n", 2]))
    state, sums = g.op("Scan", "s", "x", body=prefix_sums([2]), num_scan_inputs=1, scan_output_axes=[1], outputs=2)
    g.output(state, tensor(F32, [2]))
    g.output(sums, tensor(F32, [2, "n"]))

    def expected(s, x):
        return sums_along(out_axis=1)(s, x) if len(x) else [s, np.zeros((2, 0), np.float32)]
    return [(ramp(2), ramp(0, 2)), (ramp(2), ramp(3, 2))], expected


@case()
def scan_nested(g):
    """A scan over the columns of each row of a scan: a table of sums over all that is above and left."""
    g.input("x", tensor(F32, ["n", "k"]))
    inner = scan_body([("r", tensor(F32, []))], [("e", tensor(F32, []))])
    total = inner.op("Add", "r", "e")
    inner.output(total, tensor(F32, []))
    inner.output(inner.op("Identity", total), tensor(F32, []))
    outer = scan_body([("above", tensor(F32, ["k"]))], [("row", tensor(F32, ["k"]))])
    _, sums = outer.op("Scan", outer.constant(0, np.float32), "row", body=inner, num_scan_inputs=1, outputs=2)
    table = outer.op("Add", "above", sums)
    outer.output(table, tensor(F32, ["k"]))
    outer.output(outer.op("Identity", table), tensor(F32, ["k"]))
    k = g.op("Shape", "x", start=1)
    zeros = g.op("ConstantOfShape", k)
    _, table = g.op("Scan", zeros, "x", body=outer, num_scan_inputs=1, outputs=2)
    g.output(table, tensor(F32, ["n", "k"]))
    return [(ramp(3, 2),), (ramp(1, 4),), (ramp(4, 1),)], lambda x: [x.cumsum(0).cumsum(1)]


@case()
def scan_captures(g):
    """A recurrent cell written as a Scan: weights and bias are outer values, an initializer and computed ones."""
    g.input("h", tensor(F32, ["b", 3]))
    g.input("x", tensor(F32, ["t", "b", 2]))
    w = g.constant(waves(2, 3, seed=1), np.float32)
    bias = g.op("Neg", g.constant([0.5, -0.25, 0.125], np.float32))
    body = scan_body([("h_in", tensor(F32, ["b", 3]))], [("x_t", tensor(F32, ["b", 2]))])
    from_h = body.op("MatMul", "h_in", body.constant(waves(3, 3, seed=2), np.float32))
    h = body.op("Tanh", body.op("Add", body.op("Add", body.op("MatMul", "x_t", w), from_h), bias))
    body.output(h, tensor(F32, ["b", 3]))
    body.output(body.op("Identity", h), tensor(F32, ["b", 3]))
    last, all_of_them = g.op("Scan", "h", "x", body=body, num_scan_inputs=1, outputs=2)
    g.output(last, tensor(F32, ["b", 3]))
    g.output(all_of_them, tensor(F32, ["t", "b", 3]))

    def expected(h, x):
        rows = []
        for x_t in x:
            h = np.tanh(x_t @ waves(2, 3, seed=1) + h @ waves(3, 3, seed=2) - np.array([0.5, -0.25, 0.125], np.float32))
            rows.append(h)
        return [h, np.stack(rows)]
    return [(np.zeros((b, 3), np.float32), waves(t, b, 2, seed=b)) for t, b in [(4, 2), (1, 1), (6, 3)]], expected


@case()
def scan_state_decides(g):
    """An If on the state in each step: a sum that starts again when it has become too large."""
    g.input("x", tensor(F32, ["n"]))
    body = scan_body([("s", tensor(F32, []))], [("e", tensor(F32, []))])
    total = body.op("Add", "s", "e", out="total")
    reset = branch(("zero", tensor(F32, [])))
    reset.op("Sub", total, total, out="zero")
    keep = branch(("kept", tensor(F32, [])))
    keep.op("Identity", total, out="kept")
    is_large = body.op("Greater", total, body.constant(6, np.float32))
    s = body.op("If", is_large, then_branch=reset, else_branch=keep)
    body.output(s, tensor(F32, []))
    body.output(body.op("Identity", is_large), tensor(BOOL, []))
    s, resets = g.op("Scan", g.constant(0, np.float32), "x", body=body, num_scan_inputs=1, outputs=2)
    g.output(s, tensor(F32, []))
    g.output(resets, tensor(BOOL, ["n"]))

    def expected(x):
        s, resets = np.float32(0), []
        for e in x:
            resets.append(s + e > 6)
            s = np.float32(0) if resets[-1] else s + e
        return [np.float32(s), np.array(resets)]
    return [(ramp(6),), (ramp(2),), (ramp(4, start=7),)], expected


def batched_sums(backward=False, lens=None):
    """Scan 8: batch axis 0, scan axis 1; what is behind a sequence's length is 0."""
    def expected(*values):
        s, x = values[-2:]
        lengths = values[0] if len(values) == 3 else [x.shape[1]] * len(x)
        states, out = s.copy(), np.zeros_like(x)
        for b, length in enumerate(lengths):
            for step in range(length):
                states[b] += x[b, length - 1 - step if backward else step]
                out[b, step] = states[b]
        return [states, out]
    return expected


def scan_batched(g, with_lengths, **attributes):
    if with_lengths:
        g.input("lengths", tensor(I64, ["b"]))
    g.input("s", tensor(F32, ["b", "k"]))
    g.input("x", tensor(F32, ["b", "n", "k"]))
    state, sums = g.op("Scan", "lengths" if with_lengths else "", "s", "x", body=prefix_sums(), num_scan_inputs=1,
                       outputs=2, **attributes)
    g.output(state, tensor(F32, ["b", "k"]))
    g.output(sums, tensor(F32, ["b", "n", "k"]))


BATCHED = "has only Scan 9"


@case(opset=8, reference=BATCHED)
def scan8(g):
    scan_batched(g, False)
    return [(ramp(2, 1), ramp(2, 3, 1)), (ramp(1, 2), ramp(1, 4, 2)), (ramp(3, 2), ramp(3, 1, 2))], batched_sums()


@case(opset=8, reference=BATCHED)
def scan8_backward(g):
    scan_batched(g, False, directions=[1])
    return [(ramp(2, 1), ramp(2, 3, 1)), (ramp(3, 2), ramp(3, 2, 2))], batched_sums(backward=True)


@case(opset=8, reference=BATCHED)
def scan8_lengths(g):
    scan_batched(g, True)
    return [(integers(3, 2), ramp(2, 1), ramp(2, 3, 1)), (integers(4), ramp(1, 2), ramp(1, 4, 2)),
            (integers(1, 3, 2), ramp(3, 2), ramp(3, 3, 2))], batched_sums()


@case(opset=8, reference=BATCHED)
def scan8_lengths_backward(g):
    scan_batched(g, True, directions=[1])
    return [(integers(3, 2), ramp(2, 1), ramp(2, 3, 1)), (integers(2, 1, 3), ramp(3, 2), ramp(3, 3, 2))], \
        batched_sums(backward=True)


# ---- SequenceMap.

def map_body(*inputs):
    body = Graph()
    for name, type_proto in inputs:
        body.input(name, type_proto)
    return body


@case(reference="takes no sequence behind a tensor")
def sequence_map_tensor_and_sequences(g):
    """A sequence, a tensor that is passed whole, another sequence."""
    g.input("a", sequence(F32, None))
    g.input("t", tensor(F32, ["k"]))
    g.input("b", sequence(F32, None))
    body = map_body(("ea", tensor(F32, None)), ("et", tensor(F32, ["k"])), ("eb", tensor(F32, None)))
    body.output(body.op("Add", body.op("Mul", "ea", "et"), "eb"), tensor(F32, None))
    g.output(g.op("SequenceMap", "a", "t", "b", body=body), sequence(F32, None))
    return [([ramp(2), ramp(3, 2)], ramp(2), [ramp(2), ramp(1, 2)]), ([ramp(3)], ramp(3), [ramp(3)]),
            ([ramp(1)] * 4, ramp(1), [ramp(2)] * 4)], lambda a, t, b: [[x * t + y for x, y in zip(a, b)]]


@case()
def sequence_map_several_outputs(g):
    """Three sequences of different element types come out."""
    g.input("a", sequence(F32, None))
    body = map_body(("e", tensor(F32, None)))
    body.output(body.op("Neg", "e"), tensor(F32, None))
    body.output(body.op("Shape", "e"), tensor(I64, ["r"]))
    body.output(body.op("Greater", "e", body.constant(2, np.float32)), tensor(BOOL, None))
    for name, element in zip(g.op("SequenceMap", "a", body=body, outputs=3), [F32, I64, BOOL]):
        g.output(name, sequence(element, None))
    return [([ramp(2), ramp(3, 2), ramp(0)],), ([ramp(1, 1, 1)],)], \
        lambda a: [[-e for e in a], [np.array(e.shape, np.int64) for e in a], [e > 2 for e in a]]


@case(reference="gives bodies of SequenceMap no outer values")
def sequence_map_captures(g):
    """The body uses an outer input and an outer result; an If in it too."""
    g.input("a", sequence(F32, ["n"]))
    g.input("scale", tensor(F32, []))
    g.op("Mul", "scale", "scale", out="square")
    body = map_body(("e", tensor(F32, ["n"])))
    long = branch(("l", tensor(F32, ["n"])))
    long.op("Mul", "e", "square", out="l")
    short = branch(("s", tensor(F32, ["n"])))
    short.op("Sub", "e", "scale", out="s")
    is_long = body.op("Greater", body.op("Size", "e"), body.constant(2))
    body.output(body.op("If", is_long, then_branch=long, else_branch=short), tensor(F32, ["n"]))
    g.output(g.op("SequenceMap", "a", body=body), sequence(F32, ["n"]))
    return [([ramp(2), ramp(3)], np.array(3, np.float32)), ([ramp(5)], np.array(-1, np.float32))], \
        lambda a, scale: [[e * scale * scale if e.size > 2 else e - scale for e in a]]


@case(reference="has no map over an empty sequence")
def sequence_map_empty(g):
    """No element, no run of the body; the type of what comes out is still known."""
    g.input("a", sequence(F32, ["n"]))
    body = map_body(("e", tensor(F32, ["n"])))
    body.output(body.op("Cast", "e", to=I64), tensor(I64, ["n"]))
    y = g.op("SequenceMap", "a", body=body)
    g.output(y, sequence(I64, ["n"]))
    g.output(g.op("SequenceLength", y), tensor(I64, []))
    return [([],), ([ramp(2)],), ([],)], lambda a: [[e.astype(np.int64) for e in a], count(len(a))]


# ---- Operators on sequences.

THREE = [ramp(1), ramp(2, start=5), ramp(3, start=-3)]


@case()
def sequence_at(g):
    """Positions from both ends, int64 and int32."""
    g.input("s", sequence(F32, ["n"]))
    g.input("p", tensor(I64, []))
    g.input("q", tensor(I32, []))
    for position in ["p", "q"]:
        g.output(g.op("SequenceAt", "s", position), tensor(F32, [position]))
    return [(THREE, count(p), np.array(q, np.int32)) for p, q in [(0, 2), (-1, -3), (1, -2)]] + \
        [([ramp(4)], count(-1), np.array(0, np.int32))], lambda s, p, q: [s[p], s[q]]


@case(reference="inserts nothing into an empty sequence")
def sequence_insert(g):
    """At every place from -n to n, and at the end without a position."""
    g.input("s", sequence(F32, ["n"]))
    g.input("t", tensor(F32, ["k"]))
    g.input("p", tensor(I64, []))
    g.output(g.op("SequenceInsert", "s", "t", "p"), sequence(F32, None))
    g.output(g.op("SequenceInsert", "s", "t"), sequence(F32, None))
    g.output(g.op("SequenceInsert", "s", "t", g.op("Cast", "p", to=I32)), sequence(F32, None))

    def expected(s, t, p):
        inserted = list(s)
        inserted.insert(int(p), t)
        return [inserted, s + [t], inserted]
    return [(THREE, ramp(2), count(p)) for p in range(-3, 4)] + [([], ramp(2), count(0))], expected


@case()
def sequence_erase(g):
    """At places from both ends, and the last without a position."""
    g.input("s", sequence(F32, ["n"]))
    g.input("p", tensor(I32, []))
    g.output(g.op("SequenceErase", "s", "p"), sequence(F32, ["n"]))
    g.output(g.op("SequenceErase", "s"), sequence(F32, ["n"]))
    return [(THREE, np.array(p, np.int32)) for p in [0, 1, 2, -1, -3]] + [([ramp(2)], np.array(-1, np.int32))], \
        lambda s, p: [[e for i, e in enumerate(s) if i != p % len(s)], s[:-1]]


@case()
def sequence_values_are_values(g):
    """Changing a sequence leaves the one that it was made of as it is, which is used again behind."""
    g.input("s", sequence(F32, ["n"]))
    g.input("t", tensor(F32, ["k"]))
    longer = g.op("SequenceInsert", "s", "t", g.constant(0))
    shorter = g.op("SequenceErase", "s", g.constant(0))
    g.output(g.op("SequenceLength", "s"), tensor(I64, []))
    g.output(g.op("SequenceInsert", shorter, "t"), sequence(F32, None))
    g.output(longer, sequence(F32, None))
    g.output(g.op("SequenceInsert", longer, g.op("SequenceAt", "s", g.constant(-1))), sequence(F32, None))
    return [(THREE, ramp(2)), ([ramp(1)], ramp(0))]


@case()
def sequence_construct(g):
    """Elements of several ranks, of bool and int64; SequenceEmpty of a type of its own."""
    g.input("x", tensor(I64, ["n"]))
    deep = g.op("Unsqueeze", "x", g.constant([0]))
    mixed = g.op("SequenceConstruct", "x", deep, g.op("ReduceSum", "x", g.constant([0]), keepdims=0))
    g.output(mixed, sequence(I64, None))
    truths = g.op("SequenceConstruct", g.op("Greater", "x", g.constant(2)))
    g.output(truths, sequence(BOOL, None))
    empty = g.op("SequenceEmpty", dtype=BOOL)
    g.output(g.op("SequenceLength", empty), tensor(I64, []))
    g.output(g.op("SequenceInsert", empty, g.op("SequenceAt", truths, g.constant(0))), sequence(BOOL, None))
    g.output(g.op("SequenceLength", mixed), tensor(I64, []))
    return [(integers(1, 2, 3),), (integers(7),), (integers(),)]


@case(opset=[14, 17, 21])
def sequence_identity(g):
    """In at one end and out at the other."""
    g.input("s", sequence(F32, ["n"]))
    g.output(g.op("Identity", "s"), sequence(F32, ["n"]))
    return [(THREE,), ([],), ([ramp(0)],)]


def pieces(x, axis, sizes):
    return np.split(x, np.cumsum(sizes)[:-1], axis=axis)


@case(opset=[11, 17, 24])
def sequence_split_into_ones(g):
    """No split: pieces of size 1, with the axis and without it."""
    g.input("x", tensor(F32, ["n", "k"]))
    g.output(g.op("SplitToSequence", "x", axis=0), sequence(F32, None))
    g.output(g.op("SplitToSequence", "x", axis=0, keepdims=0), sequence(F32, None))
    g.output(g.op("SplitToSequence", "x", axis=-1, keepdims=0), sequence(F32, None))
    return [(ramp(2, 3),), (ramp(1, 1),), (ramp(4, 2),)], \
        lambda x: [[row[None] for row in x], list(x), list(x.T)]


@case(onnxruntime="does not ignore keepdims beside a split")
def sequence_split_into_chunks(g):
    """A scalar: pieces of that size, the last may be smaller; keepdims says nothing then."""
    g.input("x", tensor(F32, ["n", "k"]))
    g.input("size", tensor(I64, []))
    g.output(g.op("SplitToSequence", "x", "size", axis=0, keepdims=0), sequence(F32, None))
    g.output(g.op("SplitToSequence", "x", g.op("Cast", "size", to=I32), axis=-1), sequence(F32, None))

    def expected(x, size):
        return [[x[i:i + size] for i in range(0, x.shape[0], size)], [x[:, i:i + size] for i in range(0, x.shape[1], size)]]
    return [(ramp(5, 4), count(2)), (ramp(3, 3), count(3)), (ramp(2, 1), count(9)), (ramp(4, 6), count(1))], expected


@case()
def sequence_split_into_sizes(g):
    """A vector of sizes, one of them 0; int64 and int32."""
    g.input("x", tensor(F32, ["n", "k"]))
    g.input("sizes", tensor(I64, ["p"]))
    g.output(g.op("SplitToSequence", "x", "sizes", axis=1), sequence(F32, None))
    g.output(g.op("SplitToSequence", "x", g.op("Cast", "sizes", to=I32), axis=-1), sequence(F32, None))
    return [(ramp(2, 5), integers(2, 0, 3)), (ramp(3, 4), integers(4)), (ramp(1, 3), integers(1, 1, 1)),
            (ramp(0, 3), integers(1, 2))], lambda x, sizes: [pieces(x, 1, sizes)] * 2


@case()
def sequence_split_nothing(g):
    """An axis of extent 0 has no pieces of size 1; a vector [0] says one piece without elements."""
    g.input("x", tensor(F32, ["n", 2]))
    ones = g.op("SplitToSequence", "x", axis=0)
    g.output(g.op("SequenceLength", ones), tensor(I64, []))
    g.output(g.op("SplitToSequence", "x", g.op("Shape", "x", end=1), axis=0), sequence(F32, None))
    return [(ramp(0, 2),), (ramp(3, 2),)], lambda x: [count(len(x)), [x]]


@case()
def sequence_concat(g):
    """Along the axes that all ranks have, elements of different extents there."""
    g.input("s", sequence(F32, ["n", 2]))
    g.output(g.op("ConcatFromSequence", "s", axis=0), tensor(F32, None))
    g.output(g.op("ConcatFromSequence", "s", axis=-2), tensor(F32, None))
    return [([ramp(2, 2), ramp(1, 2)],), ([ramp(3, 2)],), ([ramp(0, 2), ramp(2, 2), ramp(0, 2)],)], \
        lambda s: [np.concatenate(s)] * 2


@case()
def sequence_stack(g):
    """A new axis in front, in the middle and at the end; also of scalars."""
    g.input("s", sequence(I64, ["n", 2]))
    g.input("scalars", sequence(F32, []))
    for axis in [0, 1, -1]:
        g.output(g.op("ConcatFromSequence", "s", axis=axis, new_axis=1), tensor(I64, None))
    g.output(g.op("ConcatFromSequence", "scalars", axis=0, new_axis=1), tensor(F32, None))
    return [([ramp(n, 2, dtype=np.int64)] * k, [np.array(i, np.float32) for i in range(k)])
            for n, k in [(3, 2), (1, 1), (0, 3)]], \
        lambda s, scalars: [np.stack(s, axis) for axis in [0, 1, -1]] + [np.stack(scalars)]


@case(reference="inserts nothing into an empty sequence")
def sequence_split_and_concat(g):
    """Split, reversed by inserting in front in a loop, joined again: the input with its rows turned round."""
    g.input("x", tensor(F32, ["n", 2]))
    rows = g.op("SplitToSequence", "x", axis=0, out="rows")
    body = loop_body(("s", sequence(F32, None)))
    go_on(body)
    body.output(body.op("SequenceInsert", "s", body.op("SequenceAt", "rows", "i"), body.constant(0)), sequence(F32, None))
    s = g.op("Loop", g.op("SequenceLength", rows), g.true(), g.op("SequenceEmpty"), body=body)
    g.output(g.op("ConcatFromSequence", s, axis=0), tensor(F32, None))
    return [(ramp(3, 2),), (ramp(1, 2),), (ramp(6, 2),)], lambda x: [x[::-1]]


# ---- Optionals.

@case(opset=[15, 18])
def optional_tensor(g):
    """An optional that goes into the model: whether it has an element, and the element or another value."""
    g.input("o", optional(tensor(F32, ["n"])))
    g.input("x", tensor(F32, ["k"]))
    has = g.op("OptionalHasElement", "o")
    read = branch(("r", tensor(F32, None)))
    read.op("Neg", read.op("OptionalGetElement", "o"), out="r")
    other = branch(("d", tensor(F32, None)))
    other.op("Abs", "x", out="d")
    g.output(has, tensor(BOOL, []))
    g.output(g.op("If", has, then_branch=read, else_branch=other), tensor(F32, None))
    return [(ramp(2), ramp(3)), (None, ramp(3)), (ramp(5), ramp(1)), (None, ramp(0))], \
        lambda o, x: [truth(o is not None), np.abs(x) if o is None else -o]


@case(opset=[16, 18])
def optional_sequence(g):
    """The same with a sequence, the length of which comes out."""
    g.input("o", optional(sequence(F32, ["n"])))
    has = g.op("OptionalHasElement", "o")
    read = branch(("r", tensor(I64, [])))
    read.op("SequenceLength", read.op("OptionalGetElement", "o"), out="r")
    other = branch(("d", tensor(I64, [])))
    other.op("Identity", other.constant(-1), out="d")
    g.output(g.op("If", has, then_branch=read, else_branch=other), tensor(I64, []))
    return [([ramp(2), ramp(3)],), (None,), ([],)], lambda o: [count(-1 if o is None else len(o))]


@case(opset=[15, 18], reference=OPTIONALS)
def optional_made(g):
    """Some of a tensor and of a sequence, none of either, and what is in them."""
    g.input("x", tensor(F32, ["n"]))
    some = g.op("Optional", "x")
    some_sequence = g.op("Optional", g.op("SequenceConstruct", "x", "x"))
    nothing = g.op("Optional", type=tensor(F32, ["n"]))
    no_sequence = g.op("Optional", type=sequence(I64))
    for option in [some, some_sequence, nothing, no_sequence]:
        g.output(g.op("OptionalHasElement", option), tensor(BOOL, []))
    g.output(g.op("OptionalGetElement", some), tensor(F32, ["n"]))
    g.output(g.op("OptionalGetElement", some_sequence), sequence(F32, ["n"]))
    return [(ramp(2),), (ramp(0),)], lambda x: [YES, YES, NO, NO, x, [x, x]]


@case(opset=18)
def optional_of_plain_values(g):
    """Since 18 a tensor and a sequence count as optionals that have an element."""
    g.input("x", tensor(F32, ["n"]))
    g.input("s", sequence(F32, ["n"]))
    for value, type_proto in [("x", tensor(F32, ["n"])), ("s", sequence(F32, ["n"]))]:
        g.output(g.op("OptionalHasElement", value), tensor(BOOL, []))
        g.output(g.op("OptionalGetElement", value), type_proto)
    return [(ramp(2), [ramp(3)]), (ramp(0), [])], lambda x, s: [YES, x, YES, s]


@case(opset=18)
def optional_missing_input(g):
    """Since 18 an input that is not there counts as an optional without an element."""
    g.input("x", tensor(F32, ["n"]))
    g.output(g.op("OptionalHasElement"), tensor(BOOL, []))
    g.output(g.op("OptionalHasElement", ""), tensor(BOOL, []))
    g.output(g.op("Where", g.op("OptionalHasElement", ""), "x", g.op("Neg", "x")), tensor(F32, ["n"]))
    return [(ramp(2),)], lambda x: [NO, NO, -x]


@case(opset=[16, 18], reference="has no Identity of an optional")
def optional_through(g):
    """Identity of an optional, out of the model again."""
    g.input("o", optional(tensor(F32, ["n"])))
    g.output(g.op("Identity", "o"), optional(tensor(F32, ["n"])))
    return [(ramp(2),), (None,), (ramp(0),)], lambda o: [o]


# ---- Functions.

@case()
def function_with_if(g):
    """A function whose body branches, called twice with different values."""
    hot = branch(("h", tensor(F32, None)))
    hot.op("Exp", hot.op("Neg", "a"), out="h")
    cold = branch(("k", tensor(F32, None)))
    cold.op("Mul", "a", "b", out="k")
    g.op("If", g.op("Less", g.op("ReduceMax", "a", keepdims=0), g.op("ReduceMax", "b", keepdims=0)), out="r",
         then_branch=hot, else_branch=cold)
    g.function("Pick", ["a", "b"], ["r"])
    g.input("x", tensor(F32, ["n"]))
    g.input("y", tensor(F32, ["n"]))
    g.output(g.op("Pick", "x", "y", domain="own"), tensor(F32, ["n"]))
    g.output(g.op("Pick", "y", "x", domain="own"), tensor(F32, ["n"]))
    return [(ramp(2), -ramp(2)), (-ramp(3), ramp(3))]


@case(reference=NO_CONDITION)
def function_with_loop(g):
    """A function with a loop in it, called in the body of another loop."""
    body = loop_body(("w", tensor(F32, None)), i="j", go="gj")
    go_on(body, "gj")
    body.output(body.op("Add", body.op("Div", "w", body.constant(2, np.float32)), "a"), tensor(F32, None))
    g.op("Constant", out="zero", value=numpy_helper.from_array(np.array(0, np.float32)))
    start = g.op("Mul", "a", "zero")
    g.op("Loop", "times", "", start, out="r", body=body)
    g.function("Decayed", ["a", "times"], ["r"])
    g.input("x", tensor(F32, ["n"]))
    g.input("m", tensor(I64, []))
    outer = loop_body(("v", tensor(F32, ["n"])))
    go_on(outer)
    outer.output(outer.op("Decayed", "v", outer.op("Add", "i", outer.constant(1)), domain="own"), tensor(F32, ["n"]))
    outer.output(outer.op("Decayed", "x", "i", domain="own"), tensor(F32, ["n"]))
    y, table = g.op("Loop", "m", g.true(), "x", body=outer, outputs=2)
    g.output(y, tensor(F32, ["n"]))
    g.output(table, tensor(F32, ["m", "n"]))
    return [(ramp(2), count(3)), (ramp(3), count(1)), (ramp(1), count(5))]


@case()
def function_with_attribute(g):
    """An attribute of the function goes to a node in a branch of its body."""
    tall = branch(("t", tensor(F32, None)))
    tall.op("Concat", "a", "a", out="t", axis=0)
    reference = onnx.AttributeProto(name="axis", type=onnx.AttributeProto.INT, ref_attr_name="along")
    tall.nodes[-1].attribute[0].CopyFrom(reference)
    same = branch(("s", tensor(F32, None)))
    same.op("Identity", "a", out="s")
    g.op("If", "twice", out="r", then_branch=tall, else_branch=same)
    g.function("Widen", ["a", "twice"], ["r"], attributes=["along"])
    g.input("x", tensor(F32, ["n", "k"]))
    g.input("c", tensor(BOOL, []))
    g.output(g.op("Widen", "x", "c", domain="own", along=0), tensor(F32, None))
    g.output(g.op("Widen", "x", g.op("Not", "c"), domain="own", along=1), tensor(F32, None))
    return [(ramp(2, 3), YES), (ramp(2, 3), NO), (ramp(1, 4), YES)], \
        lambda x, c: [np.concatenate([x, x]) if c else x, x if c else np.concatenate([x, x], axis=1)]


@case(reference="gives bodies of SequenceMap no outer values")
def function_with_sequence(g):
    """A sequence goes into a function and another comes out; SequenceMap and Scan in it."""
    body = map_body(("e", tensor(F32, None)))
    body.output(body.op("Mul", "e", "f"), tensor(F32, None))
    scaled = g.op("SequenceMap", "s", body=body)
    g.op("ConcatFromSequence", scaled, out="joined", axis=0)
    sums = scan_body([("t_in", tensor(F32, []))], [("e_t", tensor(F32, []))])
    total = sums.op("Add", "t_in", "e_t")
    sums.output(total, tensor(F32, []))
    sums.output(sums.op("Identity", total), tensor(F32, []))
    zero = g.op("Constant", value=numpy_helper.from_array(np.array(0, np.float32)))
    g.op("Scan", zero, "joined", out=["end", "sums"], body=sums, num_scan_inputs=1)
    g.op("SequenceInsert", scaled, "sums", out="more")
    g.function("ScaledSums", ["s", "f"], ["more", "end"])
    g.input("x", sequence(F32, ["n"]))
    g.input("f", tensor(F32, []))
    more, end = g.op("ScaledSums", "x", "f", domain="own", outputs=2)
    g.output(more, sequence(F32, None))
    g.output(end, tensor(F32, []))

    def expected(x, f):
        scaled = [e * f for e in x]
        sums = np.cumsum(np.concatenate(scaled), dtype=np.float32)
        return [scaled + [sums], sums[-1]]
    return [([ramp(2), ramp(1)], np.array(2, np.float32)), ([ramp(4)], np.array(-1, np.float32))], expected


@case()
def loop_sequence_leaves_its_start(g):
    """Two loops begin with the same sequence, which comes from outside and goes out as it was."""
    g.input("s", sequence(F32, ["n"]))
    g.input("x", tensor(F32, ["k"]))
    for operation in ["SequenceInsert", "SequenceErase"]:
        body = loop_body(("q", sequence(F32, None)))
        go_on(body)
        inputs = ["q", "x", body.constant(0)] if operation == "SequenceInsert" else ["q", body.constant(-1)]
        body.output(body.op(operation, *inputs), sequence(F32, None))
        g.output(g.op("Loop", g.constant(2), g.true(), "s", body=body), sequence(F32, None))
    g.output(g.op("Identity", "s"), sequence(F32, ["n"]))
    return [([ramp(1), ramp(2), ramp(3)], ramp(2)), ([ramp(4), ramp(0)], ramp(1))], \
        lambda s, x: [[x, x] + s, s[:-2], s]


@case(reference="inserts nothing into an empty sequence")
def loop_sequence_begins_anew(g):
    """An inner loop fills a sequence that is empty at the start of each trip of the outer one."""
    g.input("m", tensor(I64, []))
    inner = loop_body(("q", sequence(I64, [])), i="j", go="gj")
    go_on(inner, "gj")
    inner.output(inner.op("SequenceInsert", "q", inner.op("Mul", "i", "j")), sequence(I64, []))
    outer = loop_body(("all", sequence(I64, None)))
    go_on(outer)
    trips = outer.op("Add", "i", outer.constant(1))
    filled = outer.op("Loop", trips, outer.true(), outer.op("SequenceEmpty", dtype=I64), body=inner)
    row = outer.op("ConcatFromSequence", filled, axis=0, new_axis=1)
    outer.output(outer.op("SequenceInsert", "all", row, outer.constant(0)), sequence(I64, None))
    outer.output(outer.op("SequenceLength", filled), tensor(I64, []))
    rows, lengths = g.op("Loop", "m", g.true(), g.op("SequenceEmpty", dtype=I64), body=outer, outputs=2)
    g.output(rows, sequence(I64, None))
    g.output(lengths, tensor(I64, ["m"]))
    return [(count(3),), (count(1),), (count(5),)], \
        lambda m: [[i * np.arange(i + 1) for i in reversed(range(int(m)))], np.arange(m) + 1]


@case(reference="gives bodies of SequenceMap no outer values")
def sequence_map_in_loop(g):
    """A map over the carried sequence in each trip, by a factor of that trip; the elements change their extents."""
    g.input("s", sequence(F32, ["n"]))
    g.input("m", tensor(I64, []))
    inner = map_body(("e", tensor(F32, None)))
    inner.output(inner.op("Concat", inner.op("Mul", "e", "factor"), "e", axis=0), tensor(F32, None))
    body = loop_body(("q", sequence(F32, None)))
    go_on(body)
    body.op("Cast", "i", out="factor", to=F32)
    mapped = body.op("SequenceMap", "q", body=inner)
    body.output(mapped, sequence(F32, None))
    g.output(g.op("Loop", "m", g.true(), "s", body=body), sequence(F32, None))

    def expected(s, m):
        for i in range(m):
            s = [np.concatenate([e * np.float32(i), e]) for e in s]
        return [s]
    return [([ramp(1), ramp(2)], count(3)), ([], count(2)), ([ramp(3)], count(0))], expected


@case(reference=OPTIONALS)
def optional_sequence_is_a_value(g):
    """The sequence in an optional stays as it is when what was taken out of it is changed."""
    g.input("x", tensor(F32, ["n"]))
    option = g.op("Optional", g.op("SequenceConstruct", "x"))
    longer = g.op("SequenceInsert", g.op("OptionalGetElement", option), g.op("Neg", "x"))
    g.output(longer, sequence(F32, ["n"]))
    g.output(g.op("OptionalGetElement", option), sequence(F32, ["n"]))
    g.output(g.op("SequenceErase", g.op("OptionalGetElement", option)), sequence(F32, ["n"]))
    return [(ramp(2),), (ramp(3),)], lambda x: [[x, -x], [x], []]


@case()
def scan_growing_sequence_of_states(g):
    """A Loop around a Scan: the number of steps grows, as what the Scan gives is put behind its input."""
    g.input("x", tensor(F32, ["n"]))
    g.input("m", tensor(I64, []))
    steps = scan_body([("t", tensor(F32, []))], [("e", tensor(F32, []))])
    total = steps.op("Add", "t", steps.op("Mul", "e", steps.constant(0.5, np.float32)))
    steps.output(total, tensor(F32, []))
    steps.output(steps.op("Identity", total), tensor(F32, []))
    body = loop_body(("v", tensor(F32, ["k"])))
    go_on(body)
    _, sums = body.op("Scan", body.constant(0, np.float32), "v", body=steps, num_scan_inputs=1, outputs=2)
    body.output(body.op("Concat", "v", sums, axis=0), tensor(F32, ["l"]))
    g.output(g.op("Loop", "m", g.true(), "x", body=body), tensor(F32, ["o"]))

    def expected(x, m):
        for _ in range(m):
            x = np.concatenate([x, np.cumsum(x * np.float32(0.5), dtype=np.float32)])
        return [x]
    return [(ramp(2), count(3)), (ramp(1), count(0)), (ramp(5, start=-2), count(1))], expected


# ---- What whole models do.

RNNT_BLANK, RNNT_CLASSES, RNNT_STATE, RNNT_FEATURES = 0, 5, 4, 3
RNNT = {"embed": waves(RNNT_CLASSES, RNNT_STATE, seed=3) * 2, "recurrent": waves(RNNT_STATE, RNNT_STATE, seed=4),
        "encoder": waves(RNNT_FEATURES, RNNT_CLASSES, seed=5) * 3, "joint": waves(RNNT_STATE, RNNT_CLASSES, seed=6) * 2}


def rnnt_numpy(frames, limit):
    """Greedy: at each frame at most `limit` symbols; a blank goes to the next frame and leaves the predictor as it is."""
    symbols, t, emitted, state = [], 0, 0, np.zeros((1, RNNT_STATE), np.float32)
    while t < len(frames):
        logits = frames[t:t + 1] @ RNNT["encoder"] + state @ RNNT["joint"]
        best = int(np.argmax(logits))
        if best == RNNT_BLANK or emitted == limit:
            t, emitted = t + 1, 0
        else:
            symbols.append(best)
            state, emitted = np.tanh(RNNT["embed"][best:best + 1] + state @ RNNT["recurrent"]), emitted + 1
    return [np.array(symbols, np.int64), state]


@case()
def model_rnnt_greedy_decoder(g):
    """A transducer's greedy decoder: one loop over frames and symbols, an If around the predictor, a growing list."""
    g.input("frames", tensor(F32, ["t", RNNT_FEATURES]))
    g.input("limit", tensor(I64, []))
    weights = {name: g.constant(value, np.float32, out=name) for name, value in RNNT.items()}
    body = loop_body(("t", tensor(I64, [])), ("emitted", tensor(I64, [])), ("state", tensor(F32, [1, RNNT_STATE])),
                     ("symbols", tensor(I64, ["u"])))
    frame = body.op("Unsqueeze", body.op("Gather", "frames", "t", axis=0), body.constant([0]))
    logits = body.op("Add", body.op("MatMul", frame, weights["encoder"]), body.op("MatMul", "state", weights["joint"]))
    best = body.op("ArgMax", logits, out="best", axis=1, keepdims=0)
    is_blank = body.op("Equal", body.op("Squeeze", best, body.constant([0])), body.constant(RNNT_BLANK))
    moves_on = body.op("Or", is_blank, body.op("Equal", "emitted", "limit"))
    results = [("t", I64, []), ("emitted", I64, []), ("state", F32, [1, RNNT_STATE]), ("symbols", I64, ["v"])]
    move = branch(*((f"move_{name}", tensor(element, shape)) for name, element, shape in results))
    move.op("Add", "t", move.constant(1), out="move_t")
    move.op("Identity", move.constant(0), out="move_emitted")
    move.op("Identity", "state", out="move_state")
    move.op("Identity", "symbols", out="move_symbols")
    emit = branch(*((f"emit_{name}", tensor(element, shape)) for name, element, shape in results))
    emit.op("Identity", "t", out="emit_t")
    emit.op("Add", "emitted", emit.constant(1), out="emit_emitted")
    embedded = emit.op("Gather", weights["embed"], "best", axis=0)
    emit.op("Tanh", emit.op("Add", embedded, emit.op("MatMul", "state", weights["recurrent"])), out="emit_state")
    emit.op("Concat", "symbols", "best", out="emit_symbols", axis=0)
    nexts = body.op("If", moves_on, outputs=4, then_branch=move, else_branch=emit)
    body.output(body.op("Less", nexts[0], "length"), tensor(BOOL, []))
    for name, (_, element, shape) in zip(nexts, results):
        body.output(name, tensor(element, shape))
    length = g.op("Squeeze", g.op("Shape", "frames", end=1), out="length")
    starts = g.op("Less", g.constant(0), length)
    zeros = g.constant(np.zeros((1, RNNT_STATE)), np.float32)
    _, _, state, symbols = g.op("Loop", "", starts, g.constant(0), g.constant(0), zeros, g.constant(np.zeros(0)), body=body,
                                outputs=4)
    g.output(symbols, tensor(I64, ["u"]))
    g.output(state, tensor(F32, [1, RNNT_STATE]))
    return [(waves(t, RNNT_FEATURES, seed=t), count(limit)) for t, limit in [(6, 2), (1, 3), (15, 1), (0, 2)]], rnnt_numpy


HEAD = 4


def attention_numpy(x, past_k, past_v, steps):
    w = {name: waves(HEAD, HEAD, seed=seed) for name, seed in [("q", 11), ("k", 12), ("v", 13)]}
    outs = []
    for _ in range(int(steps)):
        past_k = np.concatenate([past_k, x @ w["k"]], axis=1)
        past_v = np.concatenate([past_v, x @ w["v"]], axis=1)
        scores = (x @ w["q"]) @ past_k.transpose(0, 2, 1) * np.float32(0.5)
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        x = (scores / scores.sum(-1, keepdims=True)) @ past_v
        outs.append(x[:, 0])
    return [x, past_k, past_v, np.stack(outs)]


@case(reference=SCANS)
def model_decoder_with_cache(g):
    """Attention over keys and values that grow by one a step: several steps in a Loop, from an empty past or a long one."""
    steps = g.input("steps", tensor(I64, []))
    types = [("x", tensor(F32, ["b", 1, HEAD])), ("k", tensor(F32, ["b", "p", HEAD])), ("v", tensor(F32, ["b", "p", HEAD]))]
    body = loop_body(*((name + "_in", type_proto) for name, type_proto in types))
    go_on(body)
    q, new_k, new_v = (body.op("MatMul", "x_in", g.constant(waves(HEAD, HEAD, seed=seed), np.float32))
                       for seed in [11, 12, 13])
    k = body.op("Concat", "k_in", new_k, axis=1)
    v = body.op("Concat", "v_in", new_v, axis=1)
    scores = body.op("MatMul", q, body.op("Transpose", k, perm=[0, 2, 1]))
    weights = body.op("Softmax", body.op("Mul", scores, body.constant(0.5, np.float32)), axis=-1)
    x = body.op("MatMul", weights, v)
    for name, extent in [(x, 1), (k, "q"), (v, "q")]:
        body.output(name, tensor(F32, ["b", extent, HEAD]))
    body.output(body.op("Squeeze", x, body.constant([1])), tensor(F32, ["b", HEAD]))
    for name, type_proto in types:
        g.input(name, type_proto)
    names = g.op("Loop", steps, g.true(), "x", "k", "v", body=body, outputs=4)
    for name, shape in zip(names, [["b", 1, HEAD], ["b", "r", HEAD], ["b", "r", HEAD], ["steps", "b", HEAD]]):
        g.output(name, tensor(F32, shape))
    return [(count(steps), waves(b, 1, HEAD, seed=b), waves(b, past, HEAD, seed=7), waves(b, past, HEAD, seed=8))
            for steps, b, past in [(1, 1, 0), (5, 2, 0), (2, 1, 7), (40, 1, 0)]], \
        lambda steps, x, k, v: attention_numpy(x, k, v, steps)


@case()
def model_decoder_step_with_cache(g):
    """The same step alone, as exporters write it: an If tells the first step, which has no past, from the others."""
    g.input("x", tensor(F32, ["b", "s", HEAD]))
    g.input("past", tensor(F32, ["b", "p", HEAD]))
    g.input("has_past", tensor(BOOL, [1]))
    first = branch(("f", tensor(F32, ["b", "q", HEAD])))
    first.op("Identity", "x", out="f")
    later = branch(("l", tensor(F32, ["b", "q", HEAD])))
    later.op("Concat", "past", "x", out="l", axis=1)
    present = g.op("If", "has_past", then_branch=later, else_branch=first)
    scores = g.op("MatMul", "x", g.op("Transpose", present, perm=[0, 2, 1]))
    g.output(g.op("MatMul", g.op("Softmax", scores, axis=-1), present), tensor(F32, ["b", "s", HEAD]))
    g.output(present, tensor(F32, ["b", "q", HEAD]))
    return [(waves(2, 3, HEAD), waves(2, 0, HEAD), truth([False])), (waves(2, 1, HEAD), waves(2, 3, HEAD), truth([True])),
            (waves(1, 1, HEAD), waves(1, 9, HEAD), truth([True]))]


@case(reference=NO_TRIP)
def model_boxes_perhaps_none(g):
    """Boxes above a threshold, each enlarged in a Loop that appends to a sequence; often there are none."""
    g.input("boxes", tensor(F32, ["n", 4]))
    g.input("scores", tensor(F32, ["n"]))
    places = g.op("Squeeze", g.op("NonZero", g.op("Greater", "scores", g.constant(0.5, np.float32))), g.constant([0]))
    g.op("Gather", "boxes", places, out="kept", axis=0)
    body = loop_body(("found", tensor(F32, ["k", 4])), ("areas", tensor(F32, ["k"])))
    go_on(body)
    box = body.op("Gather", "kept", body.op("Unsqueeze", "i", body.constant([0])), axis=0)
    grown = body.op("Add", box, body.constant([[-1, -1, 1, 1]], np.float32))
    low, high = body.op("Split", grown, axis=1, outputs=2)
    area = body.op("ReduceProd", body.op("Sub", high, low), axes=[1], keepdims=0)
    body.output(body.op("Concat", "found", grown, axis=0), tensor(F32, ["l", 4]))
    body.output(body.op("Concat", "areas", area, axis=0), tensor(F32, ["l"]))
    body.output(body.op("Squeeze", area, body.constant([0])), tensor(F32, []))
    count_ = g.op("Size", places)
    found, areas, scanned = g.op("Loop", count_, g.true(), g.constant(np.zeros((0, 4)), np.float32),
                                 g.constant(np.zeros(0), np.float32), body=body, outputs=3)
    order_sum = g.op("ReduceSum", areas, keepdims=1)
    g.output(found, tensor(F32, ["k", 4]))
    g.output(order_sum, tensor(F32, [1]))
    g.output(scanned, tensor(F32, ["k"]))

    def expected(boxes, scores):
        grown = boxes[scores > 0.5] + np.array([[-1, -1, 1, 1]], np.float32)
        areas = np.prod(grown[:, 2:] - grown[:, :2], axis=1)
        return [grown, areas.sum(keepdims=True), areas]
    return [(ramp(3, 4), np.array([0.9, 0.2, 0.7], np.float32)), (ramp(2, 4), np.array([0.1, 0.2], np.float32)),
            (ramp(0, 4), ramp(0)), (ramp(5, 4), ramp(5))], expected


@case(reference=SCANS)
def model_topk_until_enough(g):
    """Nucleus sampling's cut: one candidate more in each trip, by TopK with that k, until their sum is enough."""
    g.input("p", tensor(F32, ["n"]))
    g.input("enough", tensor(F32, []))
    body = loop_body(("values", tensor(F32, ["k"])), ("places", tensor(I64, ["k"])))
    k = body.op("Unsqueeze", body.op("Add", "i", body.constant(1)), body.constant([0]))
    values, places = body.op("TopK", "p", k, outputs=2)
    total = body.op("ReduceSum", values, keepdims=0)
    body.output(body.op("Less", total, "enough"), tensor(BOOL, []))
    body.output(values, tensor(F32, ["l"]))
    body.output(places, tensor(I64, ["l"]))
    body.output(total, tensor(F32, []))
    values, places, totals = g.op("Loop", g.op("Size", "p"), g.true(), g.constant(np.zeros(0), np.float32),
                                  g.constant(np.zeros(0)), body=body, outputs=3)
    g.output(values, tensor(F32, ["k"]))
    g.output(places, tensor(I64, ["k"]))
    g.output(totals, tensor(F32, ["k"]))

    def expected(p, enough):
        places = np.argsort(-p, kind="stable")
        totals = np.cumsum(p[places], dtype=np.float32)
        trips = min(int(np.sum(totals < enough)) + 1, len(p))
        return [p[places[:trips]], places[:trips], totals[:trips]]
    return [(np.array([0.125, 0.5, 0.25, 0.125], np.float32), np.array(0.7, np.float32)),
            (np.array([0.125, 0.5, 0.25, 0.125], np.float32), np.array(2, np.float32)),
            (ramp(9), np.array(1, np.float32)), (ramp(1), np.array(0.5, np.float32))], expected


@case(reference="gives bodies of SequenceMap no outer values")
def model_beams_of_different_lengths(g):
    """Token lists of different lengths in a sequence, padded to the longest by SequenceMap and stacked."""
    g.input("tokens", sequence(I64, ["n"]))
    sizes = loop_body(("longest", tensor(I64, [])))
    go_on(sizes)
    size = sizes.op("Size", sizes.op("SequenceAt", "tokens", "i"))
    sizes.output(sizes.op("Max", "longest", size), tensor(I64, []))
    g.op("Loop", g.op("SequenceLength", "tokens"), g.true(), g.constant(0), out="longest_of_all", body=sizes)
    body = map_body(("e", tensor(I64, ["n"])))
    missing = body.op("Sub", "longest_of_all", body.op("Size", "e"))
    pads = body.op("Concat", body.constant([0]), body.op("Unsqueeze", missing, body.constant([0])), axis=0)
    body.output(body.op("Pad", "e", pads, body.constant(-1)), tensor(I64, None))
    g.output(g.op("ConcatFromSequence", g.op("SequenceMap", "tokens", body=body), axis=0, new_axis=1), tensor(I64, None))

    def expected(tokens):
        longest = max(map(len, tokens))
        return [np.stack([np.pad(e, (0, longest - len(e)), constant_values=-1) for e in tokens])]
    return [([integers(1, 2), integers(3), integers(4, 5, 6)],), ([integers(9)],), ([integers(), integers(1, 1)],)], expected


# ---- Running and writing.

def run_reference(model, inputs):
    from onnx.reference import ReferenceEvaluator
    return ReferenceEvaluator(model).run(None, inputs)


def run_onnxruntime(model, inputs):
    import onnxruntime
    onnxruntime.set_default_logger_severity(4)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return session.run(None, inputs)


RUNNERS = {"reference": run_reference, "onnxruntime": run_onnxruntime}


def evaluate(pipe, run, model, data):
    try:
        pipe.send((None, [run(model, inputs) for inputs in data]))
    except Exception as error:  # whatever it does not like
        pipe.send((f"{type(error).__name__}: {error}", None))


def run_apart(run, model, data):
    """What `run` gives for all of `data`, in a process of its own: an error's text or None, and the outputs."""
    receive, send = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=evaluate, args=(send, run, model, data))
    process.start()
    send.close()
    try:
        result = receive.recv()
    except EOFError:
        result = ("it crashed", None)
    process.join()
    return result


def conform(value, type_proto):
    """`value` as an array, a list or None, with the element type that is declared. Says what does not fit."""
    kind = type_proto.WhichOneof("value")
    if kind == "optional_type":
        return None if value is None else conform(value, type_proto.optional_type.elem_type)
    if kind == "sequence_type":
        assert isinstance(value, list), f"no sequence: {value}"
        return [conform(element, type_proto.sequence_type.elem_type) for element in value]
    value = np.asarray(value)
    declared = helper.tensor_dtype_to_np_dtype(type_proto.tensor_type.elem_type)
    assert value.dtype == declared, f"{value.dtype} for {declared}"
    return np.ascontiguousarray(value).reshape(value.shape)


def same(a, b):
    if a is None or b is None:
        return a is b
    if isinstance(a, list):
        return isinstance(b, list) and len(a) == len(b) and all(map(same, a, b))
    return a.dtype == b.dtype and a.shape == b.shape and np.allclose(a, b, rtol=1e-4, atol=1e-6)


def message(value, type_proto):
    kind = type_proto.WhichOneof("value")
    if kind == "tensor_type":
        return numpy_helper.from_array(value)
    if kind == "sequence_type":
        result = onnx.SequenceProto(elem_type=onnx.SequenceProto.TENSOR)
        result.tensor_values.extend(numpy_helper.from_array(element) for element in value)
        return result
    result = onnx.OptionalProto()
    if value is None:
        return result
    content = type_proto.optional_type.elem_type
    if content.HasField("tensor_type"):
        result.elem_type = onnx.OptionalProto.TENSOR
        result.tensor_value.CopyFrom(message(value, content))
    else:
        result.elem_type = onnx.OptionalProto.SEQUENCE
        result.sequence_value.CopyFrom(message(value, content))
    return result


def write_values(folder, prefix, values, infos):
    for number, (value, info) in enumerate(zip(values, infos)):
        text = message(value, info.type).SerializeToString(deterministic=True)
        (folder / f"{prefix}_{number}.pb").write_bytes(text)


def expected_values(model, data, own, skipped):
    """The outputs for each data set, and who gave them. Raises ValueError when two do not agree or nobody gives any."""
    infos = model.graph.output
    answers = {}
    for name, run in RUNNERS.items():
        too_old = name == "onnxruntime" and model.opset_import[0].version < 7  # it has no older operators
        if skipped[name] or too_old:
            continue
        named = [{info.name: value for info, value in zip(model.graph.input, inputs)} for inputs in data]
        error, outputs = run_apart(run, model, named)
        if error:
            raise ValueError(f"{name} cannot run it: {error}")
        answers[name] = outputs
    if own:
        answers["numpy"] = [own(*inputs) for inputs in data]
    if not answers:
        raise ValueError("nobody gives expected values")
    answers = {name: [[conform(value, info.type) for value, info in zip(values, infos, strict=True)] for values in outputs]
               for name, outputs in answers.items()}
    first, outputs = next(iter(answers.items()))
    for name, others in answers.items():
        for number, (a, b) in enumerate(zip(outputs, others)):
            if not same(a, b):
                raise ValueError(f"data set {number}: {first} gives {a}, {name} gives {b}")
    return outputs, list(answers)


def make(name, folder):
    """Writes the case `name` below `folder`; gives who computed its values."""
    build, opset, skipped = CASES[name]
    Graph.numbers = itertools.count()
    graph = Graph(opset)
    result = build(graph)
    data, own = result if isinstance(result, tuple) else (result, None)
    model = graph.model(name)
    if build.__doc__:
        model.doc_string = build.__doc__
    outputs, sources = expected_values(model, data, own, skipped)
    target = folder / name
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    (target / "model.onnx").write_bytes(model.SerializeToString(deterministic=True))
    for number, (inputs, values) in enumerate(zip(data, outputs)):
        data_folder = target / f"test_data_set_{number}"
        data_folder.mkdir()
        write_values(data_folder, "input", inputs, model.graph.input)
        write_values(data_folder, "output", values, model.graph.output)
    return sources


def main():
    parser = argparse.ArgumentParser(description="Makes the models and data of tests/conformance/control_flow.")
    parser.add_argument("--only", default="", help="a regular expression for names of cases")
    parser.add_argument("--into", default=pathlib.Path(__file__).parent / "control_flow", type=pathlib.Path)
    arguments = parser.parse_args()
    failed = 0
    for name in CASES:
        if not re.search(arguments.only, name):
            continue
        try:
            print(f"{name}: {', '.join(make(name, arguments.into))}", flush=True)
        except (ValueError, AssertionError, onnx.checker.ValidationError) as error:
            failed += 1
            print(f"{name}: FAILED: {error}", flush=True)
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
