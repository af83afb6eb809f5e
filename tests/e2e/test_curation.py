"""Curation in Chromium, in both languages: pick by key, order by keyboard and by dragging, publish, and read."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.e2e.accessibility import check_in_light_and_dark
from tests.factories import make_story
from workplace.curation import issues, items, sections
from workplace.curation.collections import create_collection
from workplace.models import CollectionIssue

WORDS = {
    "en": {
        "create": "Create collection",
        "added": "added to",
        "title": "Title of this issue",
        "publish": "Publish",
        "saved": "saved",
        "place": "place 1 of 3",
        "view": "View page",
        "read": "At last a date",
        "issues": "All issues",
    },
    "fr": {
        "create": "Créer la sélection",
        "added": "ajouté à",
        "title": "Titre de ce numéro",
        "publish": "Publier",
        "saved": "enregistré",
        "place": "place 1 sur 3",
        "view": "Voir la page",
        "read": "At last a date",
        "issues": "Tous les numéros",
    },
}


@pytest.fixture
def story(brand):
    make_story(brand, [{"title": "Parcels are late", "published": timezone.now() - timedelta(days=1)}] * 3)
    return brand


@pytest.fixture
def draft(story, owner):
    """A draft with two items before its section, and none in it."""
    collection = create_collection(story.project, owner, "The week in lighting", access="public", slug="week")
    draft = issues.create_issue(collection, owner, timezone.now())
    sections.add_section(draft, "Good news", timezone.now())
    for name in ("alpha", "beta"):
        items.add_url(draft, owner, f"https://{name}.example/", timezone.now(), title=name)
    return draft


def order(draft):
    """Return (section, title) of the stored items in their order."""
    rows = draft.items.values_list("section", "title", "position")
    return [(section, title) for section, title, _position in sorted(rows, key=lambda one: (one[0], one[2]))]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_collection_goes_from_first_pick_to_published_page(open_as, owner, story, browser, language):
    owner.language, words = language, WORDS[language]
    owner.save()
    page = open_as(owner, f"/p/{story.project_id}/curation")
    page.locator("#name").fill("La semaine")
    page.get_by_role("button", name=words["create"]).click()
    expect(page.locator("[data-autosave]")).to_be_visible()
    editor = page.url
    page.goto(editor.split("/curation")[0] + "/mentions?stories=fold")
    page.locator("[data-mention] [data-open]").first.click()
    expect(page.locator("[data-action=pick]")).to_be_visible()
    page.keyboard.press("p")
    expect(page.locator('form[action$="/curation/pick"] [role=status]')).to_contain_text(words["added"])
    page.goto(editor)
    page.locator(".curation-story button").first.click()
    expect(page.locator("[data-item]")).to_have_count(2)
    page.get_by_label(words["title"], exact=True).or_(page.locator("#title")).first.fill("Les colis")
    page.locator("#intro").fill("Une semaine de retard.")
    page.locator("#intro").blur()
    expect(page.locator("[data-saved]")).to_have_text(words["saved"])
    page.locator(".curation-edit summary").first.press("Enter")
    page.locator("[name=comment]").first.fill(words["read"])
    page.locator(".curation-edit[open] button").click()
    page.get_by_role("button", name=words["publish"], exact=True).click()
    address = page.get_by_role("link", name=words["view"]).get_attribute("href")
    reader = browser.new_page(java_script_enabled=False)
    reader.goto(page.url.split("/p/")[0] + "/" + address.split("/", 3)[3])
    expect(reader.locator("h1")).to_have_text("Les colis")
    expect(reader.locator(".paper-comment")).to_have_text(words["read"])
    expect(reader.locator(".paper-item")).to_have_count(2)
    reader.get_by_role("link", name=words["issues"]).click()
    expect(reader.get_by_role("link", name="Les colis")).to_be_visible()
    reader.close()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_items_reorder_by_keyboard_and_by_dragging(open_as, owner, draft, language):
    owner.language = language
    owner.save()
    page = open_as(owner, f"/p/{draft.collection.project_id}/curation/issues/{draft.pk}")
    down = page.locator("#item-{} [value=down]".format(draft.items.get(title="alpha").pk))
    down.focus()
    with page.expect_response(re.compile("/order$")):
        page.keyboard.press("ArrowDown")
    expect(down).to_be_focused()
    assert order(draft) == [(0, "beta"), (0, "alpha")]
    with page.expect_response(re.compile("/order$")):
        page.keyboard.press("Enter")
    assert order(draft) == [(0, "beta"), (1, "alpha")]
    expect(page.locator("[data-told]")).to_contain_text("alpha")
    with page.expect_response(re.compile("/order$")):
        page.locator(".curation-grip").first.drag_to(page.locator("[data-section='1'] [data-item]"))
    assert sorted(order(draft)) == [(1, "alpha"), (1, "beta")]
    expect(page.locator("[data-section='0'] .curation-drop")).not_to_be_empty()
    with page.expect_response(re.compile("/order$")):
        page.locator(".curation-grip").first.drag_to(page.locator("[data-section='0'] .curation-drop"))
    assert len([one for one in order(draft) if one[0] == 0]) == 1


@pytest.mark.parametrize("language", ["en", "fr"])
def test_pages_fit_phones_and_are_accessible_in_the_dark(open_as, owner, draft, language):
    owner.language = language
    owner.save()
    issues.change_issue(draft, 1, timezone.now(), title="A week of parcels", intro="Deliveries, and a shop.")
    items.change_item(draft.items.first(), 1, timezone.now(), comment="At last.")
    project = draft.collection.project_id
    page = open_as(owner, f"/p/{project}/curation/issues/{draft.pk}")
    expect(page.locator(".curation-story")).to_have_count(1)
    check_in_light_and_dark(page)
    issues.publish(draft, owner, timezone.now())
    CollectionIssue.objects.update(language=language)
    for address in (f"/p/{project}/curation", f"/p/{project}/curation/{draft.collection_id}", "/curation/week/1"):
        page.goto(page.url.split("/p/")[0].split("/curation")[0] + address)
        check_in_light_and_dark(page)


@pytest.mark.parametrize(
    ("language", "name", "sent"), [("en", "Subscribe", "Check"), ("fr", "S’abonner", "Consultez")]
)
def test_reader_subscribes_without_scripts(live_server, draft, browser, language, name, sent):
    draft.collection.language = language
    draft.collection.save()
    reader = browser.new_page(java_script_enabled=False)
    reader.goto(f"{live_server.url}/curation/week")
    reader.locator("#subscribe-email").fill("reader@example.org")
    reader.get_by_role("button", name=name).press("Enter")
    expect(reader.locator("h1")).to_contain_text(sent)
    assert reader.context.cookies() == []
    reader.close()


@pytest.mark.parametrize(
    ("language", "mine", "order"), [("en", "Save mine", "saved order"), ("fr", "Enregistrer le mien", "enregistré")]
)
def test_texts_of_two_editors_are_shown_next_to_each_other(open_as, owner, draft, language, mine, order):
    owner.language = language
    owner.save()
    page = open_as(owner, f"/p/{draft.collection.project_id}/curation/issues/{draft.pk}")
    page.locator("#title").fill("First")
    page.locator("#intro").fill("Second")
    page.locator("#intro").blur()
    expect(page.locator("[name=version]").first).to_have_value("3")
    issues.change_issue(draft, 3, timezone.now(), title="Theirs")
    page.locator("#title").fill("Mine")
    page.locator("#title").blur()
    note = page.locator("[data-conflict]")
    expect(note).to_contain_text("Theirs")
    check_in_light_and_dark(page)
    note.get_by_role("button", name=mine).press("Enter")
    expect(note).to_be_empty()
    draft.refresh_from_db()
    assert (draft.title, draft.intro) == ("Mine", "Second")
    items.move_item(draft.items.first(), 1, timezone.now())
    page.locator("[value=down]").first.press("ArrowDown")
    expect(note).to_contain_text(order)


def test_own_edit_after_a_conflict_is_saved_as_often_as_it_is_made(open_as, owner, draft):
    page = open_as(owner, f"/p/{draft.collection.project_id}/curation/issues/{draft.pk}")
    issues.change_issue(draft, 1, timezone.now(), title="Theirs")
    note, version, title = page.locator("[data-conflict]"), page.locator("input[name=version]").first, "#title"
    page.locator(title).fill("Mine")
    page.locator(title).blur()
    expect(note).to_contain_text("Theirs")
    for number, text in enumerate(("Theirs", "Mine again", "Mine at last"), start=2):
        page.locator(title).fill(text)
        page.locator(title).blur()
        expect(version).to_have_value(str(number))
        expect(note).to_be_empty()
    draft.refresh_from_db()
    assert draft.title == "Mine at last"


@pytest.mark.parametrize(
    ("language", "published", "lost"),
    [
        ("en", "This issue is published", "couldn’t be reached"),
        ("fr", "Ce numéro est publié", "impossible de joindre"),
    ],
)
def test_editor_says_why_a_text_is_not_saved_also_on_phones(open_as, owner, draft, language, published, lost):
    owner.language = language
    owner.save()
    issues.change_issue(draft, 1, timezone.now(), title="A week of parcels")
    page = open_as(owner, f"/p/{draft.collection.project_id}/curation/issues/{draft.pk}")
    page.set_viewport_size({"width": 320, "height": 640})
    note, intro = page.locator("[data-conflict]"), page.locator("#intro")
    issues.publish(draft, owner, timezone.now())
    intro.fill("Deliveries.")
    intro.blur()
    expect(note).to_contain_text(published)
    check_in_light_and_dark(page)
    issues.unpublish(draft, owner, timezone.now())
    page.evaluate("() => { window.fetch = () => Promise.reject(new TypeError('offline')) }")
    intro.fill("Deliveries, and a shop.")
    intro.blur()
    expect(note).to_contain_text(lost)
    expect(intro).to_have_value("Deliveries, and a shop.")
    check_in_light_and_dark(page)


@pytest.mark.parametrize(
    ("language", "plan", "cancel"),
    [("en", "Schedule issue", "Cancel schedule"), ("fr", "Programmer le numéro", "Annuler la programmation")],
)
def test_issue_is_scheduled_and_canceled_by_keyboard(open_as, owner, draft, language, plan, cancel):
    owner.language = language
    owner.save()
    issues.change_issue(draft, 1, timezone.now(), title="A week of parcels")
    page = open_as(owner, f"/p/{draft.collection.project_id}/curation/issues/{draft.pk}")
    page.locator("#id_plan-day").fill((timezone.localdate() + timedelta(days=2)).isoformat())
    page.locator("#id_plan-at").fill("08:30")
    page.get_by_role("button", name=plan).press("Enter")
    button = page.get_by_role("button", name=cancel)
    expect(button).to_be_visible()
    check_in_light_and_dark(page)
    draft.refresh_from_db()
    assert draft.publish_at.astimezone(owner.zone).hour == 8 and draft.sends
    button.press("Enter")
    expect(button).to_have_count(0)
    draft.refresh_from_db()
    assert draft.publish_at is None


@pytest.mark.parametrize(
    ("language", "add", "title"), [("en", "Add figure", "Mentions"), ("fr", "Ajouter le chiffre", "Mentions")]
)
def test_figure_is_added_and_shown_to_readers(open_as, owner, draft, language, add, title):
    owner.language = language
    owner.save()
    draft.collection.language = language
    draft.collection.save()
    page = open_as(owner, f"/p/{draft.collection.project_id}/curation/issues/{draft.pk}")
    page.locator("#figure-days").select_option("30")
    page.get_by_role("button", name=add).press("Enter")
    expect(page.locator(".curation-items .curation-name").last).to_have_text(title)
    check_in_light_and_dark(page)
    issues.change_issue(draft, 1, timezone.now(), title="A week of parcels")
    issues.publish(draft, owner, timezone.now())
    page.goto(page.url.split("/p/")[0] + "/curation/week/1")
    expect(page.locator(".paper-figure b")).to_have_text(re.compile(r"^\d+$"))
    check_in_light_and_dark(page)
