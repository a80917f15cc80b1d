#!/usr/bin/env bash
# debian.sh BATON [OPTION...]: runs Debian's ONNX test data with both dispatches against the expectations beside this script.
# BATON_CONFORMANCE_DATA names another folder than the package's. Exit code 77: there is no data.
set -euo pipefail
baton=$1
shift
data=${BATON_CONFORMANCE_DATA:-/usr/share/libonnx-testdata/data}
expectations=$(dirname "${BASH_SOURCE[0]}")/debian.expectations
if [ ! -d "$data" ]; then
  echo "skipped: no $data (Debian's package libonnx-testdata)"
  exit 77
fi
exec "$baton" conformance "$data" --dispatch register,stack --jobs "$(nproc)" --expectations "$expectations" "$@"
