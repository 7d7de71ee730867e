"""What scikit-learn, scipy, krippendorff and ppi_py need for what benches/agreement.rs does, on the same numbers.

Reads the lines of that bench from the file named as argument and prints one table: CPU seconds, least of several runs.
"""

import sys
import time
import warnings

import krippendorff
import numpy as np
from ppi_py import ppi_mean_ci
from scipy import stats
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import cohen_kappa_score

warnings.filterwarnings("ignore")
MILLION = 1_000_000


def splitmix(i):
    with np.errstate(over="ignore"):
        z = (i.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def seconds(work, runs):
    found = []
    for _ in range(runs):
        before = time.process_time()
        work()
        found.append(time.process_time() - before)
    return min(found)


rows = np.arange(MILLION)
human = (splitmix(rows) % np.uint64(5)).astype(np.int64)
kind = splitmix(rows + MILLION) % np.uint64(5)
judge = np.clip(human + np.where(kind == 0, -1, np.where(kind == 1, 1, 0)), 0, 4)
score = human + splitmix(rows + 2 * MILLION) / np.float64(2**64 - 1) * 3.0


def kappa(h, j):
    return cohen_kappa_score(h, j, weights="quadratic", labels=[0, 1, 2, 3, 4])


def bootstrap(replicates):
    rng = np.random.default_rng(0)
    h, j = human[:10_000], judge[:10_000]
    for _ in range(replicates):
        drawn = rng.integers(0, 10_000, 10_000)
        kappa(h[drawn], j[drawn])


def permutation(differences):
    stats.permutation_test(
        (differences,), lambda x, axis: x.sum(axis=axis), permutation_type="samples", n_resamples=10_000,
        vectorized=True, batch=100,
    )


differences = (judge - human)[:10_000].astype(float)
fractional = (score - human - 1.5)[:10_000]
theirs = {
    "table metrics, 1e6 pairs": ("scikit-learn, quadratic kappa alone", lambda: seconds(lambda: kappa(human, judge), 7)),
    "krippendorff alpha, 1e6 pairs": (
        "krippendorff, ordinal",
        lambda: seconds(lambda: krippendorff.alpha(np.stack([human, judge]), level_of_measurement="ordinal"), 5),
    ),
    "spearman, 1e6 pairs": ("scipy", lambda: seconds(lambda: stats.spearmanr(human, judge), 5)),
    "BCa of all coefficients, 1e4 rows": (
        "scikit-learn, percentile bootstrap of quadratic kappa alone, 200 of 10,000 replicates times 50",
        lambda: 50 * seconds(lambda: bootstrap(200), 3),
    ),
    "BCa of all coefficients, 100 queries": (
        "the same, rows instead of queries",
        lambda: 50 * seconds(lambda: bootstrap(200), 3),
    ),
    "kendall tau, 1e6 float scores": ("scipy", lambda: seconds(lambda: stats.kendalltau(human, score), 5)),
    "kendall tau, 1e6 whole scores": ("scipy", lambda: seconds(lambda: stats.kendalltau(human, judge), 5)),
    "isotonic map, 1e6 float scores": (
        "scikit-learn",
        lambda: seconds(lambda: IsotonicRegression().fit(score, human), 3),
    ),
    "paired permutation, 1e4 rows": ("scipy, samples", lambda: seconds(lambda: permutation(differences), 2)),
    "paired permutation, 1e4 float rows": ("scipy, samples", lambda: seconds(lambda: permutation(fractional), 2)),
    "PPI mean, 1e3 and 1e6 rows": (
        "ppi_py, power tuned",
        lambda: seconds(lambda: ppi_mean_ci(human[:1000].astype(float), judge[:1000].astype(float), judge.astype(float)), 5),
    ),
}

with open(sys.argv[1]) as lines:
    ours = {name: float(value) for name, value in (line.rstrip("\n").split("\t") for line in lines)}
print("| what | ours, s | peer | peer, s | ratio |")
print("|---|---|---|---|---|")
for name, (peer, measured) in theirs.items():
    peer_seconds, mine = measured(), ours[name]
    print(f"| {name} | {ours.pop(name):.4f} | {peer} | {peer_seconds:.3f} | {peer_seconds / mine:.1f} |")
for name, mine in ours.items():
    print(f"| {name} | {mine:.4f} | none | | |")
