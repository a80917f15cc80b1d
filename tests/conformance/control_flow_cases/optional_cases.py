"""The operators on optionals."""
import numpy as np

from control_flow_cases.graph import (BOOL, F32, I64, NO, OPTIONALS, YES, branch, case, count, optional, ramp, sequence,
                                      tensor, truth)


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
