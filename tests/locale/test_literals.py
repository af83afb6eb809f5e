"""No text for people bypasses the catalogs: not in templates, not in Python; and no message is built from pieces."""

import ast
import re
from html.parser import HTMLParser

import pytest
from django.template.base import Lexer, TokenType

from tests.locale.sources import KEYWORDS, ROOT, modules, templates

# Names, code and examples that are the same in every language.
SAME_EVERYWHERE = {
    "Vigie",
}
# Template blocks whose text is a CSS class.
CLASS_BLOCKS = {"width", "rail"}
SHOWN_ATTRIBUTES = {
    "title",
    "aria-label",
    "aria-description",
    "aria-valuetext",
    "placeholder",
    "alt",
    "label",
    "summary",
}
WORD = re.compile(r"[^\W\d_]{2,}")


# --- templates ---------------------------------------------------------------------------------------------


def outside_translation(source):
    """The template's own text: tags, variables, comments and translated blocks are left out."""
    kept, depth = [], 0
    for token in Lexer(source).tokenize():
        name = token.contents.split()[0] if token.token_type == TokenType.BLOCK and token.contents else ""
        if name in ("blocktranslate", "blocktrans", "comment"):
            depth += 1
        elif name in ("endblocktranslate", "endblocktrans", "endcomment"):
            depth -= 1
        elif name == "block" and token.contents.split()[1] in CLASS_BLOCKS:
            depth += 1
        elif name == "endblock" and depth:
            depth -= 1
        elif token.token_type == TokenType.TEXT and not depth:
            kept.append(token.contents)
        elif token.token_type == TokenType.VAR:
            kept.append("0")
    return "".join(kept)


class ShownText(HTMLParser):
    """Collects text nodes and shown attributes."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.found, self.hidden = [], 0

    def handle_starttag(self, tag, attributes):
        self.hidden += tag in ("script", "style", "code", "kbd")
        attributes = dict(attributes)
        for name, value in attributes.items():
            is_button = name == "value" and tag == "input" and attributes.get("type") in ("submit", "button", "reset")
            if value and (name in SHOWN_ATTRIBUTES or is_button):
                self.found.append(value)

    def handle_endtag(self, tag):
        self.hidden -= tag in ("script", "style", "code", "kbd")

    def handle_data(self, data):
        if not self.hidden:
            self.found.append(data)


def shown_text(source, is_html):
    text = outside_translation(source)
    if not is_html:
        return text.splitlines()
    parser = ShownText()
    parser.feed(text)
    parser.close()
    return parser.found


def untranslated_text(source, is_html=True):
    found = []
    for text in shown_text(source, is_html):
        rest = re.sub("|".join(sorted(map(re.escape, SAME_EVERYWHERE), key=len, reverse=True)), "", text)
        if WORD.search(rest) or "%" in rest:
            found.append(" ".join(text.split()))
    return found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('<p>{% translate "Hello" %} {{ name }}</p>', []),
        ("<p>{% blocktranslate %}Hello{% endblocktranslate %}</p>", []),
        ("<p>Hello</p>", ["Hello"]),
        ("<p>{{ share }} %</p>", ["0 %"]),
        ('<a title="Hello" class="big red">{% translate "x" %}</a>', ["Hello"]),
        ('<input type="submit" value="Save">', ["Save"]),
        ('<input type="hidden" value="save it">', []),
        ("<title>{{ x }} · Vigie</title>", []),
        ("{# a comment #}<script>let word = 1</script>", []),
        ("{% if x %}Hello{% endif %}", ["Hello"]),
    ],
)
def test_untranslated_text_finds_text_outside_translate_tags(source, found):
    assert untranslated_text(source) == found


def test_templates_contain_no_untranslated_text():
    assert len(templates()) > 80
    wrong = [
        f"{path.relative_to(ROOT)}: {text}"
        for path in templates()
        if path.name != "500.html"  # shown without translations, so it has both languages
        for text in untranslated_text(path.read_text(), path.suffix == ".html")
    ]
    assert wrong == []


# --- Python ------------------------------------------------------------------------------------------------

MESSAGE_CALLS = {"success", "info", "warning", "error", "debug", "add_message"}
SHOWN_CALLS = {"ValidationError", "PermissionDenied", "add_error"}
SHOWN_ARGUMENTS = {"label", "help_text", "verbose_name", "verbose_name_plural", "empty_label", "heading", "hint"}


def called(node):
    """The name of what is called: "_" of `_("x")`, "success" of `messages.success(...)`."""
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def is_gettext(node):
    return isinstance(node, ast.Call) and called(node) in KEYWORDS


def is_text(node):
    """True for a literal or f-string with a word in it."""
    if isinstance(node, ast.JoinedStr):
        return any(is_text(part) for part in node.values)
    if isinstance(node, ast.BinOp):
        return is_text(node.left) or is_text(node.right)
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(WORD.search(node.value))


def shown_nodes(tree):
    """The expressions of a module that are shown to people as they are."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = called(node)
            owner = getattr(getattr(node.func, "value", None), "id", "")
            if owner == "messages" and name in MESSAGE_CALLS:
                yield from node.args[1:]
            elif name in SHOWN_CALLS:
                yield from node.args[name == "add_error" :]
            for keyword in node.keywords:
                if keyword.arg in SHOWN_ARGUMENTS:
                    yield keyword.value
                elif keyword.arg == "error_messages" and isinstance(keyword.value, ast.Dict):
                    yield from keyword.value.values
                elif keyword.arg == "choices" and isinstance(keyword.value, ast.List | ast.Tuple):
                    yield from (pair.elts[1] for pair in keyword.value.elts if isinstance(pair, ast.Tuple))
        elif isinstance(node, ast.ClassDef) and any("Choices" in ast.unparse(base) for base in node.bases):
            for line in node.body:
                if isinstance(line, ast.Assign) and isinstance(line.value, ast.Tuple):
                    yield line.value.elts[-1]
                elif isinstance(line, ast.Assign) and getattr(line.targets[0], "id", "") == "__empty__":
                    yield line.value


def literal_faults(source):
    tree = ast.parse(source)
    return [f"{node.lineno}: {ast.unparse(node)} is in no catalog" for node in shown_nodes(tree) if is_text(node)]


def composition_faults(source):
    """Messages that no tool can extract, or that are put together from parts."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.JoinedStr):
            found += [
                f"{node.lineno}: a message inside an f-string: {ast.unparse(inner)}"
                for inner in ast.walk(node)
                if is_gettext(inner)
            ]
        elif is_gettext(node):
            count = 2 if called(node).startswith(("ngettext", "pgettext")) else 1
            found += [
                f"{node.lineno}: a message that is an expression: {ast.unparse(node)}"
                for argument in node.args[:count]
                if isinstance(argument, ast.JoinedStr | ast.BinOp | ast.Call | ast.IfExp)
            ]
    return found


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ('messages.success(request, "Saved.")', 1),
        ('messages.success(request, _("Saved."))', 0),
        ('messages.success(request, f"Saved {name}.")', 1),
        ('raise ValidationError("Enter a number.", code="number")', 1),
        ('raise ValidationError({"query": _("Wrong.")})', 0),
        ('name = forms.CharField(label="Name")', 1),
        ('name = forms.CharField(label=_("Name"), error_messages={"required": "Missing"})', 1),
        ('class Kind(models.TextChoices):\n    A = "a", "First"\n    B = "b", _("Second")', 1),
        ('choice = Field(choices=[("a", "First"), ("b", _("Second"))])', 1),
        ('self.add_error("name", "Wrong.")', 1),
        ('log.warning("event=x")', 0),
    ],
)
def test_literal_faults_finds_text_for_people_outside_gettext(source, count):
    assert len(literal_faults(source)) == count


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ('_("Saved.")', 0),
        ('_("Saved "\n"it.")', 0),
        ('f"{_("Saved.")}" if 0 else 1'.replace('_("Saved.")', "_('Saved.')"), 1),
        ('_(f"Saved {name}.")', 1),
        ('_("Saved " + name)', 1),
        ('_("Saved %s" % name)', 1),
        ('_("Saved {}".format(name))', 1),
        ('_("Saved %(name)s") % {"name": name}', 0),
        ('ngettext("one", f"{n} many", n)', 1),
    ],
)
def test_composition_faults_finds_messages_that_cannot_be_extracted(source, count):
    assert len(composition_faults(source)) == count


def test_python_contains_no_text_for_people_outside_gettext():
    assert len(modules()) > 150
    wrong = [f"{path.relative_to(ROOT)}:{fault}" for path in modules() for fault in literal_faults(path.read_text())]
    assert wrong == []


def test_python_contains_no_message_composed_of_parts():
    wrong = [
        f"{path.relative_to(ROOT)}:{fault}" for path in modules() for fault in composition_faults(path.read_text())
    ]
    assert wrong == []
