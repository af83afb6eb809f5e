"""A rule's form as a sentence with blanks: its fields in the order of the language, with the words around them.

Called by dashboards/presenters/rule_form.py; templates/alerts/_blanks.html shows it. A translation moves the
placeholders of a sentence, and those of a blank's own words, as its language needs. Words between two blanks belong to
one of them, because they are hidden with it where a rule doesn't use it (static/css/alert.css).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django import forms
from django.forms.boundfield import BoundField
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PLACEHOLDER = re.compile(r"%\((\w+)\)s")
SENTENCE = _(
    "Alert when %(measure)s%(parameter)s %(about)s %(keyword)s %(view)s %(sentiment)s %(condition)s%(threshold)s"
    "%(percent)s%(change)s%(window_s)s%(minimum)s%(sensitivity)s."
)
FURTHER = _("%(measure)s%(parameter)s %(condition)s%(threshold)s%(percent)s%(change)s%(minimum)s%(sensitivity)s")
# The words around a blank by the measures that they are for; "" is for all. alert.css has the same names.
BLANK = " %(blank)s"
WORDS: dict[str, dict[str, str | Promise]] = {
    "parameter": {
        "rating": _(" of at most %(blank)s stars"),
        "newcomer": _(" with more than %(blank)s followers"),
    },
    "threshold": {"": BLANK, "percentage": _("%(blank)s%%")},
    "percent": {"": _(" %(blank)s%%")},
    "change": {"": BLANK, "share": _("%(blank)s points")},
    "window_s": {"": _(" in %(blank)s")},
    "minimum": {
        "count": _(", with a minimum of %(blank)s"),
        "share": _(", with a minimum of %(blank)s analyzed mentions"),
    },
    "sensitivity": {"": _(", %(blank)s")},
}


@dataclass(frozen=True, slots=True)
class Words:
    """A text for some measures only; `measures` is a key of WORDS."""

    text: str
    measures: str


@dataclass(frozen=True, slots=True)
class Blank:
    """A field in a sentence, and the words before and after it."""

    field: BoundField
    before: tuple[Words, ...]
    after: tuple[Words, ...]


def sentence_parts(pattern: str | Promise, form: forms.BaseForm) -> list[str | Blank]:
    """Return the texts and blanks of a sentence, in order."""
    return list(_parts(str(pattern), form))


def _parts(pattern: str, form: forms.BaseForm) -> Iterator[str | Blank]:
    for place, part in enumerate(PLACEHOLDER.split(pattern)):
        if place % 2:
            yield _blank(form[part])
        elif part:
            yield part


def _blank(field: BoundField) -> Blank:
    around = [(kind, _around(str(text))) for kind, text in WORDS.get(field.name, {}).items()]
    before = tuple(Words(texts[0], kind) for kind, texts in around if texts[0])
    return Blank(field, before, tuple(Words(texts[1], kind) for kind, texts in around if texts[1]))


def _around(text: str) -> tuple[str, str]:
    before, _name, after = PLACEHOLDER.split(text.replace("%%", "%"))
    return before, after
