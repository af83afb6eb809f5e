"""Ideas for posts, the charter in previews, and copies of posts."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from monitoring.models import Author
from tests.factories import make_keyword, make_mentions
from tests.pages import body_of, words
from workplace import posts
from workplace.holiday_calendars import named_days
from workplace.models import Post
from workplace.posts import PostValues
from workplace.response_targets import set_target


@pytest.mark.parametrize(
    ("code", "language", "day", "name"),
    [
        ("FR", "fr", date(2026, 7, 14), "Fête nationale"),
        ("FR", "en", date(2026, 5, 1), "Labor Day"),
        ("BE", "fr", date(2026, 7, 21), "Fête nationale"),
        ("CH", "fr", date(2026, 8, 1), "Fête nationale"),
        ("CA-QC", "fr", date(2026, 6, 24), "Fête nationale du Québec"),
    ],
)
def test_named_days_of_each_calendar(code, language, day, name):
    assert (day, name) in named_days(code, date(2026, 1, 1), date(2026, 12, 31), language)


def test_named_days_span_years_in_order_and_are_empty_without_a_calendar():
    days = [day for day, _name in named_days("FR", date(2026, 12, 1), date(2027, 1, 31), "en")]
    assert days == [date(2026, 12, 25), date(2027, 1, 1)]
    assert named_days("", date(2026, 1, 1), date(2026, 12, 31), "en") == []


def test_ideas_come_from_mentions_competitors_and_holidays(as_person, owner, at, project, read):
    owner.time_zone = "Asia/Tokyo"
    owner.save()
    client, now = as_person(owner), timezone.now()
    assert "Ideas appear here" in read(client, at("calendar_ideas"))
    brand = make_keyword(project, "Lumen", "lumen", type="brand")
    rival = make_keyword(project, "Halo", "halo", type="competitor")
    before = [{"title": "Lumen lamp", "published": now - timedelta(days=31 + number)} for number in range(20)]
    recent = {"title": "Lumen atelier", "text": "Un atelier de réparation chez Lumen"}
    make_mentions(brand, before)
    make_mentions(brand, [{**recent, "published": now - timedelta(days=number)} for number in range(20)])
    make_mentions(rival, [{"title": "Halo contest", "engagement": 40, "platform": "bluesky", "published": now}])
    set_target(project, owner, calendar="FR")
    text = read(client, at("calendar_ideas"))
    assert "atelier" in text and "in 20 mentions of 30 days" in text
    assert "Halo contest" in text and "competitor’s post on Bluesky, engagement: 40" in text
    first = named_days("FR", timezone.localdate(), timezone.localdate() + timedelta(days=60), "en")
    assert not first or first[0][1] in text
    assert "title=Halo+contest" in body_of(client.get(at("calendar_ideas")))


def test_question_of_several_people_is_one_idea_without_their_names(as_person, owner, at, project, read):
    client, now = as_person(owner), timezone.now()
    brand = make_keyword(project, "Lumen", "lumen", type="brand")
    official = Author.objects.create(project=project, platform="x", key=uuid4(), name="L", speaks_for=brand)
    ship = ["Bonjour Lumen, vous livrez en Belgique ?", "@lumen livrez-vous en Belgique, lea@a.example ?"]
    texts = [
        {"text": ship[0], "author": "Léa", "platform": "bluesky", "kind": "post"},
        {"text": ship[1], "author": "Tom", "platform": "x", "kind": "comment", "title": "How do I win a lumen lamp?"},
        {"text": ship[0], "author": "Tom", "platform": "x", "kind": "comment"},
        {"text": "Is the Lumen lamp washable?", "author": "Ann", "platform": "x", "kind": "post", "engagement": 9},
        {"text": "Does the Lumen lamp float?", "author": "Bob", "platform": "x", "kind": "post"},
        {"text": "Prêts pour l’hiver ? Lumen.", "author": "Ad", "platform": "x", "kind": "post"},
        {"text": "Why does Lumen buy Halo?", "author": "News", "kind": "article"},
        {"text": "Can you send Lumen lamps to me?", "author": "Mail", "platform": "email", "kind": "post"},
        {"text": "Where do you put your Lumen lamp?", "author": "L", "platform": "x", "written_by": official},
    ]
    rows = [{"title": "", "published": now - timedelta(hours=place), **one} for place, one in enumerate(texts)]
    made = make_mentions(brand, rows)
    body = body_of(client.get(at("calendar_ideas")))
    text = read(client, at("calendar_ideas"))
    first, second, third = (text.index(words) for words in ("vous livrez en Belgique", "washable", "float"))
    assert first < second < third and "asked by 2 people in 30 days" in text and "engagement: 9" in text
    assert all(words not in text for words in ("hiver", "Halo", "send", "put", "How do I win"))
    for mention in made[:3]:
        assert at("mention", mention.pk) in body
    assert "kind=information" in body and "lea%40a.example" not in body and "Newest" not in text
    form = client.get(f"{at('post_new')}?title=Washable&kind=information").context["form"]
    assert form["kind"].value() == "information"
    assert client.get(f"{at('post_new')}?kind=opera").status_code == 200


def test_idea_fills_in_the_form(as_person, owner, at):
    body = body_of(as_person(owner).get(f"{at('post_new')}?title=Christmas&day=2026-12-24&text=Hello"))
    assert 'value="Christmas"' in body and 'value="2026-12-24"' in body and "Hello" in body


def test_preview_points_out_what_does_not_follow_the_charter(as_person, owner, english_manager, at, project, read):
    rules = {"tone": "Warm, never loud", "forbidden": "cheap\nbargain", "hashtags": "#Lumen", "signature": "Lumen"}
    as_person(owner).post(at("calendar_settings"), rules)
    client = as_person(english_manager)
    assert "Warm, never loud" in read(client, at("post_new"))
    form = {"text": "A cheap lamp", "on_bluesky": "on"}
    text = client.post(at("post_check"), form).content.decode()
    assert "Forbidden words: cheap" in text and "Missing hashtags: #Lumen" in text and "signature" in text
    text = client.post(at("post_check"), {**form, "text": "A lamp #lumen, Lumen"}).content.decode()
    assert "Forbidden" not in text and "Missing" not in text and "signature" not in text


def test_charter_of_too_many_words_is_refused(as_person, owner, at):
    many = "\n".join(f"word{number}" for number in range(101))
    response = as_person(owner).post(at("calendar_settings"), {"forbidden": many})
    assert response.status_code == 200 and "Enter at most 100 words and phrases." in words(response)


def test_copy_has_the_texts_but_no_date(as_person, owner, at, project):
    values = PostValues(
        title="Advent", text="A lamp", platforms={"x": "On X"}, day=date(2026, 12, 1), at=timezone.now().time()
    )
    post = posts.create_post(project, owner, values)
    form = as_person(owner).get(f"{at('post_new')}?from={post.pk}").context["form"]
    assert (form["title"].value(), form["day"].value()) == ("Advent", None)
    assert form.shown_texts == ("A lamp", {"x": "On X"})
    assert as_person(owner).get(f"{at('post_new')}?from=999999").status_code == 404
    assert Post.objects.count() == 1
