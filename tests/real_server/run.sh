#!/usr/bin/env bash
# A real server, opt-in: llama-cpp-python[server] from PyPI with a random-weight model. The first run builds it, which
# takes about ten minutes on two cores. `doctor` must find its quirks, and 200 items must end with honest outcomes.
#
#   tests/real_server/run.sh [ITEMS]
set -euo pipefail
cd "$(dirname "$0")/../.."
command -v python3 >/dev/null || { echo "skipped: python3 is absent"; exit 0; }
cargo build --quiet
assessor="${CARGO_TARGET_DIR:-target}/debug/assessor"
venv="${XDG_CACHE_HOME:-$HOME/.cache}/assessor/peers/llama"
if ! [ -x "$venv/bin/python" ] || ! "$venv/bin/python" -c 'import llama_cpp, gguf' 2>/dev/null; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet 'llama-cpp-python[server]' gguf || { echo "skipped: llama-cpp-python cannot be built"; exit 0; }
fi
work="$(mktemp -d)"
"$venv/bin/python" tests/real_server/make_gguf.py "$work/nonsense.gguf"
port=$("$venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$venv/bin/python" -m llama_cpp.server --model "$work/nonsense.gguf" --n_ctx 8192 --host 127.0.0.1 --port "$port" \
  --chat_format chatml > "$work/server.log" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null; rm -rf "$work"' EXIT
until curl -sf "http://127.0.0.1:$port/v1/models" > /dev/null; do
  kill -0 $server || { tail -5 "$work/server.log"; exit 1; }
  sleep 0.5
done
model="http://127.0.0.1:$port/v1#nonsense"
"$assessor" doctor --state "$work/state" --model "$model" --max-tokens 64 || echo "doctor: exit $?"
"$assessor" label --state "$work/state" --model "$model" --limit "${1:-200}" --concurrency 2 --max-tokens 64 \
  --out "$work/labels.jsonl" || echo "label: exit $?"
"$venv/bin/python" - "$work/labels.jsonl" <<'PY'
import collections, json, sys
rows = [json.loads(line) for line in open(sys.argv[1])]
print(len(rows), "rows:", dict(collections.Counter(row["outcome"] for row in rows)))
PY
