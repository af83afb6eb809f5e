"""The docs say what the code does: each setting, command, platform, channel, condition and error has its place."""

import ast
import operator
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
OPERATIONS = (DOCS / "operations.md").read_text()
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
PACKAGES = ("accounts", "alerts", "api", "config", "dashboards", "delivery", "monitoring", "provisioning")

# Read by our code, and somebody else's: no setting of Vigie.
NOT_OURS = {
    "PATH": "the system's",
    "PYTHONWARNINGS": "Python's own",
}


def section(text, title):
    """The part of a page below a heading, up to the next one of the same or a higher level."""
    level, _, _ = title.partition(" ")
    below = re.split(rf"^{re.escape(title)}$", text, flags=re.M)
    assert len(below) == 2, f"{title} stands {len(below) - 1} times"
    return re.split(rf"^#{{1,{len(level)}}} ", below[1], flags=re.M)[0]


def rows(text):
    """The cells of each row whose first cell is one code: {code: [cells]}; doubles fail."""
    found = {}
    for line in re.findall(r"^\| `[\w.]+` \|.*\|$", text, re.M):
        name, *cells = (cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1])
        assert name not in found, f"{name} stands twice"
        found[name.strip("`")] = cells
    return found


def headings(text):
    """Headings outside code blocks."""
    outside = re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)
    return re.findall(r"^#+ (.+)$", outside, re.M)


def anchor(heading):
    """As GitHub and most others make them."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


# --- settings ----------------------------------------------------------------------------------------------


def settings_of_django():
    """{name: (kind, the expression of its default)} of each env.kind("NAME", default) in config/settings.py."""
    found = {}
    for node in ast.walk(ast.parse((ROOT / "config" / "settings.py").read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            if isinstance(owner, ast.Name) and owner.id == "env":
                found[node.args[0].value] = (node.func.attr, node.args[1])
    return found


def names_in(path, *patterns):
    text = path.read_text()
    return {name for pattern in patterns for name in re.findall(pattern, text)}


def settings_of_processes():
    """What is read from the environment beside Django's settings."""
    names = set()
    for path in sorted((ROOT / "config").rglob("*.py")):
        names |= names_in(
            path, r'(?:environ|environment|given)\.get\(\s*"([A-Z_]+)"', r'"([A-Z_]+)" (?:not )?in os\.environ'
        )
    names |= names_in(ROOT / "docker-compose.yml", r"\$\{([A-Z_]+)")
    names |= names_in(ROOT / "Makefile", r"(?m)^([A-Z_]+) \?=")
    return names - NOT_OURS.keys()


DOCUMENTED = rows(section(OPERATIONS, "## Settings"))


def test_every_setting_that_is_read_has_its_row_and_every_row_is_read():
    assert DOCUMENTED.keys() == settings_of_django().keys() | settings_of_processes()


@pytest.mark.parametrize("name", sorted(settings_of_django()))
def test_the_default_that_is_told_is_the_one_that_is_read(name):
    _, default = settings_of_django()[name]
    value = constant(default)
    if isinstance(value, list):
        value = ",".join(value)
    if value is None or "/" in str(value) or name == "SECRET_KEY":
        return  # made from another setting, or by `make run`: the row says so in words
    told = DOCUMENTED[name][0]
    wanted = f"`{str(value).lower() if isinstance(value, bool) else value}`" if value != "" else ""
    assert told == wanted or (name == "FETCH_CA_FILE" and "certifi" in told)


def constant(node):
    """The value of an expression of plain constants; None for any other."""
    operators = {ast.Mult: operator.mul, ast.Add: operator.add}
    if isinstance(node, ast.BinOp) and type(node.op) in operators:
        return operators[type(node.op)](constant(node.left), constant(node.right))
    try:
        return ast.literal_eval(node)
    except ValueError:
        return None


def test_the_readme_names_only_settings_that_exist():
    named = section((ROOT / "README.md").read_text(), "## Settings")
    codes = {
        name for cell in re.findall(r"^\| (`[A-Z_`, ]+) \|", named, re.M) for name in re.findall(r"[A-Z_]+", cell)
    }
    assert len(codes) > 5
    assert codes <= DOCUMENTED.keys()


def test_the_example_of_env_names_only_settings_that_exist():
    named = set(re.findall(r"^#?\s*([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.M))
    assert named
    assert named <= DOCUMENTED.keys()


# --- commands ----------------------------------------------------------------------------------------------


def commands():
    return {path.stem for package in PACKAGES for path in (ROOT / package).glob("management/commands/[a-z]*.py")}


def test_every_command_has_its_heading_and_every_heading_its_command():
    assert {heading.strip("`") for heading in headings((DOCS / "commands.md").read_text())[1:]} == commands()


def test_the_readme_lists_every_command():
    told = section((ROOT / "README.md").read_text(), "## Commands")
    assert set(re.findall(r"^\| `(\w+)", told, re.M)) == commands()


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_option_of_a_command_is_told(name):
    from django.core.management import load_command_class
    from django.core.management.base import BaseCommand

    package = next(
        package for package in PACKAGES if (ROOT / package / "management" / "commands" / f"{name}.py").exists()
    )
    parser = load_command_class(package, name).create_parser("manage.py", name)
    common = {option for action in BaseCommand().create_parser("", "")._actions for option in action.option_strings}
    own = {option for action in parser._actions for option in action.option_strings} - common
    told = section((DOCS / "commands.md").read_text(), f"## `{name}`")
    assert set(re.findall(r"(?<![\w-])--[a-z]+", told)) == own


@pytest.mark.parametrize("document", PAGES, ids=lambda path: path.name)
def test_every_make_target_that_is_named_exists(document):
    targets = set(re.findall(r"^([a-z]+(?: [a-z]+)*):", (ROOT / "Makefile").read_text(), re.M))
    targets = {name for line in targets for name in line.split()}
    text = document.read_text()
    code = re.findall(r"`(make [^`\n]*)`", text) + re.findall(
        r"(?m)^(make .*)$", "\n".join(re.findall(r"(?s)```\n(.*?)```", text))
    )
    named = {words[1] for words in map(str.split, code) if len(words) > 1 and re.fullmatch(r"[a-z]+", words[1])}
    assert named <= targets


def test_the_readme_shows_how_to_run_and_to_test():
    blocks = re.findall(r"```\n(.*?)```", (ROOT / "README.md").read_text(), re.S)
    assert {"make run\n", "make test\n"} <= set(blocks)


# --- what is listened to and sent --------------------------------------------------------------------------


def platforms():
    """Every module of monitoring/platforms/ that is a platform."""
    return {path.stem for path in (ROOT / "monitoring").glob("platforms/[a-z]*.py")} - {"base", "registry"}


def test_every_platform_has_its_page():
    assert {path.stem for path in (DOCS / "platforms").glob("*.md")} == platforms()


def test_every_reason_why_a_feed_fails_is_told():
    from monitoring.messages.source_errors import WORDS

    told = rows(section((DOCS / "platforms" / "feed.md").read_text(), "## When a feed fails"))
    assert told.keys() == WORDS.keys() | {"unexpected"}


def test_every_channel_has_its_heading():
    channels = {path.stem for path in (ROOT / "delivery" / "channels").glob("[a-z]*.py")} - {"base"}
    titles = {heading.lower() for heading in headings(OPERATIONS)}
    assert channels
    assert channels <= titles


def test_every_condition_of_a_rule_is_told():
    from alerts.models import Rule

    told = section((DOCS / "alerts.md").read_text(), "## What a rule can say")
    for condition in Rule.Condition:
        assert f"**{condition.label}**" in told


def test_every_window_of_a_rule_is_told():
    from alerts.models import Rule

    told = section((DOCS / "alerts.md").read_text(), "## What a rule can say")
    for window in Rule.Window:
        assert str(window.label) in told


def test_every_operation_of_the_api_has_its_heading():
    from api.app import api

    schema = api.get_openapi_schema()
    operations = {
        f"`{method.upper()} {path.removeprefix('/api/v1')}`"
        for path, methods in schema["paths"].items()
        for method in methods
    }
    told = {heading for heading in headings((DOCS / "api.md").read_text()) if heading.startswith("`")}
    assert told == operations


# --- the pages themselves ----------------------------------------------------------------------------------


def links(page):
    """The relative links and images of a page: (path, anchor)."""
    text = re.sub(r"^```.*?^```$|`[^`\n]*`", "", page.read_text(), flags=re.M | re.S)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if not re.match(r"[a-z]+:", target):
            yield target.partition("#")[::2]


@pytest.mark.parametrize("document", PAGES, ids=lambda path: path.name)
def test_every_link_leads_somewhere(document):
    lost = []
    for path, place in links(document):
        target = (document.parent / path).resolve() if path else document
        if not target.is_file() or (place and place not in map(anchor, headings(target.read_text()))):
            lost.append(f"{path}#{place}" if place else path)
    assert lost == []


def test_every_page_of_the_docs_is_listed_in_the_readme():
    listed = {str((ROOT / path).resolve()) for path, _ in links(ROOT / "README.md")}
    assert {str(page) for page in DOCS.rglob("*.md")} <= listed


def test_every_page_that_the_code_names_exists():
    named = set()
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            named |= set(re.findall(r"docs/[\w/-]+\.md", path.read_text()))
    assert named
    assert [name for name in sorted(named) if not (ROOT / name).is_file()] == []


def test_every_file_that_the_architecture_names_exists():
    text = (DOCS / "architecture.md").read_text()
    named = re.findall(
        r"`((?:accounts|alerts|api|config|dashboards|delivery|monitoring|provisioning|static|tests)/[\w/]+(?:\.py|/))`",
        text,
    )
    assert len(named) > 20
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_the_changelog_tells_of_the_version_that_this_is():
    import tomllib

    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    titles = headings((ROOT / "CHANGELOG.md").read_text())
    assert any(re.match(rf"{re.escape(version)}\b|Unreleased", title) for title in titles)


def test_the_licence_is_the_one_that_is_named():
    licence = (ROOT / "LICENSE").read_text()
    assert licence.startswith("BSD 3-Clause License")
    assert "Copyright (c) 2026, the Vigie authors" in licence
