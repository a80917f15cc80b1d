#!/usr/bin/env bash
# Makes the seeds of the fuzz targets under tests/fuzz/corpus/ from the example model. Needs a release build.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$root"
corpus=tests/fuzz/corpus
rm -rf "$corpus"
mkdir -p "$corpus"/{assembler_fuzz,executable_fuzz,onnx_fuzz,tensor_file_fuzz,text_fuzz,vta_assembly_fuzz,vta_program_fuzz}
example=examples/flood_fill
for level in 0 2; do
  build/release/bin/baton compile "$example/flood_fill.onnx" "-O$level" -o "$corpus/executable_fuzz/flood_fill_O$level.baton"
done
for text in lists/lists tree_lstm/tree_lstm beam_search/beam_search; do
  build/release/bin/baton compile "examples/$text.rly" -o "$corpus/executable_fuzz/$(basename "$text").baton"
done
# Both encodings in one file, and stack code alone.
build/release/bin/baton compile examples/lists/lists.rly -o "$corpus/executable_fuzz/lists_both.baton" \
  --dispatch register,stack
build/release/bin/baton compile "$example/flood_fill.onnx" -o "$corpus/executable_fuzz/flood_fill_stack.baton" \
  --dispatch stack
for text in tree_lstm/tree_lstm beam_search/beam_search; do
  build/release/bin/baton compile "examples/$text.rly" -o "$corpus/executable_fuzz/$(basename "$text")_stack.baton" \
    --dispatch stack
done
for program in lists beam_search flood_fill_O2; do
  build/release/bin/baton disasm --lossless "$corpus/executable_fuzz/$program.baton" >"$corpus/assembler_fuzz/$program.s"
done
cp "$example/flood_fill.onnx" "$corpus/onnx_fuzz/flood_fill.onnx"
# The first byte of a seed chooses the format.
{ printf '\000'; cat "$example/spiral.npy"; } >"$corpus/tensor_file_fuzz/spiral.npy"
{ printf '\003'; cat "$example/test_data_set_0/input_0.pb"; } >"$corpus/tensor_file_fuzz/input.pb"
# Here it chooses the mode of the reader.
for text in examples/*/*.rly compiler/text/library/*.rly tests/fuzz/seeds/text/*.rly; do
  { printf '\000'; cat "$text"; } >"$corpus/text_fuzz/$(basename "$text")"
done
for text in tests/fuzz/seeds/vta/*.vtasm; do
  cp "$text" "$corpus/vta_assembly_fuzz/"
  build/release/bin/baton vta asm "$text" -o "$corpus/vta_program_fuzz/$(basename "$text" .vtasm).vtag" >/dev/null
done
