#!/usr/bin/env python3
"""Plots what dispatch_bench measured.

  python3 bench/plot_dispatch.py dispatch.json dispatch.svg

Needs matplotlib (Debian: python3-matplotlib). The extension of the output names its format. docs/dispatch.md explains the
three panels.
"""
import argparse
import json

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

REGISTER, STACK, LUA = "#2b6cb0", "#c05621", "#718096"
KERNEL_GOAL_NS = 60


def whiskers(spreads):
    """Distances from the medians down to the minima and up to the maxima."""
    return [[s["median"] - s["min"] for s in spreads], [s["max"] - s["median"] for s in spreads]]


def bars(axis, places, spreads, height, colour, label):
    axis.barh(places, [s["median"] for s in spreads], height, xerr=whiskers(spreads), color=colour, label=label,
              error_kw={"elinewidth": 0.8, "capsize": 1.5, "ecolor": "#1a202c"})


def name_rows(axis, programs):
    axis.set_yticks(range(len(programs)), [program["name"] for program in programs])
    axis.invert_yaxis()


def scaled(spread, factor):
    return {key: value * factor for key, value in spread.items()}


def plot_latency(axis, programs):
    """Time per unit of work, register code = 1."""
    places = range(len(programs))
    bars(axis, places, [p["stack_by_register"] for p in programs], 0.36, STACK, "stack code")
    # One sample of Lua belongs to no sample of register code more than to another: by the medians.
    with_lua = [(i, scaled(p["lua_ns"], 1 / p["register"]["latency_ns"]["median"]))
                for i, p in enumerate(programs) if "lua_ns" in p]
    if with_lua:
        bars(axis, [i + 0.36 for i, _ in with_lua], [s for _, s in with_lua], 0.3, LUA, "Lua 5.4")
    axis.axvline(1, color=REGISTER, linewidth=1.5, label="register code")
    name_rows(axis, programs)
    axis.set_xlabel("latency, register code = 1")
    axis.legend(fontsize=8, loc="best")


def plot_code(axis, programs):
    """What the encodings are: instructions and bytes."""
    places = range(len(programs))
    for offset, key, colour, label in ((-0.18, "instructions", "#6b46c1", "instructions executed"),
                                       (0.18, "code_bytes", "#2f855a", "bytes of code")):
        ratios = [p["stack"][key] / p["register"][key] for p in programs]
        axis.barh([i + offset for i in places], ratios, 0.34, color=colour, label=label)
    axis.axvline(1, color=REGISTER, linewidth=1.5)
    name_rows(axis, programs)
    axis.set_xlabel("stack code by register code")
    axis.legend(fontsize=8, loc="best")


def plot_kernels(axis, programs):
    """What the VM adds to a kernel."""
    key = "overhead_ns_per_kernel"
    programs = [p for p in programs if key in p["register"] and key in p["stack"]]
    for offset, side, colour in ((-0.18, "register", REGISTER), (0.18, "stack", STACK)):
        bars(axis, [i + offset for i in range(len(programs))], [p[side][key] for p in programs], 0.34, colour,
             side + " code")
    axis.axvline(KERNEL_GOAL_NS, color="#1a202c", linewidth=1, linestyle="--", label=f"{KERNEL_GOAL_NS} ns")
    name_rows(axis, programs)
    axis.set_xlabel("ns per kernel call, without the kernel's arithmetic")
    if programs:
        axis.legend(fontsize=8, loc="best")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("json")
    parser.add_argument("out")
    args = parser.parse_args()
    with open(args.json) as file:
        results = json.load(file)
    programs = [program for program in results["programs"] if "skipped" not in program]
    figure, axes = plt.subplots(1, 3, figsize=(15, 1.8 + 0.42 * len(programs)))
    for axis, plot in zip(axes, (plot_latency, plot_code, plot_kernels)):
        plot(axis, programs)
        axis.spines[["top", "right"]].set_visible(False)
        axis.set_xlim(left=0)
    machine = results["machine"]
    figure.suptitle(f"{machine['processor']}, {machine['CPUs']} CPUs, {machine['kernel']}, {machine['compiler']}; "
                    f"{results['rounds']} rounds in turns, median with min and max; load {machine['load at start']}",
                    fontsize=9)
    figure.tight_layout()
    figure.savefig(args.out)


if __name__ == "__main__":
    main()
