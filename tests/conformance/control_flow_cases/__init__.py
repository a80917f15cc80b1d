"""The cases of tests/conformance/control_flow, by topic. Importing the package fills graph.CASES."""
from control_flow_cases import (  # noqa: F401: each module registers its cases
    if_cases, loop_cases, loop_scope_cases, loop_sequence_cases, scan_cases, sequence_cases, optional_cases,
    function_cases, model_cases)
