"""`assessor optimize gepa` over the same server and rows."""

import json
import subprocess
import tempfile


def run(assessor, world, server, budget, seed, more=()):
    """The text of the best prompt by Dev. With no test part nothing is adopted; peers have no adoption either. The
    whole process is timed, its start and end included."""
    with tempfile.TemporaryDirectory() as state:
        command = [assessor, "--json", "--quiet", "--seed", str(seed), "--state", state, "optimize", "gepa"]
        command += ["--items", world.folder / "divided.jsonl", "--human", world.folder / "ratings.jsonl"]
        command += ["--model", f"{server.url}#sim/small", "--reflector", f"{server.url}#sim/reflector"]
        command += ["--budget-calls", str(budget), "--split", "2/1/0", "--no-report", "--concurrency", "16", *more]
        done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return editable(json.loads(done.stdout)["data"]["best_prompt"])


def editable(prompt):
    """Instruction and rules as one text, as `Prompt::editable` writes it."""
    rules = "".join(f"\n- {rule}" for rule in prompt["bullets"])
    return prompt["instruction"].strip() + (f"\n\nRules:{rules}" if rules else "")
