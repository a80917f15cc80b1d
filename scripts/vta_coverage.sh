#!/usr/bin/env bash
# Line, toggle and assertion coverage of the RTL by vta_sim_test and a thousand random programs: builds
# build/vta_coverage, prints the share of each kind and every line that was never reached. Fails below 95 % of lines.
#   scripts/vta_coverage.sh [PROGRAMS]
set -euo pipefail
. "$(dirname "$0")/lib.sh"
build=$root/build/vta_coverage
programs=${1:-300}
cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DBATON_VTA_COVERAGE=ON -DBATON_BUILD_COMPILER=OFF >/dev/null
ninja -C "$build" vta_sim_test vta_sim_compare >"$build/build.log" 2>&1 || { tail "$build/build.log"; exit 1; }

data=$build/coverage
rm -rf "$data"
mkdir -p "$data/test" "$data/compare" "$data/annotated"
BATON_VTA_COVERAGE_DIR=$data/test "$build/bin/vta_sim_test" >"$data/test.log" || { tail "$data/test.log"; exit 1; }
for config in default block32 batch2; do
  mkdir -p "$data/compare/$config"
  BATON_VTA_COVERAGE_DIR=$data/compare/$config "$build/bin/vta_sim_compare" --programs "$programs" --config "$config"
done

find "$data/test" "$data/compare" -name '*.dat' -print0 | xargs -0 verilator_coverage --write "$data/all.dat" >/dev/null
verilator_coverage --annotate "$data/annotated" --annotate-min 1 "$data/all.dat" >/dev/null
python3 "$root/vta_sim/coverage_report.py" "$data/all.dat"
