"""PyPI `dspy`: GEPA and MIPROv2 over a `dspy.Predict` in its own chat format, measured in that format."""

import logging
import warnings

import dspy
from dspy.adapters.chat_adapter import ChatAdapter
from dspy.adapters.json_adapter import JSONAdapter
from dspy.utils.exceptions import AdapterParseError

from .data import FIELDS, feedback, score, some
from .server import THREADS

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)


class Judge(dspy.Signature):
    """Replaced by the seed prompt."""

    query: str = dspy.InputField()
    title: str = dspy.InputField()
    type: str = dspy.InputField()
    language: str = dspy.InputField()
    date: str = dspy.InputField()
    document: str = dspy.InputField()
    rationale: str = dspy.OutputField()
    rating: int = dspy.OutputField(desc="1 to 5")


def program(instruction):
    return dspy.Predict(Judge.with_instructions(instruction))


def example(row):
    fields = {name: row.fields.get(name, "") for name in FIELDS}
    people = "; ".join(f"{rating}: {why}" for rating, why in zip(row.ratings, row.rationales))
    return dspy.Example(**fields, row=row, rating=round(row.gold), people=people).with_inputs(*FIELDS)


def rating(prediction):
    try:
        value = int(prediction.rating)
    except (AttributeError, TypeError, ValueError):
        return None
    return value if 1 <= value <= 5 else None


def lm(server, model, **more):
    return dspy.LM(f"openai/{model}", api_base=server.url, api_key="none", **more)


def plain_metric(gold, prediction, trace=None):
    return score(gold.row, rating(prediction))


def metric_with_feedback(guard):
    def metric(gold, prediction, trace=None, name=None, name_trace=None):
        value = rating(prediction)
        reasoning = getattr(prediction, "rationale", "") or ""
        problem = "The rating is no integer from 1 to 5."
        text = feedback(gold.row, value, reasoning, problem, guard)
        return dspy.Prediction(score=score(gold.row, value), feedback=text)

    return metric


def gepa(world, server, budget, seed, rows=None, tuned=False, guard=False):
    """The instruction of the best program."""
    dspy.configure(lm=lm(server, "sim/small", max_tokens=512))
    tuning = {}
    if tuned:
        tuning = {"candidate_selection_strategy": "current_best", "reflection_minibatch_size": 8}
        tuning["add_format_failure_as_feedback"] = True
    optimizer = dspy.GEPA(
        metric=metric_with_feedback(guard),
        max_metric_calls=budget,
        reflection_lm=lm(server, "sim/reflector", temperature=1.0, max_tokens=32000),
        num_threads=THREADS,
        warn_on_score_mismatch=False,
        seed=seed,
        **tuning,
    )
    dev = some(world.dev, rows, seed) if rows else world.dev
    train = list(map(example, world.train))
    best = optimizer.compile(program(world.editable), trainset=train, valset=list(map(example, dev)))
    return best.signature.instructions


def mipro(world, server, seed):
    """MIPROv2, `auto="light"`, no examples in the prompt. Its budget is its own."""
    judge = lm(server, "sim/small", max_tokens=512)
    dspy.configure(lm=judge)
    optimizer = dspy.MIPROv2(
        metric=plain_metric,
        prompt_model=lm(server, "sim/reflector", temperature=1.0, max_tokens=32000),
        task_model=judge,
        auto="light",
        num_threads=THREADS,
        max_errors=10**9,
        seed=seed,
    )
    best = optimizer.compile(
        program(world.editable),
        trainset=list(map(example, world.train)),
        valset=list(map(example, world.dev)),
        max_bootstrapped_demos=0,
        max_labeled_demos=0,
    )
    return best.signature.instructions


def system(instruction):
    """The system message as dspy sends it."""
    empty = {name: "" for name in FIELDS}
    return ChatAdapter().format(Judge.with_instructions(instruction), [], empty)[0]["content"]


def truth(server, instruction, rows):
    """NMSE and malformed share on fresh rows, in percent, as `dspy.Predict` would rate them: its chat format, and where
    the reply cannot be read, its JSON format. Written out, because Predict itself takes ten times as long."""
    signature = Judge.with_instructions(instruction)
    empty = {name: "" for name in FIELDS}
    adapters = (ChatAdapter(), JSONAdapter())
    tries = [(adapter, adapter.format(signature, [], empty)[0]["content"]) for adapter in adapters]

    def one(row):
        inputs = {name: row.fields.get(name, "") for name in FIELDS}
        for adapter, system in tries:
            user = adapter.format_user_message_content(signature, inputs, main_request=True)
            try:
                fields = adapter.parse(signature, server.chat("sim/small", system, user)[0])
            except AdapterParseError:
                continue
            return rating(dspy.Prediction(**fields))
        return None

    ratings = server.map(one, rows)
    losses = [1 - score(row, value) for row, value in zip(rows, ratings)]
    malformed = sum(value is None for value in ratings)
    return {"nmse": 100 * sum(losses) / len(rows), "malformed": 100 * malformed / len(rows), "items": len(rows)}
