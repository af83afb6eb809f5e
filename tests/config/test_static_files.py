"""Collected static files: hashed names, and references between them that lead to existing files."""

import json
import re

import pytest
from django.conf import settings as django_settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.test import override_settings

from config import settings as vigie_settings

MODULE_REFERENCE = re.compile(r"""(?:from|import)\s*["'](\.{1,2}/[^"']+)["']""")
STYLE_REFERENCE = re.compile(r"""url\(["']?([^"')#?]+)""")


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    """Return the folder that collectstatic fills with the production storage."""
    folder = tmp_path_factory.mktemp("staticfiles")
    storages = {**django_settings.STORAGES, "staticfiles": vigie_settings.STORAGES["staticfiles"]}
    with override_settings(STORAGES=storages, STATIC_ROOT=str(folder)):
        call_command("collectstatic", interactive=False, verbosity=0)
    return folder


@pytest.fixture(scope="module")
def hashed(collected):
    """Return {original path: hashed path} from the manifest."""
    return json.loads((collected / "staticfiles.json").read_text())["paths"]


def test_production_storage_rewrites_module_imports_to_hashed_files(collected, hashed):
    entry = collected / hashed["js/mentions.js"]
    seen, waiting = set(), [entry]
    while waiting:
        module = waiting.pop()
        seen.add(module)
        for reference in MODULE_REFERENCE.findall(module.read_text()):
            target = (module.parent / reference).resolve()
            assert target.is_file(), f"{module.name} imports {reference}"
            assert re.fullmatch(r"[\w-]+\.[0-9a-f]{12}\.js", target.name)
            if target not in seen:
                waiting.append(target)
    names = {module.name.partition(".")[0] for module in seen}
    assert {"mentions", "keyboard", "triage", "undo", "toast", "refresh"} <= names


def test_production_storage_rewrites_font_urls_to_hashed_files(collected, hashed):
    style = collected / hashed["css/fonts.css"]
    references = STYLE_REFERENCE.findall(style.read_text())
    assert len(references) == 2
    for reference in references:
        target = (style.parent / reference).resolve()
        assert target.is_file() and re.fullmatch(r"[\w-]+\.[0-9a-f]{12}\.woff2", target.name)


def test_production_storage_compresses_own_scripts(collected, hashed):
    assert (collected / f"{hashed['js/list/triage.js']}.gz").is_file()


def test_staticfiles_storage_of_tests_is_unhashed():
    assert staticfiles_storage.url("js/mentions.js") == "/static/js/mentions.js"
