"""What a returned prompt took from its examples, and whether it still has the scale. The same for everybody."""

import re

from .data import WORD

#: Words in a row that nobody writes twice by chance.
GRAM = 5
ADDRESS = re.compile(r"https?://\S+|\S+@\S+\.\w+")
RANGE = re.compile(r"\b(\d+)\s*(?:to|-|–|through|and)\s*(\d+)\b")
SPEAKS = re.compile(r"\b(ratings?|rate|scale|scores?|grades?|levels?)\b", re.I)


def grams(text):
    """Runs of five words within a line."""
    found = set()
    for line in text.splitlines():
        words = [word.lower() for word in WORD.findall(line)]
        found.update(tuple(words[i : i + GRAM]) for i in range(len(words) - GRAM + 1))
    return found


def names(text):
    """Words with a capital letter that do not begin a sentence."""
    inner = re.findall(r"(?<![.!?:;\-*])(?<!^)(?<!\n)\s+([A-ZÄÖÜÉ][\w\-]{2,})", text)
    return {name for name in inner if not name.isupper()}


def inspect(world, prompt):
    """`leaks`: what the prompt shares with training items and the seed prompt does not have; `scales`: other ranges."""
    texts = [text for row in world.train + world.dev for text in (*row.fields.values(), *row.rationales)]
    shown = set().union(*map(grams, texts))
    copied = grams(prompt) & shown - grams(world.system)
    everything = "\n".join(texts)
    seed_names = set(WORD.findall(world.system))
    taken = {name for name in names(prompt) - seed_names if re.search(rf"\b{re.escape(name)}\b", everything)}
    taken |= {address for address in ADDRESS.findall(prompt) if address in everything}
    scales = set()
    for sentence in re.split(r"(?<=[.;!?])\s|\n", prompt):
        if SPEAKS.search(sentence):
            scales |= {pair for pair in RANGE.findall(sentence) if pair != ("1", "5")}
    return {
        "leaks": sorted(" ".join(gram) for gram in copied) + sorted(taken),
        "scales": sorted("–".join(pair) for pair in scales),
    }
