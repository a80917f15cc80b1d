#!/usr/bin/env bash
# Compiles an ONNX model, prints its signature and runs it on three maps; then a program in Relay text on a list. Installs
# and builds what is missing.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
install_packages "$root/scripts/packages.txt"
build release baton

cd "$root"
baton=build/release/bin/baton
model=build/flood_fill.baton
say "compiling examples/flood_fill/flood_fill.onnx"
"$baton" compile examples/flood_fill/flood_fill.onnx -o "$model"
say "its signature"
"$baton" inspect "$model"
for map in rooms maze spiral; do
  say "filling examples/flood_fill/$map.npy (0 free, 1 wall, 2 filled)"
  "$baton" run "$model" --input map="examples/flood_fill/$map.npy"
done

list='Cons(3, Cons(1, Cons(2, Nil)))'
say "sorting $list with examples/lists/lists.rly: the list, its length, the sum of its squares"
"$baton" run examples/lists/lists.rly --set list="$list"
