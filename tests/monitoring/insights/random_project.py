"""A small random project in the database, and its expected mentions computed in plain Python from its rows."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from accounts.models import Project
from monitoring.insights.dimensions import SHOWN_STATUSES
from monitoring.insights.filters import MentionFilter
from monitoring.models import Author, Mention, Story
from monitoring.query import Doc, compile_query, stars
from tests.factories import make_documents, make_keyword, make_source

# A few days after clocks go back in Paris and a few before they do in New York.
NOW = datetime(2026, 10, 28, 10, 20, 30, tzinfo=UTC)
ZONES = ["Europe/Paris", "America/New_York", "Asia/Kathmandu", "Pacific/Auckland", "UTC"]
WORDS = ["lamp", "street", "école", "broken", "blue"]
QUERIES = ["lamp", "LAMP -street", '"blue lamp"', "ecole OR broken", "lamp street OR blue", "nothing", "(((", "-lamp"]
AUTHORS = ["", "Ada", "Zoë & Co"]
LANGUAGES = ["", "fr", "fr-ca", "en"]
PLATFORMS = ["feed", "mastodon"]
KINDS = ["", "post", "review"]
RATINGS = [None, None, 1.0, 2.4, 4.5]
COUNTRIES = ["", "FR", "CA"]
STATUSES = Mention.Status.values
SENTIMENTS = ["", *Mention.Sentiment.values]
FIELDS = ("title", "text", "language", "platform", "author", "kind", "rating", "country")


def rarely(strategy, default):
    """Return the strategy in one case of four: filters on many dimensions at a time would match nothing."""
    return st.integers(0, 3).flatmap(lambda number: st.just(default) if number else strategy)


# Ages in hours make documents share an instant, ages in days cross a clock change, ages in minutes vary bucket sizes.
ages = st.one_of(
    st.integers(0, 6).map(lambda hours: hours * 60),
    st.integers(0, 240).map(lambda hours: hours * 60),
    st.integers(0, 60 * 24 * 100),
)
mention = st.tuples(st.sampled_from(STATUSES), st.booleans(), ages, st.sampled_from(SENTIMENTS))
document = st.fixed_dictionaries(
    {
        "age": ages,
        "title": st.lists(st.sampled_from(WORDS), max_size=2).map(" ".join),
        "text": st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join),
        "language": st.sampled_from(LANGUAGES),
        "platform": st.sampled_from(PLATFORMS),
        "author": st.sampled_from(AUTHORS),
        "kind": st.sampled_from(KINDS),
        "rating": st.sampled_from(RATINGS),
        "country": st.sampled_from(COUNTRIES),
        "source": st.integers(0, 2),
        "written_by": st.sampled_from([None, 0, 1]),
        "story": st.sampled_from([None, None, 0, 1]),
        "mentions": st.dictionaries(st.integers(0, 2), mention),
    }
)
documents = st.lists(document, min_size=3, max_size=14)
choice = st.fixed_dictionaries(
    {
        "period": st.sampled_from(["24h", "7d", "30d", "90d", "90d", "dates", "instants"]),
        "bounds": st.tuples(ages, ages),
        "by": st.sampled_from(["published", "published", "found"]),
        "zone": st.sampled_from(ZONES),
        "keywords": rarely(st.sets(st.integers(0, 2), min_size=1), set()),
        "sources": rarely(st.sets(st.integers(0, 1), min_size=1), set()),
        "authors": rarely(st.sets(st.integers(0, 1), min_size=1), set()),
        "platforms": rarely(st.sets(st.sampled_from(PLATFORMS), min_size=1), set()),
        "languages": rarely(st.sets(st.sampled_from(["fr", "en", "und"]), min_size=1), set()),
        "statuses": rarely(st.sets(st.sampled_from(STATUSES), min_size=1), set()),
        "sentiments": rarely(st.sets(st.sampled_from(SENTIMENTS[1:]), min_size=1), set()),
        "kinds": rarely(st.sets(st.sampled_from(["unknown", "review"]), min_size=1), set()),
        "ratings": rarely(st.sampled_from(["1", "1-2", "2-5"]), ""),
        "countries": rarely(st.sets(st.sampled_from(COUNTRIES[1:]), min_size=1), set()),
        "author": rarely(st.sampled_from(["Ada", "Zoë & Co", "Nobody"]), ""),
        "stories": st.sampled_from(["", "fold"]),
        "q": rarely(st.sampled_from(QUERIES), ""),
    }
)


@dataclass(frozen=True)
class RandomProject:
    project: Project
    keywords: list
    sources: list
    authors: list
    rows: list


def build(documents):
    """Create a project with these documents and mentions; `rows` are its mentions."""
    project = Project.objects.create(name="Random")
    keywords = [make_keyword(project, query="lamp") for _ in range(3)]
    sources = [make_source(project), make_source(project), None]
    stories = [Story.objects.create(project=project) for _ in range(2)]
    authors = Author.objects.bulk_create(Author(project=project, platform="feed", key=uuid4()) for _ in range(2))
    made = make_documents(
        project,
        [
            {
                **{key: fields[key] for key in FIELDS},
                "published": NOW - timedelta(minutes=fields["age"]),
                "source": sources[fields["source"]],
                "written_by": None if fields["written_by"] is None else authors[fields["written_by"]],
                "story": None if fields["story"] is None else stories[fields["story"]],
            }
            for fields in documents
        ],
    )
    rows = Mention.objects.bulk_create(
        Mention(
            keyword=keywords[number],
            document=document,
            source=document.source,
            story=document.story,
            published=document.published,
            found_at=NOW - timedelta(minutes=found_age),
            platform=document.platform,
            author=document.author,
            language=document.language,
            kind=document.kind,
            rating=document.rating and stars(document.rating),
            country=document.country,
            status=status,
            sentiment=sentiment,
            is_backlog=is_backlog,
        )
        for document, fields in zip(made, documents, strict=True)
        for number, (status, is_backlog, found_age, sentiment) in fields["mentions"].items()
    )
    return RandomProject(project, keywords, sources[:2], authors, rows)


def filter_of(random_project, chosen):
    """Return the filter of a random choice, read from parameters as pages do."""
    zone = ZoneInfo(chosen["zone"])
    params = {
        "by": chosen["by"],
        "keyword": [str(random_project.keywords[number].pk) for number in chosen["keywords"]],
        "source": [str(random_project.sources[number].pk) for number in chosen["sources"]],
        "author_id": [str(random_project.authors[number].pk) for number in chosen["authors"]],
        "platform": list(chosen["platforms"]),
        "language": list(chosen["languages"]),
        "status": list(chosen["statuses"]),
        "sentiment": list(chosen["sentiments"]),
        "kind": list(chosen["kinds"]),
        "rating": chosen["ratings"],
        "country": [country.lower() for country in chosen["countries"]],
        "author": chosen["author"],
        "stories": chosen["stories"],
        "q": chosen["q"],
    }
    since, until = sorted(NOW - timedelta(minutes=age) for age in chosen["bounds"])
    if chosen["period"] == "dates":
        params |= {"from": since.astimezone(zone).date().isoformat(), "to": until.astimezone(zone).date().isoformat()}
    elif chosen["period"] == "instants":
        params |= {"from": since.isoformat(), "to": max(until, since + timedelta(minutes=1)).isoformat()}
    else:
        params["period"] = chosen["period"]
    return MentionFilter.from_query(random_project.project, params, NOW, zone)


def expected(random_project, f):
    """Return the mentions under a filter by checking every row."""
    return [row for row in random_project.rows if _is_expected(row, f)]


def _is_expected(row, f):
    at = row.found_at if f.by == "found" else row.published
    return (
        f.since <= at < f.until
        and not (f.by == "found" and row.is_backlog)
        and (not f.keywords or row.keyword_id in f.keywords)
        and (not f.sources or row.source_id in f.sources)
        and (not f.authors or row.document.written_by_id in f.authors)
        and (not f.platforms or row.platform in f.platforms)
        and (not f.languages or (row.language.split("-")[0] or "und") in f.languages)
        and row.status in (f.statuses or SHOWN_STATUSES)
        and (not f.sentiments or row.sentiment in f.sentiments)
        and (not f.kinds or (row.kind or "unknown") in f.kinds)
        and (not f.ratings or row.rating in f.ratings)
        and (not f.countries or row.country in f.countries)
        and (not f.author or row.author == f.author)
        and (not f.q or _matches(row.document, f.q))
    )


def _matches(document, q):
    if q in ("(((", "-lamp"):  # malformed: matches nothing
        return False
    return bool(compile_query(q).match(Doc(title=document.title, text=document.text)))


def row_of(row, f):
    """Return which row of a list a mention is part of."""
    return -row.story_id if f.is_folded and row.story_id else row.document_id


def documents_of(rows, f):
    """Return the distinct documents in the order of a list, newest first; the first one of each folded story."""
    first = {}
    for row in rows:
        position = (row.published, row.document_id)
        first[row_of(row, f)] = min(first.get(row_of(row, f), position), position)
    keys = set(first.values())
    return [document_id for _, document_id in sorted(keys, reverse=True)]
