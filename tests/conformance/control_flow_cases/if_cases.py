"""If: what its branches may give, and what may stand in them and behind them."""
import numpy as np
from onnx import numpy_helper

from control_flow_cases.graph import (BOOL, F32, I64, NO, OPTIONALS, YES, branch, case, integers, optional, ramp, sequence,
                                      tensor, truth)


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
