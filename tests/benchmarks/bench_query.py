"""Compare matching with its peers: python -m tests.benchmarks.bench_query [--docs N] [--queries N N N]

The same documents and queries, the same interpreter, the same run. Peers: one compiled regular expression per query
over the folded text (without NEAR and wildcards, for which it searches the first word), and `ahocorasick_rs`, which
finds the literal words of all queries without matching them. The floor only folds and tokenizes. Prints documents/s,
the cost of more queries, memory, and the time to build.
"""

import argparse
import random
import re
import time
import tracemalloc
from collections.abc import Callable
from itertools import accumulate, chain

import ahocorasick_rs

from monitoring.query import Doc, Index, fold, parse, terms
from monitoring.query.tokens import KEYS, blank_markup
from tests.benchmarks.services import print_machine

SEED = 20_260_801
SLICE, REPEATS = 500, 4
REGEX_SEARCHES = 100_000

FRENCH = "de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont avec son à été"
ENGLISH = "the of and to in a is that it was for on are as with his they at be this from have or by one had not but"
ELIDED = ("l’", "d'", "qu'", "n’", "s'")
SYLLABLES = (
    "ba bri ca cha cho clo co cra dé di do dra é fa fe flo ga gra gui ha hi i ja jou ka la lé li lo ma mé mi mon na "
    "no o or pa pé pla po pra qui ra ré ri ro sa sé si so ta té ti to tra u va vé vi vo xa za tion ment eur elle age"
)
CONTENT_WORDS = 20_000


class Language:
    """A vocabulary with realistic frequencies: half of a text is function words, the rest follows Zipf's law."""

    def __init__(self, rng: random.Random, function_words: str, elided: bool) -> None:
        words: dict[str, None] = {}
        syllables = SYLLABLES.split()
        while len(words) < CONTENT_WORDS:
            words["".join(rng.choices(syllables, k=rng.choice((2, 2, 3, 3, 4))))] = None
        self.content = list(words)
        self.function_words, self.elided = function_words.split(), elided
        self.cumulative = list(accumulate(1 / (rank + 20) for rank in range(CONTENT_WORDS)))

    def text(self, rng: random.Random, count: int) -> str:
        content = rng.choices(self.content, cum_weights=self.cumulative, k=count)
        function_words = rng.choices(self.function_words, k=count)
        words = []
        capital = True
        for number in range(count):
            word = content[number] if rng.random() < 0.55 else function_words[number]
            if self.elided and rng.random() < 0.04:
                word = rng.choice(ELIDED) + content[number]
            if capital or rng.random() < 0.05:
                word = word.capitalize()
            chance = rng.random()
            capital = chance < 0.06
            if chance < 0.06:
                word += "."
            elif chance < 0.11:
                word += ","
            elif chance < 0.112:
                word = "#" + word
            words.append(word)
        return " ".join(words)


def documents(languages: list[Language], count: int) -> list[Doc]:
    rng = random.Random(SEED)
    docs = []
    for number in range(count):
        language = rng.choice(languages)
        title = language.text(rng, rng.randint(4, 12)) if rng.random() < 0.7 else ""
        docs.append(
            Doc(title, language.text(rng, rng.randint(20, 400)), f"https://site{number % 500}.example/{number}")
        )
    return docs


def queries(languages: list[Language], count: int) -> list[str]:
    """Return queries as people track them: mostly rare names, some subjects of two or three ordinary words."""
    rng = random.Random(SEED + 1)

    def word(first: int, last: int) -> str:
        return rng.choice(languages).content[min(rng.randint(first, last), CONTENT_WORDS - 1)]

    def rare() -> str:
        # Four in five tracked names are in none of these documents.
        name = word(8_000, CONTENT_WORDS - 1)
        return name if rng.random() < 0.2 else name + rng.choice(("ix", "oo", "yz", "um", "ax", "ys"))

    def usual() -> str:
        return word(200, 8_000)

    kinds: list[tuple[int, Callable[[], str]]] = [
        (18, rare),
        (14, lambda: f"{rare()} OR {rare()}"),
        (25, lambda: f"{usual()} {usual()}"),
        (12, lambda: f'"{usual()} {usual()}"'),
        (10, lambda: f"{usual()} ({usual()} OR {usual()} OR {usual()}) -{usual()}"),
        (8, lambda: f"{rare()} -{usual()}"),
        (7, lambda: f"{usual()} NEAR/5 {usual()}"),
        (3, lambda: f"{rare()}*"),
        (3, lambda: f"title:({usual()} OR {rare()})"),
    ]
    chosen = rng.choices([make for _, make in kinds], [weight for weight, _ in kinds], k=count)
    return [make() for make in chosen]


def rates(docs: list[Doc], actions: dict[str, Callable[[Doc], object]]) -> dict[str, float]:
    """Return documents per second of CPU time.

    The actions take turns over slices of the documents and the best of each slice counts: other processes on the
    machine disturb all of them alike, and little.
    """
    seconds = dict.fromkeys(actions, 0.0)
    for start in range(0, len(docs), SLICE):
        part = docs[start : start + SLICE]
        best = dict.fromkeys(actions, float("inf"))
        for _ in range(REPEATS):
            for name, action in actions.items():
                best[name] = min(best[name], timed(part, action))
        for name, took in best.items():
            seconds[name] += took
    return {name: len(docs) / took for name, took in seconds.items()}


def timed(docs: list[Doc], action: Callable[[Doc], object]) -> float:
    began = time.process_time()
    for doc in docs:
        action(doc)
    return time.process_time() - began


def floor(doc: Doc) -> None:
    """Fold every word of the document, in order."""
    for text in (doc.title, doc.text):
        list(chain.from_iterable(map(KEYS.__getitem__, blank_markup(text).split())))


def literals(texts: list[str]) -> list[str]:
    return sorted({fold(term.text.rstrip("*")) for text in texts for term in terms(parse(text))[0]})


def regex_of(text: str) -> re.Pattern[str]:
    """Return the positive words of a query as one alternation between word borders, the minimum to compare with."""
    words = [re.escape(fold(term.text.rstrip("*"))) for term in terms(parse(text))[0]]
    return re.compile(rf"\b(?:{'|'.join(words)})\b")


def build(texts: list[str]) -> tuple[Index, float]:
    """Return the index of these queries and the seconds to build it."""
    began = time.process_time()
    index = Index()
    for number, text in enumerate(texts):
        index.add(number, text)
    return index, time.process_time() - began


def megabytes(texts: list[str]) -> float:
    """Return the memory of an index of these queries."""
    tracemalloc.start()
    index, _ = build(texts)
    used = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return used / 2**20 if index else 0.0


def regexes(texts: list[str]) -> Callable[[Doc], None]:
    patterns = [regex_of(text) for text in texts]

    def search(doc: Doc) -> None:
        text = fold(f"{doc.title}\n{doc.text}")
        for pattern in patterns:
            pattern.search(text)

    return search


def aho_corasick(texts: list[str]) -> Callable[[Doc], object]:
    finder = ahocorasick_rs.AhoCorasick(literals(texts))
    return lambda doc: finder.find_matches_as_indexes(fold(f"{doc.title}\n{doc.text}"))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--docs", type=int, default=5_000)
    parser.add_argument("--queries", type=int, nargs="+", default=[100, 1_000, 10_000])
    options = parser.parse_args()
    rng = random.Random(SEED)
    languages = [Language(rng, FRENCH, True), Language(rng, ENGLISH, False)]
    docs = documents(languages, options.docs)
    all_queries = queries(languages, max(options.queries))
    print_machine()
    words = sum(len(doc.title.split()) + len(doc.text.split()) for doc in docs) / len(docs)
    print(f"{len(docs)} documents of {words:.0f} words on average; documents/s of CPU time on one core")
    print(f"floor while its words are not cached yet: {len(docs) / timed(docs, floor):,.0f}\n")
    print("queries  hits/doc    floor  keys only  of floor  with spans  of floor  regex each  literals  build s    MB")
    costs = []
    for count in options.queries:
        texts = all_queries[:count]
        index, took = build(texts)
        hits = sum(len(index.keys_of(doc)) for doc in docs) / len(docs)
        own = rates(docs, {"floor": floor, "keys": index.keys_of, "spans": index.match})
        few = docs[: max(2, REGEX_SEARCHES // count)]
        peers = rates(docs[:SLICE], {"literals": aho_corasick(texts)})
        regex = len(few) / timed(few, regexes(texts))
        costs.append((1 / own["keys"], own["floor"] / own["keys"]))
        print(
            f"{count:7,} {hits:9.2f} {own['floor']:8,.0f} {own['keys']:10,.0f} {own['keys'] / own['floor']:9.2f}"
            f" {own['spans']:11,.0f} {own['spans'] / own['floor']:9.2f} {regex:11,.1f} {peers['literals']:9,.0f}"
            f" {took:8.2f} {megabytes(texts):5.1f}"
        )
    seconds, floors = (last / first for first, last in zip(costs[0], costs[-1], strict=True))
    # Also relative to the floor, measured in turns with it: the rows are minutes apart, and the load changes.
    print(
        f"\nfrom {options.queries[0]:,} to {options.queries[-1]:,} queries a document costs {seconds:.2f} times"
        f" as much ({floors:.2f} in floors)"
    )


if __name__ == "__main__":
    main()
