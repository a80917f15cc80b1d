"""Loops in loops, in branches and side by side: which names their bodies see."""
import numpy as np

from control_flow_cases.graph import (BOOL, F32, I64, NO_CONDITION, Graph, branch, case, count, go_on, integers, loop_body,
                                      ramp, tensor)


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
