"""Passages of messages that show items: found by their marks, and cut out."""

import pytest

from delivery.passages import Marks, without

MARKS = Marks()


def marked(*parts):
    """Return a body of texts and (item, text) pairs."""
    return "".join(part if isinstance(part, str) else f"{MARKS.start(part[0])}{part[1]}{MARKS.end}" for part in parts)


def test_marks_are_removed_and_passages_found():
    body, passages = MARKS.unmarked("text", marked("a ", (1, "Lumen"), " b ", (22, "Élan"), ""))
    assert body == "a Lumen b Élan"
    assert [(one.body, one.item, body[one.start : one.end]) for one in passages] == [
        ("text", 1, "Lumen"),
        ("text", 22, "Élan"),
    ]


def test_marks_of_another_rendering_are_text():
    body, passages = MARKS.unmarked("text", f"{Marks().start(1)}Lumen{MARKS.end[:5]}")
    assert len(passages) == 0
    assert "Lumen" in body


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ({1}, "a (gone) b Élan, c (gone)"),
        ({2}, "a Lumen b (gone), c Lumen"),
        ({1, 2}, "a (gone) b (gone), c (gone)"),
        ({3}, "a Lumen b Élan, c Lumen"),
    ],
)
def test_items_are_cut_out_one_after_another(items, expected):
    body, passages = MARKS.unmarked("text", marked("a ", (1, "Lumen"), " b ", (2, "Élan"), ", c ", (1, "Lumen")))
    at_once, left = without(body, passages, items, "(gone)")
    one_by_one, rest = body, list(passages)
    for item in sorted(items):
        one_by_one, rest = without(one_by_one, rest, {item}, "(gone)")
    assert at_once == one_by_one == expected
    assert left == rest
    assert all(at_once[one.start : one.end] in ("Lumen", "Élan") for one in left)
