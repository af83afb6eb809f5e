"""Sections of reports on goals, posts, the team, comparison and websites."""

import re
from datetime import timedelta

from django.test import Client
from django.utils import timezone

from accounts.activity_log import record
from monitoring.models import Mention
from reports.changes import create_link, create_report
from reports.links import share_url
from tests.dashboards.theme_rows import make_theme
from tests.reports.test_reports import DAY, path
from tests.website.factories import make_breakdown, make_days, make_website
from workplace.goals.changes import create_goal
from workplace.models import OutgoingPost, Post


def test_report_on_comparison_goals_posts_and_team(project, owner, mentions):
    now = timezone.now()
    today = timezone.localdate()
    post = Post.objects.create(project=project, title="Open day", kind="event", status="published", published_at=now)
    Post.objects.create(project=project, title="Second", status="published", published_at=now + timedelta(seconds=1))
    for platform, likes in (("bluesky", 5), ("mastodon", None), ("x", 2)):
        sent = OutgoingPost.objects.create(
            project=project, variant=post.variants.create(platform=platform), state="sent"
        )
        OutgoingPost.objects.filter(pk=sent.pk).update(likes=likes, replies=likes, counted_at=likes and now)
    issue = project.collections.create(name="Press", slug="press", language="en", time_zone="UTC").issues.create(
        number=1, title="This week", language="en", published_at=now
    )
    issue.items.create(title="A lamp", url="https://press.example/", position=0)
    goal = {"metric": "mentions", "target": 5, "starts_on": today - 3 * DAY, "ends_on": today}
    create_goal(project, owner, now, name="More talk", **goal)
    record(project, owner, "note.created", "x")
    report = create_report(
        project,
        owner,
        period="fixed",
        first_day=today - 6 * DAY,
        last_day=today,
        sections=["compare", "goals", "posts", "curation", "team"],
    )
    edition = create_link(report, owner, 7, now).edition
    sections = {one["name"]: one["blocks"] for one in edition.content}
    assert [row[:3] for row in sections["compare"][0]["rows"]] == [["Lumen", "10", "71%"], ["Lampion", "4", "29%"]]
    assert sections["goals"][0]["rows"][0][:4] == ["More talk", "at least 5", "14", "Reached"]
    assert sections["posts"][0]["text"] == "Event (1), Information (1)"
    first, second = sections["posts"][1]["rows"]
    assert (first[:2], first[3], second[3]) == (["Open day", "Event"], "14", "–")
    assert [row[:3] for row in sections["curation"][0]["rows"]] == [["This week", "Press", "1"]]
    assert [one["value"] for one in sections["team"][0]["items"]] == ["0", "0", "1", "0", "0", "0"]


def test_sections_without_anything_to_show_say_it(project, owner):
    report = create_report(project, owner, sections=["compare", "goals", "posts", "curation", "team"])
    link = create_link(report, owner, None, timezone.now())
    page = Client().get(share_url(link)).text
    for text in (
        "A comparison needs a brand and a competitor",
        "No goals in this period.",
        "No posts were published in this period.",
        "No issue of a collection was published in this period.",
        "Nothing was done in this period.",
    ):
        assert text in page


def test_section_of_website_has_the_figures_of_the_period(as_person, owner, fixed):
    assert "No figures of a website in this period." in as_person(owner).get(path(fixed)).content.decode()
    website = make_website(fixed.project, name="Maison Lumen")
    make_days(website, fixed.last_day - DAY, [10, 20, 30], key_events=2, converted=3)
    make_breakdown(website, fixed.last_day - DAY, "source", "google", 40, "organic")
    body = as_person(owner).get(path(fixed)).content.decode()
    assert "Maison Lumen" in body and "Figures of 3 of 7 days." in body
    assert re.search(r"Sessions</dt><dd><b>60</b>", body) and "15.0%" in body
    assert re.search(r"google / organic</th>\s*<td [^>]*>40</td>", body)


def test_section_of_themes_has_the_numbers_of_the_page(as_person, owner, fixed, mentions):
    body = as_person(owner).get(path(fixed)).content.decode()
    assert "Themes need at least 30 mentions that the sentence encoder has read." in body
    rows = Mention.objects.filter(keyword=mentions).select_related("document").order_by("pk")
    theme = make_theme(fixed.project, [one.document for one in rows[:4]], "late, parcel")
    make_theme(fixed.project, [one.document for one in rows[4:6]], "hidden", is_hidden=True)
    fixed.project.sources.update(created_at=timezone.now() - 60 * DAY)
    edition = create_link(fixed, owner, 7, timezone.now()).edition
    blocks = next(one["blocks"] for one in edition.content if one["name"] == "themes")
    assert blocks[0]["header"] == ["Theme", "Mentions", "Previous period", "Share", "Negative"]
    assert blocks[0]["rows"] == [["Late, parcel", "4", "0", "40%", "2"]]
    assert blocks[1]["text"] == "4 mentions are in no theme."
    assert as_person(owner).get(path(fixed, "/pdf")).content.startswith(b"%PDF-")
    period = f"from={fixed.first_day}&to={fixed.last_day}"
    page = as_person(owner).get(f"/p/{fixed.project_id}/themes?{period}")
    assert [(row.id, row.count) for row in page.context["rows"]] == [(theme.pk, "4 mentions")]


def test_section_of_themes_is_in_the_language_of_the_report(owner, fixed, mentions):
    documents = [one.document for one in Mention.objects.filter(keyword=mentions).select_related("document")]
    theme = make_theme(fixed.project, documents)
    theme.name_terms = {"en": ["late"], "fr": ["retard"]}
    theme.save()
    report = create_report(
        fixed.project,
        owner,
        language="fr",
        period="fixed",
        first_day=fixed.first_day,
        last_day=fixed.last_day,
        sections=["themes"],
    )
    (section,) = create_link(report, owner, 7, timezone.now()).edition.content
    assert (section["title"], section["blocks"][0]["rows"][0][0]) == ("Thèmes", "Retard")


def test_section_of_themes_says_that_the_period_has_none(as_person, owner, fixed):
    make_theme(fixed.project)
    assert "No theme has mentions in this period." in as_person(owner).get(path(fixed)).content.decode()
