"""Draft a reply to a mention in the charter of the project.

In: a mention and what a colleague wishes. Out: a request; later, by the worker, an `Answer` with a text for the reply
field. The charter is the tone, the signature and the forbidden words of the project, and saved replies in the language
of the mention as examples. The model writes {{author}}, and Vigie fills in the name. Called by the reply field.
"""

import re

from django.utils import translation

from accounts.models import Project, User
from assistant.answers import MAX_REPLY, Unusable, read_reply
from assistant.chat import ChatError
from assistant.endpoint import is_configured
from assistant.messages import ITEM_GONE, UNUSABLE
from assistant.models import AssistantRequest
from assistant.outcome import Answer, Ask, Failure, Outcome, failure_of
from assistant.prompts.fence import language_of, new_mark
from assistant.prompts.reply import MAX_TOKENS, Charter, RepliedTo, ask_for_reply
from assistant.requests import ask
from monitoring.content.scrub import scrub
from monitoring.insights.questions import PRIVATE
from monitoring.messages.labels import language_name, platform_name
from monitoring.models import Document, Mention
from monitoring.platforms.reply_texts import MAX_LENGTH
from workplace.drafts import rules_of
from workplace.models import CalendarRules, SavedReply
from workplace.reply_variables import fill
from workplace.saved_replies import values_for

MAX_WISHES = 500
MAX_TITLE, MAX_TEXT = 200, 4000  # characters of the mention
MAX_EXAMPLES, MAX_EXAMPLE = 3, 600
MAX_DRAFTS = 20  # of an item, in which a text is searched
MIN_PART = 20  # characters of a sentence that only a draft has
DEFAULT_LENGTH = 800  # of a reply where the platform accepts long ones


def may_draft(document: Document) -> bool:
    """Return whether the assistant may draft a reply to an item: it has a text, and is no email."""
    return document.deleted_at is None and document.platform not in PRIVATE and bool(document.title or document.text)


def request_reply(project: Project, user: User, mention: Mention, wishes: str) -> AssistantRequest:
    """Ask for a draft in the language of the mention. Raises as assistant/requests.py."""
    about = {"mention_id": mention.pk, "wishes": " ".join(scrub(wishes).split())[:MAX_WISHES]}
    language = mention.document.language or user.language
    return ask(project, user, AssistantRequest.Kind.REPLY, key_of(mention.document_id, user), about, language)


def key_of(document_id: int, user: User) -> str:
    """Return the key of a person's requests about an item."""
    return f"{document_id}:{user.pk}"


def draft_text(document: Document, user: User, request_id: int) -> str:
    """Return a finished draft that a person asked for about an item, "" if there is none."""
    rows = AssistantRequest.objects.filter(project=document.project_id, about_key=key_of(document.pk, user))
    found = rows.filter(pk=request_id, kind=AssistantRequest.Kind.REPLY, state=AssistantRequest.State.DONE).first()
    return found.result["text"] if found else ""


def model_behind(document: Document, text: str) -> str:
    """Return the model that wrote a part of the text of a reply to an item, "" if a person wrote or changed it all.

    The second reader of a draft sees it, too, and so does a person who continues it tomorrow.
    """
    if not text.strip() or not is_configured():
        return ""
    rows = AssistantRequest.objects.filter(project=document.project_id, document_ids__contains=[document.pk])
    drafts = rows.filter(kind=AssistantRequest.Kind.REPLY, state=AssistantRequest.State.DONE).order_by("-pk")
    for model, result in drafts.values_list("model", "result")[:MAX_DRAFTS]:
        if any(part in text for part in _parts(result["text"])):
            return model
    return ""


def _parts(text: str) -> list[str]:
    """Return the sentences of a draft that are long enough to be recognized; the whole text if none is."""
    sentences = [part.strip() for part in re.split(r"(?<=[.!?…])\s+|\n+", text)]
    return [part for part in sentences if len(part) >= MIN_PART] or [text.strip()]


def answer(request: AssistantRequest, ask_model: Ask) -> Outcome:
    """Return the draft that a request asks for."""
    rows = Mention.objects.filter(pk=request.about["mention_id"], keyword__project=request.project_id)
    mention = rows.select_related("document").first()
    if mention is None or request.user is None or not may_draft(mention.document):
        return Failure(ITEM_GONE)
    document = mention.document
    values = values_for(document, request.user)
    charter = _charter(request.project, request.language, values["brand"])
    with translation.override(language_of(request.language)):
        name = str(language_name(request.language))
    # Within a sentence, French writes names of languages small.
    written_in = name.lower() if language_of(request.language) == "fr" else name
    prompt = ask_for_reply(
        request.language,
        written_in,
        RepliedTo(str(platform_name(document.platform)), document.title[:MAX_TITLE], document.text[:MAX_TEXT]),
        charter,
        request.about["wishes"],
        min(MAX_LENGTH.get(document.platform, DEFAULT_LENGTH), DEFAULT_LENGTH),
        new_mark(),
    )
    text = ask_model(prompt, MAX_TOKENS)
    if isinstance(text, ChatError):
        return failure_of(text)
    try:
        found = read_reply(text, [*charter.examples, charter.tone, charter.signature, request.about["wishes"]])
    except Unusable:
        return Failure(UNUSABLE)
    # A name may be an address, and so is written after links were removed.
    filled = fill(found.text, {**values, "link": ""})[:MAX_REPLY]
    return Answer({"text": filled, "has_lost_links": found.has_lost_links}, (document.pk,))


def _charter(project: Project, language: str, brand: str) -> Charter:
    """Return what the project asks of its replies."""
    brand_rules = CalendarRules.objects.filter(project=project).first() or CalendarRules(project=project)
    forbidden = dict.fromkeys([*rules_of(project).forbidden, *brand_rules.forbidden])
    examples = SavedReply.objects.filter(project=project, language=language_of(language)).order_by("-updated_at")
    return Charter(
        brand=brand,
        tone=brand_rules.tone,
        signature=brand_rules.signature,
        forbidden=tuple(forbidden),
        examples=tuple(one[:MAX_EXAMPLE] for one in examples.values_list("text", flat=True)[:MAX_EXAMPLES]),
    )
