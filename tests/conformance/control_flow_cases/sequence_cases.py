"""SequenceMap and the operators on sequences."""
import numpy as np

from control_flow_cases.graph import (BOOL, F32, I32, I64, branch, case, count, go_on, integers, loop_body, map_body, ramp,
                                      sequence, tensor)


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
