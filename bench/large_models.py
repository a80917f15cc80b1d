"""What large models cost: compiles, loads and runs models of make_large_model.py and prints time and memory.

  large_models.py BATON [--nodes N] [--megabytes N]

Time is that of the processor, user and system; memory is the peak resident set, which for external data and
.baton files includes the pages of the mapped file. Needs the packages onnx and numpy.
"""
import argparse
import os
import subprocess
import sys
import tempfile
import time

import numpy as np

import make_large_model


def measure(arguments):
    """Seconds on the clock, seconds of the processor, peak memory in MiB; the message when it fails."""
    start = time.monotonic()
    child = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    message = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    elapsed = time.monotonic() - start
    if child.returncode != 0:
        return f"fails after {elapsed:.1f} s: {message.strip()[:100]}"
    return f"{elapsed:6.1f} s  {usage.ru_utime + usage.ru_stime:6.1f} s  {usage.ru_maxrss / 1024:7.0f} MiB"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("baton")
    parser.add_argument("--nodes", default="100000")
    parser.add_argument("--megabytes", default="1024")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for kind in make_large_model.KINDS:
            size = ["--megabytes", options.megabytes] if kind == "external" else ["--nodes", options.nodes]
            subprocess.run([sys.executable, make_large_model.__file__, kind, "m.onnx", *size], check=True)
            width = make_large_model.EXTERNAL_WIDTH if kind == "external" else make_large_model.WIDTH
            np.save("x.npy", np.ones((2, width), np.float32))
            run = [options.baton, "run", "m.baton", "--input", "x=x.npy", "--output", "y=y.npy"]
            for name, command in (("compile", [options.baton, "compile", "m.onnx"]),
                                  ("load", [options.baton, "verify", "m.baton"]), ("load and run", run)):
                print(f"{kind:9} {name:12} {measure(command)}", flush=True)


if __name__ == "__main__":
    main()
