"""What the cases are made of: graphs and their parts, data, and the table of the cases."""
import itertools

import numpy as np
from onnx import TensorProto, helper, numpy_helper

F32, F64, F16 = TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.FLOAT16
I64, I32, U8, BOOL = TensorProto.INT64, TensorProto.INT32, TensorProto.UINT8, TensorProto.BOOL

# By name: the function that fills the graph, the version of the operators, and why a runner cannot run it.
CASES = {}

# Why the reference implementation cannot run several cases.
OPTIONALS = "gives an optional that is empty as a list of None"
NO_CONDITION = "takes a condition that is missing for a false one"
NO_TRIP = "fails without a trip when something is scanned"
SCANS = "does not always stack along a new axis what is scanned"


# ---- How models are put together.

def tensor(element, shape=None):
    return helper.make_tensor_type_proto(element, shape)


def sequence(element, shape=None):
    return helper.make_sequence_type_proto(tensor(element, shape))


def optional(content):
    return helper.make_optional_type_proto(content)


class Graph:
    """A graph in the making. Values go by their names; those that get no name have one that is unique in the model."""

    numbers = itertools.count()

    def __init__(self, opset=None):
        self.opset = opset
        self.nodes, self.inputs, self.outputs, self.initializers, self.functions = [], [], [], [], []

    def input(self, name, type_proto):
        self.inputs.append(helper.make_value_info(name, type_proto))
        return name

    def output(self, name, type_proto):
        self.outputs.append(helper.make_value_info(name, type_proto))

    def constant(self, value, dtype=np.int64, out=None):
        name = out or f"constant_{next(Graph.numbers)}"
        self.initializers.append(numpy_helper.from_array(np.array(value, dtype), name))
        return name

    def true(self):
        return self.constant(True, np.bool_)

    def op(self, op_type, *inputs, out=None, outputs=1, domain="", **attributes):
        """Adds a node; gives the name of its output, or names if there are several."""
        names = out if isinstance(out, list) else [out] if out else [
            f"{op_type.lower()}_{next(Graph.numbers)}" for _ in range(outputs)]
        attributes = {key: value.proto() if isinstance(value, Graph) else value for key, value in attributes.items()}
        self.nodes.append(helper.make_node(op_type, list(inputs), names, domain=domain, **attributes))
        return names[0] if len(names) == 1 else names

    def function(self, name, inputs, outputs, attributes=(), opset=17):
        """The nodes so far become the function `name` of the domain "own"; the graph is empty again."""
        opsets = [helper.make_opsetid("", opset), helper.make_opsetid("own", 1)]
        self.functions.append(helper.make_function("own", name, inputs, outputs, self.nodes, opsets, list(attributes)))
        self.nodes = []

    def proto(self, name="body"):
        return helper.make_graph(self.nodes, name, self.inputs, self.outputs, self.initializers)

    def model(self, name):
        opsets = [helper.make_opsetid("", self.opset)]
        if self.functions:
            opsets.append(helper.make_opsetid("own", 1))
        ir_version = max(helper.find_min_ir_version_for(opsets[:1]), 8 if self.functions else 4)
        model = helper.make_model(self.proto(name), opset_imports=opsets, functions=self.functions, producer_name="baton",
                                  ir_version=ir_version)
        return model


def branch(*outputs):
    """A graph without inputs, which gives `outputs`: pairs of name and type."""
    graph = Graph()
    for name, type_proto in outputs:
        graph.output(name, type_proto)
    return graph


def loop_body(*carried, i="i", go="go"):
    """A body of Loop with its first two inputs and `carried`, pairs of name and type."""
    body = Graph()
    body.input(i, tensor(I64, []))
    body.input(go, tensor(BOOL, []))
    for name, type_proto in carried:
        body.input(name, type_proto)
    return body


def map_body(*inputs):
    """A body of SequenceMap; the arguments: pairs of name and type."""
    body = Graph()
    for name, type_proto in inputs:
        body.input(name, type_proto)
    return body


def scan_body(states, slices):
    """A body of Scan; both arguments: pairs of name and type."""
    body = Graph()
    for name, type_proto in states + slices:
        body.input(name, type_proto)
    return body


def go_on(body, value="go"):
    """The condition as the first output: an Identity, which every exporter writes."""
    body.output(body.op("Identity", value), tensor(BOOL, []))


def case(opset=17, reference=None, onnxruntime=None):
    """Registers a case; several opsets give several. `reference`, `onnxruntime`: why it cannot run there."""
    def register(build):
        for version in opset if isinstance(opset, list) else [opset]:
            name = build.__name__ + (f"_opset{version}" if isinstance(opset, list) else "")
            assert name not in CASES, name
            CASES[name] = (build, version, {"reference": reference, "onnxruntime": onnxruntime})
        return build
    return register


# ---- Data.

def ramp(*shape, start=1.0, step=1.0, dtype=np.float32):
    return (start + step * np.arange(np.prod(shape, dtype=np.int64))).astype(dtype).reshape(shape)


def integers(*values):
    return np.array(values, np.int64)


def count(value):
    return np.array(value, np.int64)


def truth(value):
    return np.array(value, np.bool_)


def waves(*shape, seed=1):
    """Numbers between -1 and 1 without a pattern, the same on every machine."""
    size = int(np.prod(shape, dtype=np.int64))
    numbers = (np.arange(size, dtype=np.int64) * 7919 + seed * 104729 + 12345) * 48271 % 65537
    return (numbers / 32768.5 - 1).astype(np.float32).reshape(shape)


YES, NO = truth(True), truth(False)
