#!/usr/bin/env bash
# bench_dispatch.sh [OUT_FOLDER [OPTION...]]: measures register code beside stack code (docs/dispatch.md) and writes
# table.txt, dispatch.json and dispatch.svg to OUT_FOLDER, by default build/dispatch. Options are dispatch_bench's. Installs
# and builds what is missing. For figures to cite, let nothing else run.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
install_packages "$root/scripts/packages.txt" "$root/scripts/packages-bench.txt"
build release dispatch_bench

out=${1:-$root/build/dispatch}
shift $(($# > 0))
mkdir -p "$out"
say "measuring; about two minutes"
"$root/build/release/bin/dispatch_bench" --json "$out/dispatch.json" "$@" | tee "$out/table.txt"
# Debian's python3, which Debian's matplotlib belongs to.
/usr/bin/python3 "$root/bench/plot_dispatch.py" "$out/dispatch.json" "$out/dispatch.svg"
say "wrote $out/table.txt, $out/dispatch.json, $out/dispatch.svg"
