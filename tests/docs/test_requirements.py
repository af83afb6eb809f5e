"""Every requirement is pinned to one version and used, and every installed package is locked with its hashes."""

import re
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.docs.markdown import PACKAGES

ROOT = Path(__file__).resolve().parents[2]

# Used, but not imported by our Python code.
USED_WITHOUT_IMPORT = {
    "gunicorn": "config/launcher/runner.py and the Dockerfile run it",
    "tzdata": "time zones for zoneinfo if the system has none, as in the slim image",
    "polib": "editing locale/*/django.po",
    "import-linter": "make lint runs lint-imports",
    "ruff": "make lint runs it",
    "djlint": "make lint runs it on the templates",
    "oxlint": "make lint runs it on the JavaScript",
    "mypy": "make lint runs it",
    "celery-types": "types for mypy",
    "django-stubs": "types for mypy",
    "lxml-stubs": "types for mypy",
    "types-psutil": "types for mypy",
    "types-psycopg2": "types for mypy",
    "types-requests": "types for mypy",
    "pytest-playwright": "fixtures of tests/e2e",
    "pytest-timeout": "the timeout in pyproject.toml",
    "pytest-xdist": "make test runs pytest -n",
    "pytest-django": "fixtures db and settings, marker django_db",
    "slipcover": "make test measures coverage with it",
    "sgmllib3k": "imported by reader's feedparser, but missing from its requirements",
}

# Installed with a requirement, as part of its API.
COMPANIONS = {
    "kombu": "queues and errors of Celery",
    "pydantic": "schemas of django-ninja",
}


def requirements(name):
    """Return the lines of a requirements file without comments and includes."""
    lines = (line.partition("#")[0].strip() for line in (ROOT / "requirements" / name).read_text().splitlines())
    return [line for line in lines if line and not line.startswith("-r ")]


def distribution(line):
    return re.match(r"[\w.-]+", line)[0]


def normalized(name):
    return name.lower().replace("_", "-")


@cache
def distributions_by_module():
    """Return {module: names of the distributions that contain it}."""
    return {module: set(map(normalized, names)) for module, names in packages_distributions().items()}


def modules_of(name):
    """Return the modules of a distribution."""
    return [module for module, names in distributions_by_module().items() if normalized(name) in names]


def sources(*folders):
    paths = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    return "\n".join(path.read_text() for path in [*paths, ROOT / "manage.py"])


def is_used(modules, text):
    """Return whether a module is imported, or named in quotes as a package or dotted path, as in settings."""
    return any(
        re.search(rf"^\s*(?:import|from) {module}\b|[\"']{module}[\"'.]", text, re.M)
        for module in map(re.escape, modules)
    )


@pytest.mark.parametrize("name", ["app.in", "embedded.in", "onnx.in", "dev.in", "train.in"])
def test_requirements_are_pinned(name):
    assert [line for line in requirements(name) if not re.fullmatch(r"[\w.-]+(?:\[[\w,-]+\])?==[\w.]+", line)] == []


@pytest.mark.parametrize("name", ["app", "embedded", "onnx", "dev", "train"])
def test_lock_file_has_every_requirement_with_its_version_and_hashes(name):
    """`make lock` writes it; a requirement that was changed without it would not be installed."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    entries = re.findall(r"^([\w.-]+==[^\s;]+)([^\n]*\n(?:    [^\n]*\n)*)", text, re.M)
    assert [entry for entry, hashes in entries if "--hash=sha256:" not in hashes] == []
    direct = {normalized(re.sub(r"\[.*\]", "", line)) for line in requirements(f"{name}.in")}
    assert direct <= {normalized(entry) for entry, _ in entries}


@pytest.mark.parametrize("name", ["embedded", "onnx", "dev", "train"])
def test_lock_files_agree_on_versions(name):
    app, other = (
        dict(re.findall(r"^([\w.-]+)==([^\s;]+)", "\n".join(requirements(f"{file}.txt")), re.M))
        for file in ("app", name)
    )
    assert {package: other.get(package) for package in app} == app


def test_runtime_requirements_are_used():
    text = sources(*PACKAGES)
    unused = {
        d
        for d in map(distribution, requirements("app.in") + requirements("embedded.in"))
        if not is_used(modules_of(d), text)
    }
    assert unused <= USED_WITHOUT_IMPORT.keys()


def test_development_requirements_are_used():
    text = sources("tests", *PACKAGES)
    unused = {d for d in map(distribution, requirements("dev.in")) if not is_used(modules_of(d), text)}
    assert unused <= USED_WITHOUT_IMPORT.keys()


def test_exceptions_are_required():
    required = {distribution(line) for name in ("app.in", "embedded.in", "dev.in") for line in requirements(name)}
    assert USED_WITHOUT_IMPORT.keys() <= required


def test_imported_modules_are_direct_requirements():
    """A transitive requirement can disappear with the next version of the package that requires it."""
    imported = set(re.findall(r"^\s*(?:import|from) ([a-z_]\w*)", sources(*PACKAGES), re.M | re.I))
    # Optional requirements and those of training have their own files.
    files = ("app.in", "embedded.in", "onnx.in", "train.in")
    required = {normalized(distribution(line)) for name in files for line in requirements(name)}
    foreign = {
        module
        for module in imported
        if module in distributions_by_module() and not distributions_by_module()[module] & required
    }
    assert foreign == COMPANIONS.keys()
