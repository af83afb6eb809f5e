"""The outcome of a request, as a value: the checked answer, or why there is none. Used by runs.py."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.chat import ChatError
from assistant.prompts.fence import Message


@dataclass(frozen=True, slots=True)
class Answer:
    """The checked answer as JSON, and the items whose texts were sent."""

    result: Mapping[str, Any]
    document_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no answer: a code of assistant/messages.py."""

    code: str
    retry_after_s: int | None = None


Outcome = Answer | Failure
# Ask the model: messages and a limit of tokens in, the text of its answer or an error out.
Ask = Callable[[Sequence[Message], int], str | ChatError]


def failure_of(error: ChatError) -> Failure:
    """Return the failure of a request to the server."""
    return Failure(error.code, error.retry_after_s)
