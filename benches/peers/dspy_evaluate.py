"""dspy.Evaluate against `assessor sim serve`: judgements per second, to be held against `assessor label`.

    benches/peers/run_dspy.sh            installs PyPI dspy into a virtual environment, starts the server, runs both

Prints one line: calls per second of dspy.Evaluate at each number of threads.
"""

import os
import sys
import time

os.environ.setdefault("DSPY_CACHEDIR", "/tmp/assessor-dspy-cache")
try:
    import dspy
except ImportError:
    print("skipped: dspy is not installed")
    sys.exit(0)

base, items = sys.argv[1], int(sys.argv[2])

lm = dspy.LM("openai/sim/large", api_base=base, api_key="none", cache=False, max_tokens=512)
dspy.configure(lm=lm, track_usage=False)


class Judge(dspy.Signature):
    """Rate how relevant a workplace document is to a search query, from 1 (irrelevant) to 5 (perfect)."""

    query: str = dspy.InputField()
    document: str = dspy.InputField()
    rationale: str = dspy.OutputField()
    rating: int = dspy.OutputField()


predict = dspy.Predict(Judge)
data = [
    dspy.Example(
        query=f"how to request access to system {i // 6}",
        document=f"System {i // 7}: access is requested in the portal and approved by the manager within {i % 9 + 1} days.",
        gold=3,
    ).with_inputs("query", "document")
    for i in range(items)
]


def metric(example, prediction, trace=None):
    try:
        return 1 - (int(prediction.rating) - example.gold) ** 2 / 16
    except (TypeError, ValueError):
        return 0.0


for threads in (1, 16, 64):
    some = data[: max(100, items // 4)] if threads == 1 else data
    evaluate = dspy.Evaluate(devset=some, metric=metric, num_threads=threads, display_progress=False, max_errors=10**9)
    started = time.monotonic()
    evaluate(predict)
    print(f"dspy.Evaluate threads {threads:3}: {len(some) / (time.monotonic() - started):8.0f}/s", flush=True)
