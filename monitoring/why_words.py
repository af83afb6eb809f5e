"""The clauses of an explanation in the reader's language: one sentence for the verdict, a few words for each clause.

In: `Clause`s of monitoring/query/explain.py. Called by the page "Why?" and by the API, so that both say the same.
"""

from collections.abc import Iterator

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from monitoring.query.explain import Clause
from monitoring.query.tree import VALUE_FIELDS

# Named in a sentence; more are a list that nobody reads.
NAMED = 5
SENTENCES = 3

# Why a kept item is a mention although the query does not match, or is none although it does.
DIFFERENCES = {
    "decided": gettext_lazy("Somebody has decided about this mention: it stays, whatever becomes of the query."),
    "paused": gettext_lazy("The keyword is paused: what has changed meanwhile is matched when it is resumed."),
    "backfill": gettext_lazy("Vigie is still looking through the kept items for this keyword, and has not come here."),
    "earlier": gettext_lazy(
        "It was matched by an earlier version of Vigie or of the keyword. Pausing and resuming the keyword matches"
        " everything anew."
    ),
}
RULED_OUT = {
    "language": gettext_lazy("The keyword is watched in other languages only."),
    "platform": gettext_lazy("The keyword is watched on other platforms only."),
}
_HINTS = {
    "other_form": gettext_lazy("It occurs with other capitals or accents."),
    "elsewhere": gettext_lazy("It occurs, but not in this field."),
    "apart": gettext_lazy("Its words occur, but not side by side."),
}


def verdict(clause: Clause, ruled_out: tuple[str, ...]) -> str:
    """Why an item is for a keyword or is not: its words, or what rules it out whatever its words."""
    outside = [str(RULED_OUT[name]) for name in ruled_out]
    return " ".join(outside if clause.held and outside else [reason(clause), *outside])


def reason(clause: Clause) -> str:
    """Why a query holds or fails, in a sentence or a few."""
    return _held(clause) if clause.held else " ".join(_failures(clause))


def note(clause: Clause) -> str:
    """What a clause found, in a few words beside its text; "" where its sign says all."""
    if clause.kind == "term":
        return _term_note(clause)
    if clause.kind == "not":
        return _("not there, as asked") if clause.held else _("there, and excluded")
    if clause.kind in ("near", "onear"):
        return _near_note(clause)
    if clause.kind == "count":
        return _("%(found)s of %(number)s times") % {"found": clause.found, "number": clause.number}
    if clause.kind == "min":
        return _("%(found)s of at least %(number)s") % {"found": clause.found, "number": clause.number}
    if clause.kind == "and" and not clause.held:
        found = sum(child.held for child in clause.children)
        text = ngettext("%(found)s of %(number)s holds", "%(found)s of %(number)s hold", found)
        return text % {"found": found, "number": len(clause.children)}
    return ""


def is_value(clause: Clause) -> bool:
    """A term about the item and not about its words: site:, lang:, platform:, country:."""
    return clause.kind == "term" and clause.field in VALUE_FIELDS


def _term_note(clause: Clause) -> str:
    if is_value(clause):
        return "" if clause.held else _("not so")
    if clause.held:
        return ngettext("once", "%(number)s times", clause.found) % {"number": clause.found}
    return str(_HINTS[clause.hint]) if clause.hint else _("does not occur")


def _near_note(clause: Clause) -> str:
    if clause.found:
        text = ngettext("nearest: %(number)s word", "nearest: %(number)s words", clause.found)
        return text % {"number": clause.found}
    return _("not in this order") if all(child.held for child in clause.children) and clause.kind == "onear" else ""


def _held(clause: Clause) -> str:
    leaves = list(_leaves(clause))
    words = list(dict.fromkeys(_name(leaf) for leaf in leaves if not is_value(leaf)))
    if not words:
        names = list(dict.fromkeys(map(_name, leaves)))
        return ngettext("%(names)s holds.", "%(names)s hold.", len(names)) % {"names": _list(names)}
    return f"{_occur(words)} {_('Nothing that is excluded occurs.')}" if _excludes(clause) else _occur(words)


def _failures(clause: Clause) -> list[str]:
    """What is amiss, one sentence each."""
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
        "Of the list %(found)s entry is found; at least %(number)s are asked for.",
        "Of the list %(found)s entries are found; at least %(number)s are asked for.",
        clause.found,
    )
    return [sentence % {"found": clause.found, "number": clause.number}]


def _and_failures(clause: Clause) -> list[str]:
    words = [child for child in clause.children if child.kind == "term" and not is_value(child)]
    sentences = _words_failures([w for w in words if w.held], [w for w in words if not w.held])
    for child in clause.children:
        if not child.held and child not in words:
            sentences += _failures(child)
    if len(sentences) > SENTENCES:
        more = len(sentences) - SENTENCES
        text = ngettext("One more condition fails.", "%(number)s more conditions fail.", more) % {"number": more}
        return [*sentences[:SENTENCES], text]
    return sentences


def _words_failures(found: list[Clause], missing: list[Clause]) -> list[str]:
    """The plain words in one sentence, and one for each that is nearly there."""
    hinted = [_missing(child) for child in missing if child.hint]
    there = [_name(child) for child in found]
    absent = [_name(child) for child in missing if not child.hint]
    if not absent:
        return [_occur(there), *hinted] if there else hinted
    if not there:
        text = ngettext("%(absent)s does not occur.", "%(absent)s do not occur.", len(absent))
    elif len(there) == 1:
        text = ngettext(
            "%(there)s occurs, but %(absent)s does not.", "%(there)s occurs, but %(absent)s do not.", len(absent)
        )
    else:
        text = ngettext(
            "%(there)s occur, but %(absent)s does not.", "%(there)s occur, but %(absent)s do not.", len(absent)
        )
    return [text % {"there": _list(there), "absent": _list(absent)}, *hinted]


def _missing(clause: Clause) -> str:
    if is_value(clause):
        return _("%(name)s does not hold.") % {"name": _name(clause)}
    if clause.hint == "apart":
        return _("The words of %(name)s occur, but not side by side.") % {"name": _name(clause)}
    if clause.hint == "other_form":
        return _("%(name)s occurs only with other capitals or accents.") % {"name": _name(clause)}
    if clause.hint == "elsewhere":
        return _("%(name)s does not hold: the word occurs, but not in this field.") % {"name": _name(clause)}
    return _words_failures([], [clause])[0]


def _none_of(clause: Clause) -> str:
    if len(clause.children) <= NAMED and all(child.kind == "term" for child in clause.children):
        return _("None of %(names)s occurs.") % {"names": _list([_name(child) for child in clause.children])}
    return _("None of the %(number)s alternatives is found.") % {"number": len(clause.children)}


def _excluded(child: Clause) -> str:
    leaves = list(_leaves(child))
    if not leaves:
        return _("What %(text)s excludes is there.") % {"text": _name(child)}
    names = list(dict.fromkeys(map(_name, leaves)))
    sentence = ngettext("%(names)s is there, and is excluded.", "%(names)s are there, and are excluded.", len(names))
    return sentence % {"names": _list(names)}


def _near_failures(clause: Clause) -> list[str]:
    missing = [child for child in clause.children if not child.held]
    if missing:
        return [sentence for child in missing for sentence in _failures(child)]
    told = {"names": _list([_name(child) for child in clause.children]), "number": clause.number}
    if clause.found:  # further than allowed: more than one
        sentence = ngettext(
            "%(names)s occur, but %(found)s words apart at the nearest; at most %(number)s is allowed.",
            "%(names)s occur, but %(found)s words apart at the nearest; at most %(number)s are allowed.",
            clause.number,
        )
        return [sentence % {**told, "found": clause.found}]
    if clause.kind == "onear":
        return [_("%(names)s occur, but not in this order.") % told]
    return [_("%(names)s occur, but not in the same field.") % told]


def _count_failures(clause: Clause) -> list[str]:
    child = clause.children[0]
    if not child.held:
        return _failures(child)
    sentence = ngettext(
        "%(name)s occurs once; at least %(number)s times are asked for.",
        "%(name)s occurs %(found)s times; at least %(number)s times are asked for.",
        clause.found,
    )
    return [sentence % {"name": _name(child), "found": clause.found, "number": clause.number}]


def _leaves(clause: Clause) -> Iterator[Clause]:
    """The terms that make a clause hold."""
    if clause.kind == "term":
        if clause.held:
            yield clause
    elif clause.kind != "not" and clause.held:
        for child in clause.children:
            yield from _leaves(child)


def _excludes(clause: Clause) -> bool:
    return clause.kind == "not" or any(map(_excludes, clause.children))


def _name(clause: Clause) -> str:
    """A term as it is called in a sentence, without the quotes of a phrase."""
    text = clause.text
    if clause.kind == "term" and text.startswith('"'):
        text = text.strip('"')
    return _("“%(text)s”") % {"text": text if len(text) <= 80 else f"{text[:79]}…"}


def _occur(names: list[str]) -> str:
    return ngettext("%(names)s occurs.", "%(names)s occur.", len(names)) % {"names": _list(names)}


def _list(names: list[str]) -> str:
    if len(names) > NAMED:
        more = len(names) - NAMED + 1
        names = [*names[: NAMED - 1], ngettext("%(number)s more", "%(number)s more", more) % {"number": more}]
    return get_text_list(names, _("and"))
