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

A case is a function in the package control_flow_cases, which has a module for each topic. It gets an empty main graph, fills
it, and returns its data sets, each a tuple of inputs: arrays, lists for sequences, None for an empty optional. Extents that are
symbols differ from data set to data set, so that one program has to serve them all.
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
from onnx import helper, numpy_helper

import control_flow_cases  # noqa: F401: registers the cases
from control_flow_cases.graph import CASES, Graph


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
