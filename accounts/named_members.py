"""The members in a text: written as @name or @email address, stored as `@{ID}`, shown with present names.

In: a text, and members by what people write. Out: the stored text with the ids of its members, or the text to show
in parts. Pure.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_STORED = re.compile(r"@\{(\d{1,19})\}")


@dataclass(frozen=True)
class Member:
    """A person who can be named in a text."""

    pk: int
    name: str
    email: str


@dataclass(frozen=True)
class Part:
    """A piece of a shown text; `is_member`: it names one."""

    text: str
    is_member: bool


def handles(members: Sequence[Member]) -> dict[int, str]:
    """Return what to write after the @, by id: the name, or the email address where several have this name."""
    uses = Counter(member.name.casefold() for member in members)
    return {member.pk: member.name if uses[member.name.casefold()] == 1 else member.email for member in members}


def stored(text: str, members: Sequence[Member]) -> tuple[str, list[int]]:
    """Return a written text as it is stored, and the ids of the members that it names, each once in their order.

    An @ without a member after it stays as it is; `@{ID}` of nobody in `members` becomes @ID.
    """
    ids = {handle.casefold(): pk for pk, handle in handles(members).items()}
    ids |= {member.email.casefold(): member.pk for member in members}
    known = {member.pk for member in members}
    words = "|".join(re.escape(one) for one in sorted(ids, key=len, reverse=True) if one) or r"(?!)"
    named: dict[int, None] = {}

    def token(match: re.Match[str]) -> str:
        pk = int(match[1]) if match[1] else ids.get(match[2].casefold())
        if pk not in known:
            return f"@{match[1] or match[2]}"
        named[pk] = None
        return f"@{{{pk}}}"

    pattern = re.compile(rf"(?<![\w@.])@(?:\{{(\d{{1,19}})\}}|({words})(?!\w))", re.IGNORECASE)
    # A token that follows a word isn't named here, and must not look like one either.
    result = _STORED.sub(
        lambda match: match[0] if int(match[1]) in named else f"@{match[1]}", pattern.sub(token, text)
    )
    return result, list(named)


def parts(text: str, names: Mapping[int, str], unknown: str) -> list[Part]:
    """Return a stored text in parts with these names by id; `unknown` names people whose account is deleted."""
    result, position = [], 0
    for match in _STORED.finditer(text):
        result += [Part(text[position : match.start()], False)]
        result += [Part(f"@{names.get(int(match[1]), unknown)}", True)]
        position = match.end()
    return [part for part in [*result, Part(text[position:], False)] if part.text]


def shown(text: str, names: Mapping[int, str], unknown: str) -> str:
    """Return a stored text with these names by id."""
    return "".join(part.text for part in parts(text, names, unknown))
