#!/usr/bin/env bash
# assessor label and dspy.Evaluate against the same server, in one run. Skipped aloud where Python is absent.
set -euo pipefail
cd "$(dirname "$0")/../.."
command -v python3 >/dev/null || { echo "skipped: python3 is absent"; exit 0; }
target="${CARGO_TARGET_DIR:-target}"
cargo build --release --quiet
assessor="$target/release/assessor"
venv="${XDG_CACHE_HOME:-$HOME/.cache}/assessor/peers/dspy"
if ! [ -x "$venv/bin/python" ]; then
  python3 -m venv "$venv" && "$venv/bin/pip" install --quiet dspy || { echo "skipped: dspy cannot be installed"; exit 0; }
fi
work="$(mktemp -d)"
"$assessor" sim serve --quiet --listen 127.0.0.1:0 > "$work/url" &
server=$!
trap 'kill $server 2>/dev/null; rm -rf "$work"' EXIT
until [ -s "$work/url" ]; do sleep 0.1; done
url="$(cat "$work/url")"
n="${1:-40000}"
python3 - "$n" > "$work/items.jsonl" <<'PY'
import json, sys
for i in range(int(sys.argv[1])):
    print(json.dumps({"id": f"i{i}", "query_id": f"q{i // 6}", "query": f"how to request access to system {i // 6}",
        "document": f"System {i // 7}, item {i}: access is requested in the portal and approved by the manager within {i % 9 + 1} days."}))
PY
for run in 1 2 3; do
  rm -rf "$work/state"
  start=$(date +%s.%N)
  "$assessor" label --quiet --state "$work/state" --items "$work/items.jsonl" --out "$work/labels.jsonl" \
    --model "$url#sim/large" --concurrency 64 > /dev/null
  end=$(date +%s.%N)
  python3 -c "print(f'assessor label, 64 in flight:  {$n / ($end - $start):8.0f}/s')"
  "$venv/bin/python" benches/peers/dspy_evaluate.py "$url" 2000 2>/dev/null
done
