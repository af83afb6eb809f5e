"""The docs agree with the code: each setting, command, API path, query operator, filter dimension, platform, channel,
condition and error is documented, and the docs name no setting, command or file that does not exist.
"""

import ast
import operator
import re

import pytest

from tests.docs.markdown import DOCS, PACKAGES, PAGES, ROOT, anchor, headings, rows, section

OPERATIONS = (DOCS / "operations.md").read_text()

# Read by the launcher, but not settings of Vigie.
FOREIGN_VARIABLES = {
    "PATH": "operating system",
    "PYTHONWARNINGS": "Python",
}


# --- settings ----------------------------------------------------------------------------------------------


def settings_of_django():
    """Return {name: (type, expression of the default)} for each env.type("NAME", default) in config/settings.py."""
    found = {}
    for node in ast.walk(ast.parse((ROOT / "config" / "settings.py").read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            if isinstance(owner, ast.Name) and owner.id == "env" and node.args:
                found[node.args[0].value] = (node.func.attr, node.args[1])
    return found


def names_in(path, *patterns):
    text = path.read_text()
    return {name for pattern in patterns for name in re.findall(pattern, text)}


def settings_of_processes():
    """Return the environment variables that are read outside config/settings.py."""
    names = set()
    for path in sorted((ROOT / "config").rglob("*.py")):
        names |= names_in(
            path, r'(?:environ|environment|given)\.get\(\s*"([A-Z_]+)"', r'"([A-Z_]+)" (?:not )?in os\.environ'
        )
    names |= names_in(ROOT / "docker-compose.yml", r"\$\{([A-Z_]+)")
    names |= names_in(ROOT / "Makefile", r"(?m)^([A-Z_]+) \?=")
    return names - FOREIGN_VARIABLES.keys()


DOCUMENTED = rows(section(OPERATIONS, "## Settings"))


def test_settings_table_lists_exactly_the_settings_that_are_read():
    assert DOCUMENTED.keys() == settings_of_django().keys() | settings_of_processes()


@pytest.mark.parametrize("name", sorted(settings_of_django()))
def test_documented_default_matches_settings(name):
    _, default = settings_of_django()[name]
    value = constant(default)
    if isinstance(value, list):
        value = ",".join(value)
    if value is None or "/" in str(value) or name == "SECRET_KEY":
        return  # derived from another setting, or set by `make run`: described in words
    documented = DOCUMENTED[name][0]
    expected = f"`{str(value).lower() if isinstance(value, bool) else value}`" if value != "" else ""
    assert documented == expected or (name == "FETCH_CA_FILE" and "certifi" in documented)


def constant(node):
    """Return the value of an expression of constants, None for any other expression."""
    operators = {ast.Mult: operator.mul, ast.Add: operator.add}
    if isinstance(node, ast.BinOp) and type(node.op) in operators:
        return operators[type(node.op)](constant(node.left), constant(node.right))
    try:
        return ast.literal_eval(node)
    except ValueError:
        return None


def test_readme_names_only_existing_settings():
    named = section((ROOT / "README.md").read_text(), "## Configuration")
    codes = {
        name for cell in re.findall(r"^\| (`[A-Z_`, ]+) \|", named, re.M) for name in re.findall(r"[A-Z_]+", cell)
    }
    assert len(codes) > 5
    assert codes <= DOCUMENTED.keys()


def test_env_example_names_only_existing_settings():
    named = set(re.findall(r"^#?\s*([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.M))
    assert named
    assert named <= DOCUMENTED.keys()


# --- commands ----------------------------------------------------------------------------------------------


def commands():
    return {path.stem for package in PACKAGES for path in (ROOT / package).glob("management/commands/[a-z]*.py")}


def test_commands_page_has_exactly_one_heading_per_command():
    assert {heading.strip("`") for heading in headings((DOCS / "commands.md").read_text())[1:]} == commands()


def test_readme_lists_every_command():
    table = section((ROOT / "README.md").read_text(), "## Commands")
    assert set(re.findall(r"^\| `(\w+)", table, re.M)) == commands()


@pytest.mark.parametrize("name", sorted(commands()))
def test_command_section_names_every_option(name):
    from django.core.management import load_command_class
    from django.core.management.base import BaseCommand

    package = next(
        package for package in PACKAGES if (ROOT / package / "management" / "commands" / f"{name}.py").exists()
    )
    parser = load_command_class(package, name).create_parser("manage.py", name)
    common = {option for action in BaseCommand().create_parser("", "")._actions for option in action.option_strings}
    options = {option for action in parser._actions for option in action.option_strings} - common
    documented = section((DOCS / "commands.md").read_text(), f"## `{name}`")
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", documented)) == options


@pytest.mark.parametrize("document", PAGES, ids=lambda path: path.name)
def test_page_names_only_existing_make_targets(document):
    targets = set(re.findall(r"^([a-z]+(?: [a-z]+)*):", (ROOT / "Makefile").read_text(), re.M))
    targets = {name for line in targets for name in line.split()}
    text = document.read_text()
    code = re.findall(r"`(make [^`\n]*)`", text) + re.findall(
        r"(?m)^(make .*)$", "\n".join(re.findall(r"(?s)```\n(.*?)```", text))
    )
    named = {words[1] for words in map(str.split, code) if len(words) > 1 and re.fullmatch(r"[a-z]+", words[1])}
    assert named <= targets


def test_readme_shows_make_run_and_make_test():
    blocks = re.findall(r"```\n(.*?)```", (ROOT / "README.md").read_text(), re.S)
    assert {"make run\n", "make test\n"} <= set(blocks)


# --- platforms, alerts, channels, API ----------------------------------------------------------------------


def platforms():
    """Return the names of the registered platforms."""
    from monitoring.platforms.registry import PLATFORMS

    return set(PLATFORMS)


def test_every_platform_has_a_page():
    assert {path.stem for path in (DOCS / "platforms").glob("[a-z]*.md")} == platforms()


def test_table_of_platforms_has_a_line_for_each_in_the_order_of_labels():
    from monitoring.platforms.registry import PLATFORMS

    table = section((DOCS / "platforms" / "README.md").read_text(), "## Supported platforms")
    lines = re.findall(r"^\| \[.*$", table, re.M)
    ordered = sorted(PLATFORMS.values(), key=lambda one: one.label.lower())
    assert lines == [f"| [{one.label}]({one.name}.md) | {one.needs} | {one.summary} |" for one in ordered]


def test_platform_pages_list_every_error_code():
    from monitoring.messages.source_errors import ERROR_TEXTS

    pages = [(DOCS / "platforms" / name).read_text() for name in ("feed.md", "README.md")]
    documented = {code for page in pages for code in rows(section(page, "## Errors"))}
    assert documented == ERROR_TEXTS.keys() | {"unexpected"}


def test_every_channel_has_a_heading():
    from delivery.channels.registry import CHANNELS

    titles = {heading for page in ("digests.md", "channels.md") for heading in headings((DOCS / page).read_text())}
    assert CHANNELS
    assert {str(channel.label) for channel in CHANNELS.values()} <= titles


def test_alerts_page_names_every_condition():
    from alerts.conditions.registry import CONDITIONS
    from alerts.form_words import CONDITION

    documented = section((DOCS / "alerts.md").read_text(), "## Parts of a rule")
    assert {name for name, _phrase in CONDITION} == CONDITIONS.keys()
    for _name, phrase in CONDITION:
        assert f"**{phrase}**" in documented


def test_alerts_page_names_every_time_window():
    from alerts.models import Rule

    documented = section((DOCS / "alerts.md").read_text(), "## Parts of a rule")
    for window in Rule.Window:
        assert str(window.label) in documented


def test_api_page_has_exactly_one_heading_per_operation():
    from api.app import api

    schema = api.get_openapi_schema()
    operations = {
        f"`{method.upper()} {path.removeprefix('/api/v1')}`"
        for path, methods in schema["paths"].items()
        for method in methods
    }
    documented = {heading for heading in headings((DOCS / "api.md").read_text()) if heading.startswith("`")}
    assert documented == operations


def test_api_page_lists_every_filter_dimension():
    from monitoring.insights.dimensions import DIMENSIONS

    table = section((DOCS / "api.md").read_text(), "### `GET /projects/{project_id}/mentions`")
    documented = {name for cell in re.findall(r"^\| (`[^|]+`) \|", table, re.M) for name in re.findall(r"\w+", cell)}
    assert {dimension.parameter for dimension in DIMENSIONS.values()} <= documented


def test_api_page_lists_every_parameter_of_mentions():
    from api.schemas import FilterParameters

    parameters = {field.alias or name for name, field in FilterParameters.model_fields.items()}
    table = section((DOCS / "api.md").read_text(), "### `GET /projects/{project_id}/mentions`")
    first_cells = re.findall(r"^\| (`[^|]+`) \|", table, re.M)
    assert {name for cell in first_cells for name in re.findall(r"\w+", cell)} == parameters


# --- query language ----------------------------------------------------------------------------------------

QUERY_LANGUAGE = (DOCS / "query-language.md").read_text()
# Class of a tree node -> heading of its operator.
OPERATOR_HEADINGS = {
    "And": "AND",
    "Or": "OR",
    "Not": "NOT",
    "Near": "NEAR/n",
    "Count": "{n} word",
    "AtLeast": "MIN/n(…)",
}


def test_query_language_page_has_a_heading_for_every_operator():
    from typing import get_args

    from monitoring.query.tree import Node, Term

    assert OPERATOR_HEADINGS.keys() == {node.__name__ for node in get_args(Node)} - {Term.__name__}
    assert set(OPERATOR_HEADINGS.values()) | {"ONEAR/n"} <= set(headings(section(QUERY_LANGUAGE, "## Operators")))


def test_query_language_page_names_every_operator_word():
    from monitoring.query import lexer

    for title, words in (("AND", lexer.AND_WORDS), ("OR", lexer.OR_WORDS), ("NOT", lexer.NOT_WORDS)):
        documented = section(QUERY_LANGUAGE, f"### {title}")
        assert [word for word in words if word not in documented] == []


def test_query_language_page_has_exactly_one_heading_per_field():
    from monitoring.query.tree import TEXT_FIELDS, VALUE_FIELDS

    documented = headings(section(QUERY_LANGUAGE, "## Fields"))
    assert sorted(documented) == sorted(f"{name}:" for name in TEXT_FIELDS + VALUE_FIELDS)


def test_query_language_page_names_every_french_field():
    from monitoring.query.lexer import FIELDS

    documented = section(QUERY_LANGUAGE, "## Fields")
    aliases = {alias for alias, name in FIELDS.items() if alias != name} - {"language"}
    assert [alias for alias in sorted(aliases) if not re.search(rf"\b{alias}\b", documented)] == []


# --- pages, links and files --------------------------------------------------------------------------------


def links(page):
    """Yield the relative links and images of a page as (path, anchor)."""
    text = re.sub(r"^```.*?^```$|`[^`\n]*`", "", page.read_text(), flags=re.M | re.S)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if not re.match(r"[a-z]+:", target):
            yield target.partition("#")[::2]


@pytest.mark.parametrize("document", PAGES, ids=lambda path: path.name)
def test_page_has_no_broken_links(document):
    broken = []
    for path, fragment in links(document):
        target = (document.parent / path).resolve() if path else document
        if not target.is_file() or (fragment and fragment not in map(anchor, headings(target.read_text()))):
            broken.append(f"{path}#{fragment}" if fragment else path)
    assert broken == []


# Metaphors, archaisms and words for which the glossary has another term.
AVOIDED = re.compile(
    r"\b(anew|at once|for good|whoever|whatever|so that|nobody|judg\w*|deaf|told|heard|mend|takes? up|lessons?|moods?"
    r"|beside|outbox page|second factor|audit line|behaviour|colours?|licence|labelled|normalise\w*|sanitise\w*)\b",
    re.I,
)


@pytest.mark.parametrize("document", PAGES, ids=lambda path: path.name)
def test_page_uses_plain_words(document):
    text = re.sub(r"^```.*?^```$|`[^`\n]*`", "", document.read_text(), flags=re.M | re.S)
    assert [match[0] for match in AVOIDED.finditer(text)] == []


def test_readme_links_every_page():
    """The pages of platforms are listed by their own README."""
    indexes = (ROOT / "README.md", DOCS / "platforms" / "README.md")
    listed = {str((index.parent / path).resolve()) for index in indexes for path, _ in links(index)}
    assert {str(page) for page in DOCS.rglob("*.md")} <= listed


def test_code_names_only_existing_pages():
    named = set()
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            named |= set(re.findall(r"docs/[\w/-]+\.md", path.read_text()))
    assert named
    assert [name for name in sorted(named) if not (ROOT / name).is_file()] == []


def test_changelog_has_the_current_version():
    import tomllib

    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    titles = headings((ROOT / "CHANGELOG.md").read_text())
    assert any(re.match(rf"{re.escape(version)}\b|Unreleased", title) for title in titles)


def test_license_is_bsd_3_clause():
    text = (ROOT / "LICENSE").read_text()
    assert text.startswith("BSD 3-Clause License")
    assert "Copyright (c) 2026, the Vigie authors" in text
