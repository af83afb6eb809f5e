"""Which item appears when in the sample feeds. Pure and reproducible: no Django, no clock, a fixed seed per feed.

`past_items` fills the 90 days before the project is loaded, a crisis among them; provisioning/sample/load.py stores
them. `current_items` is what a feed contains at a later moment: frequent items during the first 15 minutes, then a few
per hour; dashboards/views/sample.py publishes them.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import cycle

from monitoring.records import Entry
from provisioning.sample.fields import fields_of
from provisioning.sample.posts import POSTS
from provisioning.sample.replies import REPLIES
from provisioning.sample.reviews import REVIEWS
from provisioning.sample.texts import PLACES, PRODUCTS, TEXTS, ItemText

DAYS = 90
# The crisis, late deliveries before the holidays: volume relative to an ordinary day, by days before loading.
CRISIS = {6: 1.6, 5: 3.5, 4: 7.5, 3: 6.0, 2: 4.0, 1: 3.0}
ITEMS_PER_DAY = 11
# Relative volumes: companies publish in working hours, people in the evening, and Sundays are quiet.
HOURS = (1, 1, 1, 1, 1, 2, 4, 8, 12, 14, 13, 12, 10, 11, 13, 12, 11, 11, 12, 13, 12, 9, 5, 2)
WEEKDAYS = (1.0, 1.05, 1.1, 1.05, 1.0, 0.75, 0.6)
BUSY_PERIOD = timedelta(minutes=15)
BUSY_INTERVAL, CALM_INTERVAL = timedelta(seconds=75), timedelta(minutes=20)
ITEMS_PER_FEED = 20
# How many posts of a forum get a reply in the past, and which of its live items are replies.
REPLIED, LIVE_REPLIES = 0.5, 3


@dataclass(frozen=True, slots=True)
class Feed:
    """A sample feed: `slug` is part of its URL, `kind` selects its texts.

    One of another platform is served by its API (apis.py); `settings` are those of its source.
    """

    slug: str
    title: str
    language: str
    kind: str
    platform: str = "feed"
    settings: dict[str, str] = field(default_factory=dict)


FEEDS = (
    Feed("phare-du-design", "Le Phare du design", "fr", "press"),
    Feed("forum-maison", "Forum Maison & Déco", "fr", "forum", "lemmy", {"server": "forum-maison.example"}),
    Feed("quai-des-avis", "Quai des avis", "fr", "review", "appstore", {"app": "16001", "countries": "fr,be,ch,ca"}),
    Feed("light-and-home", "Light & Home Weekly", "en", "press"),
    Feed("lamp-talk", "Lamp Talk", "en", "forum", "lemmy", {"server": "lamp-talk.example"}),
    Feed(
        "second-opinion",
        "Second Opinion",
        "en",
        "review",
        "appstore",
        {"app": "16002", "countries": "gb,ie,us,ca"},
    ),
    Feed("lueur", "Lueur", "fr", "post", "mastodon", {"server": "lueur.example", "tag": "lumen"}),
    Feed("lueur-en", "Lueur (English)", "en", "post", "mastodon", {"server": "en.lueur.example", "tag": "lumen"}),
)


def past_items(feed: Feed, now: datetime, base_url: str) -> list[Entry]:
    """Return the feed's items of the 90 days before `now`, oldest first. `base_url` is the start of their URLs."""
    rng = random.Random(f"vigie {feed.slug}")
    texts = {phase: _texts(feed, phase, rng) for phase in ("calm", "crisis")}
    replies = {phase: _Replies(feed, phase, rng) for phase in ("calm", "crisis")}
    entries: list[tuple[datetime, Entry]] = []
    for days_ago in range(DAYS, 0, -1):
        day = now - timedelta(days=days_ago)
        volume = ITEMS_PER_DAY / len(FEEDS) * WEEKDAYS[day.weekday()] * (1 + 0.3 * (1 - days_ago / DAYS))
        extra = volume * (CRISIS.get(days_ago, 1.0) - 1)
        phases = ["calm"] * _count_near(volume, rng) + ["crisis"] * _count_near(extra, rng)
        for phase in phases:
            hour = rng.choices(range(24), HOURS)[0]
            at = day.replace(hour=hour, minute=rng.randrange(60), second=rng.randrange(60), microsecond=0)
            if at < now:
                name = f"{days_ago}-{len(entries)}"
                text = next(texts[phase])
                entries.append((at, _entry(feed, text, at, name, base_url, rng)))
                replied_at = at + timedelta(minutes=rng.randint(12, 400))
                if feed.kind == "forum" and rng.random() < REPLIED and replied_at < now:
                    answer = replies[phase].next_about(text.about)
                    reply = answer and _reply(feed, entries[-1][1], answer, replied_at, base_url, rng)
                    entries += [(replied_at, reply)] if reply else []
    return [entry for _at, entry in sorted(entries, key=lambda pair: pair[0])]


def current_items(feed: Feed, loaded_at: datetime, now: datetime, base_url: str) -> list[Entry]:
    """Return what the feed contains at `now`: its newest items since the project was loaded, newest first."""
    rng = random.Random(f"vigie {feed.slug} {loaded_at}")
    texts, replies = _texts(feed, "live", rng), _Replies(feed, "live", rng)
    entries: list[Entry] = []
    text = None
    for number, at in enumerate(_publication_times(feed, loaded_at, now)):
        is_reply = feed.kind == "forum" and number % LIVE_REPLIES == LIVE_REPLIES - 1
        answer = replies.next_about(text.about) if is_reply and text else None
        if answer:
            entries.append(_reply(feed, entries[-1], answer, at, base_url, rng))
        else:
            text = next(texts)
            entries.append(_entry(feed, text, at, f"live-{number}", base_url, rng))
    return entries[: -ITEMS_PER_FEED - 1 : -1]


def _publication_times(feed: Feed, loaded_at: datetime, now: datetime) -> Iterator[datetime]:
    """Yield when items appear. The feeds take turns: the first one starts immediately, the others one by one."""
    at = loaded_at + BUSY_INTERVAL / len(FEEDS) * FEEDS.index(feed)
    while at <= now:
        yield at
        at += BUSY_INTERVAL if at < loaded_at + BUSY_PERIOD else CALM_INTERVAL


def _count_near(mean: float, rng: random.Random) -> int:
    """Return a random count around `mean`, with the standard deviation of a Poisson distribution."""
    return max(0, round(rng.gauss(mean, mean**0.5)))


def _entry(feed: Feed, text: ItemText, at: datetime, name: str, base_url: str, rng: random.Random) -> Entry:
    values = {
        "place": rng.choice(PLACES[feed.language]),
        "lamp": rng.choice(PRODUCTS[text.about]),
        "number": rng.randint(3, 19),
        "author": rng.choice(text.authors),
    }
    entry = Entry(
        native_id=f"{feed.slug} {name} {at:%Y%m%d%H%M%S}",
        url=f"{base_url}/{feed.slug}/{name}-{at:%Y%m%d}",
        title=text.title.format(**values),
        body=text.body.format(**values),
        body_is_html=False,
        author=str(values["author"]),
        published=at,
        language=feed.language,
    )
    own = fields_of(feed.platform, feed.settings, f"{base_url}/{feed.slug}", entry, str(values["place"]))
    return replace(entry, **own)


def _reply(feed: Feed, post: Entry, text: ItemText, at: datetime, base_url: str, rng: random.Random) -> Entry:
    entry = _entry(feed, text, at, f"reply-{at:%H%M%S}", base_url, rng)
    return replace(entry, kind="comment", reply_to=post.native_id, thread=post.native_id)


class _Replies:
    """The texts of replies of a phase, by the brand that they are about, in turn."""

    def __init__(self, feed: Feed, phase: str, rng: random.Random) -> None:
        texts = [text for text in REPLIES if text.language == feed.language and phase in text.phases]
        rng.shuffle(texts)
        self._texts = {about: cycle([text for text in texts if text.about == about]) for about in PRODUCTS}

    def next_about(self, about: str) -> ItemText | None:
        return next(self._texts[about], None)


def _texts(feed: Feed, phase: str, rng: random.Random) -> Iterator[ItemText]:
    """Yield the feed's texts of a phase forever, in a new random order each round."""
    texts = [
        text
        for text in (*TEXTS, *POSTS, *REVIEWS)
        if text.language == feed.language and text.kind == feed.kind and phase in text.phases
    ]
    while True:
        yield from rng.sample(texts, len(texts))
