#!/bin/sh
# Synthesises the RTL with yosys, for the configuration `small` unless another is named, and prints cells and memories.
# Fails when yosys infers a latch, finds a wire with two drivers, or a scratchpad does not become a memory.
#   scripts/vta_synthesis.sh [BUILD_DIRECTORY [CONFIG]]
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
build=${1:-$root/build/release}
config=${2:-small}
ninja -C "$build" isa_packages >/dev/null
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat >"$work/synthesis.ys" <<SCRIPT
read_verilog -sv -DSYNTHESIS $build/vta_sim/$config/vta_pkg.sv $build/vta_sim/trap_pkg.sv $root/vta_sim/rtl/*.sv
hierarchy -check -top vta_top
proc
select -assert-none t:\$dlatch t:\$adlatch t:\$dlatchsr
opt
check -assert
memory -nomap
select -assert-min 10 t:\$mem_v2
tee -o $work/memories.txt stat
opt -full
techmap
opt -fast
abc -g simple
opt_clean
tee -o $work/cells.txt stat
select -assert-none t:\$_DLATCH*
SCRIPT

if ! yosys -q -s "$work/synthesis.ys" >"$work/log" 2>&1; then
  tail -20 "$work/log"
  exit 1
fi
# The totals of the hierarchy stand at the end of each report.
echo "configuration: $config"
echo "memories: $(sed -n '/design hierarchy/,$p' "$work/memories.txt" | awk '$1 == "$mem_v2" {print $2}')"
sed -n '/design hierarchy/,$p' "$work/cells.txt" | awk '
  $1 == "Number" && $3 == "cells:" {print "cells: " $4}
  $1 ~ /DFF/ {flops += $2}
  END {print "flip-flops: " flops; print "latches: 0"}'
