"""Templates of posts: saved from a post, used for a new one, renamed and deleted; names and roles."""

import contextlib
from datetime import date, time

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.models import ActivityEntry
from tests.pages import words
from tests.pictures import picture_bytes
from tests.racing import race
from workplace import post_templates, posts
from workplace.models import Post, PostTemplate
from workplace.post_pictures import PictureValues
from workplace.posts import PostValues

VALUES = PostValues(
    title="Open day",
    text="Come in #lumen",
    kind="event",
    campaign="Spring",
    platforms={"bluesky": "", "x": "On X"},
    day=date(2026, 12, 10),
    at=time(18),
    time_zone="Europe/Paris",
    pictures=[PictureValues("A lamp", data=picture_bytes())],
)


@pytest.fixture
def post(project, manager):
    return posts.create_post(project, manager, VALUES)


@pytest.fixture
def template(post, manager):
    return post_templates.save_template(post, manager, "  Open\n day ")


def test_template_has_the_content_of_the_post_without_date_and_pictures(template, post, manager):
    assert (template.name, template.title, template.text, template.kind) == (
        "Open day",
        "Open day",
        "Come in #lumen",
        "event",
    )
    assert (template.campaign, template.platforms) == ("Spring", {"bluesky": "", "x": "On X"})
    values = post_templates.values_of(template, manager)
    assert (values.day, values.at, values.pictures, values.time_zone) == (None, None, None, manager.time_zone)
    posts.delete_post(post, manager)
    assert PostTemplate.objects.get().text == "Come in #lumen"
    assert "post_template.created" in ActivityEntry.objects.values_list("action", flat=True)


def test_new_post_starts_with_a_template(as_person, owner, project, template):
    client, url = as_person(owner), reverse("post_new", args=[project.pk])
    assert "Start with a template" in words(client.get(url))
    page = client.get(url, {"template": template.pk, "day": "2026-12-24"})
    form = page.context["form"]
    assert (form["text"].value(), form["campaign"].value(), form["kind"].value()) == (
        "Come in #lumen",
        "Spring",
        "event",
    )
    assert form["on_x"].value() and form["text_x"].value() == "On X" and not form["on_mastodon"].value()
    assert str(form["day"].value()) == "2026-12-24" and form["owner"].value() == owner.pk
    assert client.get(url, {"template": 999_999}).status_code == 404
    page = client.post(url, {"title": ""})
    assert page.status_code == 400 and "Start with a template" not in words(page)


def test_template_is_saved_renamed_and_deleted_on_the_pages(as_person, owner, viewer, project, post):
    client, listed = as_person(owner), reverse("post_templates", args=[project.pk])
    assert "No templates yet" in words(client.get(listed))
    page = client.post(reverse("post_template_new", args=[project.pk, post.pk]), {"name": "Event"}, follow=True)
    assert "Template saved." in words(page) and "Come in #lumen" in words(page)
    assert "Bluesky and X" in words(page) and "Event" in words(page)
    template = PostTemplate.objects.get()
    change = reverse("post_template_change", args=[project.pk, template.pk])
    assert "Template renamed." in words(client.post(change, {"name": "Party"}, follow=True))
    shown = words(as_person(viewer).get(listed))
    assert "Party" in shown and "Rename" not in shown
    delete = reverse("post_template_delete", args=[project.pk, template.pk])
    assert "Template deleted." in words(client.post(delete, follow=True)) and not PostTemplate.objects.exists()


@pytest.mark.parametrize(
    ("name", "message"),
    [(" ", "Enter a name."), ("OPEN DAY", "has this name already"), ("x" * 81, "too long"), ("a\0", "invalid")],
)
def test_unusable_name_is_refused(as_person, owner, project, post, template, name, message):
    page = as_person(owner).post(reverse("post_template_new", args=[project.pk, post.pk]), {"name": name}, follow=True)
    assert message in words(page) and PostTemplate.objects.count() == 1


def test_number_of_templates_is_limited(post, manager, monkeypatch):
    monkeypatch.setattr(post_templates, "MAX_TEMPLATES", 1)
    post_templates.save_template(post, manager, "One")
    with pytest.raises(ValidationError) as error:
        post_templates.save_template(post, manager, "Two")
    assert error.value.error_dict["name"][0].code == "too_many"


def test_deleted_template_is_not_created_again_by_renaming_it(template, manager):
    post_templates.delete_template(PostTemplate.objects.get(), manager)
    with pytest.raises(ValidationError):
        post_templates.rename_template(template, manager, "Again")
    assert not PostTemplate.objects.exists() and Post.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_people_save_one_template_under_a_name(post, manager, owner):
    race(
        lambda: _save(post, manager),
        lambda: _save(post, owner),
    )
    assert PostTemplate.objects.count() == 1


def _save(post, user):
    with contextlib.suppress(ValidationError):
        post_templates.save_template(post, user, "Open day")
