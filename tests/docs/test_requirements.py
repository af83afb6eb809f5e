"""Each requirement is pinned, and is there because something uses it."""

import re
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HERE = ("accounts", "alerts", "api", "config", "dashboards", "delivery", "monitoring", "provisioning")

# Used without being named in our Python.
USED_OTHERWISE = {
    "gunicorn": "config/launcher/runner.py and the Dockerfile run it",
    "tzdata": "the time zones of zoneinfo where the system has none, as in the slim image",
    "polib": "for whoever fills in locale/*/django.po",
    "import-linter": "make lint runs lint-imports",
    "ruff": "make lint runs it",
    "djlint": "make lint checks the templates with it",
    "oxlint": "make lint checks the JavaScript with it",
    "pytest-playwright": "the fixtures of tests/e2e",
    "pytest-timeout": "the timeout in pyproject.toml",
    "pytest-xdist": "make test runs pytest -n",
    "pytest-django": "the fixtures db and settings, and the mark django_db",
    "sgmllib3k": "reader's feedparser imports it and does not say so",
}

# What comes with a requirement because it is how that is used.
COMPANIONS = {
    "kombu": "the queues and errors of Celery",
    "pydantic": "the schemas of django-ninja",
}


def requirements(name):
    """The lines of a requirements file without comments and includes."""
    lines = (line.partition("#")[0].strip() for line in (ROOT / name).read_text().splitlines())
    return [line for line in lines if line and not line.startswith("-r ")]


def distribution(line):
    return re.match(r"[\w.-]+", line)[0]


def plain(name):
    return name.lower().replace("_", "-")


@cache
def owners():
    """{module: names of the distributions that it comes from}."""
    return {module: set(map(plain, names)) for module, names in packages_distributions().items()}


def modules_of(name):
    """What a distribution lets people import."""
    return [module for module, names in owners().items() if plain(name) in names]


def sources(*folders):
    paths = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    return "\n".join(path.read_text() for path in [*paths, ROOT / "manage.py"])


def is_used(modules, text):
    """Imported, or named by a dotted path or a package name in quotes, as in settings."""
    return any(
        re.search(rf"^\s*(?:import|from) {module}\b|[\"']{module}[\"'.]", text, re.M)
        for module in map(re.escape, modules)
    )


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned_to_one_version(name):
    assert [line for line in requirements(name) if not re.fullmatch(r"[\w.-]+(?:\[[\w,-]+\])?==[\w.]+", line)] == []


def test_vigie_uses_every_requirement():
    text = sources(*HERE)
    unused = {d for d in map(distribution, requirements("requirements.txt")) if not is_used(modules_of(d), text)}
    assert unused <= USED_OTHERWISE.keys()


def test_the_tests_use_every_requirement_of_theirs():
    text = sources("tests", *HERE)
    unused = {d for d in map(distribution, requirements("requirements-dev.txt")) if not is_used(modules_of(d), text)}
    assert unused <= USED_OTHERWISE.keys()


def test_no_reason_is_given_for_what_is_not_required():
    required = {
        distribution(line) for name in ("requirements.txt", "requirements-dev.txt") for line in requirements(name)
    }
    assert USED_OTHERWISE.keys() <= required


def test_what_vigie_imports_is_required_by_itself_and_not_only_by_others():
    """What comes along with another package may leave with its next version."""
    imported = set(re.findall(r"^\s*(?:import|from) ([a-z_]\w*)", sources(*HERE), re.M | re.I))
    # What is optional has a file of its own, and so has what only training needs.
    files = ("requirements.txt", "requirements-onnx.txt", "requirements-train.txt")
    required = {plain(distribution(line)) for name in files for line in requirements(name)}
    foreign = {module for module in imported if module in owners() and not owners()[module] & required}
    assert foreign == COMPANIONS.keys()
