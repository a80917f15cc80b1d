#!/usr/bin/env python3
"""What forking brings: Baton's programs with and without forks on one and two threads, beside other systems.

  python3 bench/parallel.py [--rounds 7] [--seconds 0.3] [--cases wide,chain] [--json results.json]

Needs numpy. The models are in parallel_models.py. Each is compiled with and without forks and measured in four ways,
all of them once in every round, so that a disturbance meets all alike. A figure of a round is the median of its runs;
printed are the median of the rounds, the least and the greatest; speedups and overheads are medians of the ratios within
the rounds. Outputs must have the same bits in all ways but the one that splits kernels. Mallocs are those of one run in
steady state with forks on two threads.

The wide network is measured in ONNX Runtime and TorchScript too, where the interpreters given by --onnxruntime-python
and --torch-python can import them.
"""
import argparse
import dataclasses
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile

import numpy as np

import parallel_models
import parallel_peers

# How a model is run: compiled with forks, threads, threads of each kernel.
WAYS = {
    "no fork, 1": (False, 1, 1),
    "fork, 1": (True, 1, 1),
    "fork, 2": (True, 2, 1),
    "no fork, kernels on 2": (False, 2, 2),
}
BASE = "no fork, 1"


def processor():
    with open("/proc/cpuinfo") as file:
        return re.search(r"model name\s*: (.*)", file.read())[1]


class Baton:
    """One model, compiled in both ways."""

    def __init__(self, args, case, folder, fork_options=()):
        self.args, self.case, self.folder = args, case, folder
        self.figures = {way: [] for way in WAYS}
        self.forks = self.shared = self.mallocs = 0
        self.inputs = self.path("inputs.npz")
        np.savez(self.inputs, **case.inputs)
        parallel_models.make_example.write_parameters(self.path("params"), case.parameters)
        self.compile("forked", fork_options)
        self.compile("plain", ["--no-fork"] if args.can_fork else [])

    def compile(self, name, options):
        self.command("compile", self.case.text, "--params", self.path("params"), "--dispatch", "register,stack", *options,
                     "-o", self.path(name + ".baton"))

    def path(self, name):
        return os.path.join(self.folder, f"{self.case.name}.{name}")

    def command(self, *arguments):
        done = subprocess.run([self.args.baton, *arguments], capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"{self.case.name}: baton {' '.join(arguments)}: {done.stderr}")
        return done.stdout

    def run_options(self, way):
        fork, threads, kernel_threads = WAYS[way]
        return [self.path("forked.baton" if fork else "plain.baton"), "--input", self.inputs, "--threads", str(threads),
                "--kernel-threads", str(kernel_threads)]

    def answer(self, run_options, dispatch="register"):
        self.command("run", *run_options, "--dispatch", dispatch, "--output", self.path("answer.npz"))
        with np.load(self.path("answer.npz")) as file:
            return file["output"]

    def check_same_bits(self):
        """All ways and both instruction sets agree, except for kernels on two threads, which may add in another order."""
        expected = self.answer(self.run_options(BASE))
        for way, (_, _, kernel_threads) in WAYS.items():
            for dispatch in ("register", "stack"):
                found = self.answer(self.run_options(way), dispatch)
                same = found.tobytes() == expected.tobytes() if kernel_threads == 1 else np.allclose(found, expected, rtol=1e-3, atol=1e-4)
                if found.shape != expected.shape or not same:
                    sys.exit(f"{self.case.name}: '{way}', {dispatch} code, gives another answer than '{BASE}'")
        return expected

    def check_often(self, expected):
        """Many runs on several numbers of threads, each compared with one thread bit by bit by `baton bench`: forked
        where it is worthwhile, and everything forked and offered to all threads."""
        self.compile("always", ["--fork-always"] if self.args.can_fork else [])
        if self.answer([self.path("always.baton"), "--input", self.inputs]).tobytes() != expected.tobytes():
            sys.exit(f"{self.case.name}: with everything forked it gives another answer")
        for name, options in (("forked", []), ("always", ["--fork-always"])):
            self.command("bench", self.path(name + ".baton"), "--input", self.inputs, "--threads", "1,2,4,8", "--dispatch",
                         "register,stack", "--warmup", "0", "--repeat", str(self.args.check), "--same-bits", *options)

    def measure(self, way):
        printed = self.command("bench", *self.run_options(way), "--seconds", str(self.args.seconds), "--json", "-")
        result = json.loads(printed)["results"][0]
        self.figures[way].append(result["median_us"])
        if WAYS[way][0]:
            self.forks, self.shared = result["forks"], result["shared_forks_per_run"]
        if way == "fork, 2":
            self.mallocs = max(self.mallocs, result["allocations_per_run"])


class Peer:
    """One mode of another system: a process that waits between the rounds."""

    def __init__(self, args, name, mode, inputs, folder):
        self.name, self.mode, self.figures = name, mode, []
        self.seconds = args.seconds
        python = args.torch_python if name == "torchscript" else args.onnxruntime_python
        answer = os.path.join(folder, "peer.npy")
        environment = {**os.environ, "OMP_NUM_THREADS": "2" if mode.startswith("intra") else "1"}
        self.process = subprocess.Popen([python, parallel_peers.__file__, name, mode, inputs, answer], text=True,
                                        env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        said = self.process.stdout.readline().strip()
        self.why_not = None if said == "ready" else said or f"error: {python} cannot run it"
        self.answer = None if self.why_not else np.load(answer)

    def measure(self):
        print(self.seconds, file=self.process.stdin, flush=True)
        self.figures.append(float(self.process.stdout.readline()))

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def start_peers(args, inputs, expected, folder):
    peers = []
    for name, modes in parallel_peers.MODES.items():
        for mode in modes:
            peer = Peer(args, name, mode, inputs, folder)
            if peer.why_not:
                print(f"{name}, {mode}: skipped, {peer.why_not}")
                peer.close()
            elif not np.allclose(peer.answer, expected, rtol=1e-3, atol=1e-4):
                sys.exit(f"{name}, {mode}: gives another answer than Baton")
            else:
                peers.append(peer)
    return peers


def ratios(over, under):
    return [a / b for a, b in zip(over, under)]


def text(figures, unit=1000):
    middle, least, greatest = (f(figures) / unit for f in (statistics.median, min, max))
    return f"{middle:.4g} ({least:.4g}-{greatest:.4g})"


def fork_cost(args, models, folder):
    """Nanoseconds of a fork that runs where it is awaited: the recursion over integers with every call forked."""
    case = next((model.case for model in models if model.case.name == "recursion_scalars"), None)
    if case is None or not args.can_fork:
        return None
    forked = Baton(args, dataclasses.replace(case, name="fork_cost"), folder, fork_options=["--fork-always"])
    for _ in range(max(args.rounds, 1)):
        forked.measure(BASE)
        forked.measure("fork, 1")
    if forked.forks == 0:
        return None
    extra_us = statistics.median(a - b for a, b in zip(forked.figures["fork, 1"], forked.figures[BASE]))
    return 1000 * extra_us / forked.forks


def print_models(models):
    print(f"\n{'ms: median (least-greatest)':22}" + "".join(f"{way:>24}" for way in WAYS) +
          f"{'fork 2 / 1':>11}{'kernels 2 / 1':>14}{'fork 1 costs':>13}{'forks':>8}{'shared':>8}{'mallocs':>8}")
    for model in models:
        base = model.figures[BASE]
        faster = statistics.median(ratios(base, model.figures["fork, 2"]))
        kernels = statistics.median(ratios(base, model.figures["no fork, kernels on 2"]))
        costs = 100 * (statistics.median(ratios(model.figures["fork, 1"], base)) - 1)
        print(f"{model.case.name:22}" + "".join(f"{text(model.figures[way]):>24}" for way in WAYS) +
              f"{faster:10.2f}x{kernels:13.2f}x{costs:12.1f}%{model.forks:8}{model.shared:8g}{model.mallocs:8g}")


def print_peers(peers):
    base = {}
    for peer in peers:
        base.setdefault(peer.name, peer.figures)
        faster = statistics.median(ratios(base[peer.name], peer.figures))
        print(f"wide, {peer.name + ', ' + peer.mode:40} {text(peer.figures):>24}{faster:10.2f}x")


def results_as_json(args, models, peers, inline_ns):
    return {
        "processor": processor(), "cpus": os.cpu_count(), "rounds": args.rounds, "seconds": args.seconds,
        "compiled_with_forks": args.can_fork, "inline_fork_ns": inline_ns,
        "models": [{
            "name": model.case.name, "kind": model.case.what, "median_us_of_rounds": model.figures,
            "forks": model.forks, "shared_forks_per_run": model.shared, "allocations_per_run": model.mallocs,
        } for model in models],
        "peers": [{"name": peer.name, "mode": peer.mode, "median_us_of_rounds": peer.figures} for peer in peers],
    }


def measure(args, folder):
    chosen = [case for case in parallel_models.cases(args.baton, folder) if not args.cases or case.name in args.cases]
    if not chosen:
        sys.exit("--cases: there are no such models")
    models = [Baton(args, case, folder) for case in chosen]
    peers = []
    for model in models:
        expected = model.check_same_bits()
        if args.check:
            model.check_often(expected)
        if model.case.name == "wide" and args.peers:
            arrays = os.path.join(folder, "wide.npz")
            np.savez(arrays, **model.case.inputs, **model.case.parameters)
            peers = start_peers(args, arrays, expected, folder)
    for number in range(args.rounds):
        for model in models:
            for way in WAYS:
                model.measure(way)
        for peer in peers:
            peer.measure()
        if sys.stderr.isatty():
            print(f"round {number + 1} of {args.rounds}", end="\r", file=sys.stderr, flush=True)
    if args.rounds:
        print_models(models)
        print_peers(peers)
    inline_ns = fork_cost(args, models, folder)
    if inline_ns is not None:
        print(f"a fork that runs where it is awaited: {inline_ns:.1f} ns")
    for peer in peers:
        peer.close()
    if args.json:
        with open(args.json, "w") as file:
            json.dump(results_as_json(args, models, peers, inline_ns), file, indent=1)


def can_fork(baton):
    return "--no-fork" in subprocess.run([baton, "compile", "--help"], capture_output=True, text=True).stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7, help="0: only check the answers")
    parser.add_argument("--seconds", type=float, default=0.3, help="how long to measure each way in each round")
    parser.add_argument("--cases", type=lambda names: names.split(","), help="some of the models")
    parser.add_argument("--check", type=int, default=0, metavar="N",
                        help="first compare N runs each on 1, 2, 4 and 8 threads with one on one thread")
    parser.add_argument("--no-peers", dest="peers", action="store_false", help="leave the other systems out")
    parser.add_argument("--onnxruntime-python", default=sys.executable)
    parser.add_argument("--torch-python", default="/usr/bin/python3")
    parser.add_argument("--json", help="write the figures of all rounds")
    parser.add_argument("--baton", default=os.path.join(parallel_models.ROOT, "build", "release", "bin", "baton"))
    args = parser.parse_args()
    args.can_fork = can_fork(args.baton)
    print(f"{processor()}, {os.cpu_count()} CPUs; {args.rounds} rounds of {args.seconds} s")
    if not args.can_fork:
        print("this baton has no --no-fork: all figures are of programs without forks")
    with tempfile.TemporaryDirectory() as folder:
        measure(args, folder)


if __name__ == "__main__":
    main()
