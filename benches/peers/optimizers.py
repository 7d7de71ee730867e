"""The race of prompt optimisers: ours, PyPI `gepa`, and `dspy` (GEPA, MIPROv2), over the same simulated server.

    benches/peers/run_optimizers.sh                                   everything that is not in the results yet
    benches/peers/run_optimizers.sh --only gepa-tuned24 --budgets 600 --seeds 0-9
    benches/peers/run_optimizers.sh table                             the results as Markdown
    benches/peers/run_optimizers.sh --latency-ms 200 --results walls.jsonl --seeds 0-1      wall times, on a quiet machine
    benches/peers/run_optimizers.sh table --walls walls.jsonl

Each run has a server and a world of its own (both from its seed): 72 queries with six rated documents, split by query
into train and dev, two to one, the same rows for everybody. The judge is sim/small, the proposer sim/reflector: programs,
not language models; the race says which optimiser makes more of the same judge, never how good a model is. Calls are
counted by the server. The true error is measured without noise on 5,100 items of another world. A result is one line of
JSON; runs that are in the file are not made again.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "assessor" / "peers"
QUERIES = 72
FIRST_WORLD = 5000
TUNED24 = {"tuned": True, "rows": 24}
GEPA = {
    "gepa": {},
    "gepa-tuned": {"tuned": True},
    "gepa-tuned24": TUNED24,
    "gepa-tuned24-guard": TUNED24 | {"guard": True},
}
DSPY = {f"dspy-{name}": options for name, options in GEPA.items()}
# The same searches over gepa's own adapter and client: other wall times, nothing else.
GEPA |= {"gepa-shipped": {"shipped": True}, "gepa-shipped-tuned24": TUNED24 | {"shipped": True}}
OURS = {"assessor": (), "assessor-published": ("--published",)}
MIPRO = "dspy-mipro-light"
SEED_PROMPTS = ("seed-prompt", "dspy-seed-prompt")
OPTIMIZERS = [*OURS, *GEPA, *DSPY, MIPRO, *SEED_PROMPTS]
TIMEOUT_S = 1800


def once(cell, assessor):
    """One run: optimise, count, measure, inspect. What is not raced is not imported."""
    from race import data, inspect_prompt, measure, ours
    from race.server import serve

    name, seed, budget = cell["optimizer"], cell["seed"], cell["budget"]
    world = data.world(assessor, CACHE / "worlds" / str(FIRST_WORLD + seed), FIRST_WORLD + seed, QUERIES)
    dspy_peer = gepa_peer = None
    begun = time.monotonic()
    if name.startswith("dspy"):
        from race import dspy_peer
    elif name.startswith("gepa"):
        from race import gepa_peer

        if GEPA[name].get("shipped"):
            gepa_peer.load_client()
    # What a peer's user waits for before anything begins; ours is timed with its process.
    start = time.monotonic() - begun
    with serve(assessor, seed, cell["noise"], cell["latency_ms"]) as server:
        started = time.monotonic()
        if name in OURS:
            text = ours.run(assessor, world, server, budget, seed, OURS[name])
        elif name in GEPA:
            text = gepa_peer.run(world, server, budget, seed, **GEPA[name])
        elif name in DSPY:
            text = dspy_peer.gepa(world, server, budget, seed, **DSPY[name])
        elif name == MIPRO:
            text = dspy_peer.mipro(world, server, seed)
        else:
            text = world.editable
        wall = time.monotonic() - started
        calls = server.calls()
    if dspy_peer:
        fresh = data.world(assessor, CACHE / "worlds" / "fresh", measure.SEED, measure.QUERIES)
        with serve(assessor) as server:
            truth = dspy_peer.truth(server, text, fresh.train + fresh.dev)
        system = dspy_peer.system(text)
    elif name in OURS:
        truth, system = measure.truth(assessor, editable=text), None
    else:
        system = world.told(text)
        truth = measure.truth(assessor, system=system)
    counted = {"judge_calls": calls["sim/small"], "proposer_calls": calls["sim/reflector"], "wall_s": round(wall, 3), "start_s": round(start, 3)}
    found = inspect_prompt.inspect(world, text)
    rows = {"train": len(world.train), "dev": len(world.dev)}
    return cell | counted | truth | found | rows | {"text": text, "system": system}


def key(cell):
    return tuple(cell[k] for k in ("optimizer", "noise", "latency_ms", "budget", "seed"))


def in_a_process(cell, assessor):
    """Each run alone, so that no library carries anything over and a failure is a result."""
    command = [sys.executable, __file__, "--assessor", assessor, "once", json.dumps(cell)]
    with tempfile.TemporaryDirectory() as cache:
        env = os.environ | {"DSPY_CACHEDIR": cache, "PYTHONWARNINGS": "ignore"}
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, env=env)
            return json.loads(done.stdout.splitlines()[-1])
        except (subprocess.TimeoutExpired, IndexError, ValueError) as error:
            why = str(error) if isinstance(error, subprocess.TimeoutExpired) else done.stderr[-2000:]
            return cell | {"failed": why}


def wanted(args):
    """Seed by seed, so that an unfinished race can be read."""
    for seed in args.seeds:
        for noise in args.noises:
            for budget in args.budgets:
                for name in args.only:
                    # no budget can be set for some: once per seed
                    own = name == MIPRO or name in SEED_PROMPTS
                    if not own or budget == args.budgets[0]:
                        cell = {"optimizer": name, "noise": noise, "latency_ms": args.latency_ms}
                        yield cell | {"budget": 0 if own else budget, "seed": seed}


def race(args):
    made = {key(row) for row in rows(args.results) if args.retry == "no" or not row.get("failed")}
    todo = [cell for cell in wanted(args) if key(cell) not in made]
    print(f"{len(todo)} runs to make, {len(made)} are there", file=sys.stderr)
    args.results.parent.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(args.jobs) as pool, args.results.open("a") as out:
        for row in pool.map(lambda cell: in_a_process(cell, args.assessor), todo):
            out.write(json.dumps(row) + "\n")
            out.flush()
            print(*key(row), told(row), file=sys.stderr)


def told(row):
    if "failed" in row:
        return "failed: " + (row["failed"].strip().splitlines() or ["no word"])[-1]
    return f"NMSE {row['nmse']:.2f}, {row['judge_calls']} calls, {row['wall_s']} s"


def rows(path):
    """Later lines replace earlier ones of the same run."""
    if not path.exists():
        return []
    found = [json.loads(line) for line in path.read_text().splitlines()]
    return list({key(row): row for row in found}.values())


def spans(text):
    """0-3,7"""
    parts = [part.split("-") for part in text.split(",")]
    return [n for part in parts for n in range(int(part[0]), int(part[-1]) + 1)]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--assessor", default="target/release/assessor")
    parser.add_argument("--results", type=Path, default=CACHE / "optimizers.jsonl")
    parser.add_argument("--walls", type=Path, help="with table: wall times of runs made on a quiet machine, as results")
    parser.add_argument("--only", type=lambda t: t.split(","), default=OPTIMIZERS, metavar="NAMES")
    parser.add_argument("--budgets", type=spans, default=[300, 600, 1500])
    parser.add_argument("--noises", type=lambda t: [float(p) for p in t.split(",")], default=[0.0, 0.2])
    parser.add_argument("--latency-ms", type=int, default=0)
    parser.add_argument("--seeds", type=spans, default=list(range(10)))
    parser.add_argument("--jobs", type=int, choices=(1, 2), default=1, help="runs at once")
    parser.add_argument("--retry", choices=("no", "failed"), default="failed")
    parser.add_argument("step", nargs="?", choices=("race", "table", "once"), default="race")
    parser.add_argument("cell", nargs="?", help=argparse.SUPPRESS)
    args = parser.parse_args()
    unknown = set(args.only) - set(OPTIMIZERS)
    if unknown:
        parser.error(f"no such optimiser: {', '.join(sorted(unknown))}; there are {', '.join(OPTIMIZERS)}")
    return args


def main():
    args = arguments()
    if args.step == "once":
        print(json.dumps(once(json.loads(args.cell), args.assessor)))
    elif args.step == "table":
        from race import table

        print(table.markdown(rows(args.results), rows(args.walls or args.results)))
    else:
        race(args)


if __name__ == "__main__":
    main()
