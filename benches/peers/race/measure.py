"""True error of plain prompts, by `assessor sim truth` on a fresh world without noise."""

import json
import subprocess
import tempfile
from pathlib import Path

#: The fresh world: of another seed than any race. Six items a query.
SEED, QUERIES = 990_001, 850


def truth(assessor, **prompt):
    """Of a prompt by its `system` message, or by its `editable` text."""
    with tempfile.TemporaryDirectory() as folder:
        prompts = Path(folder) / "prompts.jsonl"
        prompts.write_text(json.dumps(prompt) + "\n")
        command = [assessor, "--json", "--seed", str(SEED), "sim", "truth", "--queries", str(QUERIES)]
        command += ["--prompts", prompts]
        data = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)["data"][0]
    return {"nmse": data["nmse"], "malformed": data["malformed"], "items": data["items"]}
