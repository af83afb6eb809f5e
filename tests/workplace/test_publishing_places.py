"""Posts for platforms that need a place and a title: entered with the account, published, and refused with reasons."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from accounts.models import ActivityEntry
from tests.lookalikes.platforms.publishing import PUBLISHING
from tests.pages import words
from tests.workplace.publishing_place import PLACES, Place, row, run, version_of
from workplace import posts
from workplace.models import OutgoingPost, Post
from workplace.post_accounts import PostPlace, choose_accounts

LATER = -timedelta(days=1)


@pytest.fixture(params=sorted(PLACES))
def place(request, project):
    with PUBLISHING[request.param]() as server:
        server.now = timezone.now()
        server.posts = []
        yield Place(server, project)


def only(name):
    return pytest.mark.parametrize("place", [name], indirect=True)


def choose(place, post, manager, where, title):
    places = {place.platform: PostPlace(where, title)}
    return choose_accounts(post, manager, version_of(post), {place.platform: place.credential.pk}, places)


def test_post_goes_to_its_place_with_its_title(place, manager):
    place.post(manager)
    assert run().status == "published"
    where, title = PLACES[place.platform]
    [one] = place.server.published
    assert (one.parent, place.server.titles) == (where, {1: title})


def test_place_and_title_are_entered_on_the_page(place, manager, viewer, as_person):
    post = place.post(manager, ago=LATER)
    where, title = PLACES[place.platform]
    post.variants.update(credential=None, place="", title="")
    client = as_person(manager)
    url = reverse("post", args=[place.project.pk, post.pk])
    assert f'name="place_{place.platform}"' in client.get(url).text
    name = place.platform
    sent = {
        f"account_{name}": place.credential.pk,
        f"place_{name}": where,
        f"title_{name}": f" {title} ",
        "version": 1,
    }
    client.post(reverse("post_accounts", args=[place.project.pk, post.pk]), sent)
    variant = post.variants.get()
    assert (variant.place, variant.title, variant.credential) == (where, title, place.credential)
    shown = words(as_person(viewer).get(url))
    assert title in shown and {"reddit": "r/Lyon", "discourse": "category 5"}[name] in shown


@pytest.mark.parametrize(
    ("where", "title", "problem"),
    [
        ("", "A title", "enter a title and the field"),
        ("?", "A title", "is no valid value of"),
        (None, " ", "enter a title and the field"),
        (None, "t" * 301, "the title can have at most"),
        (None, "a\x00b", "invalid character"),
    ],
)
def test_wrong_place_or_title_is_refused_with_a_reason(place, manager, where, title, problem):
    post = place.post(manager, ago=LATER)
    with pytest.raises(ValidationError) as error:
        choose(place, post, manager, PLACES[place.platform][0] if where is None else where, title)
    assert problem in error.value.message_dict[place.platform][0]
    assert post.variants.get().title == PLACES[place.platform][1]


def test_refused_place_is_shown_to_be_corrected(place, manager, as_person):
    post = place.post(manager, ago=LATER)
    name, client = place.platform, as_person(manager)
    sent = {
        f"account_{name}": place.credential.pk,
        f"place_{name}": "no <place>",
        f"title_{name}": "New title",
        "version": 1,
    }
    response = client.post(reverse("post_accounts", args=[place.project.pk, post.pk]), sent)
    assert response.status_code == 400
    assert 'value="no &lt;place&gt;"' in response.text and 'value="New title"' in response.text
    assert f'value="{place.credential.pk}" selected' in response.text
    assert "n’est pas une valeur valide" in response.text
    assert post.variants.get().title == PLACES[name][1]


def test_choices_of_two_people_do_not_replace_each_other(place, manager, owner, as_person):
    post = place.post(manager, ago=LATER)
    where = PLACES[place.platform][0]
    choose(place, post, owner, where, "The title of the owner")
    name, client = place.platform, as_person(manager)
    sent = {f"account_{name}": place.credential.pk, f"place_{name}": where, f"title_{name}": "My title", "version": 1}
    url = reverse("post_accounts", args=[place.project.pk, post.pk])
    response = client.post(url, sent)
    assert response.status_code == 409 and post.variants.get().title == "The title of the owner"
    assert 'value="My title"' in response.text and "The title of the owner" in words(response)
    assert client.post(url, sent | {"version": 2}).status_code == 302
    assert post.variants.get().title == "My title"


@pytest.mark.parametrize(
    ("place", "entered", "stored"),
    [
        *[
            ("reddit", one, "Lyon")
            for one in ("https://www.reddit.com/r/Lyon/?x=1", "reddit.com/r/Lyon/new/", "/r/Lyon")
        ],
        *[
            ("reddit", one, "u_lumen-fr")
            for one in ("u/lumen-fr", "https://old.reddit.com/user/lumen-fr/", "u_lumen-fr")
        ],
        ("discourse", "https://FORUM.example/c/news/5", "5"),
    ],
    indirect=["place"],
)
def test_place_is_recognized_as_people_copy_it(place, manager, entered, stored):
    post = place.post(manager, ago=LATER)
    choose(place, post, manager, entered, "A title of some length")
    assert post.variants.get().place == stored


@pytest.mark.parametrize(
    ("place", "entered"),
    [
        ("discourse", "https://another.example/c/news/5"),
        ("reddit", "https://www.reddit.com/r/Lyon/comments/1a/lampe/"),
        ("reddit", "https://another.example/r/Lyon"),
    ],
    indirect=["place"],
)
def test_place_elsewhere_is_refused(place, manager, entered):
    post = place.post(manager, ago=LATER)
    with pytest.raises(ValidationError):
        choose(place, post, manager, entered, "A title of some length")


def test_another_account_keeps_the_stored_place(place, manager):
    post = place.post(manager, ago=LATER)
    choose_accounts(post, manager, version_of(post), {place.platform: None})
    choose_accounts(post, manager, version_of(post), {place.platform: place.credential.pk})
    assert (post.variants.get().place, post.variants.get().title) == PLACES[place.platform]
    assert ActivityEntry.objects.filter(action="post.accounts_chosen").count() == 2


def test_new_title_needs_a_new_approval(place, manager, owner):
    posts.set_rules(place.project, owner, needs_approval=True)
    post = place.post(manager, ago=LATER)
    Post.objects.filter(pk=post.pk).update(approved_by=owner, approved_at=timezone.now())
    where, title = PLACES[place.platform]
    choose(place, post, manager, where, title)
    post.refresh_from_db()
    assert (post.status, post.version) == ("scheduled", 1)
    choose(place, post, manager, where, "Another title that nobody approved")
    post.refresh_from_db()
    assert (post.status, post.approved_at, post.version) == ("draft", None, 2)


def test_place_that_does_not_exist_fails_the_post(place, manager):
    place.server.places = frozenset()
    place.post(manager)
    assert run().status == "failed"
    assert row().error_code == "place_not_found" and place.server.published == []


@only("discourse")
def test_words_of_the_forum_are_shown(place, manager, as_person):
    post = place.post(manager)
    place.server.shortest_title = 90
    assert run().status == "failed" and row().error_code == "post_rules"
    page = words(as_person(manager).get(reverse("post", args=[place.project.pk, post.pk])))
    assert "Title is too short (minimum is 90 characters)" in page


@only("discourse")
def test_topic_that_waits_for_a_moderator_is_published(place, manager):
    place.server.holds_back = True
    post = place.post(manager)
    assert run().status == "published"
    assert post.variants.get().url == "https://forum.example/u/lumen/activity/pending"


@only("discourse")
def test_title_that_exists_is_refused(place, manager):
    place.post(manager)
    run()
    place.post(manager)
    assert run().status == "failed" and row().error == "Title has already been used"


@only("reddit")
def test_rules_of_a_subreddit_are_shown(place, manager):
    post = place.post(manager, ago=LATER)
    choose(place, post, manager, "https://www.reddit.com/r/lyon/", "A forbidden word")
    Post.objects.update(due_at=timezone.now())
    assert run().status == "failed"
    assert (row().error_code, row().error) == ("post_rules", "Your title can’t have this word.")


@only("reddit")
def test_subreddit_that_accepts_links_only_gets_nothing(place, manager):
    place.server.accepts = "link"
    place.post(manager)
    assert run().status == "failed" and row().error_code == "post_rules" and place.server.published == []


@only("reddit")
def test_wait_that_reddit_asks_for_is_kept(place, manager):
    place.server.waits_s = 540.2
    place.post(manager)
    assert run().status == "publishing"
    assert row().due_at > timezone.now() + timedelta(seconds=500)
    assert run().status == "published" and len(place.server.published) == 1


@only("reddit")
def test_long_wait_fails_the_post(place, manager):
    place.server.waits_s = 3_000.0
    place.post(manager)
    assert run().status == "failed" and row().error_code == "rate_limited"


@only("reddit")
def test_app_without_an_account_can_not_publish(place, manager):
    post = place.post(manager, ago=LATER)
    place.credential.settings = {}
    place.credential.save()
    with pytest.raises(ValidationError, match="This account can’t publish posts"):
        choose(place, post, manager, "Lyon", "Title")


@pytest.mark.parametrize("place", ["linkedin"], indirect=True)
def test_linkedin_gets_reserved_characters_escaped_and_hashtags_as_such(place, manager):
    text = "Portes ouvertes (samedi) [10 h] #lumen #été @ Lyon : a_b*c ~ {x} < > | \\ n°# 1"
    place.post(manager, text=text)
    place.server.loses = True
    for _ in range(2):
        run()
    assert Post.objects.get().status == "published" and OutgoingPost.objects.get().text == text
    assert [one.text for one in place.server.published] == [text]
    assert " #lumen #été " in place.server.commentaries[1]


@pytest.mark.parametrize("place", ["linkedin"], indirect=True)
def test_linkedin_refuses_a_duplicate(place, manager):
    place.post(manager)
    run()
    place.post(manager)
    assert run().status == "failed" and row().error_code == "reply_duplicate"
