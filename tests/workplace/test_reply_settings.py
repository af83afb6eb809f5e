"""The settings pages of saved replies and reply rules."""

import pytest

from workplace.models import ReplyRules, SavedReply

THANKS = {"name": "Thanks", "language": "fr", "text": "Merci {{author}}, de {{brand}}"}


@pytest.fixture
def url(project):
    return f"/p/{project.pk}/settings/saved-replies"


def text_of(response):
    return response.content.decode()


def test_saved_reply_is_created_found_changed_and_deleted(project, manager, as_person, url):
    client = as_person(manager)
    assert "Pas encore de réponse enregistrée" in text_of(client.get(url))
    assert "Merci {{author}}, de" in text_of(client.post(f"{url}/new", THANKS, follow=True))
    reply = SavedReply.objects.get()
    assert "Thanks" in text_of(client.get(f"{url}?q=MERCI&language=fr"))
    assert "Thanks" not in text_of(client.get(f"{url}?language=en"))
    page = text_of(client.get(f"{url}/{reply.pk}"))
    assert "Merci Karim B., de Maison Lumen" in page and 'name="version" value="1"' in page
    client.post(f"{url}/{reply.pk}", {**THANKS, "name": "Merci", "version": "1"})
    reply.refresh_from_db()
    assert (reply.name, reply.version) == ("Merci", 2)
    client.post(f"{url}/{reply.pk}/delete")
    assert not SavedReply.objects.exists()
    assert client.post(f"{url}/{reply.pk}/delete").status_code == 404


def test_outdated_change_of_a_saved_reply_shows_both_texts(project, owner, as_person, url):
    reply = SavedReply.objects.create(project=project, name="Thanks", language="en", text="Theirs", version=3)
    client = as_person(owner)
    for version in ("2", "", "x" * 99, "9" * 99):
        page = text_of(client.post(f"{url}/{reply.pk}", {**THANKS, "text": "Mine", "version": version}))
        assert "Somebody else has changed this saved reply" in page
        assert ">Theirs<" in page and "Mine</textarea>" in page and 'name="version" value="3"' in page
    client.post(f"{url}/{reply.pk}", {**THANKS, "text": "Mine", "version": "3"})
    assert SavedReply.objects.get().text == "Mine"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"text": "{{autor}}"}, "Unknown variables: {{autor}}"),
        ({"text": " "}, "required"),
        ({"text": "a\0"}, "Null characters are not allowed"),
        ({"name": "a" * 101}, "at most 100 characters"),
        ({"name": "taken", "language": "en"}, "has this name already"),
        ({"language": "de"}, "Select a valid choice"),
    ],
)
def test_saved_reply_form_explains_unusable_values(project, owner, as_person, url, values, message):
    SavedReply.objects.create(project=project, name="Taken", language="en", text="Hi")
    page = text_of(as_person(owner).post(f"{url}/new", {**THANKS, **values}))
    assert message in page and SavedReply.objects.count() == 1


def test_example_is_rendered_while_typing(owner, as_person, url):
    example = text_of(as_person(owner).post(f"{url}/example", {"text": "Hi {{author}} <b> {{x}}"}))
    assert "Hi Karim B. &lt;b&gt;" in example and "Unknown variables: {{x}}" in example


def test_viewer_reads_saved_replies_and_rules_only(project, viewer, as_person, url):
    SavedReply.objects.create(project=project, name="Thanks", language="en", text="Hi")
    client = as_person(viewer)
    page = text_of(client.get(url))
    assert "Thanks" in page and f"{url}/new" not in page and "delete" not in page
    assert client.post(f"{url}/new", THANKS).status_code == 403
    rules = text_of(client.get(f"/p/{project.pk}/settings/replies"))
    assert "disabled" in rules and '<button class="btn" data-kind="main"' not in rules


def test_admin_changes_reply_rules(project, owner, manager, as_person):
    url = f"/p/{project.pk}/settings/replies"
    values = {"needs_approval": "on", "cooling_minutes": "15", "forbidden": "garantie\r\n\r\n à vie \nGarantie"}
    assert as_person(manager).post(url, values).status_code == 403
    assert "Reply rules saved." in text_of(as_person(owner).post(url, values, follow=True))
    rules = ReplyRules.objects.get()
    assert (rules.needs_approval, rules.cooling_minutes, rules.forbidden) == (True, 15, ["Garantie", "à vie"])
    for changes, message in (
        ({"cooling_minutes": "1441"}, "less than or equal to 1440"),
        ({"cooling_minutes": ""}, "required"),
        ({"forbidden": "a" * 101}, "more than 100 characters"),
        ({"forbidden": "\n".join(map(str, range(201)))}, "at most 200 words"),
    ):
        assert message in text_of(as_person(owner).post(url, {**values, **changes}))
