"""docs/architecture.md names existing files, modules, records and models, and explains each kind of extension."""

import ast
import re

import pytest

from tests.docs.markdown import DOCS, PACKAGES, ROOT, headings, section


def test_every_file_that_the_architecture_names_exists():
    text = (DOCS / "architecture.md").read_text()
    named = re.findall(rf"`((?:{'|'.join(PACKAGES)}|static|tests)/[\w/]+(?:\.py|/))`", text)
    assert len(named) > 20
    assert [name for name in named if not (ROOT / name).exists()] == []


def pipeline_modules():
    """Return the Python files in the tables of the architecture's pipeline section."""
    tables = re.findall(r"^\|.*\|$", section((DOCS / "architecture.md").read_text(), "## Pipeline"), re.M)
    return sorted(set(re.findall(r"`([a-z]+/[\w/]+\.py)`", "\n".join(tables))))


@pytest.mark.parametrize("name", pipeline_modules())
def test_pipeline_module_has_docstring(name):
    assert ast.get_docstring(ast.parse((ROOT / name).read_text()))


def python_sources(*folders):
    """Return the text of each Python file in these folders, by path."""
    return {path: path.read_text() for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))}


def test_architecture_names_only_existing_records_and_models():
    named = set(re.findall(r"`([A-Z][a-z]+(?:[A-Z][a-z]+)*)`", (DOCS / "architecture.md").read_text()))
    defined = set(re.findall(r"^class (\w+)", "\n".join(python_sources(*PACKAGES).values()), re.M))
    assert len(named) > 30
    assert sorted(named - defined - {"Expires"}) == []


def test_code_names_only_existing_modules():
    """Comments and docstrings name modules by path from the root, from monitoring/, or from their own package."""
    files = {path.relative_to(ROOT).as_posix() for path in ROOT.glob("*/**/*.py") if ".venv" not in path.parts}
    files |= {path.name for path in ROOT.glob("*.py")}
    unknown = [
        f"{path.relative_to(ROOT)}: {name}"
        for path, text in python_sources("tests", *PACKAGES).items()
        for name in re.findall(r"\b[a-z][\w/]*\.py\b", text)
        if not any(file == name or file.endswith(f"/{name}") for file in files)
    ]
    assert unknown == []


def test_architecture_names_every_package_of_the_pipeline():
    packages = {path.name for path in (ROOT / "monitoring").iterdir() if (path / "__init__.py").exists()}
    text = (DOCS / "architecture.md").read_text()
    assert [name for name in sorted(packages - {"migrations"}) if f"`monitoring/{name}/`" not in text] == []


def test_architecture_explains_how_to_add_each_kind_of_extension():
    documented = headings(section((DOCS / "architecture.md").read_text(), "## How to add"))
    assert documented == [
        "A platform",
        "A channel",
        "An alert condition",
        "A section of reports",
        "A provider of website figures",
        "A filter dimension",
        "A chart",
        "A keyboard shortcut",
        "A page",
    ]
