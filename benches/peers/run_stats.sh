#!/usr/bin/env bash
# The statistics beside scikit-learn, scipy, krippendorff and ppi_py in one run, one thread each. Skipped aloud where Python
# is absent.
set -euo pipefail
cd "$(dirname "$0")/../.."
command -v python3 >/dev/null || { echo "skipped: python3 is absent"; exit 0; }
venv="${XDG_CACHE_HOME:-$HOME/.cache}/assessor/peers/stats"
if ! "$venv/bin/python" -c "import krippendorff, ppi_py, scipy, sklearn" 2>/dev/null; then
  python3 -m venv "$venv" && "$venv/bin/pip" install --quiet numpy scipy scikit-learn krippendorff ppi-python ||
    { echo "skipped: the Python packages cannot be installed"; exit 0; }
fi
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
cargo bench --quiet --bench agreement > "$work/ours"
"$venv/bin/python" benches/peers/stats_peers.py "$work/ours"
"$venv/bin/pip" list 2>/dev/null | grep -iE "^(numpy|scipy|scikit-learn|krippendorff|ppi-python) "
