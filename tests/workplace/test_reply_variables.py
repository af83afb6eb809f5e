"""Variables of saved replies."""

import pytest

from workplace.reply_variables import fill, unknown_variables

VALUES = {"author": "Zoé", "brand": "Lumen", "link": "https://a.example/1", "me": "Ada"}


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("Hi {{author}}, {{ brand }} here: {{link}} — {{me}}", []),
        ("Hi {{autor}} and {{ name }} and {{autor}}", ["autor", "name"]),
        ("Hi {{Author}}", ["Author"]),
        ("Hi {{author} and }}", ["author} and"]),
        ("Hi {{author", ["{{"]),
        ("a }} b", ["}}"]),
        ("{{}}", [""]),
        ("{single} braces", []),
    ],
)
def test_unknown_variables_are_named_in_order(text, unknown):
    assert unknown_variables(text) == unknown


def test_fill_replaces_variables_and_keeps_lines():
    assert fill("Hi {{author}},\n\n{{ me }} of {{brand}}", VALUES) == "Hi Zoé,\n\nAda of Lumen"
    assert fill("{{author}}", {"author": "{{me}}", "me": "x"}) == "{{me}}"


def test_fill_leaves_no_gap_where_a_value_is_missing():
    assert fill("Hi {{author}}, hello", {**VALUES, "author": ""}) == "Hi, hello"
    assert fill("Bonjour {{author}} !", {**VALUES, "author": ""}) == "Bonjour !"
    assert fill("a  b , c", VALUES) == "a  b , c"
