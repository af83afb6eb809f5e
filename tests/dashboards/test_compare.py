"""The compare page: numbers of each side that equal their lists, platforms, terms, visibility and shared authors."""

import html
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from monitoring.models import SourcePeriod
from tests.factories import make_keyword, make_mentions, make_source, make_story

NOW = timezone.now
LABELS = ["negative", "positive", "neutral", "uncertain", ""]


@pytest.fixture
def keywords(project):
    """Two brands, two competitors and a topic, with a source that was active in the previous period."""
    long_ago = NOW() - timedelta(days=365)
    make_source(project, title="Le Phare", last_success_at=NOW(), created_at=long_ago, last_new_at=NOW())
    return [
        make_keyword(project, name, name.lower(), type=type)
        for name, type in (
            ("Lumen", "brand"),
            ("Lumo", "brand"),
            ("Halo", "competitor"),
            ("Brise", "competitor"),
            ("Lampes", "topic"),
        )
    ]


@pytest.fixture
def details(as_person, viewer, at):
    """`details(query)`: the context of the lower part."""

    def details(query=""):
        return as_person(viewer).get(f"{at('compare_details')}{query}", headers={"hx-request": "true"}).context

    return details


def count_at(client, at, query):
    return client.get(f"{at('mentions')}?{query}&counts=1").context["count"].value


def links_of(page):
    return [html.unescape(link) for link in re.findall(r'href="([^"]+)"', page.content.decode())]


def test_compare_without_competitor_says_what_to_do(as_person, owner, viewer, at, read, project):
    make_keyword(project, "Lumen", "lumen", type="brand")
    assert "Nothing to compare yet" in read(as_person(viewer), at("compare"))
    assert at("keyword_new") in links_of(as_person(owner).get(at("compare")))


def test_every_number_equals_its_list(as_person, viewer, at, keywords):
    lumen, lumo, halo, brise, lampes = keywords
    for number in range(20):
        published = NOW() - timedelta(days=number % 6, minutes=3)
        about = [[lumen], [lumen, lumo], [halo], [lumo, halo], [brise, lampes]][number % 5]
        platform = ["feed", "bluesky"][number % 2]
        make_mentions(about, [{"published": published, "sentiment": LABELS[number % 5], "platform": platform}])
    make_story(halo, 3)
    client = as_person(viewer)
    page = client.get(f"{at('compare')}?period=7d").context["page"]
    assert [row.name for row in page.rows] == ["Lumen + Lumo", "Halo", "Brise"]
    assert [row.mentions for row in page.rows] == [12, 11, 4]
    assert sum(row.share for row in page.rows) == 100
    for row in page.rows:
        assert count_at(client, at, row.query) == row.mentions
        assert count_at(client, at, row.stories_query) == row.stories
    for row in page.matrix:
        for cell in row.cells:
            assert count_at(client, at, cell.query) == cell.mentions
    for time in page.times:
        for count, query, _net in time.cells:
            assert count_at(client, at, query) == count
    assert sum(count for time in page.times for count, _query, _net in time.cells) == 27


def test_selected_keywords_are_compared_and_brands_count_as_one(as_person, viewer, at, keywords):
    lumen, lumo, _halo, brise, lampes = keywords
    make_mentions(brise, 2)
    query = "&".join(f"keyword={one.pk}" for one in (lumo, lumen, brise, lampes))
    response = as_person(viewer).get(f"{at('compare')}?{query}")
    assert response.context["names"] == ["Lumen + Lumo", "Brise", "Lampes"]
    assert response.context["compared"] == {lumen.pk, lumo.pk, brise.pk, lampes.pk}


def test_at_most_five_sides_are_compared(as_person, viewer, at, project, keywords):
    for number in range(9):
        make_keyword(project, f"Rival {number}", f"rival{number}", type="competitor")
    assert len(as_person(viewer).get(at("compare")).context["names"]) == 5


@pytest.mark.parametrize(
    ("own", "other", "sentence", "is_worse"),
    [
        ("negative", "positive", "Its net sentiment (−100) is lower than that of Halo (+100).", True),
        ("positive", "negative", "Its net sentiment (+100) is higher than that of Halo (−100).", False),
        ("neutral", "neutral", "The net sentiments don’t differ clearly.", False),
    ],
)
def test_first_sentence_compares_share_and_sentiment(
    as_person, viewer, at, read, keywords, own, other, sentence, is_worse
):
    make_mentions(keywords[0], [{"sentiment": own}] * 30)
    make_mentions(keywords[2], [{"sentiment": other}] * 10)
    make_mentions(keywords[2], [{"published": NOW() - timedelta(days=40)}] * 10)
    client = as_person(viewer)
    words = client.get(f"{at('compare')}?period=30d").context["words"]
    assert words.is_worse is is_worse
    text = read(client, f"{at('compare')}?period=30d")
    assert "Lumen + Lumo has 75% of the mentions, 75 points more than in the previous period." in text
    assert sentence in text


def test_nothing_is_said_about_a_previous_period_that_vigie_did_not_see(as_person, viewer, at, read, project):
    make_source(project, last_success_at=NOW())
    make_mentions(make_keyword(project, "Lumen", "lumen", type="brand"), 3)
    make_mentions(make_keyword(project, "Halo", "halo", type="competitor"), 1)
    text = read(as_person(viewer), at("compare"))
    assert "Lumen has 75% of the mentions." in text and "no history before" in text


def test_platform_with_few_mentions_has_no_share(as_person, viewer, at, keywords):
    make_mentions(keywords[0], [{"platform": "bluesky"}] * 8 + [{"platform": "feed"}] * 2)
    make_mentions(keywords[2], [{"platform": "bluesky"}] * 2 + [{"platform": "mastodon"}] * 11)
    matrix = as_person(viewer).get(at("compare")).context["page"].matrix
    assert [[cell.share for cell in row.cells] for row in matrix] == [[0, 100, 0], [80, 20, 0], [None, None, None]]
    assert [row.remark for row in matrix] == [
        "43 points below the overall share",
        "37 points above the overall share",
        "",
    ]


def test_charts_show_where_sources_failed(as_person, viewer, at, project, keywords):
    make_mentions(keywords[0], 12)
    midnight = timezone.localtime(NOW(), viewer.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    SourcePeriod.objects.create(
        source=project.sources.get(),
        state="failing",
        error_code="timeout",
        started_at=midnight - timedelta(days=4),
        ended_at=midnight - timedelta(days=2),
    )
    page = as_person(viewer).get(f"{at('compare')}?period=7d").context["page"]
    assert [gap["at"] for gap in page.voice["gaps"]] == [2, 3] == [gap["at"] for gap in page.net["gaps"]]
    assert page.voice["lines"][0]["data"][2] is None


def test_side_shows_terms_of_praise_and_criticism(as_person, viewer, at, keywords):
    halo = keywords[2]
    make_mentions(halo, [{"text": "Halo, une lumière douce", "sentiment": "positive", "author": "Zoë"}] * 6)
    make_mentions(halo, [{"text": "Halo, livraison perdue", "sentiment": "negative", "author": "Karim"}] * 7)
    make_mentions(halo, [{"text": "Halo ouvre demain", "sentiment": "neutral"}] * 6)
    client = as_person(viewer)
    context = client.get(f"{at('compare_side')}?side=1", headers={"hx-request": "true"}).context
    assert context["name"] == "Halo"
    assert {"lumière", "douce"} <= {row.label for row in context["praise"]["terms"]}
    assert {"livraison", "perdue"} <= {row.label for row in context["criticism"]["terms"]}
    terms = [*context["praise"]["terms"], *context["criticism"]["terms"]]
    for row in [*terms, *context["authors"], *context["sources"]]:
        assert str(count_at(client, at, row.query)) == row.count
    assert b"<!doctype html>" in client.get(f"{at('compare_side')}?side=1").content
    assert client.get(f"{at('compare_side')}?side=9").status_code == 404


def test_side_shows_posts_that_have_the_terms_each_story_once(as_person, viewer, at, keywords):
    halo = keywords[2]
    warm = {"text": "Halo, une lumière douce et chaude", "sentiment": "positive"}
    make_mentions(halo, [{"title": f"Warm {n}", **warm, "engagement": n} for n in range(4)])
    make_story(halo, [{"title": "Copied", **warm, "engagement": 90}] * 3)
    make_mentions(halo, [{"title": "WARM 3", **warm, "engagement": 2}])
    make_mentions(halo, [{"title": "Loud", "text": "Halo !", "sentiment": "positive", "engagement": 900}])
    make_mentions(halo, [{"text": "Halo ouvre demain", "sentiment": "neutral"}] * 9)
    context = as_person(viewer).get(f"{at('compare_side')}?side=1", headers={"hx-request": "true"}).context
    assert [post.title for post in context["praise"]["posts"]] == ["Warm 3", "Copied"]
    assert context["criticism"] == {"terms": [], "posts": []}
    make_mentions(halo, [{"title": "Halo", "text": "Halo", "sentiment": "negative"}] * 3)
    context = as_person(viewer).get(f"{at('compare_side')}?side=1", headers={"hx-request": "true"}).context
    assert context["criticism"] == {"terms": [], "posts": []}, "no term, so no post is typical of it"


def test_visibility_weighs_parts_relative_to_the_highest(keywords, details):
    make_mentions(keywords[0], [{"author": f"Author {n}", "followers": 100, "platform": "bluesky"} for n in range(10)])
    make_mentions(keywords[2], [{"author": "Zoë", "followers": 4000, "platform": "mastodon"}] * 5)
    make_story(keywords[2], 3)
    found = details()["visibility"]
    assert [part.values for part in found.parts] == [[10, 8, 0], [1000, 4000, 0], [10, 2, 0], [0, 2, 0]]
    # 40 × 1 + 30 × 0.25 + 20 × 1 + 10 × 0, and 40 × 0.8 + 30 × 1 + 20 × 0.2 + 10 × 1.
    assert [row.score for row in found.rows] == [68, 76, 0]
    assert found.sum == "100 × (40 × 1.00 + 30 × 0.25 + 20 × 1.00 + 10 × 0.00) / 100"
    bluesky = found.platforms.index("Bluesky")
    assert [row.platforms[bluesky] for row in found.rows] == [100, 0, 0]
    weighed = details("?mentions_weight=0&reach_weight=100&authors_weight=0&pickups_weight=0")["visibility"]
    assert [row.score for row in weighed.rows] == [25, 100, 0]
    usual = details("?mentions_weight=1000&reach_weight=x&authors_weight=-1")["visibility"]
    assert [row.score for row in usual.rows] == [68, 76, 0]


def test_shared_authors_link_to_their_mentions_of_each_side(as_person, viewer, at, keywords, details):
    lumen, lumo, halo, brise, _ = keywords
    make_mentions([lumen, lumo], [{"author": "Zoë"}] * 3)
    make_mentions(halo, [{"author": "Zoë"}] * 2 + [{"author": "Karim"}] + [{"author": ""}])
    make_mentions(brise, [{"author": ""}])
    [author] = details()["authors"]
    assert author.name == "Zoë"
    assert [(name, count) for name, _who, count, _query in author.cells] == [("Lumen + Lumo", 3), ("Halo", 2)]
    client = as_person(viewer)
    for _name, _who, count, query in author.cells:
        assert count_at(client, at, query) == count


def test_ideas_are_posts_of_competitors_with_the_most_engagement(keywords, details):
    make_mentions(keywords[0], [{"title": "Ours", "engagement": 900}])
    posts = [{"title": f"Post {n}", "engagement": n * 10} for n in range(8)]
    make_mentions([keywords[2], keywords[3]], posts)
    assert [str(post.title) for post in details()["posts"]] == [f"Post {n}" for n in (7, 6, 5, 4, 3)]


@pytest.mark.parametrize("query", ["?q=nothing", "?q=(lumen", "?author=Nobody", "?from=2019-01-01&to=2019-01-02"])
@pytest.mark.parametrize("name", ["compare", "compare_side", "compare_details"])
def test_filter_that_matches_nothing_shows_empty_parts(as_person, viewer, at, keywords, name, query):
    make_mentions(keywords[0], 2)
    make_mentions(keywords[2], 2)
    assert as_person(viewer).get(f"{at(name)}{query}").status_code == 200
