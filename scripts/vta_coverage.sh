#!/usr/bin/env bash
# Line, toggle and assertion coverage of the RTL by vta_sim_test and random programs, for the default configuration with
# buses of 64, 256 and 512 bits. Prints the share of each kind and every line that was never reached. Fails below 95 % of
# lines. About eight minutes, most of them for the compiler.
#   scripts/vta_coverage.sh [PROGRAMS]
set -euo pipefail
. "$(dirname "$0")/lib.sh"
copy=$root/build/vta_coverage
build=$copy/build
programs=${1:-300}
mkdir -p "$copy/source"
tar -C "$root" --exclude=./build --exclude=./.git -cf - . | tar -C "$copy/source" -xf -
printf 'VTA_RTL_LIBRARY(default, %d)\n' 64 256 512 >"$copy/source/vta_sim/rtl_libraries.def"
cmake -S "$copy/source" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DBATON_VTA_COVERAGE=ON -DBATON_BUILD_COMPILER=OFF \
  >/dev/null
ninja -C "$build" vta_sim_test vta_sim_compare >"$copy/build.log" 2>&1 || { tail "$copy/build.log"; exit 1; }
export BATON_VTA_GOLDEN=${BATON_VTA_GOLDEN:-$root/../shared/data/vta_golden}

data=$copy/data
rm -rf "$data"
mkdir -p "$data/test" "$data/compare" "$data/annotated"
BATON_VTA_COVERAGE_DIR=$data/test "$build/bin/vta_sim_test" >"$data/test.log" || { tail "$data/test.log"; exit 1; }
for bus_bytes in 8 32 64; do
  mkdir -p "$data/compare/$bus_bytes"
  BATON_VTA_COVERAGE_DIR=$data/compare/$bus_bytes "$build/bin/vta_sim_compare" --programs "$programs" --bus_bytes $bus_bytes
done

find "$data/test" "$data/compare" -name '*.dat' -print0 | xargs -0 verilator_coverage --write "$data/all.dat" >/dev/null
verilator_coverage --annotate "$data/annotated" --annotate-min 1 "$data/all.dat" >/dev/null
python3 "$root/vta_sim/coverage_report.py" "$data/all.dat"
