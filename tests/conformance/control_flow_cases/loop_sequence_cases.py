"""Loops that carry sequences and optionals."""
import numpy as np

from control_flow_cases.graph import (BOOL, F32, I64, branch, case, count, go_on, loop_body, optional, ramp, sequence,
                                      tensor, truth)


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
