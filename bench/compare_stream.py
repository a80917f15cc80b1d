#!/usr/bin/env python3
"""Streams audio through a stateful model with Baton and with ONNX Runtime, round by round in one run, and compares.

Needs onnxruntime and numpy in a virtual environment:
  python3 -m venv venv && venv/bin/pip install onnxruntime numpy
  venv/bin/python bench/compare_stream.py --model vad.onnx --wav speech.wav

Both run on one thread. A round is one pass over the whole stream by each; the figure of a round is the median time of
its chunks. Printed are the median, the least and the greatest of the rounds' figures.
"""
import argparse
import os
import platform
import re
import statistics
import subprocess
import tempfile
import time
import wave

import numpy as np
import onnxruntime


def read_wav(path):
    with wave.open(path) as file:
        data = file.readframes(file.getnframes())
        return np.frombuffer(data, "<i2").astype(np.float32) / 32768, file.getframerate()


class OnnxRuntime:
    def __init__(self, args):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(args.model, options, providers=["CPUExecutionProvider"])
        self.args = args

    def round(self, samples, rate):
        args = self.args
        state = np.zeros((2, 1, 128), np.float32)
        context = np.zeros(args.context, np.float32)
        sr = np.array(rate, np.int64)
        times, values = [], []
        for start in range(0, len(samples), args.chunk):
            chunk = np.zeros(args.chunk, np.float32)
            part = samples[start:start + args.chunk]
            chunk[:len(part)] = part
            feed = np.concatenate([context, chunk])
            begin = time.perf_counter()
            output, state = self.session.run(None, {"input": feed[None], "state": state, "sr": sr})
            times.append((time.perf_counter() - begin) * 1e6)
            values.append(output[0, 0])
            context = feed[-args.context:]
        return statistics.median(times), np.array(values)


class Baton:
    def __init__(self, args):
        self.args = args
        self.folder = tempfile.mkdtemp()
        self.executable = os.path.join(self.folder, "model.baton")
        subprocess.run([args.baton, "compile", args.model, "-o", self.executable], check=True,
                       stdout=subprocess.DEVNULL)

    def round(self, rate):
        args = self.args
        output = os.path.join(self.folder, "output.npy")
        command = [args.baton, "run", self.executable, "--scan", f"input={args.wav}", "--chunk", str(args.chunk),
                   "--context", str(args.context), "--carry", "stateN=state", "--set", f"sr={rate}",
                   "--output", f"output={output}"]
        summary = subprocess.run(command, check=True, capture_output=True, text=True).stderr
        return float(re.search(r"([0-9.]+) us per chunk", summary)[1]), np.load(output).ravel()


def summary(figures):
    return f"{statistics.median(figures):7.1f} us/chunk  (min {min(figures):.1f}, max {max(figures):.1f})"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--wav", required=True)
    parser.add_argument("--chunk", type=int, default=512)
    parser.add_argument("--context", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--baton", default="build/release/bin/baton")
    args = parser.parse_args()
    samples, rate = read_wav(args.wav)
    ort, baton = OnnxRuntime(args), Baton(args)
    ort.round(samples[:args.chunk * 20], rate)
    ort_figures, baton_figures = [], []
    for _ in range(args.rounds):
        figure, values = baton.round(rate)
        baton_figures.append(figure)
        figure, reference = ort.round(samples, rate)
        ort_figures.append(figure)
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} CPUs, one thread each, {args.rounds} rounds, "
          f"{len(reference)} chunks a round")
    print(f"ONNX Runtime {onnxruntime.__version__}: {summary(ort_figures)}")
    print(f"Baton:               {summary(baton_figures)}")
    print(f"largest difference of the outputs: {np.abs(values - reference).max():.2e}")


if __name__ == "__main__":
    main()
