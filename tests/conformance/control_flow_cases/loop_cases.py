"""Loop: when it ends, what it carries and what it scans."""
import numpy as np

from control_flow_cases.graph import (BOOL, F16, F32, F64, I32, I64, NO, NO_CONDITION, NO_TRIP, SCANS, U8, YES, Graph, case,
                                      count, go_on, integers, loop_body, ramp, tensor, truth)


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
