"""Campaign parameters in the links of posts: by a button, at publication, and the visits that they show."""

from datetime import timedelta

import pytest
from django.utils import timezone

from delivery.models import Delivery
from monitoring.models import Credential
from tests.pages import body_of, words
from tests.website.factories import make_breakdown, make_website
from website.models import Website
from workplace import posts, publishing
from workplace.models import OutgoingPost
from workplace.post_reminders import remind
from workplace.post_templates import save_template
from workplace.posts import PostValues

LINK = "https://www.lumen.example/atelier"
TAGS = "utm_medium=social&utm_campaign=automne-2026&utm_content=vigie-{}"


@pytest.fixture
def post(project, owner):
    platforms = {"bluesky": "", "mastodon": f"Toot {LINK}", "linkedin": "No link"}
    values = PostValues("Open day", f"Come: {LINK}", campaign="Automne 2026", platforms=platforms, time_zone="UTC")
    return posts.create_post(project, owner, values)


def tagged(post, platform):
    return f"{LINK}?utm_source={platform}&{TAGS.format(post.pk)}"


def form_of(post, **more):
    return {
        "title": post.title,
        "text": post.text,
        "campaign": post.campaign,
        "kind": post.kind,
        "time_zone": "UTC",
        "version": post.version,
        **{f"on_{one.platform}": "on" for one in post.variants.all()},
        **{f"text_{one.platform}": one.text for one in post.variants.all()},
        **more,
    }


def test_button_gives_each_platform_its_own_text_and_saves_nothing(as_person, owner, at, project, post):
    client, address = as_person(owner), "post_tag_links"
    assert at(address, post.pk) not in body_of(client.get(at("post_edit", post.pk)))
    posts.set_rules(project, owner, link_domains=["lumen.example"])
    assert at(address, post.pk) in body_of(client.get(at("post_edit", post.pk)))
    response = client.post(at(address, post.pk), form_of(post, title=""))
    form = response.context["form"]
    assert response.status_code == 200 and "Campaign parameters added." in words(response)
    assert form["text_bluesky"].value() == f"Come: {tagged(post, 'bluesky')}"
    assert form["text_mastodon"].value() == f"Toot {tagged(post, 'mastodon')}"
    assert form["text_linkedin"].value() == "No link"
    post.refresh_from_db()
    assert post.version == 1 and not post.variants.filter(text__contains="utm").exists()
    values = {name: form[name].value() for name in ("text_bluesky", "text_mastodon", "text_linkedin")}
    again = client.post(at(address, post.pk), form_of(post, **values))
    assert "No link to your website lacks campaign parameters." in words(again)
    assert client.post(at("post_edit", post.pk), form_of(post, **values)).status_code == 302
    assert post.variants.get(platform="bluesky").text == values["text_bluesky"]


def test_button_is_for_those_who_write(as_person, viewer, owner, at, post):
    assert as_person(viewer).post(at("post_tag_links", post.pk), form_of(post)).status_code == 403
    assert as_person(owner).get(at("post_tag_links", post.pk)).status_code == 405


def test_switch_shows_tagged_links_with_their_length_before_publication(as_person, owner, at, project, post, read):
    client = as_person(owner)
    settings = {"tags_links": "on", "link_domains": "https://lumen.example/\nwww.lumen.example"}
    assert "Calendar settings saved." in words(client.post(at("calendar_settings"), settings, follow=True))
    assert posts.rules_of(project).link_domains == ["lumen.example"]
    text = read(client, at("post", post.pk))
    assert tagged(post, "bluesky") in text and tagged(post, "mastodon") in text
    assert f"{len('Come: ' + tagged(post, 'bluesky'))} of 300 characters" in text
    assert at("post_tag_links", post.pk) not in body_of(client.get(at("post_edit", post.pk)))
    preview = client.post(f"{at('post_check')}?post={post.pk}", form_of(post)).content.decode()
    assert f"utm_content=vigie-{post.pk}" in preview and "replaces the 0" not in preview
    preview = client.post(at("post_check"), form_of(post)).content.decode()
    assert "utm_content=vigie-0" in preview and "its number replaces the 0" in preview


def test_wrong_domain_is_refused(as_person, owner, at, project):
    response = as_person(owner).post(at("calendar_settings"), {"link_domains": "lumen example"})
    assert "“lumen example” is not a domain" in words(response)
    assert posts.rules_of(project).link_domains == []


def test_published_text_and_reminder_have_the_parameters(project, owner, post):
    posts.set_rules(project, owner, link_domains=["lumen.example"], tags_links=True)
    at = timezone.now() - timedelta(minutes=1)
    fields = {"status": "scheduled", "due_at": at, "due_day": at.date(), "due_time": at.time(), "owner": owner}
    type(post).objects.filter(pk=post.pk).update(**fields)
    account = Credential.objects.create(project=project, platform="bluesky", name="@lumen", can_reply=True)
    post.variants.filter(platform="bluesky").update(credential=account)
    remind(timezone.now())
    assert tagged(post, "mastodon") in Delivery.objects.get(kind="post").text
    publishing.begin_due(timezone.now())
    assert OutgoingPost.objects.get().text == f"Come: {tagged(post, 'bluesky')}"


def test_text_that_only_the_parameters_make_too_long_is_published_without_them(
    as_person, project, owner, at, post, read
):
    posts.set_rules(project, owner, link_domains=["lumen.example"], tags_links=True)
    text = f"{'a' * (300 - len(LINK) - 1)} {LINK}"
    due = timezone.now() - timedelta(minutes=1)
    fields = {"status": "scheduled", "due_at": due, "due_day": due.date(), "due_time": due.time(), "owner": owner}
    type(post).objects.filter(pk=post.pk).update(text=text, **fields)
    post.refresh_from_db()
    client, tagged_on_linkedin = as_person(owner), f"{LINK}?utm_source=linkedin"
    post.variants.filter(platform="linkedin").update(text="")
    page = read(client, at("post", post.pk))
    assert "300 of 300 characters" in page and "utm_source=bluesky" not in page and tagged_on_linkedin in page
    preview = client.post(f"{at('post_check')}?post={post.pk}", form_of(post)).content.decode()
    assert "Without campaign parameters on Bluesky: with them, the text would be too long." in preview
    account = Credential.objects.create(project=project, platform="bluesky", name="@lumen", can_reply=True)
    post.variants.filter(platform="bluesky").update(credential=account)
    publishing.begin_due(timezone.now())
    assert OutgoingPost.objects.get().text == text


def test_button_adds_parameters_to_a_text_that_they_make_too_long(as_person, owner, at, project, post):
    posts.set_rules(project, owner, link_domains=["lumen.example"])
    text = f"{'a' * 280} {LINK}"
    response = as_person(owner).post(at("post_tag_links", post.pk), form_of(post, text=text))
    assert "utm_source=bluesky" in response.context["form"]["text_bluesky"].value()


def test_pages_show_the_visits_of_a_post(as_person, owner, at, project, post, read):
    client, day = as_person(owner), timezone.localdate() - timedelta(days=1)
    assert "Visits by this post" not in read(client, at("post", post.pk))
    website = make_website(project, name="lumen.example")
    Website.objects.filter(pk=website.pk).update(read_from=day, read_until=day)
    type(post).objects.filter(pk=post.pk).update(created_at=timezone.now() - timedelta(days=3))
    make_breakdown(website, day, "campaign", "automne-2026", 34, f"vigie-{post.pk}")
    make_breakdown(website, day, "campaign", f"vigie-{post.pk}", 5)
    make_breakdown(website, day, "campaign", "automne-2026", 2, "vigie-999999")
    text = read(client, at("post", post.pk))
    assert "Visits by this post" in text and "39 visits" in text
    body = body_of(client.get(at("website")))
    assert f'href="{at("post", post.pk)}"' in body and "Open day" in body and "vigie-999999" in body


def test_site_of_plausible_counts_as_a_domain(as_person, owner, at, project, post):
    make_website(project, provider="plausible", settings={"site": "lumen.example", "zone": "UTC"})
    posts.set_rules(project, owner, tags_links=True)
    assert f"utm_content=vigie-{post.pk}" in body_of(as_person(owner).get(at("post", post.pk)))


def test_copy_and_template_have_no_number_of_the_post(as_person, owner, at, project, post):
    text = f"Come: {LINK}?utm_content=vigie-{post.pk}&b=1 {LINK}?{TAGS.format(post.pk)}."
    type(post).objects.filter(pk=post.pk).update(text=text)
    post.variants.filter(platform="mastodon").update(text=f"{LINK}?utm_campaign=vigie-1&utm_content=vigie-1")
    post.refresh_from_db()
    plain = f"Come: {LINK}?b=1 {LINK}?utm_medium=social&utm_campaign=automne-2026."
    form = as_person(owner).get(at("post_new"), {"from": post.pk}).context["form"]
    assert (form["text"].value(), form["text_mastodon"].value()) == (plain, LINK)
    template = save_template(post, owner, "Open day")
    assert (template.text, template.platforms["mastodon"]) == (plain, LINK)
