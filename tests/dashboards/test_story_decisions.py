"""A decision about a row that stands for a story applies to its items in the list, and overwrites no other change."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import ActivityEntry
from delivery.models import Delivery
from monitoring.models import Document, Mention, MentionTag, Story, Triage
from monitoring.services.triage import set_status
from tests.factories import make_keyword, make_mention, make_story
from workplace import drafts
from workplace.models import Draft
from workplace.notes import create_note

HTMX = {"HX-Request": "true"}
FOLDED = "period=30d&stories=fold&status=to_review"


@pytest.fixture
def keyword(project):
    return make_keyword(project)


@pytest.fixture
def items(keyword):
    """Three items of a story, the first one first; another one is outside the period of the list."""
    now = timezone.now()
    story = make_story(keyword, [{"published": now - timedelta(hours=9 - number)} for number in range(3)])
    old = make_mention(keyword, published=now - timedelta(days=80))
    Mention.objects.filter(pk=old.pk).update(story=story)
    Document.objects.filter(pk=old.document_id).update(story=story)
    return [*Mention.objects.filter(story=story, published__gt=now - timedelta(days=1)).order_by("published")]


@pytest.fixture
def decide(english_manager, as_person, at, items):
    """Return `decide(**fields)`: post a decision about the row of the first item, by default about the story."""
    client = as_person(english_manager)

    def decide(url="mention_change", **fields):
        read_at = int((timezone.now() + timedelta(seconds=1)).timestamp())
        data = {"id": items[0].pk, "list": FOLDED, "story": "yes", "read_at": read_at, **fields}
        return client.post(at(url), {key: value for key, value in data.items() if value}, headers=HTMX)

    decide.client = client
    return decide


def statuses(items):
    return [Mention.objects.get(pk=one.pk).status for one in items]


def message(response):
    return re.search(r'data-message="([^"]*)"', response.content.decode())[1]


def entry_of(response):
    return re.search(r'data-change="(\d*)"', response.content.decode())[1]


def test_decision_about_a_story_changes_its_items_in_the_list_and_is_undone_once(decide, at, items):
    response = decide(status="ignored", expected="to_review")
    assert message(response) == "3 items ignored."
    assert 'data-fits="no"' in response.content.decode()
    assert statuses(items) == ["ignored"] * 3
    assert Mention.objects.filter(status="to_review").count() == 1  # it is not in the list
    assert ActivityEntry.objects.get().action == "mention.status"

    undone = decide.client.post(
        at("mention_undo"), {"id": items[0].pk, "change": entry_of(response), "list": FOLDED}, headers=HTMX
    )
    assert statuses(items) == ["to_review"] * 3
    assert f'id="mention-{items[0].pk}"' in undone.content.decode() and 'data-others="2"' in undone.content.decode()


def test_decision_about_a_story_leaves_what_somebody_else_has_changed_meanwhile(decide, owner, project, items):
    wide = "period=30d&stories=fold"
    read_at = int(timezone.now().timestamp())
    set_status(project, owner, [items[1].pk], "replied")
    response = decide(status="ignored", expected="to_review", read_at=read_at, list=wide)
    assert statuses(items) == ["ignored", "replied", "ignored"]
    assert message(response) == ("2 items ignored. 1 item stays as it is: somebody else has changed it meanwhile.")
    assert f'id="mention-{items[1].pk}"' in response.content.decode()  # the row of the story is that of its first item


def test_first_item_that_somebody_else_has_changed_is_left_too(decide, owner, project, items):
    set_status(project, owner, [items[0].pk], "needs_reply")
    decide(status="ignored", expected="to_review", list="period=30d&stories=fold")
    assert statuses(items) == ["needs_reply", "ignored", "ignored"]


def test_own_and_older_changes_are_no_conflict(decide, owner, english_manager, project, items):
    set_status(project, owner, [items[1].pk], "replied")
    ActivityEntry.objects.update(at=timezone.now() - timedelta(minutes=1))
    set_status(project, english_manager, [items[2].pk], "needs_reply")
    decide(status="ignored", expected="to_review", list="period=30d&stories=fold")
    assert statuses(items) == ["ignored"] * 3


def test_decision_about_one_item_shows_the_row_of_the_rest_of_its_story(decide, at, items):
    response = decide(status="ignored", expected="to_review", story="")
    assert statuses(items) == ["ignored", "to_review", "to_review"]
    html = response.content.decode()
    assert f'id="mention-{items[1].pk}"' in html and 'data-others="1"' in html and "data-fits" not in html


def test_story_is_assigned_together_with_one_email(decide, owner, items):
    response = decide(assignee=owner.pk, expected="")
    assert message(response) == f"Assigned to {owner.name}. 3 mentions changed."
    assert Triage.objects.filter(assignee=owner).count() == 3
    assert Delivery.objects.filter(kind=Delivery.Kind.ASSIGNMENT).count() == 1


def labels(items):
    return [Mention.objects.get(pk=one.pk).sentiment for one in items]


def test_sentiment_of_a_story_is_corrected_and_undone_together(decide, at, keyword, items):
    other = make_mention(make_keyword(keyword.project, "Halo", "halo"), items[1].document, sentiment="positive")
    Mention.objects.filter(keyword=keyword).update(sentiment="neutral", analyzed_by="person")
    response = decide(url="mention_sentiment", label="negative")
    assert labels(items) == ["negative"] * 3 and labels([other]) == ["positive"]
    assert message(response) == "Sentiment corrected to “Negative”. 3 mentions changed."
    assert Mention.objects.filter(sentiment="neutral").count() == 1  # it is not in the list
    data = {"id": items[0].pk, "change": entry_of(response), "list": FOLDED}
    decide.client.post(at("mention_undo"), data, headers=HTMX)
    assert labels(items) == ["neutral"] * 3
    decide(url="mention_sentiment", label="negative", story="")
    assert labels(items) == ["negative", "neutral", "neutral"]


def test_correction_leaves_other_texts_of_a_story_that_people_joined(decide, project, english_manager, keyword, items):
    [same, another] = [items[1], items[2]]
    text = "La marque Lumen rappelle ses lampes de bureau vendues entre mars et juin parce que le câble chauffe trop"
    Document.objects.filter(pk__in=[items[0].document_id, same.document_id]).update(title="", text=text)
    Document.objects.filter(pk=another.document_id).update(title="", text="Bravo à Lumen pour cette belle ouverture !")
    Story.objects.update(is_fixed=True)
    Mention.objects.update(sentiment="neutral")
    decide(url="mention_sentiment", label="negative")
    assert labels(items) == ["negative", "negative", "neutral"]


def test_tags_of_a_story_are_set_together(decide, items):
    assert message(decide(add_tag="Recall")) == "Tag added: “recall”. 3 mentions changed."
    assert MentionTag.objects.filter(tag="recall").count() == 3


def test_notes_are_shown_with_every_item_of_the_story_and_in_its_history(decide, at, project, owner, items):
    create_note(project, owner, items[0].document_id, "Ask the press office.")
    for one, words in ((items[0], 0), (items[2], 1)):
        page = decide.client.get(at("mention", one.pk)).content.decode()
        assert "Ask the press office." in page and "Internal note written." in page
        assert page.count("About another item of this story") == words
    for query in (FOLDED, "period=30d"):
        rows = decide.client.get(f"{at('mentions')}?{query}").content.decode()
        assert rows.count("1 internal note") == (1 if query == FOLDED else 3)


def test_selected_rows_are_corrected_together(decide, at, keyword, items):
    other = make_mention(keyword, sentiment="neutral")
    fields = {"id": [items[0].pk, other.pk], "list": FOLDED, "change": "sentiment:positive"}
    response = decide.client.post(at("mentions_change"), fields, headers=HTMX)
    assert "4 mentions changed." in response.content.decode()
    assert labels([*items, other]) == ["positive"] * 4
    entry = re.search(r'data-entry="(\d+)"', response.content.decode())[1]
    decide.client.post(at("mentions_undo"), {"entry": entry, "id": fields["id"], "list": FOLDED}, headers=HTMX)
    assert "positive" not in labels([*items, other])
    refused = decide.client.post(at("mentions_change"), {**fields, "scope": "view"}, headers=HTMX)
    assert "Select the mentions in the list." in refused.content.decode()


def test_rows_of_two_stories_are_corrected_each_for_its_own_keyword(decide, at, keyword, items):
    halo = make_keyword(keyword.project, "Halo", "halo")
    both = make_mention(halo, items[1].document, sentiment="positive")
    Mention.objects.filter(pk=both.pk).update(story=items[0].story)
    now = timezone.now()
    story = make_story(halo, [{"published": now - timedelta(hours=20 - number)} for number in range(2)])
    first, later = Mention.objects.filter(story=story).order_by("published")
    Mention.objects.filter(keyword=keyword).update(sentiment="neutral", analyzed_by="person")
    decide.client.post(
        at("mentions_change"),
        {"id": [items[0].pk, first.pk], "change": "sentiment:negative", "list": FOLDED},
        headers=HTMX,
    )
    assert labels([*items, first, later]) == ["negative"] * 5
    assert labels([both]) == ["positive"]


def test_pane_says_what_its_buttons_are_about(decide, at, items):
    pane = decide.client.get(f"{at('mention', items[0].pk)}?{FOLDED}", headers=HTMX).content.decode()
    assert "Apply to all 3 items of this story in the list" in pane
    for url in (f"{at('mention', items[0].pk)}?period=30d", f"{at('mention', items[1].pk)}?{FOLDED}"):
        assert "data-whole-story" not in decide.client.get(url, headers=HTMX).content.decode()


def test_selection_leaves_what_somebody_else_has_changed_meanwhile(decide, at, owner, project, keyword, items):
    other = make_mention(keyword)
    set_status(project, owner, [other.pk], "replied")
    data = {"id": [items[0].pk, other.pk], "change": "status:ignored", "read_at": int(timezone.now().timestamp())}
    response = decide.client.post(at("mentions_change"), {**data, "list": "period=30d"}, headers=HTMX)
    assert "1 mention changed. 1 item stays as it is" in response.content.decode()
    assert statuses([items[0], other]) == ["ignored", "replied"]


def test_selected_mentions_are_joined_into_a_story_and_taken_apart_again(decide, at, keyword, items):
    alone = make_mention(keyword)
    data = {"id": [alone.pk, items[0].pk], "list": "period=30d&stories=fold"}
    joined = decide.client.post(at("mentions_change"), {**data, "change": "story:join"}, headers=HTMX).content.decode()
    assert "4 items joined into one story." in joined
    assert joined.count('data-fits="no"') == 1 and 'data-others="3"' in joined
    assert Document.objects.get(pk=alone.document_id).story_id == items[0].story_id
    entry = re.search(r'data-entry="(\d+)"', joined)[1]
    returned = decide.client.post(at("mentions_undo"), {**data, "entry": entry}, headers=HTMX).content.decode()
    assert "data-fits" not in returned and 'data-others="2"' in returned
    assert Document.objects.get(pk=alone.document_id).story_id is None

    refused = decide.client.post(
        at("mentions_change"), {"id": items[0].pk, "change": "story:join", "list": FOLDED}, headers=HTMX
    )
    assert "Select at least two mentions" in refused.content.decode()


def test_reply_marked_as_published_is_undone_with_its_draft(decide, english_manager, project, at, items):
    document = items[0].document
    draft = drafts.save_draft(project, english_manager, document.pk, "Thank you", 0)
    data = {"action": "sent", "text": "Thank you", "version": draft.version, "list": FOLDED, "shown": items[0].pk}
    response = decide.client.post(at("mention_reply", items[0].pk), data, headers=HTMX)
    assert message(response) == "Marked as replied."
    assert statuses(items) == ["replied", "to_review", "to_review"]
    undo = {"id": items[0].pk, "change": entry_of(response), "list": FOLDED}
    undone = decide.client.post(at("mention_undo"), undo, headers=HTMX)
    assert message(undone) == "Marked as not replied; the draft is open again."
    draft.refresh_from_db()
    assert (draft.state, draft.text) == (Draft.State.DRAFT, "Thank you")
    assert statuses(items) == ["to_review"] * 3
    assert "Nothing to undo" in message(decide.client.post(at("mention_undo"), undo, headers=HTMX))


def test_undo_of_a_reply_keeps_a_draft_that_was_begun_meanwhile(decide, english_manager, owner, project, at, items):
    document = items[0].document
    draft = drafts.save_draft(project, english_manager, document.pk, "Thank you", 0)
    drafts.mark_sent(project, english_manager, document.pk, draft.version)
    drafts.save_draft(project, owner, document.pk, "One more thing", 0)
    sent = ActivityEntry.objects.get(action="draft.sent")
    drafts.undo_sent(project, english_manager, sent.pk)
    assert drafts.open_draft(project, document.pk).text == "One more thing"
    assert statuses(items)[0] == "to_review"
