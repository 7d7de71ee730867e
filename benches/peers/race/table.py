"""The results as Markdown: means with standard errors, and paired differences to ours with t intervals."""

import math
from collections import defaultdict
from statistics import fmean, stdev

#: 97.5 % points of Student's t by degrees of freedom.
T = [0, 12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
     2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042]

OURS = "assessor"
HEAD = ("", "runs", "true NMSE (SE)", "assessor − it [95 %]", "malformed %", "judge calls", "proposer calls",
        "leaked", "scale changed")


def spread(values):
    return stdev(values) / math.sqrt(len(values)) if len(values) > 1 else float("nan")


def interval(differences):
    mean, df = fmean(differences), len(differences) - 1
    half = T[min(df, 30)] * spread(differences) if df > 0 else float("nan")
    return f"{mean:+.2f} [{mean - half:+.2f}, {mean + half:+.2f}]"


def cells(rows):
    """(noise, latency, budget) → optimiser → seed → row"""
    found = defaultdict(lambda: defaultdict(dict))
    for row in rows:
        if not row.get("failed"):
            found[row["noise"], row["latency_ms"], row["budget"]][row["optimizer"]][row["seed"]] = row
    return found


def main_table(cell, ours):
    yield f"| {' | '.join(HEAD)} |"
    yield "|---" * len(HEAD) + "|"
    for name in sorted(cell, key=lambda name: (name != OURS, name)):
        runs = cell[name]
        column = lambda key: [runs[seed][key] for seed in sorted(runs)]
        mean = lambda key: fmean(column(key))
        shared = sorted(set(runs) & set(ours))
        pair = interval([ours[s]["nmse"] - runs[s]["nmse"] for s in shared]) if shared and name != OURS else "–"
        some = lambda key: sum(map(bool, column(key)))
        yield (
            f"| {name} | {len(runs)} | {mean('nmse'):.2f} ({spread(column('nmse')):.2f}) | {pair} | {mean('malformed'):.1f} "
            f"| {mean('judge_calls'):.0f} | {mean('proposer_calls'):.1f} | {some('leaks')} "
            f"| {some('scales')} |"
        )


def fewer_calls(found, noise, latency, budget):
    """Ours at 60 % of the calls against everybody at all of them."""
    ours = found.get((noise, latency, round(0.6 * budget)), {}).get(OURS, {})
    if not ours:
        return
    yield ""
    yield f"`assessor` with {round(0.6 * budget)} calls against the others with {budget}: difference in NMSE [95 %]"
    yield ""
    for name, runs in sorted(found[noise, latency, budget].items()):
        shared = sorted(set(runs) & set(ours))
        if name != OURS and len(shared) > 1:
            yield f"- {name}: {interval([ours[s]['nmse'] - runs[s]['nmse'] for s in shared])}"


def walls(found):
    """Wall times at the same budget, noise and latency: the peer's call alone, and with its libraries' start. Ours are of
    whole processes in both."""
    yield "\n| noise | latency ms | calls | other | ours s | its s / ours | with its start |\n|---|---|---|---|---|---|---|"
    for (noise, latency, budget), cell in sorted(found.items()):
        ours = cell.get(OURS, {})
        for name, runs in sorted(cell.items()):
            shared = sorted(set(runs) & set(ours))
            if name != OURS and shared:
                own = fmean([ours[s]["wall_s"] for s in shared])
                ratio = fmean([runs[s]["wall_s"] / ours[s]["wall_s"] for s in shared])
                whole = fmean([(runs[s]["wall_s"] + runs[s].get("start_s", 0)) / ours[s]["wall_s"] for s in shared])
                yield f"| {noise} | {latency} | {budget} | {name} | {own:.2f} | {ratio:.1f} | {whole:.1f} |"


def reached(raced, found):
    """The least of our budgets whose mean true NMSE is no worse than the other's, and the time that each took to get there.
    True NMSE depends neither on the latency nor on the client, so it is taken from the race itself."""
    yield "\n| noise | latency ms | other | its calls | its NMSE | its s | our calls | our NMSE | our s | its s / ours |"
    yield "|---" * 10 + "|"
    quality = {(noise, budget): cell for (noise, latency, budget), cell in raced.items() if latency == 0}
    mean = lambda runs, what: fmean([row[what] for row in runs.values()])
    budgets = sorted({budget for _, _, budget in found if budget})
    for (noise, latency, budget), cell in sorted(found.items()):
        for name, runs in sorted(cell.items()):
            bar = quality.get((noise, budget), {}).get(name.replace("-shipped", ""))
            if name == OURS or not budget or not bar:
                continue
            good = lambda b: mean(quality.get((noise, b), {}).get(OURS, {0: {"nmse": math.inf}}), "nmse") <= mean(bar, "nmse")
            least = next((b for b in budgets if good(b) and OURS in found.get((noise, latency, b), {})), None)
            its = mean(runs, "wall_s")
            line = f"| {noise} | {latency} | {name} | {budget} | {mean(bar, 'nmse'):.2f} | {its:.2f} "
            if least is None:
                yield line + "| none | | | |"
                continue
            ours, own = found[noise, latency, least][OURS], quality[noise, least][OURS]
            yield line + f"| {least} | {mean(own, 'nmse'):.2f} | {mean(ours, 'wall_s'):.2f} | {its / mean(ours, 'wall_s'):.1f} |"


def counts(rows):
    """Leaks and scale changes over all runs of an optimiser."""
    yield "\n| | runs | leaked | scale changed |\n|---|---|---|---|"
    all_runs = defaultdict(list)
    for row in rows:
        if not row.get("failed"):
            all_runs[row["optimizer"]].append(row)
    for name, runs in sorted(all_runs.items()):
        yield f"| {name} | {len(runs)} | {sum(bool(r['leaks']) for r in runs)} | {sum(bool(r['scales']) for r in runs)} |"


def markdown(rows, timed):
    found, walled = cells(rows), cells(timed)
    out = []
    for noise, latency, budget in sorted(found):
        cell = found[noise, latency, budget]
        calls = f"{budget} judge calls" if budget else "No budget to set"
        out.append(f"\n### {calls}, noise {noise}, latency {latency} ms\n")
        out.extend(main_table(cell, cell.get(OURS, {})))
        out.extend(fewer_calls(found, noise, latency, budget))
    out.append("\n### Wall time\n")
    out.extend(walls(walled))
    out.append("\n### Wall time to the same quality\n")
    out.extend(reached(found, walled))
    out.append("\n### What came back, over all runs\n")
    out.extend(counts(rows))
    return "\n".join(out)
