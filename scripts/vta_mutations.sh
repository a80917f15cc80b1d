#!/usr/bin/env bash
# Gives a copy of the RTL one deliberate bug after the other (vta_sim/mutations) and runs vta_sim_test on it: each must be
# caught. Only the library default with 64 bits is built. About a minute each.
#   scripts/vta_mutations.sh [NAME...]
set -euo pipefail
. "$(dirname "$0")/lib.sh"
copy=$root/build/vta_mutations
names=("$@")
if [ ${#names[@]} -eq 0 ]; then
  for file in "$root"/vta_sim/mutations/*.mutation; do names+=("$(basename "$file" .mutation)"); done
fi

mkdir -p "$copy/source"
tar -C "$root" --exclude=./build --exclude=./.git -cf - . | tar -C "$copy/source" -xf -
echo 'VTA_RTL_LIBRARY(default, 64)' >"$copy/source/vta_sim/rtl_libraries.def"
cmake -S "$copy/source" -B "$copy/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DBATON_BUILD_COMPILER=OFF >/dev/null
export BATON_VTA_GOLDEN=${BATON_VTA_GOLDEN:-$root/../shared/data/vta_golden}

# passes: builds and runs the tests; their output is in $copy/log.
passes() {
  ninja -C "$copy/build" vta_sim_test >"$copy/log" 2>&1 || { echo "does not build"; exit 1; }
  timeout 300 "$copy/build/bin/vta_sim_test" '~[slow]' --abort >"$copy/log" 2>&1
}

if ! passes; then
  tail "$copy/log"
  echo "the tests fail without a mutation"
  exit 1
fi
missed=0
for name in "${names[@]}"; do
  file=$root/vta_sim/mutations/$name.mutation
  rtl=$(sed -n 2p "$file")
  sed -e "$(sed -n 3p "$file")" "$root/vta_sim/rtl/$rtl" >"$copy/mutated"
  if cmp -s "$copy/mutated" "$root/vta_sim/rtl/$rtl"; then
    echo "$name: no longer applies to $rtl"
    missed=1
    continue
  fi
  cp "$copy/mutated" "$copy/source/vta_sim/rtl/$rtl"
  if passes; then
    echo "$name: NOT CAUGHT"
    missed=1
  else
    echo "$name: caught: $(grep -aE '^%Error|Assertion|rtl[ :]' "$copy/log" | head -1 | cut -c1-110)"
  fi
  cp "$root/vta_sim/rtl/$rtl" "$copy/source/vta_sim/rtl/$rtl"
done
exit $missed
