#!/usr/bin/env bash
# The race of prompt optimisers; see optimizers.py. Skipped aloud where Python or the peers are absent.
set -euo pipefail
cd "$(dirname "$0")/../.."
command -v python3 >/dev/null || { echo "skipped: python3 is absent"; exit 0; }
venv="${XDG_CACHE_HOME:-$HOME/.cache}/assessor/peers/dspy"
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/python" -c "import dspy, gepa, optuna" 2>/dev/null || "$venv/bin/pip" install --quiet dspy==3.4.1 gepa==0.1.4 optuna \
  || { echo "skipped: dspy and gepa cannot be installed"; exit 0; }
if [ -z "${ASSESSOR:-}" ]; then
  cargo build --release --quiet
  ASSESSOR="${CARGO_TARGET_DIR:-target}/release/assessor"
fi
exec "$venv/bin/python" benches/peers/optimizers.py --assessor "$ASSESSOR" "$@"
