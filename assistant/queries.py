"""Write a first version of a boolean query from a description, and let our parser check it.

In: a description. Out: a request; later, by the worker, an `Answer` with a query and whether the parser accepts it:
the model gets one more try with the parser's error. Called by the keyword form, whose error and preview are as usual.
"""

from hashlib import sha256

from accounts.models import Project, User
from assistant.answers import Unusable, read_query
from assistant.chat import ChatError
from assistant.messages import UNUSABLE
from assistant.models import AssistantRequest
from assistant.outcome import Answer, Ask, Failure, Outcome, failure_of
from assistant.prompts.fence import Message, language_of, new_mark
from assistant.prompts.query import MAX_TOKENS, ask_again, ask_for_query
from assistant.requests import ask
from monitoring.content.scrub import scrub
from monitoring.query import QueryError, parse

MAX_DESCRIPTION = 1000


def request_query(project: Project, user: User, description: str, keyword_id: int | None = None) -> AssistantRequest:
    """Ask for a query, for a new keyword or one that is edited. Raises as assistant/requests.py."""
    text = " ".join(scrub(description).split())[:MAX_DESCRIPTION]
    key = f"{user.pk}:{sha256(f'{keyword_id} {text}'.encode()).hexdigest()[:40]}"
    about = {"description": text, "keyword_id": keyword_id}
    return ask(project, user, AssistantRequest.Kind.QUERY, key, about, language_of(user.language))


def answer(request: AssistantRequest, ask_model: Ask) -> Outcome:
    """Return the query that a request asks for."""
    asked = ask_for_query(request.language, request.about["description"], new_mark())
    first = _ask(asked, ask_model)
    if isinstance(first, Failure):
        return first
    query, error = first
    if error:
        second = _ask(ask_again(asked, request.language, query, error), ask_model)
        # The first query with its error is worth more than the error of a server.
        query, error = first if isinstance(second, Failure) else second
    return Answer({"query": query, "is_valid": not error})


def _ask(messages: list[Message], ask_model: Ask) -> tuple[str, str] | Failure:
    """Return the query of an answer with the parser's error, "" without one."""
    text = ask_model(messages, MAX_TOKENS)
    if isinstance(text, ChatError):
        return failure_of(text)
    try:
        query = read_query(text)
    except Unusable:
        return Failure(UNUSABLE)
    try:
        parse(query)
    except QueryError as error:
        return query, f"{error}."
    return query, ""
