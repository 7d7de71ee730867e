"""PyPI `gepa` with an adapter of its own: the plain system and user messages that assessor sends."""

import gepa
from gepa.core.adapter import EvaluationBatch

from .data import feedback, read, score, some

PART = "instruction"


class Adapter:
    propose_new_texts = None

    def __init__(self, world, server, guard):
        self.world, self.server, self.guard = world, server, guard

    def evaluate(self, batch, candidate, capture_traces=False):
        system = self.world.told(candidate[PART])
        replies = self.server.map(lambda row: self.server.chat("sim/small", system, row.user), batch)
        readings = [read(*reply) for reply in replies]
        scores = [score(row, rating) for row, (rating, _, _) in zip(batch, readings)]
        traces = list(zip(batch, replies, readings)) if capture_traces else None
        return EvaluationBatch(outputs=[r for r, _ in replies], scores=scores, trajectories=traces)

    def make_reflective_dataset(self, candidate, eval_batch, components_to_update):
        records = []
        for row, (reply, _), (rating, reasoning, problem) in eval_batch.trajectories:
            text = feedback(row, rating, reasoning, problem, self.guard)
            records.append({"Inputs": row.fields, "Generated Outputs": reply, "Feedback": text})
        return {PART: records}


class Silent:
    def log(self, _message):
        pass


def run(world, server, budget, seed, rows=None, tuned=False, guard=False):
    """The best candidate's text."""
    tuning = {"candidate_selection_strategy": "current_best", "reflection_minibatch_size": 8} if tuned else {}
    result = gepa.optimize(
        seed_candidate={PART: world.editable},
        trainset=world.train,
        valset=some(world.dev, rows, seed) if rows else world.dev,
        adapter=Adapter(world, server, guard),
        reflection_lm=lambda prompt: server.chat("sim/reflector", None, prompt)[0],
        max_metric_calls=budget,
        seed=seed,
        logger=Silent(),
        **tuning,
    )
    return result.best_candidate[PART]
