#!/usr/bin/env bash
# Checks the protocol of futures exhaustively (verification/futures.pml), then that the checker notices each bug that
# the model can be given.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$root"
install_packages scripts/packages.txt scripts/packages-ci.txt
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# check_model DEFINES...: prints what the checker finds; stops the script when it does not look at everything.
check_model() {
  local folder=$work/checker
  rm -rf "$folder"
  mkdir -p "$folder"
  (
    cd "$folder"
    spin -a "$@" "$root/verification/futures.pml" >spin.log || { cat spin.log >&2; exit 1; }
    gcc -w -O2 -DSAFETY -DMEMLIM=2048 -o pan pan.c
    ./pan -m100000 -w22 >pan.log
  )
  if grep -q "max search depth too small\|reached -DMEMLIM\|out of memory" "$folder/pan.log"; then
    cat "$folder/pan.log" >&2
    return 1
  fi
  cat "$folder/pan.log"
}

for threads in 1 2 3; do
  for shape in 0 1 2; do
    found=$(check_model -DTHREADS=$threads -DSHAPE=$shape)
    grep -q "errors: 0" <<<"$found" || { echo "$found"; exit 1; }
    say "$threads threads, shape $shape: no error in $(grep -oP '^\s*\K[0-9.e+]+(?= states, stored)' <<<"$found") states"
  done
done

for bug in $(grep -oP '#ifn?def \KBUG_\w+' verification/futures.pml | sort -u); do
  found=$(check_model -DTHREADS=3 -DSHAPE=0 "-D$bug")
  if grep -q "errors: 0" <<<"$found"; then
    echo "error: the checker does not notice $bug" >&2
    exit 1
  fi
  say "$bug: $(grep -m1 -oP 'pan:1: \K.*(?= \(at depth)' <<<"$found")"
done
