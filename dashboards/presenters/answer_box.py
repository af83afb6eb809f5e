"""The reply field of a mention: its draft, its state in words, warnings, and who may approve it.

In: a mention with its document, a person, and what they have just sent. Out: a frozen box for
templates/mentions/_answer.html. Called by dashboards/views/mentions.py and dashboards/views/answer.py.
"""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.formats import clock, number
from accounts.models import Project, User
from assistant.replies import draft_text, model_behind
from monitoring.models import Credential, Document
from monitoring.platforms.reply_texts import MAX_LENGTH, text_length
from monitoring.polling.replies import reply_accounts
from workplace import drafts
from workplace.draft_warnings import ANGRY, LONG, DraftWarning
from workplace.models import Draft, SavedReply
from workplace.saved_replies import filled


@dataclass(frozen=True)
class AnswerBox:
    """`text` is what the field has, `version` that of the saved draft, 0 without one. `length` is that of the text as
    the platform counts it, `limit` what it accepts, 0 without a limit.

    `is_changed`: somebody else has changed the draft meanwhile, and `text` differs from it. `closed` is the state in
    which the person has just closed the draft, else "". `accounts` are those with which Vigie can send the reply.
    `assistant_model` is the model that wrote a part of the text, "" if people wrote all of it.
    """

    mention_id: int
    url: str
    draft: Draft | None
    text: str
    version: int
    length: int
    limit: int
    state: str
    comment: str
    cooling: str
    hindrances: list[str]
    warnings: list[str]
    reviewers: list[User]
    may_decide: bool
    accounts: list[Credential]
    is_changed: bool = False
    error: str = ""
    closed: str = ""
    assistant_model: str = ""

    @property
    def is_sending(self) -> bool:
        """Whether Vigie is publishing the draft: until then, nobody changes it."""
        return self.draft is not None and self.draft.state == Draft.State.SENDING


def answer_box(
    project: Project,
    mention_id: int,
    document: Document,
    user: User,
    *,
    typed: str | None = None,
    saved_reply_id: int | None = None,
    assistant_id: int | None = None,
    is_changed: bool = False,
    error: str = "",
    closed: str = "",
) -> AnswerBox:
    """Return the box of an item. `typed` is a text that could not be saved; a saved reply, or a draft that the
    assistant wrote for this person, is added to the text, unless the text has it already: a page with a chosen reply
    may be loaded again.
    """
    now, rules = timezone.now(), drafts.rules_of(project)
    draft = drafts.open_draft(project, document.pk)
    current = draft or Draft(project=project, document=document, author=user)
    text = current.text if typed is None else typed
    if saved_reply_id and (reply := SavedReply.objects.filter(project=project, pk=saved_reply_id).first()):
        text = _with(text, filled(reply, document, user))
    if assistant_id and (start := draft_text(document, user, assistant_id)):
        text = _with(text, start)
    warnings = drafts.warnings_for(document, text, rules) if text else []
    missing = drafts.hindrances(current, rules, now)
    is_author = current.author_id == user.pk
    return AnswerBox(
        mention_id=mention_id,
        url=document.url,
        draft=draft,
        text=text,
        version=draft.version if draft else 0,
        length=text_length(text, document.platform),
        limit=MAX_LENGTH.get(document.platform, 0),
        state=_state(current),
        comment=current.comment if current.state == Draft.State.CHANGES else "",
        cooling=_cooling(current, now),
        hindrances=[drafts.hindrance_text(code) for code in missing if code != drafts.COOLING],
        warnings=[_warning(one) for one in warnings],
        reviewers=[one for one in drafts.reviewers(project, current) if one.pk != user.pk],
        may_decide=current.state == Draft.State.REQUESTED and not is_author,
        accounts=reply_accounts(project, document),
        is_changed=is_changed,
        error=error,
        closed=closed,
        assistant_model=model_behind(document, text),
    )


def _with(text: str, start: str) -> str:
    return text if start in text else f"{text}\n\n{start}".strip()


def _state(draft: Draft) -> str:
    name = draft.reviewer.name if draft.reviewer else _("Someone")
    sentences = {
        Draft.State.REQUESTED: _("Approval requested: %(name)s."),
        Draft.State.CHANGES: _("Changes requested: %(name)s."),
        Draft.State.APPROVED: _("Approved: %(name)s."),
        Draft.State.SENDING: _("This reply is being sent."),
    }
    sentence = sentences.get(Draft.State(draft.state))
    return sentence % {"name": name} if sentence else ""


def _cooling(draft: Draft, now: datetime) -> str:
    if not draft.cooling_until or draft.cooling_until <= now:
        return ""
    return _("This draft cools until %(time)s") % {"time": clock(timezone.localtime(draft.cooling_until).time())}


def _warning(one: DraftWarning) -> str:
    if one.code == ANGRY:
        return _("This reply may sound angry.")
    if one.code == LONG:
        numbers = {"length": number(one.length), "limit": number(one.limit)}
        return _("The platform accepts %(limit)s characters; this reply has %(length)s.") % numbers
    return _("Forbidden by the reply rules: %(words)s") % {"words": ", ".join(one.words)}
