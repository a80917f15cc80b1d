#!/usr/bin/env bash
# Builds everything and runs all tests. Installs what is missing.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
install_packages "$root/scripts/packages.txt"
build release
cd "$root"
ctest --preset release
