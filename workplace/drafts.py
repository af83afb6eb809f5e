"""Write a reply together: one open draft per item, a second reader, a cooling time, and what was done with it.

In: a project, a person, and the draft as they saw it. Out: the draft. Each change says which `version` it was made on,
0 for none: if another person has changed the draft meanwhile, nothing is written and `DraftChanged` has the present
one. For the mention pages.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import ActivityEntry, Project, User
from monitoring.content.scrub import scrub
from monitoring.models import Document, Mention
from monitoring.sentiment import LABELS, SentimentModel, load
from monitoring.services import triage
from monitoring.services.triage_log import UNDONE, Change, log_change
from workplace.approval_messages import write_decision, write_request
from workplace.draft_warnings import DraftWarning, warnings_of
from workplace.models import Draft, ReplyRules
from workplace.models.drafts import MAX_COMMENT, MAX_TEXT

State = Draft.State
APPROVAL, COOLING = "approval", "cooling"
SENT = "draft.sent"  # the entry of a closed draft; that of a person has what undoes it
SERIES = timedelta(minutes=10)  # one entry of the history for what one person writes with shorter pauses


class DraftChanged(Exception):
    """Somebody else has changed the draft since; `draft` is the present one, None if none is open any more."""

    def __init__(self, draft: Draft | None) -> None:
        super().__init__(draft)
        self.draft = draft


def rules_of(project: Project) -> ReplyRules:
    """Return the project's rules; without any, nothing is asked for."""
    return ReplyRules.objects.filter(project=project).first() or ReplyRules(project=project)


def open_draft(project: Project, document_id: int) -> Draft | None:
    """Return the open draft of an item with its people."""
    rows = Draft.objects.filter(project=project, document_id=document_id, state__in=Draft.OPEN)
    return rows.select_related("author", "reviewer").first()


def reviewers(project: Project, draft: Draft) -> list[User]:
    """Return who may approve a draft: the active managers and admins but its author."""
    managers = project.managers().order_by("first_name", "email")
    return [manager for manager in managers if manager.pk != draft.author_id]


def save_draft(project: Project, user: User, document_id: int, text: str, version: int) -> Draft:
    """Write the text of a draft. A changed text is not approved any more and cools again. Pages save while a person
    types: the history has one entry for such a series.

    Raises Document.DoesNotExist for an item of another project, ValidationError for an empty or too long text.
    """
    text = scrub(text).strip()
    if not text or len(text) > MAX_TEXT:
        message = _("Enter a reply.") if not text else _("This text is too long.")
        raise ValidationError({"text": ValidationError(message, code="required" if not text else "max_length")})
    with transaction.atomic():
        document = Document.objects.get(pk=document_id, project=project)
        if version == 0:
            return _create(project, user, document, text)
        draft = _locked(project, document_id, version)
        if draft.text == text:
            return draft
        now = timezone.now()
        is_series = (draft.author_id, draft.state) == (user.pk, State.DRAFT) and now - draft.updated_at < SERIES
        draft.text, draft.author, draft.state, draft.comment = text, user, State.DRAFT, ""
        draft.reviewer, draft.cooling_until = None, _cooling_until(project, now)
        return _store(draft, user, "" if is_series else "draft.changed")


def request_approval(project: Project, user: User, document_id: int, version: int, reviewer: User) -> Draft:
    """Ask a manager or admin other than the author to approve the draft, by email."""

    def ask(draft: Draft) -> None:
        if reviewer not in reviewers(project, draft):
            message = _("Choose a manager or an admin who didn’t write the draft.")
            raise ValidationError({"reviewer": ValidationError(message, code="invalid")})
        draft.state, draft.reviewer = State.REQUESTED, reviewer

    with transaction.atomic():
        draft = _change(project, user, document_id, version, "draft.approval_requested", ask)
        write_request(draft, user, reviewer)
    return draft


def approve(project: Project, user: User, document_id: int, version: int) -> Draft:
    """Approve a draft, as any manager or admin but its author may."""
    return _decide(project, user, document_id, version, State.APPROVED, "")


def request_changes(project: Project, user: User, document_id: int, version: int, comment: str) -> Draft:
    """Send a draft back to its author, with what should change."""
    comment = " ".join(scrub(comment).split())
    if not comment or len(comment) > MAX_COMMENT:
        message = _("Say what should change.") if not comment else _("This text is too long.")
        raise ValidationError({"comment": ValidationError(message, code="required" if not comment else "max_length")})
    return _decide(project, user, document_id, version, State.CHANGES, comment)


def discard(project: Project, user: User, document_id: int, version: int) -> Draft:
    """Close a draft without a reply. Its text stays in the history."""

    def close(draft: Draft) -> None:
        draft.state = State.DISCARDED

    return _change(project, user, document_id, version, "draft.discarded", close)


def release(project: Project, user: User, document_id: int, version: int) -> tuple[Draft, str]:
    """Lock a draft and take it out of everybody's hands to be sent. Return it with the state that it had.

    Raises ValidationError if the project's rules prevent it. Called by workplace/outgoing.py, in its transaction.
    """
    draft = _locked(project, document_id, version)
    _check_rules(draft)
    before, draft.state = draft.state, State.SENDING
    return _store(draft, user, "draft.released"), before


def give_back(draft_id: int, state: str, user: User | None, action: str, **detail: object) -> None:
    """Return a draft that wasn't sent to its people, in the state that it had before."""
    draft = Draft.objects.select_for_update(no_key=True).filter(pk=draft_id, state=State.SENDING).first()
    if draft:
        draft.state = State(state)
        _store(draft, user, action, **detail)


def close_sent(draft_id: int, user: User | None, **detail: object) -> None:
    """Close a draft whose reply Vigie has published, and set its item to "replied"."""
    draft = Draft.objects.select_related("project").get(pk=draft_id)
    _set_replied(draft.project, user, draft.document_id)
    draft = Draft.objects.select_for_update(no_key=True).get(pk=draft_id)
    draft.state = State.SENT
    _store(draft, user, "draft.sent", **detail)


def mark_sent(project: Project, user: User, document_id: int, version: int) -> Draft:
    """Close a draft whose reply the person has published on the platform, and set its item to "replied".

    Raises ValidationError if the project's rules still prevent it.
    """

    def close(draft: Draft) -> None:
        _check_rules(draft)
        draft.state = State.SENT

    with transaction.atomic():
        status = _set_replied(project, user, document_id)
        draft = _locked(project, document_id, version)
        former = draft.state
        close(draft)
        return _store(draft, user, SENT, draft_id=draft.pk, former=former, status_entry=status.entry_id)


def undo_sent(project: Project, user: User | None, entry_id: int) -> Change:
    """Reopen a draft that a person marked as published, and restore the status of its item if nobody has since.

    Undoing twice changes nothing, nor does it where another draft was begun meanwhile: the status is restored then.
    Raises ActivityEntry.DoesNotExist for an entry of another project or action.
    """
    with transaction.atomic():
        entries = ActivityEntry.objects.filter(project=project, action=SENT, detail__has_key="former")
        entry = entries.get(pk=entry_id)
        status_entry, former = entry.detail["status_entry"], State(entry.detail["former"])
        status = triage.undo(project, user, status_entry) if status_entry else Change()
        draft = (
            Draft.objects.select_for_update(no_key=True).filter(pk=entry.detail["draft_id"], state=State.SENT).first()
        )
        if draft is None or open_draft(project, draft.document_id):
            return status
        draft.state = former
        draft.version += 1
        draft.updated_at = timezone.now()
        draft.save()
        undone = log_change(project, user, UNDONE, {draft.document_id: {}}, undone=entry.pk, change=SENT)
    return Change(undone.pk if undone else None, (draft.document_id,))


def hindrances(draft: Draft, rules: ReplyRules, now: datetime) -> list[str]:
    """Return what the project's rules still ask for before a draft is sent: APPROVAL, COOLING, both or nothing."""
    missing = []
    if rules.needs_approval and draft.state != State.APPROVED:
        missing.append(APPROVAL)
    if draft.cooling_until and draft.cooling_until > now:
        missing.append(COOLING)
    return missing


def hindrance_text(code: str) -> str:
    """Return a hindrance as a sentence in the active language."""
    return {
        APPROVAL: _("A second person has to approve this draft."),
        COOLING: _("This draft is still cooling."),
    }[code]


def warnings_for(document: Document, text: str, rules: ReplyRules) -> list[DraftWarning]:
    """Return the warnings about a reply to an item, which prevent nothing."""
    [row] = _tone_model().probabilities([text], [document.language])
    return warnings_of(text, document.platform, rules.forbidden, float(row[LABELS.index("negative")]))


@cache
def _tone_model() -> SentimentModel:
    """Return the built-in model: processes of the web server don't load a model of the settings."""
    return load()


def _create(project: Project, user: User, document: Document, text: str) -> Draft:
    """Closes the race of two people who begin a draft: the second insert conflicts, and sees the first draft."""
    draft = Draft(project=project, document=document, author=user, text=text)
    draft.cooling_until = _cooling_until(project, draft.created_at)
    try:
        with transaction.atomic():
            draft.save()
    except IntegrityError:
        present = open_draft(project, document.pk)
        if present is None or (present.author_id, present.text) != (user.pk, text):
            raise DraftChanged(present) from None
        return present  # the same form, sent twice
    log_change(project, user, "draft.created", {document.pk: {}})
    return draft


def _decide(project: Project, user: User, document_id: int, version: int, state: str, comment: str) -> Draft:
    def decide(draft: Draft) -> None:
        if draft.author_id == user.pk:
            raise ValidationError({"draft": ValidationError(_("Somebody else has to decide."), code="own")})
        draft.state, draft.reviewer, draft.comment = state, user, comment

    action = "draft.approved" if state == State.APPROVED else "draft.changes_requested"
    with transaction.atomic():
        draft = _change(project, user, document_id, version, action, decide)
        write_decision(draft, user)
    return draft


@transaction.atomic
def _change(
    project: Project, user: User, document_id: int, version: int, action: str, change: Callable[[Draft], None]
) -> Draft:
    draft = _locked(project, document_id, version)
    change(draft)
    return _store(draft, user, action)


def _locked(project: Project, document_id: int, version: int) -> Draft:
    """Lock the open draft in this version. Raises DraftChanged for another one."""
    rows = Draft.objects.select_for_update(no_key=True).filter(project=project, document_id=document_id)
    draft = rows.filter(state__in=Draft.EDITABLE).first()
    if draft is None or draft.version != version:
        raise DraftChanged(open_draft(project, document_id))
    return draft


def _check_rules(draft: Draft) -> None:
    if missing := hindrances(draft, rules_of(draft.project), timezone.now()):
        raise ValidationError({"draft": [ValidationError(hindrance_text(one), code=one) for one in missing]})


def _set_replied(project: Project, user: User | None, document_id: int) -> Change:
    mentions = list(Mention.objects.filter(document_id=document_id).order_by("pk").values_list("pk", flat=True))
    return triage.set_status(project, user, mentions, Mention.Status.REPLIED)


def _store(draft: Draft, user: User | None, action: str, **detail: object) -> Draft:
    draft.version += 1
    draft.updated_at = timezone.now()
    draft.save()
    if action:
        log_change(draft.project, user, action, {draft.document_id: {}}, **detail)
    return draft


def _cooling_until(project: Project, now: datetime) -> datetime | None:
    minutes = rules_of(project).cooling_minutes
    return now + timedelta(minutes=minutes) if minutes else None
