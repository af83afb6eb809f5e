"""Saved replies: changes, search, variables of an item."""

import pytest
from django.core.exceptions import ValidationError

from accounts.models import ActivityEntry
from tests.factories import make_keyword, make_mention
from workplace import saved_replies
from workplace.models import SavedReply
from workplace.saved_replies import SavedReplyChanged


def create(project, user, name="Thanks", text="Hi {{author}}, thanks! {{me}}", language="en"):
    return saved_replies.create_saved_reply(project, user, name=name, language=language, text=text)


def test_saved_reply_is_created_changed_and_deleted(project, manager):
    reply = create(project, manager, name=" Thanks  a lot ")
    assert reply.name == "Thanks a lot"
    values = {"name": "Thanks", "language": "fr", "text": "Merci {{author}}"}
    saved_replies.change_saved_reply(project, manager, reply.pk, 1, **values)
    with pytest.raises(SavedReplyChanged) as failure:
        saved_replies.change_saved_reply(project, manager, reply.pk, 1, **values)
    assert failure.value.reply.language == "fr"
    saved_replies.delete_saved_reply(project, manager, reply.pk)
    assert not SavedReply.objects.exists()
    actions = ActivityEntry.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == [f"saved_reply.{verb}" for verb in ("created", "changed", "deleted")]


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({"text": "Hi {{autor}} {{x}}"}, "text", "{{autor}}, {{x}}"),
        ({"text": " "}, "text", "blank"),
        ({"text": "a" * 20_001}, "text", "too long"),
        ({"name": " "}, "name", "blank"),
        ({"language": "de"}, "language", "not a valid choice"),
        ({"name": "THANKS"}, "name", "this name already"),
    ],
)
def test_unusable_saved_reply_is_refused_with_the_field(project, manager, values, field, message):
    create(project, manager)
    with pytest.raises(ValidationError) as failure:
        create(project, manager, **{"name": "Other", **values})
    assert message in failure.value.message_dict[field][0]
    assert SavedReply.objects.count() == 1


def test_saved_reply_is_stored_without_invalid_characters(project, manager):
    reply = create(project, manager, name="Tha\x00nks", text="Hi\x00 \ud800{{me}}")
    assert (reply.name, reply.text) == ("Thanks", "Hi {{me}}")


def test_same_name_may_stand_in_each_language_and_project(project, manager, stranger):
    create(project, manager)
    create(project, manager, language="fr")
    create(stranger.projects.get(), stranger)
    assert len(saved_replies.saved_replies(project)) == 2
    assert [one.language for one in saved_replies.saved_replies(project, language="fr")] == ["fr"]


def test_search_finds_words_of_name_and_text_without_accents(project, manager):
    create(project, manager, name="Désolé", text="Nous réparons la lampe")
    create(project, manager)
    assert [one.name for one in saved_replies.saved_replies(project, "LAMPE desole")] == ["Désolé"]
    assert saved_replies.saved_replies(project, "lampe thanks") == []


def test_reply_is_filled_in_for_an_item(project, manager):
    make_keyword(project, "Rival", type="competitor")
    brand = make_keyword(project, "Lumen", type="brand")
    document = make_mention(brand, author="Zoé", url="https://a.example/1").document
    reply = create(project, manager, text="{{author}} {{brand}} {{link}} {{me}}")
    manager.first_name = "Marc"
    assert saved_replies.filled(reply, document, manager) == "Zoé Lumen https://a.example/1 Marc"


def test_rules_are_changed_once_and_logged(project, owner):
    saved_replies.set_rules(project, owner, needs_approval=True, cooling_minutes=5, forbidden=["x"])
    saved_replies.set_rules(project, owner, needs_approval=True)
    [entry] = ActivityEntry.objects.all()
    assert entry.detail == {"needs_approval": True, "cooling_minutes": 5, "forbidden": ["x"]}
