"""Sentences for match explanations: one for the result, and a short note for each condition.

In: `Condition`s of monitoring/query/explain.py, and codes of query_tools/explain.py. Out: translated text. Called by
the page "Explain a match" and the API.
"""

from collections.abc import Iterator

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from monitoring.query.explain import Condition
from monitoring.query.tree import VALUE_FIELDS

# In one sentence; the others are counted.
MAX_NAMES = 5
MAX_SENTENCES = 3

# Why a stored item is a mention although the query does not match, or is none although it does.
DIFFERENCES = {
    "edited": gettext_lazy("The source edited this item: it matched before, so it stays a mention."),
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
EXCLUDED_BY = {
    "language": gettext_lazy("This keyword is only tracked in other languages."),
    "platform": gettext_lazy("This keyword is only tracked on other platforms."),
}
_HINTS = {
    "other_form": gettext_lazy("Found with different capitalization or accents."),
    "elsewhere": gettext_lazy("Found, but not in this field."),
    "apart": gettext_lazy("All words found, but not next to each other."),
}


def verdict(condition: Condition, excluded_by: tuple[str, ...]) -> str:
    """Return why an item matches a keyword or not: the conditions, then the keyword's limits that exclude it."""
    exclusions = [str(EXCLUDED_BY[name]) for name in excluded_by]
    return " ".join(exclusions if condition.met and exclusions else [reason(condition), *exclusions])


def reason(condition: Condition) -> str:
    """Return why a query matches or not, in one or more sentences."""
    return _met_reason(condition) if condition.met else " ".join(_failures(condition))


def found_where(condition: Condition) -> str:
    """Return what a met query found and where, for the end of a sentence: "the title contains “Lumen”"."""
    leaves = list(_leaves(condition))
    words = {leaf for leaf in leaves if not is_value(leaf)}
    in_title = {leaf for leaf in words if any(field == "title" for field, _start, _end in leaf.spans)}
    places = [
        (_("the title contains %(names)s"), in_title),
        (_("the text contains %(names)s"), words - in_title),
    ]
    parts = [text % {"names": _list(_names(leaves, found))} for text, found in places if found]
    if values := _names(leaves, set(leaves) - words):
        text = ngettext("it meets the condition %(names)s", "it meets the conditions %(names)s", len(values))
        parts.append(text % {"names": _list(values)})
    if _excludes(condition):
        parts.append(_("no excluded word is present"))
    return get_text_list(parts, _("and"))


def note(condition: Condition) -> str:
    """Return what a condition found, in a few words; "" if its symbol says everything."""
    if condition.kind == "term":
        return _term_note(condition)
    if condition.kind == "not":
        return _("not found, as required") if condition.met else _("found, but excluded")
    if condition.kind in ("near", "onear"):
        return _near_note(condition)
    if condition.kind == "count":
        return _("%(found)s of %(number)s times") % {"found": condition.found, "number": condition.number}
    if condition.kind == "min":
        return _("%(found)s found, at least %(number)s required") % {
            "found": condition.found,
            "number": condition.number,
        }
    if condition.kind == "and" and not condition.met:
        found = sum(child.met for child in condition.children)
        text = ngettext("%(found)s of %(number)s conditions met", "%(found)s of %(number)s conditions met", found)
        return text % {"found": found, "number": len(condition.children)}
    return ""


def is_value(condition: Condition) -> bool:
    """Return whether a condition is about the item's properties: site:, lang: and the like."""
    return condition.kind == "term" and condition.field in VALUE_FIELDS


def _term_note(condition: Condition) -> str:
    if is_value(condition):
        return "" if condition.met else _("doesn’t match")
    if condition.met:
        return ngettext("once", "%(number)s times", condition.found) % {"number": condition.found}
    return str(_HINTS[condition.hint]) if condition.hint else _("not found")


def _near_note(condition: Condition) -> str:
    if condition.found:
        text = ngettext("closest: %(number)s word apart", "closest: %(number)s words apart", condition.found)
        return text % {"number": condition.found}
    return (
        _("not in this order") if all(child.met for child in condition.children) and condition.kind == "onear" else ""
    )


def _met_reason(condition: Condition) -> str:
    leaves = list(_leaves(condition))
    words = list(dict.fromkeys(_name(leaf) for leaf in leaves if not is_value(leaf)))
    if not words:
        names = list(dict.fromkeys(map(_name, leaves)))
        return ngettext("Condition met: %(names)s.", "Conditions met: %(names)s.", len(names)) % {
            "names": _list(names)
        }
    if not _excludes(condition):
        return _were_found(words)
    # gettext extracts no call inside an f-string.
    nothing_excluded = _("Nothing excluded was found.")
    return f"{_were_found(words)} {nothing_excluded}"


def _failures(condition: Condition) -> list[str]:
    """Return why a condition is not met, one sentence each."""
    if condition.kind == "term":
        return [_missing(condition)]
    if condition.kind == "and":
        return _and_failures(condition)
    if condition.kind == "or":
        return [_none_of(condition)]
    if condition.kind == "not":
        return [_excluded(condition.children[0])]
    if condition.kind in ("near", "onear"):
        return _near_failures(condition)
    if condition.kind == "count":
        return _count_failures(condition)
    sentence = ngettext(
        "%(found)s entry from the list was found (minimum: %(number)s).",
        "%(found)s entries from the list were found (minimum: %(number)s).",
        condition.found,
    )
    return [sentence % {"found": condition.found, "number": condition.number}]


def _and_failures(condition: Condition) -> list[str]:
    words = [child for child in condition.children if child.kind == "term" and not is_value(child)]
    sentences = _words_failures([w for w in words if w.met], [w for w in words if not w.met])
    for child in condition.children:
        if not child.met and child not in words:
            sentences += _failures(child)
    if len(sentences) > MAX_SENTENCES:
        more = len(sentences) - MAX_SENTENCES
        text = ngettext("One more condition isn’t met.", "%(number)s more conditions aren’t met.", more) % {
            "number": more
        }
        return [*sentences[:MAX_SENTENCES], text]
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


def _missing(condition: Condition) -> str:
    if is_value(condition):
        return _("Condition not met: %(name)s.") % {"name": _name(condition)}
    if condition.hint == "apart":
        return _("The words in %(name)s were found, but not next to each other.") % {"name": _name(condition)}
    if condition.hint == "other_form":
        return _("%(name)s was only found with different capitalization or accents.") % {"name": _name(condition)}
    if condition.hint == "elsewhere":
        return _("Condition not met: %(name)s. The word was found, but not in this field.") % {
            "name": _name(condition)
        }
    return _words_failures([], [condition])[0]


def _none_of(condition: Condition) -> str:
    if len(condition.children) <= MAX_NAMES and all(child.kind == "term" for child in condition.children):
        return _("None of these was found: %(names)s.") % {
            "names": _list([_name(child) for child in condition.children])
        }
    return _("None of the %(number)s alternatives was found.") % {"number": len(condition.children)}


def _excluded(child: Condition) -> str:
    leaves = list(_leaves(child))
    if not leaves:
        return _("Something excluded by %(text)s was found.") % {"text": _name(child)}
    names = list(dict.fromkeys(map(_name, leaves)))
    sentence = ngettext("%(names)s was found, but is excluded.", "%(names)s were found, but are excluded.", len(names))
    return sentence % {"names": _list(names)}


def _near_failures(condition: Condition) -> list[str]:
    missing = [child for child in condition.children if not child.met]
    if missing:
        return [sentence for child in missing for sentence in _failures(child)]
    params = {"names": _list([_name(child) for child in condition.children]), "number": condition.number}
    if condition.found:  # further than allowed: more than one
        sentence = ngettext(
            "%(names)s were found, but %(found)s words apart at the closest; the maximum is %(number)s.",
            "%(names)s were found, but %(found)s words apart at the closest; the maximum is %(number)s.",
            condition.number,
        )
        return [sentence % {**params, "found": condition.found}]
    if condition.kind == "onear":
        return [_("%(names)s were found, but not in this order.") % params]
    return [_("%(names)s were found, but not in the same field.") % params]


def _count_failures(condition: Condition) -> list[str]:
    child = condition.children[0]
    if not child.met:
        return _failures(child)
    sentence = ngettext(
        "%(name)s was found once (minimum: %(number)s).",
        "%(name)s was found %(found)s times (minimum: %(number)s).",
        condition.found,
    )
    return [sentence % {"name": _name(child), "found": condition.found, "number": condition.number}]


def _leaves(condition: Condition) -> Iterator[Condition]:
    """Yield the terms that were found and make the condition met."""
    if condition.kind == "term":
        if condition.met:
            yield condition
    elif condition.kind != "not" and condition.met:
        for child in condition.children:
            yield from _leaves(child)


def _names(leaves: list[Condition], chosen: set[Condition]) -> list[str]:
    """Return the names of some leaves, each once, in the order of the query."""
    return list(dict.fromkeys(_name(leaf) for leaf in leaves if leaf in chosen))


def _excludes(condition: Condition) -> bool:
    return condition.kind == "not" or any(map(_excludes, condition.children))


def _name(condition: Condition) -> str:
    """Return a condition's text for a sentence, without the quotes of a phrase."""
    text = condition.text
    if condition.kind == "term" and text.startswith('"'):
        text = text.strip('"')
    return _("“%(text)s”") % {"text": text if len(text) <= 80 else f"{text[:79]}…"}


def _were_found(names: list[str]) -> str:
    return ngettext("%(names)s was found.", "%(names)s were found.", len(names)) % {"names": _list(names)}


def _list(names: list[str]) -> str:
    if len(names) > MAX_NAMES:
        more = len(names) - MAX_NAMES + 1
        names = [*names[: MAX_NAMES - 1], ngettext("%(number)s more", "%(number)s more", more) % {"number": more}]
    return get_text_list(names, _("and"))
