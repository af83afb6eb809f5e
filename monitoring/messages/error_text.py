"""The words for an error code: what happened, and what to do about it."""

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class ErrorText:
    """A problem (`message`) and its solution (`advice`), one sentence each, translated when shown."""

    message: str | Promise
    advice: str | Promise
