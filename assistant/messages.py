"""The words for why there is no answer: what happened, then what to do. In: a code. Out: a sentence.

Called by the pages and the API. The codes of the server's errors are in assistant/chat.py.
"""

from math import ceil

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.formats import number
from assistant import chat
from assistant.requests import TooManyRequests

UNUSABLE, NOTHING_CITED, NOTHING_TO_SUMMARIZE = "unusable", "nothing_cited", "nothing_to_summarize"
TOO_SLOW, GONE, ITEM_GONE, TURNED_OFF, INTERRUPTED = "too_slow", "gone", "item_gone", "turned_off", "interrupted"

_TEXTS: dict[str, str | Promise] = {
    chat.UNREACHABLE: gettext_lazy(
        "The assistant’s server couldn’t be reached. Try again; if it stays so, the server admin checks ASSISTANT_URL."
    ),
    chat.TIMEOUT: gettext_lazy(
        "The assistant didn’t respond in time. Try again, or ask the server admin for a higher ASSISTANT_TIMEOUT or a "
        "smaller model."
    ),
    chat.REJECTED: gettext_lazy(
        "The assistant’s server rejects the key of this server. The server admin checks ASSISTANT_API_KEY."
    ),
    chat.NO_MODEL: gettext_lazy(
        "The assistant’s server doesn’t have the model. The server admin checks ASSISTANT_URL and ASSISTANT_MODEL; "
        "with Ollama, the model has to be pulled first."
    ),
    chat.BUSY: gettext_lazy("The assistant’s server accepts no more requests for now. Try again later."),
    chat.NO_CREDIT: gettext_lazy(
        "The account at the assistant’s provider has no credit left. The server admin adds some there."
    ),
    chat.TOO_LONG: gettext_lazy(
        "This is too long for the assistant’s model. Choose a shorter period or fewer mentions."
    ),
    chat.SERVER_ERROR: gettext_lazy("The assistant’s server reports an error of its own. Try again later."),
    chat.UNEXPECTED: gettext_lazy(
        "The assistant’s server responds in a way that Vigie doesn’t know. The server admin checks ASSISTANT_URL."
    ),
    UNUSABLE: gettext_lazy("The assistant’s response can’t be used: it doesn’t have the expected form. Try again."),
    NOTHING_CITED: gettext_lazy(
        "No sentence of the assistant’s summary rests on a mention, so nothing is shown. Try again, or read the "
        "mentions."
    ),
    NOTHING_TO_SUMMARIZE: gettext_lazy("Nothing to summarize: no mention has a text. Choose a longer period."),
    TOO_SLOW: gettext_lazy(
        "Reading these mentions took too long. Choose a shorter period, fewer keywords, or a simpler search."
    ),
    GONE: gettext_lazy("What this summary is about no longer exists."),
    ITEM_GONE: gettext_lazy("An item that this was written about has been deleted, so the text was removed."),
    TURNED_OFF: gettext_lazy(
        "The assistant was turned off before it responded. An admin can allow it in the settings."
    ),
    INTERRUPTED: gettext_lazy("The assistant was interrupted. Try again."),
}


def error_text(code: str, retry_after_s: int | None = None) -> str:
    """Return the sentence for an error code, "" without one."""
    if not code:
        return ""
    if code == chat.BUSY and retry_after_s:
        minutes = ceil(retry_after_s / 60)
        text = ngettext(
            "The assistant’s server accepts no more requests for now. Try again in %(number)s minute.",
            "The assistant’s server accepts no more requests for now. Try again in %(number)s minutes.",
            minutes,
        )
        return text % {"number": number(minutes)}
    return str(_TEXTS.get(code) or _TEXTS[chat.UNEXPECTED])


def limit_text(error: TooManyRequests) -> str:
    """Return the sentence for a request above a limit."""
    if not error.is_hourly:
        text = _("%(number)s of your requests to the assistant are in progress. Wait until one has finished.")
        return text % {"number": number(error.limit)}
    text = _("The limit of %(number)s requests to the assistant per hour is reached. Try again later.")
    return text % {"number": number(error.limit)}


def not_allowed_text() -> str:
    """Return the sentence where a project or the server has no assistant."""
    return _("This project doesn’t use the assistant. An admin can allow it in the project settings.")
