"""What whole models do: decoders, detection, sampling."""
import numpy as np

from control_flow_cases.graph import (BOOL, F32, I64, NO_TRIP, SCANS, branch, case, count, go_on, integers, loop_body,
                                      map_body, ramp, sequence, tensor, truth, waves)

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
