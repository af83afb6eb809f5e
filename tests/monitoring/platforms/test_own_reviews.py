"""Reviews with the key of their owner: tokens that a key signs, countries, replies, the company of a review."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitoring.content.clean import clean
from monitoring.platforms.google_play import GooglePlay
from monitoring.platforms.settings import check
from monitoring.platforms.trustpilot import Trustpilot
from monitoring.query import Doc, compile_query
from tests.lookalikes.platforms.base import NOW, make_posts
from tests.lookalikes.platforms.own_reviews import (
    COMPANY,
    PACKAGE,
    AppStoreConnectServer,
    GooglePlayServer,
    TrustpilotServer,
)
from tests.monitoring.platforms.polling import Polls


@pytest.fixture
def apple():
    with AppStoreConnectServer() as server:
        server.posts = make_posts(2)
        yield server


@pytest.fixture
def google():
    with GooglePlayServer() as server:
        server.posts = make_posts(2)
        yield server


@pytest.fixture
def trustpilot():
    with TrustpilotServer() as server:
        server.posts = make_posts(2)
        yield server


def with_review(server, **changes):
    """Let each review have these fields, merged into objects."""
    real = server._review

    def review(post):
        found = real(post)
        for name, value in changes.items():
            found[name] = {**found[name], **value} if isinstance(value, dict) and found.get(name) else value
        return found

    server._review = review


def entries_of(server):
    polls = Polls(server)
    polls.poll_until_done()
    return list(polls.entries.values())


def test_token_of_app_store_connect_ends_and_the_key_stays_at_home(apple):
    polls = Polls(apple)
    polls.poll_until_done()
    (request,) = apple.requests
    token = request.headers["authorization"].removeprefix("Bearer ")
    claims = apple.claims(token, apple.secrets["private_key"], "ES256", "appstoreconnect-v1")
    assert 0 < claims["exp"] - apple.now.timestamp() <= 1_200
    sent = f"{request.path} {request.raw_query} {request.headers} {request.body!r}"
    assert "PRIVATE KEY" not in sent and apple.secrets["private_key"].splitlines()[1] not in sent
    apple.now += timedelta(hours=1)
    polls.poll_until_done()
    assert apple.requests[-1].headers["authorization"] != request.headers["authorization"]


@pytest.mark.parametrize(("territory", "country"), [("FRA", "FR"), ("BEL", "BE"), ("QQQ", ""), (None, "")])
def test_territory_of_apple_becomes_a_country(apple, territory, country):
    with_review(apple, attributes={"territory": territory})
    assert {entry.country for entry in entries_of(apple)} == {country}


@pytest.mark.parametrize(("response", "replies"), [({"data": None}, 0), ({"links": {}}, None)])
def test_review_without_a_reply_has_none(apple, response, replies):
    real = apple._review
    apple._review = lambda post: {**real(post), "relationships": {"response": response}}
    assert {entry.replies for entry in entries_of(apple)} == {replies}


def test_apple_says_how_many_requests_are_left(apple):
    apple.left = 7
    assert Polls(apple).poll().quota.remaining == 7


def test_google_sees_the_claim_only_at_its_own_address(google):
    """The key file could name any address for it; the look-alike's names another."""
    polls = Polls(google)
    polls.poll_until_done()
    assert [request.path.split("/")[1] for request in google.requests] == ["token", "androidpublisher"]


def test_token_of_google_is_kept_and_renewed_before_it_ends(google):
    polls = Polls(google)
    polls.poll_until_done()
    google.now += timedelta(minutes=30)
    polls.poll_until_done()
    assert len(google.tokens) == 1
    google.now += timedelta(minutes=29)
    polls.poll_until_done()
    assert len(google.tokens) == 2


def test_token_that_google_has_withdrawn_is_renewed_once(google):
    polls = Polls(google)
    polls.poll_until_done()
    google.tokens.clear()
    result = polls.poll()
    assert (result.error, result.requests) == (None, 3)


def test_account_without_the_permission_is_denied_access(google):
    polls = Polls(google)
    polls.poll_until_done()
    google.fail(403, {"error": {"code": 403, "status": "PERMISSION_DENIED"}})
    assert polls.poll().error.code == "access_denied"


def test_original_text_of_a_translated_review_is_read(google):
    with_review(google, comments=[{"userComment": {
        "text": "Great",
        "originalText": "Super",
        "lastModified": {"seconds": int(NOW.timestamp())},
        "starRating": 5,
        "reviewerLanguage": "fr_FR",
    }}])  # fmt: skip
    found = entries_of(google)[0]
    assert (found.title, found.body, found.language, found.replies, found.likes) == ("", "Super", "fr-fr", 0, None)


def test_google_review_that_was_edited_is_the_same_item(google):
    polls = Polls(google)
    polls.poll_until_done()
    google.now += timedelta(days=3)
    google.change(1, text="Lumen plante", published=google.now - timedelta(minutes=5))
    polls.poll_until_done()
    assert (len(polls.entries), polls.entries[google.native_id(google.posts[0])].body) == (2, "Lumen plante")


@pytest.mark.parametrize(
    ("entered", "stored"),
    [
        (PACKAGE, PACKAGE),
        (f"https://play.google.com/store/apps/details?id={PACKAGE}", PACKAGE),
        (f"https://play.google.com/store/apps/details?hl=fr&id={PACKAGE}&gl=FR", PACKAGE),
    ],
)
def test_package_is_taken_out_of_its_url(entered, stored):
    assert check(GooglePlay.settings[:1], {"app": entered}).values == {"app": stored}


@pytest.mark.parametrize(
    "entered",
    [COMPANY, f"https://{COMPANY}/", f"https://www.trustpilot.com/review/{COMPANY}?languages=all"],
)
def test_company_is_taken_out_of_its_url(entered):
    assert check(Trustpilot.settings[:1], {"company": entered}).values == {"company": COMPANY}


def test_company_is_looked_up_once(trustpilot):
    polls = Polls(trustpilot)
    polls.poll_until_done()
    trustpilot.now += timedelta(hours=1)
    polls.poll_until_done()
    assert [request.path.rpartition("/")[2] for request in trustpilot.requests] == ["find", "reviews", "reviews"]


def test_company_that_trustpilot_does_not_know_is_not_found(trustpilot):
    polls = Polls(trustpilot)
    polls.source = replace(polls.source, settings={"company": "other.example"})
    assert polls.poll().error.code == "not_found"


def test_stored_url_of_a_review_tells_companies_apart(trustpilot):
    item = clean(entries_of(trustpilot)[0])
    doc = Doc(item.title, item.text, url=item.url, platform="trustpilot")
    platform = Trustpilot()
    assert compile_query(platform.query_for_all({"company": COMPANY})).match(doc)
    assert not compile_query(platform.query_for_all({"company": "halo.example"})).match(doc)
