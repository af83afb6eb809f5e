"""Synthetic histories of negative mentions with a label: whether, and when, a person should have been warned.

Each is made from a seed: 28 days to learn from, then 14 days that are evaluated. Times are minutes from the start.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import pi, sin

DAY = 1440
LEARNING, EVALUATED = 28 * DAY, 14 * DAY
LENGTH = LEARNING + EVALUATED


@dataclass(frozen=True, slots=True)
class Post:
    """A negative mention: when it was found, its author, and the story that it is part of."""

    at: int
    author: str
    story: str


@dataclass(frozen=True, slots=True)
class History:
    """`crisis` is the time in which a warning is right; others are false alarms. `outages` are unread times."""

    name: str
    posts: tuple[Post, ...]
    crisis: tuple[int, int] | None = None
    outages: tuple[tuple[int, int], ...] = ()


@dataclass
class Maker:
    """Draws posts; `rate` is their usual number per day, between 5 and 60."""

    draw: random.Random
    posts: list[Post] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rate = 5 * 12 ** self.draw.random()
        self.event = LEARNING + self.draw.randrange(2 * DAY, 11 * DAY)

    def add(self, rate_at: Callable[[float], float], highest: float, start: float = 0, end: float = LENGTH) -> None:
        """Draw independent posts from a rate per day that changes with time, by thinning."""
        for at in self._times(highest, start, end):
            if self.draw.random() * highest < rate_at(at):
                number = len(self.posts)
                self.posts.append(Post(int(at), f"author {self.draw.randrange(400)}", f"post {number}"))

    def add_usual(self, factor_at: Callable[[float], float] = lambda at: 1.0, highest: float = 1.0) -> None:
        """Draw the usual posts: few at night, most in the afternoon."""
        self.add(lambda at: self.rate * daily(at) * factor_at(at), 1.8 * self.rate * highest)

    def made(self, name: str, **fields) -> History:
        return History(name, tuple(sorted(self.posts, key=lambda post: post.at)), **fields)

    def _times(self, rate: float, start: float, end: float) -> Iterator[float]:
        at = start
        while (at := at + self.draw.expovariate(rate / DAY)) < end:
            yield at


def daily(at: float) -> float:
    """Return the share of the mean rate at an hour: 0.2 at 3:00, 1.8 at 15:00."""
    return 1 + 0.8 * sin(2 * pi * (at / DAY - 0.375))


def weekly(at: float) -> float:
    return 0.4 if (at // DAY) % 7 >= 5 else 1.24


def calm(maker: Maker) -> History:
    maker.add_usual()
    return maker.made("calm")


def weekly_rhythm(maker: Maker) -> History:
    maker.add_usual(weekly, 1.24)
    return maker.made("weekly rhythm")


def growth(maker: Maker) -> History:
    """Three times as many after six weeks: more customers, no crisis."""
    maker.add_usual(lambda at: 0.5 * 3 ** (at / LENGTH), 1.5)
    return maker.made("growth")


def holiday(maker: Maker) -> History:
    """Four days with a quarter of the posts, then as before."""
    start, end = maker.event, maker.event + 4 * DAY
    maker.add_usual(lambda at: 0.25 if start <= at < end else weekly(at), 1.24)
    return maker.made("holiday")


def one_off_spike(maker: Maker) -> History:
    """Half a day with many posts of many people, which then recede."""
    maker.add_usual(weekly, 1.24)
    _burst(maker, 12 * 60)
    return maker.made("one-off spike", crisis=(maker.event, maker.event + DAY))


def slow_burn(maker: Maker) -> History:
    """Over two days, the rate rises evenly to eight times the usual one, stays for a day, and ends."""
    maker.add_usual()
    start, top, end = maker.event, maker.event + 2 * DAY, maker.event + 3 * DAY
    extra = max(7 * maker.rate, 60)
    maker.add(lambda at: extra * min((at - start) / (top - start), 1), extra, start, end)
    return maker.made("slow burn", crisis=(start, end + DAY))


def flat_then_burst(maker: Maker) -> History:
    """A small brand: a post every five days, then a burst."""
    maker.add(lambda at: 0.2, 0.2)
    _burst(maker, 6 * 60)
    return maker.made("flat, then burst", crisis=(maker.event, maker.event + DAY))


def bot_flood(maker: Maker) -> History:
    """One account posts 80 different complaints in two hours."""
    maker.add_usual()
    for number in range(80):
        maker.posts.append(Post(maker.event + maker.draw.randrange(120), "bot", f"flood {number}"))
    return maker.made("bot flood of one author")


def source_outage(maker: Maker) -> History:
    """Nothing is found for 6 to 20 hours, then everything that was published meanwhile, in one minute."""
    maker.add_usual()
    start, end = maker.event, maker.event + maker.draw.randrange(6 * 60, 20 * 60)
    maker.posts = [Post(end if start <= one.at < end else one.at, one.author, one.story) for one in maker.posts]
    return maker.made("outage of a source", outages=((start, end),))


def syndicated_story(maker: Maker) -> History:
    """An agency’s report that 40 sites reprint within three hours."""
    maker.add_usual()
    for number in range(40):
        maker.posts.append(Post(maker.event + maker.draw.randrange(180), f"site {number}", "agency report"))
    return maker.made("syndicated story")


KINDS: tuple[Callable[[Maker], History], ...] = (
    *(calm, weekly_rhythm, growth, holiday, one_off_spike),
    *(slow_burn, flat_then_burst, bot_flood, source_outage, syndicated_story),
)
# Settings were chosen with the first seeds; figures are reported for the others.
TUNING_SEEDS, UNSEEN_SEEDS = range(8), range(100, 108)


def histories(seed: int) -> Iterator[History]:
    """Return one history of each kind."""
    for kind in KINDS:
        yield kind(Maker(random.Random(f"{kind.__name__} {seed}")))


def _burst(maker: Maker, length: int) -> None:
    """Add at least 40 posts per half day, or four times the usual ones, which recede evenly."""
    start, end = maker.event, maker.event + length
    top = max(8 * maker.rate, 160)
    maker.add(lambda at: top * (1 - (at - start) / length), top, start, end)
