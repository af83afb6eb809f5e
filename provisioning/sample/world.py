"""Which story appears where and when in the sample world. Pure and the same for the same seed: no Django, no clock.

`history` fills the 90 days before the project is loaded, a crisis among them; `published` is what a sample feed shows
at a moment after that: many items in the first quarter of an hour, then a few an hour.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitoring.records import Entry
from provisioning.sample.stories import PLACES, PRODUCTS, STORIES, Story

DAYS = 90
# The crisis, late deliveries before the holidays: its volume against an ordinary day, by days ago. It is not over.
CRISIS = {6: 1.6, 5: 3.5, 4: 7.5, 3: 6.0, 2: 4.0, 1: 3.0}
A_DAY = 11
# Offices post in working hours, people in the evening; Sundays are quiet.
HOURS = (1, 1, 1, 1, 1, 2, 4, 8, 12, 14, 13, 12, 10, 11, 13, 12, 11, 11, 12, 13, 12, 9, 5, 2)
WEEKDAYS = (1.0, 1.05, 1.1, 1.05, 1.0, 0.75, 0.6)
LIVELY = timedelta(minutes=15)
LIVELY_EVERY, CALM_EVERY = timedelta(seconds=75), timedelta(minutes=20)
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Feed:
    """A sample feed: `slug` in its address, and the kind of stories it carries."""

    slug: str
    title: str
    language: str
    kind: str


FEEDS = (
    Feed("phare-du-design", "Le Phare du design", "fr", "press"),
    Feed("forum-maison", "Forum Maison & Déco", "fr", "forum"),
    Feed("quai-des-avis", "Quai des avis", "fr", "review"),
    Feed("light-and-home", "Light & Home Weekly", "en", "press"),
    Feed("lamp-talk", "Lamp Talk", "en", "forum"),
)


def history(feed: Feed, now: datetime, address: str) -> list[Entry]:
    """Everything this feed has published in the 90 days before `now`, oldest first. `address` is where items live."""
    chance = random.Random(f"vigie {feed.slug}")
    decks = {phase: _deck(feed, phase, chance) for phase in ("calm", "crisis")}
    entries = []
    for days_ago in range(DAYS, 0, -1):
        day = now - timedelta(days=days_ago)
        volume = A_DAY / len(FEEDS) * WEEKDAYS[day.weekday()] * (1 + 0.3 * (1 - days_ago / DAYS))
        extra = volume * (CRISIS.get(days_ago, 1.0) - 1)
        phases = ["calm"] * _about(chance, volume) + ["crisis"] * _about(chance, extra)
        for phase in phases:
            hour = chance.choices(range(24), HOURS)[0]
            at = day.replace(hour=hour, minute=chance.randrange(60), second=chance.randrange(60), microsecond=0)
            if at < now:
                entries.append(_entry(feed, next(decks[phase]), at, f"{days_ago}-{len(entries)}", address, chance))
    return sorted(entries, key=lambda entry: entry.published)


def published(feed: Feed, loaded_at: datetime, now: datetime, address: str) -> list[Entry]:
    """What the feed shows at `now`: its newest items since the project was loaded, newest first."""
    chance = random.Random(f"vigie {feed.slug} {loaded_at}")
    deck = _deck(feed, "live", chance)
    entries = [
        _entry(feed, next(deck), at, f"live-{number}", address, chance)
        for number, at in enumerate(_moments(feed, loaded_at, now))
    ]
    return entries[: -SHOWN - 1 : -1]


def _moments(feed: Feed, loaded_at: datetime, now: datetime) -> Iterator[datetime]:
    """When items appear. The feeds take turns: the first speaks at once, the others one after another."""
    at = loaded_at + LIVELY_EVERY / len(FEEDS) * FEEDS.index(feed)
    while at <= now:
        yield at
        at += LIVELY_EVERY if at < loaded_at + LIVELY else CALM_EVERY


def _about(chance: random.Random, mean: float) -> int:
    """A whole number near `mean`, spread like counts are."""
    return max(0, round(chance.gauss(mean, mean**0.5)))


def _entry(feed: Feed, story: Story, at: datetime, name: str, address: str, chance: random.Random) -> Entry:
    words = {
        "place": chance.choice(PLACES[feed.language]),
        "lamp": chance.choice(PRODUCTS[story.about]),
        "number": chance.randint(3, 19),
        "author": chance.choice(story.authors),
    }
    path = f"{address}/{feed.slug}/{name}"
    return Entry(
        native_id=f"{feed.slug} {name} {at:%Y%m%d%H%M%S}",
        url=f"{path}-{at:%Y%m%d}",
        title=story.title.format(**words),
        body=story.text.format(**words),
        body_is_html=False,
        author=words["author"],
        published=at,
        language=feed.language,
    )


def _deck(feed: Feed, phase: str, chance: random.Random) -> Iterator[Story]:
    """The feed's stories of a phase in random order, again and again: none comes twice in a row of different ones."""
    stories = [
        story
        for story in STORIES
        if story.language == feed.language and story.kind == feed.kind and phase in story.phases
    ]
    while True:
        yield from chance.sample(stories, len(stories))
