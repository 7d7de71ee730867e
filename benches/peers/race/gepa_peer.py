"""PyPI `gepa`, which sends the plain system and user messages that assessor sends: over an adapter written for this race, as
fast as can be, or over the adapter and the client that come with it."""

import os

import gepa
from gepa.adapters.default_adapter.default_adapter import DefaultAdapter, EvaluationResult
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


def load_client():
    """What gepa's own adapter imports at its first call. It would fetch prices from the network, and wait for them."""
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    import litellm

    litellm.suppress_debug_info = True


class Shipped(DefaultAdapter):
    """What gepa's own users run: LiteLLM, ten calls in flight. Only the fixed end of the system message is put in."""

    def __init__(self, world, server, guard):
        by_text = {row.user: row for row in world.train + world.dev}

        def evaluate(data, reply):
            row = by_text[data["input"]]
            rating, reasoning, problem = read(reply, None)
            return EvaluationResult(score(row, rating), feedback(row, rating, reasoning, problem, guard))

        # Read by LiteLLM, whichever part of gepa asks it.
        os.environ |= {"OPENAI_API_BASE": server.url, "OPENAI_API_KEY": "none"}
        super().__init__("openai/sim/small", evaluate)
        self.world = world

    def evaluate(self, batch, candidate, capture_traces=False):
        return super().evaluate(batch, {PART: self.world.told(candidate[PART])}, capture_traces)


class Silent:
    def log(self, _message):
        pass


def run(world, server, budget, seed, rows=None, tuned=False, guard=False, shipped=False):
    """The best candidate's text."""
    train, dev = world.train, some(world.dev, rows, seed) if rows else world.dev
    if shipped:
        adapter, writer = Shipped(world, server, guard), "openai/sim/reflector"
        train, dev = ([{"input": row.user, "additional_context": {}, "answer": ""} for row in part] for part in (train, dev))
    else:
        adapter, writer = Adapter(world, server, guard), lambda prompt: server.chat("sim/reflector", None, prompt)[0]
    tuning = {"candidate_selection_strategy": "current_best", "reflection_minibatch_size": 8} if tuned else {}
    result = gepa.optimize(
        seed_candidate={PART: world.editable},
        trainset=train,
        valset=dev,
        adapter=adapter,
        reflection_lm=writer,
        max_metric_calls=budget,
        seed=seed,
        logger=Silent(),
        **tuning,
    )
    return result.best_candidate[PART]
