"""What every optimiser is given: the same rows, the same seed prompt, the same score, and a careful user's feedback."""

import json
import random
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

FIELDS = ("query", "title", "type", "language", "date", "document")
WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Row:
    id: str
    fields: dict  # of FIELDS, those that the item has
    user: str  # the user message, as assessor sends it
    ratings: tuple
    rationales: tuple

    @property
    def gold(self):
        return sum(self.ratings) / len(self.ratings)


@dataclass
class World:
    folder: Path
    train: list
    dev: list
    editable: str  # the seed prompt: the part that may change
    system: str  # the seed prompt as it is sent

    def told(self, editable):
        """The system message with another editable text: the item's introduction and the contract stay."""
        assert self.system.startswith(self.editable), "the editable text opens the system message"
        return editable.rstrip() + self.system[len(self.editable) :]


def make(assessor, folder, seed, queries):
    """Writes the world, and its items again with the part that each is in: `assessor` reads the column `purpose`."""
    command = [assessor, "--quiet", "--seed", str(seed), "sim", "world", "--queries", str(queries), "--out", folder]
    subprocess.run(command, check=True)
    items = [json.loads(line) for line in (folder / "items.jsonl").read_text().splitlines()]
    groups = sorted({item["query_id"] for item in items})
    random.Random(seed).shuffle(groups)
    train = set(groups[: 2 * len(groups) // 3])
    lines = [json.dumps(item | {"purpose": "train" if item["query_id"] in train else "dev"}) for item in items]
    (folder / "divided.jsonl").write_text("\n".join(lines) + "\n")


def world(assessor, folder, seed, queries):
    """A fresh world of its own for each seed of the race; two thirds of its queries are for training."""
    if not (folder / "divided.jsonl").exists():
        make(assessor, folder, seed, queries)
    lines = lambda name: [json.loads(line) for line in (folder / name).read_text().splitlines()]
    shown = {row["id"]: row["user"] for row in lines("shown.jsonl")}
    people = {}
    for row in lines("ratings.jsonl"):
        people.setdefault(row["id"], []).append((row["rating"], row["rationale"]))
    parts = {"train": [], "dev": []}
    for row in lines("divided.jsonl"):
        ratings, rationales = zip(*people[row["id"]])
        fields = {name: row[name] for name in FIELDS if row.get(name)}
        parts[row["purpose"]].append(Row(row["id"], fields, shown[row["id"]], ratings, rationales))
    prompt = json.loads((folder / "prompt.json").read_text())
    return World(folder, parts["train"], parts["dev"], prompt["editable"], prompt["system"])


def some(rows, n, seed):
    """`n` rows for validation, drawn once."""
    return random.Random(seed).sample(rows, n)


def score(row, rating):
    """1 − NMSE of one item; a reply without a rating scores 0."""
    return 0.0 if rating is None else 1 - (rating - row.gold) ** 2 / 16


#: In words that name no way of being relevant: a proposer takes up what its feedback repeats.
GUARDRAIL = (
    "State general rules only. Do not copy phrases, names or addresses from the examples, and do not change the rating "
    "scale, its range or its anchors."
)


def feedback(row, rating, reasoning, problem, guard):
    """What a careful user writes: both sides, their reasons, and what is wrong with a reply that carries no rating."""
    people = "; ".join(f"{given} because: {why}" for given, why in zip(row.ratings, row.rationales))
    if rating is None:
        said = f"{problem} It counts as fully wrong."
    elif abs(rating - row.gold) < 0.5:
        said = f"The rating {rating} is right."
    else:
        how = "too high" if rating > row.gold else "too low"
        said = f"The rating {rating} is {how}: expected {row.gold:.1f}. The judge reasoned: {reasoning}"
    text = f"{said}\nThe people rated: {people}"
    return f"{text}\n{GUARDRAIL}" if guard else text


REFUSAL = re.compile(r"\b(sorry|can(?:no|')t|not able to|unable to)\b", re.I)


def read(content, finish):
    """(rating, reasoning, problem). As tolerant as a careful user: fences, prose, a reasoning channel, "4" and 4.0 pass."""
    text = re.sub(r"(?s)<think>.*?</think>", "", content).strip()
    if not text:
        return None, "", "The reply was empty."
    found, reasoning, objects = [], "", 0
    for match in re.finditer(r"\{[^{}]*\}", text):
        try:
            value = json.loads(re.sub(r",\s*\}$", "}", match.group()))
        except ValueError:
            continue
        objects += 1
        reasoning = str(value.get("rationale", ""))
        if "rating" in value:
            found.append(value["rating"])
    if not found:
        if finish == "length" or "{" in text and objects == 0:
            problem = "The reply was cut off before its end."
        elif objects:
            problem = "The field `rating` is missing from the reply."
        elif REFUSAL.search(text):
            problem = "The judge refused to rate."
        else:
            problem = "The reply is prose instead of one JSON object."
        return None, reasoning, problem
    ratings = []
    for value in found:
        try:
            number = float(value)
        except (TypeError, ValueError):
            return None, reasoning, f"The rating {value!r} is a fraction or a word instead of an integer."
        if number != int(number) or not 1 <= number <= 5:
            return None, reasoning, f"The rating {value!r} is no integer from 1 to 5."
        ratings.append(int(number))
    if len(set(ratings)) > 1:
        return None, reasoning, "The reply carries two different ratings."
    return ratings[-1], reasoning, ""
