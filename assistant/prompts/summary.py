"""Ask for a summary of mentions, each sentence with the mentions that it rests on. Pure.

In: what the mentions have in common, and the mentions as `SentMention`. Out: messages. The ids are short and valid for
one request only; names of authors are not sent. Called by assistant/summaries.py.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from assistant.prompts.fence import Message, messages

MAX_TOKENS = 1200  # twelve sentences with their ids
ASKED_SENTENCES = 6

_WRITTEN_IN = {"en": "English", "fr": "français"}
_TASKS = {
    "en": (
        "Summarize what these mentions say about the subject, in at most {number} sentences, the most important "
        "first: what it is about, where opinions differ, what needs an answer. Each sentence rests on mentions; "
        "list their ids. Write nothing that they don’t say, no numbers of your own, and name no private persons.\n"
        'The JSON object has this form: {{"sentences": [{{"text": "One sentence.", "mentions": ["m1", "m4"]}}]}}'
    ),
    "fr": (
        "Résumez ce que ces mentions disent du sujet, en {number} phrases au plus, la plus importante d’abord : de "
        "quoi il s’agit, où les avis diffèrent, ce qui demande une réponse. Chaque phrase repose sur des mentions ; "
        "donnez leurs identifiants. N’écrivez rien qu’elles ne disent pas, aucun chiffre de vous, et ne nommez pas "
        "de particuliers.\n"
        'L’objet JSON a cette forme : {{"sentences": [{{"text": "Une phrase.", "mentions": ["m1", "m4"]}}]}}'
    ),
}


@dataclass(frozen=True, slots=True)
class SentMention:
    """A mention as it is sent: its id in this request, its day in the time zone of the person, and its words."""

    id: str
    day: str
    platform: str
    keywords: tuple[str, ...]
    sentiment: str
    title: str
    text: str


def ask_for_summary(language: str, subject: str, mentions: Iterable[SentMention], mark: str) -> list[Message]:
    """Return the messages; `language` is "en" or "fr"."""
    data = {"subject": subject, "mentions": [asdict(one) for one in mentions]}
    task = _TASKS[language].format(number=ASKED_SENTENCES)
    return messages(language, _WRITTEN_IN[language], task, data, mark)
