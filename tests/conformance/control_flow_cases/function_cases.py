"""Functions of models, with control flow in them."""
import numpy as np
import onnx
from onnx import numpy_helper

from control_flow_cases.graph import (BOOL, F32, I64, NO, NO_CONDITION, OPTIONALS, YES, branch, case, count, go_on,
                                      loop_body, map_body, ramp, scan_body, sequence, tensor)


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
