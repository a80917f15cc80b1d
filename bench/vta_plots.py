#!/usr/bin/env python3
"""Plots what `baton vta bench` measured.

  baton vta bench --sweep --json vta.json
  python3 bench/vta_plots.py vta.json docs/vta_programs.svg

Needs matplotlib (Debian: python3-matplotlib). The extension of the output names its format. docs/vta_programs.md explains
the panels.
"""
import argparse
import json

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import matplotlib.ticker

COLOURS = {2: "#2b6cb0", 1: "#c05621"}
LABELS = {2: "two contexts", 1: "one context"}


def layers(results, contexts):
    return [run for run in results["runs"] if run["name"].startswith("C") and run["contexts"] == contexts]


def busy(run):
    return 100 * run["gemm_steps"] / run["cycles"]


def bytes_moved(run):
    counters = run["counters"]
    return sum(counters[name] for name in counters if name.endswith("_bytes_read")) + counters["out_bytes_written"]


def plot_layers(axis, results):
    """Share of cycles in which the matrix unit makes a step; a tick where the cost model predicted it."""
    for offset, contexts in ((-0.2, 2), (0.2, 1)):
        runs = layers(results, contexts)
        places = [i + offset for i in range(len(runs))]
        axis.bar(places, [busy(run) for run in runs], 0.38, color=COLOURS[contexts], label=LABELS[contexts])
        predicted = [100 * run["gemm_steps"] / run["predicted_cycles"] for run in runs]
        axis.plot(places, predicted, "_", color="#1a202c", markersize=9,
                  label="predicted" if contexts == 1 else None)
        axis.set_xticks(range(len(runs)), [run["name"] for run in runs])
    axis.set_ylim(0, 105)
    axis.set_ylabel("matrix unit busy, %")
    axis.legend(fontsize=8, loc="lower left")


def powers_of_two(axis, limits):
    """A logarithmic axis with plain numbers."""
    set_scale, set_limits = {"x": (axis.axes.set_xscale, axis.axes.set_xlim),
                             "y": (axis.axes.set_yscale, axis.axes.set_ylim)}[axis.axis_name]
    set_scale("log", base=2)
    set_limits(*limits)
    axis.set_major_formatter(matplotlib.ticker.ScalarFormatter())


def plot_roofline(axis, results):
    """Multiply-adds a cycle over multiply-adds for each byte on the memory port."""
    peak, bandwidth = results["macs_per_cycle"], results["bus_bytes"]
    runs = [run for run in results["runs"] if results["chip"] == "rtl"]
    if not runs:
        axis.text(0.5, 0.5, "needs the RTL chip", ha="center", transform=axis.transAxes)
        return
    intensities = [run["macs"] / bytes_moved(run) for run in runs]
    ends = [min(intensities) / 2, max(intensities) * 2]
    ridge = peak / bandwidth
    axis.plot([ends[0], ridge, max(ends[1], 2 * ridge)], [bandwidth * ends[0], peak, peak], color="#1a202c",
              linewidth=1)
    for contexts in (2, 1):
        chosen = [(x, run) for x, run in zip(intensities, runs) if run["contexts"] == contexts]
        axis.plot([x for x, _ in chosen], [run["macs"] / run["cycles"] for _, run in chosen], "o", markersize=4,
                  color=COLOURS[contexts], label=LABELS[contexts])
        for x, run in chosen:
            axis.annotate(run["name"].split(",")[0], (x, run["macs"] / run["cycles"]), fontsize=6,
                          xytext=(3, -6), textcoords="offset points")
    powers_of_two(axis.xaxis, ends)
    powers_of_two(axis.yaxis, [min(run["macs"] / run["cycles"] for run in runs) / 2, 1.3 * peak])
    axis.set_xlabel("multiply-adds for each byte moved")
    axis.set_ylabel("multiply-adds a cycle")
    axis.legend(fontsize=8, loc="lower right")


def plot_sweep(axis, points, key, label):
    """ResNet-18's layers together, tiled anew for each memory."""
    for contexts in (2, 1):
        chosen = [point for point in points if point["contexts"] == contexts]
        axis.plot([point[key] for point in chosen], [100 * point["utilisation"] for point in chosen], "o-",
                  markersize=3, color=COLOURS[contexts], label=LABELS[contexts])
    axis.set_xscale("log", base=2)
    ticks = sorted({point[key] for point in points})
    axis.set_xticks(ticks, ticks)
    axis.set_ylim(0, 105)
    axis.set_xlabel(label)
    axis.set_ylabel("matrix unit busy, %")
    if points:
        axis.legend(fontsize=8, loc="lower left")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", help="JSON of `baton vta bench`")
    parser.add_argument("output", help="image to write")
    arguments = parser.parse_args()
    with open(arguments.results, encoding="utf-8") as file:
        results = json.load(file)
    plt.rcParams["svg.hashsalt"] = "vta"
    figure, axes = plt.subplots(2, 2, figsize=(11, 7.5), layout="constrained")
    plot_layers(axes[0][0], results)
    plot_roofline(axes[0][1], results)
    plot_sweep(axes[1][0], results["latency_sweep"], "read_latency", "latency of memory, cycles")
    plot_sweep(axes[1][1], results["bus_sweep"], "bus_bytes", "bus, bytes a cycle")
    figure.suptitle(f"ResNet-18's convolutions, configuration {results['config']}, on the "
                    + ("RTL" if results["chip"] == "rtl" else "cost model"), fontsize=11)
    figure.savefig(arguments.output, metadata={"Date": None} if arguments.output.endswith("svg") else None)


if __name__ == "__main__":
    main()
