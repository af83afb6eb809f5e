"""A slow and simple implementation of the query language for Latin text without signs; the matcher must agree.

Every rule is tried at every position of the text. An occurrence is (first word, last word + 1, the word ranges that
count as found): only NEAR has more than one range.
"""

import re
import unicodedata
from itertools import product

from monitoring.query import And, AtLeast, Count, Near, Not, Or, Term

ELISIONS = {"c", "d", "j", "l", "m", "n", "s", "t", "y", "qu"}
CLITICS = {"s", "t", "re", "ve", "ll", "d", "m"}


def plain(text):
    text = text.replace("œ", "oe").replace("Œ", "oe")
    return "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))


def words(text):
    """Return (folded, start, end) of each word."""
    found = []
    for run in re.finditer(r"[^\W_]+(?:['’][^\W_]+)*", text):
        pieces = [(m[0], run.start() + m.start(), run.start() + m.end()) for m in re.finditer(r"[^'’]+", run[0])]
        merged = [(plain(pieces[0][0]), *pieces[0][1:])]
        for piece, start, end in pieces[1:]:
            norm, first, _ = merged[-1]
            if norm in ELISIONS or plain(piece) in CLITICS:
                merged.append((plain(piece), start, end))
            else:
                merged[-1] = (norm + plain(piece), first, end)
        found += merged
    return found


def spellings(term):
    """Return every spelling of the term as a list of (folded or wildcard, raw)."""
    text = term.text
    if term.quoted or term.exact:
        parts = [words(part) for part in text.split()]
    else:
        parts = [words(text.replace("?", "0").replace("*", ""))]
    choices = []
    for found in parts:
        joints = [i for i in range(1, len(found)) if found[i][1] - found[i - 1][2] == 1]
        options = []
        for joined in product((False, True), repeat=0 if term.exact else len(joints)):
            keep = {place for place, join in zip(joints, joined, strict=False) if join}
            option = []
            for i, (norm, start, end) in enumerate(found):
                raw = exact_form(text, start, end) if term.exact else ""
                option = [*option[:-1], (option[-1][0] + norm, "")] if i in keep else [*option, (norm, raw)]
            options.append(option)
        choices.append(options)
    return [[word for option in choice for word in option] for choice in product(*choices)]


def exact_form(text, start, end):
    """Return (letters, signs before, signs after) of a word, as `=` compares them."""
    text = text.replace("’", "'")
    before, after = re.search(r"[^\w\s]*$", text[:start])[0], re.match(r"[^\w\s]*", text[end:])[0]
    is_first = start == len(before) or text[start - len(before) - 1].isspace()
    is_last = end + len(after) == len(text) or text[end + len(after)].isspace()
    before, after = (re.sub('[,;:"]', "", signs) for signs in (before, after))
    before = before.lstrip("'-") if is_first else before
    after = after.replace(".", "").rstrip("'-") if is_last else after
    return unicodedata.normalize("NFC", text[start:end]).replace("'", ""), before, after


def has_form(text, start, end, form):
    letters, before, after = form
    text = text.replace("’", "'")
    rest = text[end:]
    return (
        unicodedata.normalize("NFC", text[start:end]).replace("'", "") == letters
        and text[:start].endswith(before)
        and rest.startswith(after)
        and not re.match(r"[+#]++(?!\w)", rest.removeprefix(after))
    )


def same(wanted, raw, word, text, term, is_last):
    norm, start, end = word
    if raw:
        return has_form(text, start, end, raw)
    if term.quoted:
        return norm == wanted
    pattern = "".join("." if c == "0" else re.escape(c) for c in wanted)
    return bool(re.fullmatch(pattern + (".*" if is_last and term.text.endswith("*") else ""), norm))


def fields_of(node):
    if isinstance(node, Term):
        return {node.field} if node.field else {"title", "text"}
    if isinstance(node, Near):
        return fields_of(node.left) & fields_of(node.right)
    return set().union(*(fields_of(child) for child in getattr(node, "children", None) or (node.child,)))


def occurrences(node, doc, field):
    """Return the {(first, last, ranges)} of an operand in one field."""
    text = getattr(doc, field)
    if field not in fields_of(node):
        return set()
    if isinstance(node, Term):
        here = words(text)
        found = set()
        for spelling in spellings(node):
            for first in range(len(here) - len(spelling) + 1):
                pairs = zip(spelling, here[first:], strict=False)
                last = len(spelling) - 1
                if all(same(w, raw, word, text, node, i == last) for i, ((w, raw), word) in enumerate(pairs)):
                    found.add((first, first + len(spelling), frozenset([(first, first + len(spelling))])))
        return found
    if isinstance(node, Or):
        return set().union(*(occurrences(child, doc, field) for child in node.children))
    return near(node, occurrences(node.left, doc, field), occurrences(node.right, doc, field))


def near(node, left, right):
    pairs = set()
    for ordered, one, other in ((True, left, right), (False, right, left)):
        if ordered or not node.ordered:
            for a in one:
                after = [b for b in other if b[0] >= a[1]]
                nearest = min(((b[0], b[1]) for b in after), default=None)
                pairs |= {(a, b) for b in after if b[:2] == nearest}
            for b in other:
                before = [a for a in one if a[1] <= b[0]]
                nearest = max(((a[1], a[0]) for a in before), default=None)
                pairs |= {(a, b) for a in before if (a[1], a[0]) == nearest}
    return {
        (min(a[0], b[0]), max(a[1], b[1]), a[2] | b[2])
        for a, b in pairs
        if max(a[0], b[0]) - min(a[1], b[1]) < node.distance
    }


def matches(node, doc):
    if isinstance(node, And):
        return all(matches(child, doc) for child in node.children)
    if isinstance(node, Or):
        return any(matches(child, doc) for child in node.children)
    if isinstance(node, Not):
        return not matches(node.child, doc)
    if isinstance(node, AtLeast):
        return sum(matches(child, doc) for child in node.children) >= node.number
    if isinstance(node, Term) and node.field == "lang":
        return doc.language == node.text.lower()
    if isinstance(node, Count):
        return sum(count_disjoint(occurrences(node.child, doc, field)) for field in ("title", "text")) >= node.number
    return any(occurrences(node, doc, field) for field in ("title", "text"))


def count_disjoint(found):
    """Return the largest number of occurrences that share no word."""
    best, places = 0, sorted({(first, last) for first, last, _ in found})
    reach = {0: 0}
    for position in range(max((last for _, last in places), default=0) + 1):
        reach[position] = max(reach.get(position, 0), reach.get(position - 1, 0))
        best = max(best, reach[position])
        for first, last in places:
            if first == position:
                reach[last] = max(reach.get(last, 0), reach[position] + 1)
    return best


def covered(node, doc):
    """Return the characters (field, position) that a matching node has found."""
    if isinstance(node, Not) or (isinstance(node, Term) and node.field == "lang"):
        return set()
    if isinstance(node, And | Or | AtLeast):
        return set().union(*(covered(child, doc) for child in node.children if matches(child, doc)))
    if isinstance(node, Count):
        return covered(node.child, doc)
    found = set()
    for field in ("title", "text"):
        here = words(getattr(doc, field))
        for _, _, ranges in occurrences(node, doc, field):
            for first, last in ranges:
                found |= {(field, position) for position in range(here[first][1], here[last - 1][2])}
    return found
