"""Measure the names found in labeled posts: `python -m tests.monitoring.entities.measure [--data DIR]`.

labels.tsv has the names of each post by its source and id. The posts written for Vigie are in the repository; the
tweets, which must not be, are in DIR (umsab_train.tsv, umsab_val.tsv, semeval.tsv). Names are found as in a project:
with the other posts of the same sources and the same half as evidence. The names that the page would list of the posts
and of the tweets of each half are printed, too: people count the wrong ones.
"""

import argparse
import csv
import html
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from monitoring.entities.distinctive import Text, distinctive_names
from monitoring.entities.names import find_names
from monitoring.query.folding import fold
from monitoring.stories.keys import keys_of
from monitoring.stories.sameness import similarity
from monitoring.stories.words import StoryText

ROOT = Path(__file__).parents[3]
HALVES = ("tuning", "held-out")
OWN = {
    "posts": ROOT / "tests/monitoring/themes/posts.tsv",
    **{path.stem: path for path in (ROOT / "monitoring/sentiment/training/data").glob("*.tsv")},
    **{path.stem: path for path in (ROOT / "monitoring/embedding/training/data").glob("*.tsv")},
}
TWEETS = ("umsab_train", "umsab_val", "semeval")
TOP, MAX_LISTED = 20, 3000
MASKS = frozenset(("user", "http"))


@dataclass(frozen=True)
class Post:
    """A post with its names: alternatives of each, and those that may be missed. `names` is None if not labeled."""

    text: str
    names: list[set[str]] | None = None
    optional: frozenset[str] = frozenset()


@dataclass
class Score:
    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        return self.right / max(self.right + self.wrong, 1)

    @property
    def recall(self) -> float:
        return self.right / max(self.right + self.missed, 1)


def measure(posts: list[Post]) -> Score:
    """Return how many names of labeled posts are found, each counted once per post."""
    score = Score()
    for post, found in zip(posts, find_names([post.text for post in posts]).names, strict=True):
        if post.names is not None:
            hits = [one for one in post.names if one & found]
            score.right += len(hits)
            score.missed += len(post.names) - len(hits)
            score.wrong += len(found - post.optional - MASKS - set().union(*post.names))
    return score


def read_posts(language: str, half: str, data: Path | None = None) -> list[Post]:
    """Return the labeled posts of a half, and unlabeled ones of the same sources."""
    labels = {}
    with (Path(__file__).parent / "labels.tsv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            labels[row["language"], row["source"], row["id"]] = row
    posts = []
    for number, (source, key, text) in enumerate(_texts(language, data)):
        label = labels.get((language, source, key))
        if label and label["half"] == half:
            posts.append(_labeled(text, label["names"]))
        elif not label and number % 2 == HALVES.index(half) and source != "semeval":
            posts.append(Post(text))
    return posts


def listed(language: str, half: str, sources: Collection[str], data: Path | None) -> list[str]:
    """Return the most frequent names of a half of the texts of some sources, as if they were one project."""
    texts = [text for source, _key, text in _texts(language, data) if source in sources][HALVES.index(half) :: 2]
    stories = _stories(texts[:MAX_LISTED])
    posts = [Text(text, story, str(at)) for at, (text, story) in enumerate(zip(texts, stories, strict=False))]
    return [one.name for one in distinctive_names(posts, MASKS, TOP)]


def _stories(texts: Sequence[str]) -> list[int]:
    """Return the number of the story of each text: reprints are one."""
    found: list[int] = []
    earlier: dict[int, list[int]] = {}
    items = [StoryText("", text) for text in texts]
    for at, item in enumerate(items):
        keys = keys_of(item, 1)
        others = sorted({other for key in keys for other in earlier.get(key, ())})
        found.append(next((found[other] for other in others if similarity(item, items[other]) > 0), at))
        for key in keys:
            earlier.setdefault(key, []).append(at)
    return found


def _labeled(text: str, names: str) -> Post:
    listed = [name for name in names.split("|") if name]
    needed = [{_key(form) for form in name.split("=")} for name in listed if not name.startswith("?")]
    return Post(text, needed, frozenset(_key(name) for name in listed if name.startswith("?")))


def _key(name: str) -> str:
    words = fold(name).removeprefix("le ").removeprefix("la ").removeprefix("les ").removeprefix("the ")
    return "".join(char for char in words if char.isalnum())


def _texts(language: str, data: Path | None) -> Iterator[tuple[str, str, str]]:
    """Yield source, id and text of all posts in a language."""
    for source, path in sorted(OWN.items()):
        with path.open(encoding="utf-8") as file:
            for line, row in enumerate(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE), start=2):
                if row["language"] == language:
                    yield source, row.get("id") or str(line), row["text"]
    for source in TWEETS if data else ():
        lines = (data / f"{source}.tsv").read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines, start=1):
            tongue, _label, text = line.split("\t")[:3]
            if tongue == language:
                yield source, str(number), _plain(text)


def _plain(text: str) -> str:
    """Return a tweet without the escapes and masks of its file."""
    text = re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), html.unescape(text))
    return re.sub(r"\bhttp\b(?!s?:)", "https://t.co/x", text.replace('\\"', '"').replace('""', '"'))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    folder = parser.parse_args().data
    for language in ("fr", "en"):
        for half in HALVES:
            found = measure(read_posts(language, half, folder))
            print(f"{language} {half}: precision {found.precision:.3f}, recall {found.recall:.3f}, {found}")
            for name, sources in (("posts", OWN), ("tweets", TWEETS)):
                print(f"  {name}: {'; '.join(listed(language, half, sources, folder))}")
