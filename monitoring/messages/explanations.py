"""Sentences for match explanations: one for the result, and a short note for each condition.

In: `Condition`s of monitoring/query/explain.py. Called by the page "Why?" and by the API, so that both say the same.
"""

from collections.abc import Iterator

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from monitoring.query.explain import Condition
from monitoring.query.tree import VALUE_FIELDS

# Names in one sentence; the others are counted.
NAMED = 5
SENTENCES = 3

# Why a stored item is a mention although the query does not match, or is none although it does.
DIFFERENCES = {
    "decided": gettext_lazy("Someone has already handled this mention, so it stays even if the query changes."),
    "paused": gettext_lazy(
        "This keyword is paused. Anything that changed in the meantime will be matched when it’s resumed."
    ),
    "backfill": gettext_lazy("Vigie is still searching past items for this keyword and hasn’t reached this one yet."),
    "earlier": gettext_lazy(
        "This item was matched with an earlier version of Vigie or of the keyword. To match "
        "everything again, pause the keyword, then resume it."
    ),
}
RULED_OUT = {
    "language": gettext_lazy("This keyword is only tracked in other languages."),
    "platform": gettext_lazy("This keyword is only tracked on other platforms."),
}
_HINTS = {
    "other_form": gettext_lazy("Found with different capitalization or accents."),
    "elsewhere": gettext_lazy("Found, but not in this field."),
    "apart": gettext_lazy("All words found, but not next to each other."),
}


def verdict(clause: Condition, ruled_out: tuple[str, ...]) -> str:
    """Return why an item matches a keyword or not: the conditions, and what excludes it whatever its words."""
    outside = [str(RULED_OUT[name]) for name in ruled_out]
    return " ".join(outside if clause.met and outside else [reason(clause), *outside])


def reason(clause: Condition) -> str:
    """Return why a query matches or not, in one or more sentences."""
    return _held(clause) if clause.met else " ".join(_failures(clause))


def note(clause: Condition) -> str:
    """Return what a condition found, in a few words; "" if its symbol says everything."""
    if clause.kind == "term":
        return _term_note(clause)
    if clause.kind == "not":
        return _("not found, as required") if clause.met else _("found, but excluded")
    if clause.kind in ("near", "onear"):
        return _near_note(clause)
    if clause.kind == "count":
        return _("%(found)s of %(number)s times") % {"found": clause.found, "number": clause.number}
    if clause.kind == "min":
        return _("%(found)s found, at least %(number)s required") % {"found": clause.found, "number": clause.number}
    if clause.kind == "and" and not clause.met:
        found = sum(child.met for child in clause.children)
        text = ngettext("%(found)s of %(number)s conditions met", "%(found)s of %(number)s conditions met", found)
        return text % {"found": found, "number": len(clause.children)}
    return ""


def is_value(clause: Condition) -> bool:
    """Return whether a condition is about the item's properties: site:, lang:, platform:, country:."""
    return clause.kind == "term" and clause.field in VALUE_FIELDS


def _term_note(clause: Condition) -> str:
    if is_value(clause):
        return "" if clause.met else _("doesn’t match")
    if clause.met:
        return ngettext("once", "%(number)s times", clause.found) % {"number": clause.found}
    return str(_HINTS[clause.hint]) if clause.hint else _("not found")


def _near_note(clause: Condition) -> str:
    if clause.found:
        text = ngettext("closest: %(number)s word apart", "closest: %(number)s words apart", clause.found)
        return text % {"number": clause.found}
    return _("not in this order") if all(child.met for child in clause.children) and clause.kind == "onear" else ""


def _held(clause: Condition) -> str:
    leaves = list(_leaves(clause))
    words = list(dict.fromkeys(_name(leaf) for leaf in leaves if not is_value(leaf)))
    if not words:
        names = list(dict.fromkeys(map(_name, leaves)))
        return ngettext("Condition met: %(names)s.", "Conditions met: %(names)s.", len(names)) % {
            "names": _list(names)
        }
    if not _excludes(clause):
        return _were_found(words)
    # gettext extracts no call inside an f-string.
    nothing_excluded = _("Nothing excluded was found.")
    return f"{_were_found(words)} {nothing_excluded}"


def _failures(clause: Condition) -> list[str]:
    """Return why a condition is not met, one sentence each."""
    if clause.kind == "term":
        return [_missing(clause)]
    if clause.kind == "and":
        return _and_failures(clause)
    if clause.kind == "or":
        return [_none_of(clause)]
    if clause.kind == "not":
        return [_excluded(clause.children[0])]
    if clause.kind in ("near", "onear"):
        return _near_failures(clause)
    if clause.kind == "count":
        return _count_failures(clause)
    sentence = ngettext(
        "%(found)s entry from the list was found (minimum: %(number)s).",
        "%(found)s entries from the list were found (minimum: %(number)s).",
        clause.found,
    )
    return [sentence % {"found": clause.found, "number": clause.number}]


def _and_failures(clause: Condition) -> list[str]:
    words = [child for child in clause.children if child.kind == "term" and not is_value(child)]
    sentences = _words_failures([w for w in words if w.met], [w for w in words if not w.met])
    for child in clause.children:
        if not child.met and child not in words:
            sentences += _failures(child)
    if len(sentences) > SENTENCES:
        more = len(sentences) - SENTENCES
        text = ngettext("One more condition isn’t met.", "%(number)s more conditions aren’t met.", more) % {
            "number": more
        }
        return [*sentences[:SENTENCES], text]
    return sentences


def _words_failures(found: list[Condition], missing: list[Condition]) -> list[str]:
    """Return one sentence for the words, and one for each word that was found in another form or place."""
    hinted = [_missing(child) for child in missing if child.hint]
    there = [_name(child) for child in found]
    absent = [_name(child) for child in missing if not child.hint]
    if not absent:
        return [_were_found(there), *hinted] if there else hinted
    if not there:
        text = ngettext("%(absent)s wasn’t found.", "%(absent)s weren’t found.", len(absent))
    elif len(there) == 1:
        text = ngettext(
            "%(there)s was found, but %(absent)s wasn’t.", "%(there)s was found, but %(absent)s weren’t.", len(absent)
        )
    else:
        text = ngettext(
            "%(there)s were found, but %(absent)s wasn’t.",
            "%(there)s were found, but %(absent)s weren’t.",
            len(absent),
        )
    return [text % {"there": _list(there), "absent": _list(absent)}, *hinted]


def _missing(clause: Condition) -> str:
    if is_value(clause):
        return _("Condition not met: %(name)s.") % {"name": _name(clause)}
    if clause.hint == "apart":
        return _("The words in %(name)s were found, but not next to each other.") % {"name": _name(clause)}
    if clause.hint == "other_form":
        return _("%(name)s was only found with different capitalization or accents.") % {"name": _name(clause)}
    if clause.hint == "elsewhere":
        return _("Condition not met: %(name)s. The word was found, but not in this field.") % {"name": _name(clause)}
    return _words_failures([], [clause])[0]


def _none_of(clause: Condition) -> str:
    if len(clause.children) <= NAMED and all(child.kind == "term" for child in clause.children):
        return _("None of these was found: %(names)s.") % {"names": _list([_name(child) for child in clause.children])}
    return _("None of the %(number)s alternatives was found.") % {"number": len(clause.children)}


def _excluded(child: Condition) -> str:
    leaves = list(_leaves(child))
    if not leaves:
        return _("Something excluded by %(text)s was found.") % {"text": _name(child)}
    names = list(dict.fromkeys(map(_name, leaves)))
    sentence = ngettext("%(names)s was found, but is excluded.", "%(names)s were found, but are excluded.", len(names))
    return sentence % {"names": _list(names)}


def _near_failures(clause: Condition) -> list[str]:
    missing = [child for child in clause.children if not child.met]
    if missing:
        return [sentence for child in missing for sentence in _failures(child)]
    params = {"names": _list([_name(child) for child in clause.children]), "number": clause.number}
    if clause.found:  # further than allowed: more than one
        sentence = ngettext(
            "%(names)s were found, but %(found)s words apart at the closest; the maximum is %(number)s.",
            "%(names)s were found, but %(found)s words apart at the closest; the maximum is %(number)s.",
            clause.number,
        )
        return [sentence % {**params, "found": clause.found}]
    if clause.kind == "onear":
        return [_("%(names)s were found, but not in this order.") % params]
    return [_("%(names)s were found, but not in the same field.") % params]


def _count_failures(clause: Condition) -> list[str]:
    child = clause.children[0]
    if not child.met:
        return _failures(child)
    sentence = ngettext(
        "%(name)s was found once (minimum: %(number)s).",
        "%(name)s was found %(found)s times (minimum: %(number)s).",
        clause.found,
    )
    return [sentence % {"name": _name(child), "found": clause.found, "number": clause.number}]


def _leaves(clause: Condition) -> Iterator[Condition]:
    """Yield the terms that were found and make the condition met."""
    if clause.kind == "term":
        if clause.met:
            yield clause
    elif clause.kind != "not" and clause.met:
        for child in clause.children:
            yield from _leaves(child)


def _excludes(clause: Condition) -> bool:
    return clause.kind == "not" or any(map(_excludes, clause.children))


def _name(clause: Condition) -> str:
    """Return a condition's text for a sentence, without the quotes of a phrase."""
    text = clause.text
    if clause.kind == "term" and text.startswith('"'):
        text = text.strip('"')
    return _("“%(text)s”") % {"text": text if len(text) <= 80 else f"{text[:79]}…"}


def _were_found(names: list[str]) -> str:
    return ngettext("%(names)s was found.", "%(names)s were found.", len(names)) % {"names": _list(names)}


def _list(names: list[str]) -> str:
    if len(names) > NAMED:
        more = len(names) - NAMED + 1
        names = [*names[: NAMED - 1], ngettext("%(number)s more", "%(number)s more", more) % {"number": more}]
    return get_text_list(names, _("and"))
