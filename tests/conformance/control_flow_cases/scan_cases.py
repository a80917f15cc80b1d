"""Scan, in version 9 and later, and in version 8, which has batches."""
import numpy as np

from control_flow_cases.graph import BOOL, F32, I64, branch, case, integers, ramp, scan_body, tensor, waves


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
