"""Replies by official accounts: marked on the page of an author, counted on the compare page."""

from functools import partial

import pytest
from django.utils import timezone

from accounts.models import ActivityEntry, Project
from monitoring.models import Author
from monitoring.services.author_erasure import erase_author
from tests.factories import make_keyword, make_mention, make_source
from tests.stored_posts import store_post


@pytest.fixture
def sides(project):
    """A brand, a competitor and a topic. Return the competitor."""
    make_keyword(project, "Lumen", "lumen", type="brand")
    make_keyword(project, "Lamps", "lamp", type="topic")
    return make_keyword(project, "Halo", "halo", type="competitor")


@pytest.fixture
def post(project):
    """`post(native_id, text, hours, author)`: store a post of `hours` ago as the poller does. Return its author."""
    source = make_source(project, "https://social.example/", platform="mastodon", last_success_at=timezone.now())
    return partial(store_post, source)


@pytest.fixture
def compared(as_person, viewer, at):
    """`compared(query)`: the rows of the compare page."""

    def compared(query=""):
        page = as_person(viewer).get(f"{at('compare_details')}{query}", headers={"hx-request": "true"})
        return {row.name: row for row in page.context["replies"]}

    return compared


def mark(client, at, author, keyword):
    return client.post(at("author_official", author.pk), {"keyword": keyword.pk if keyword else ""})


def test_mentions_that_an_official_account_replied_to_are_counted(as_person, manager, at, sides, post, compared):
    for number in range(12):
        post(f"p{number}", "My Halo arrived broken", 48 - number)
    account = post("r0", "Sorry to hear that, write to us", 45, "Halo Help", reply_to="p0")
    post("r0b", "Any news?", 44, "Halo Help", reply_to="p0")
    post("r1", "Here is a new one", 46, "Halo Help", reply_to="p1")
    post("r2", "Same with mine", 40, "Zoé", reply_to="p2")
    post("own", "Halo wishes you a good day", 30, "Halo Help")
    post("r-own", "And Halo again", 29, "Halo Help", reply_to="own")
    assert not compared()["Halo"].accounts
    assert mark(as_person(manager), at, account, sides).status_code == 302
    row = compared()["Halo"]
    assert (row.mentions, row.replied, row.share, row.median) == (12, 2, 17, "2 hours")
    assert [one.after for one in row.examples] == ["3 hours", "60 minutes"]
    assert [one.mention.title for one in row.examples] == ["My <mark>Halo</mark> arrived broken"] * 2
    assert compared()["Lumen"].accounts == []


def test_limit_of_replies_is_that_of_each_side_and_hides_what_is_unknown(
    as_person, manager, at, sides, post, compared, project, monkeypatch
):
    monkeypatch.setattr("monitoring.insights.official_replies.MAX_REPLIES", 4)
    lumen = project.keywords.get(name="Lumen")
    for number in range(3):
        post(f"l{number}", "My Lumen is dark", 60)
        brand = post(f"lr{number}", "Sorry", 50, "Lumen Help", reply_to=f"l{number}")
    for number in range(6):
        post(f"h{number}", "My Halo is dark", 40)
        rival = post(f"hr{number}", "Sorry", 30, "Halo Help", reply_to=f"h{number}")
    mark(as_person(manager), at, brand, lumen)
    mark(as_person(manager), at, rival, sides)
    rows = compared()
    assert (rows["Lumen"].replied, rows["Lumen"].is_complete, rows["Lumen"].median) == (3, True, "10 hours")
    assert (rows["Halo"].replied, rows["Halo"].is_complete, rows["Halo"].median) == (4, False, "")


def test_reply_after_a_month_does_not_count(as_person, manager, at, sides, post, compared):
    post("p1", "Halo is late", 60 * 24)
    mark(as_person(manager), at, post("r1", "Sorry", 20 * 24, "Halo Help", reply_to="p1"), sides)
    row = compared("?period=90d")["Halo"]
    assert (row.mentions, row.replied) == (1, 0)


def test_reply_is_cut_between_characters(as_person, viewer, manager, at, sides, post):
    post("p1", "Halo is late", 5)
    mark(as_person(manager), at, post("r1", "'" * 400, 3, "Halo Help", reply_to="p1"), sides)
    page = as_person(viewer).get(at("compare_details"), headers={"hx-request": "true"}).content.decode()
    assert "&#x27;" * 199 + "…" in page


def test_only_brands_and_competitors_of_the_project_have_official_accounts(
    project, as_person, manager, viewer, at, sides, post
):
    account = post("p1", "Halo is late", 5)
    foreign = make_keyword(Project.objects.create(name="Other"), "Foreign", type="brand")
    for keyword in (project.keywords.get(name="Lamps"), foreign):
        assert mark(as_person(manager), at, account, keyword).status_code == 404
    assert as_person(manager).post(at("author_official", account.pk), {"keyword": "x"}).status_code == 404
    assert mark(as_person(viewer), at, account, sides).status_code == 403
    account.refresh_from_db()
    assert account.speaks_for is None


def test_platform_filter_leaves_out_accounts_of_other_platforms(as_person, manager, at, sides, post, compared):
    post("p1", "Halo is late", 5)
    mark(as_person(manager), at, post("r1", "Sorry", 3, "Halo Help", reply_to="p1"), sides)
    assert compared("?platform=bluesky")["Halo"].mentions == 0
    assert compared("?kind=article")["Halo"].mentions == 0
    assert compared("?platform=mastodon&kind=post")["Halo"].replied == 1


def test_authors_with_the_name_of_a_competitor_are_suggested_to_managers(as_person, manager, viewer, at, sides, post):
    post("p1", "Halo is late", 5, "Halo")

    def suggested(person):
        page = as_person(person).get(at("compare_details"), headers={"hx-request": "true"})
        return [one.name for one in page.context["suggested"]]

    assert suggested(manager) == ["Halo"]
    assert suggested(viewer) == []
    mark(as_person(manager), at, Author.objects.get(name="Halo"), sides)
    assert suggested(manager) == []


def test_official_account_leaves_the_welcome_queue(as_person, manager, at, sides, post, project):
    brand = project.keywords.get(name="Lumen")
    author = post("p1", "Lumen is open on Sunday", 5, "Lumen Paris")
    client = as_person(manager)
    assert [one.author.name for one in client.get(at("welcome")).context["rows"]] == ["Lumen Paris"]
    mark(client, at, author, brand)
    assert client.get(at("welcome")).context["rows"] == []
    assert ActivityEntry.objects.filter(action="author.official_set").count() == 1
    mark(client, at, author, brand)
    assert ActivityEntry.objects.filter(action="author.official_set").count() == 1


def test_deleted_keyword_and_erased_author_leave_no_official_account(
    as_person, manager, owner, at, sides, post, project, compared
):
    make_mention(sides)
    author = post("p1", "Halo is late", 5)
    mark(as_person(manager), at, author, sides)
    erase_author(project, owner, author.pk)
    assert compared()["Halo"].accounts == []
    other = post("p2", "Halo is early", 5, "Inès")
    mark(as_person(manager), at, other, sides)
    as_person(owner).post(at("keyword_delete", sides.pk))
    other.refresh_from_db()
    assert other.speaks_for is None
