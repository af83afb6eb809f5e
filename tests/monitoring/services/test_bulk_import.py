"""Importing feeds by a list of URLs, and the tags of sources: from folders and back into folders."""

import pytest

from accounts.models import ActivityEntry
from monitoring.feeds.opml import LeftOut
from monitoring.messages.opml_reasons import OPML_REASONS
from monitoring.models import Source
from monitoring.services.opml import export_opml, import_addresses, import_opml
from monitoring.services.tags import read_tags, set_tags, unique_tags
from tests.factories import make_source

pytestmark = pytest.mark.django_db

ALERTS = "https://www.google.com/alerts/feeds/01234567890123456789/"
FOLDERS = b"""<opml version="2.0"><body><outline text="Presse"><outline text="Lyon">
<outline text="A" xmlUrl="https://a.example/feed"/></outline>
<outline text="B" xmlUrl="https://b.example/feed?token=aaa"/></outline>
<outline text="C" xmlUrl="https://c.example/feed" category="/presse/Blogs"/>
<outline text="D" xmlUrl="https://d.example/feed"/></body></opml>"""


def tags_of(project):
    return {source.url: source.tags for source in project.sources.all()}


def test_import_addresses_adds_each_line_and_names_the_others_by_their_number(project, manager):
    make_source(project, f"{ALERTS}1", tags=["old"])
    lines = ["", f" {ALERTS}1 ", f"{ALERTS}2", "hello", "ftp://a.example/feed", f"{ALERTS}2", "b.example/feed",
             "https://c.example/?key=…", "https://d.example/?key=s3cret"]  # fmt: skip
    result = import_addresses(project, manager, "\r\n".join(lines), "Alertes, presse")
    assert (result.added, result.known) == (3, 1)
    assert result.left_out == (
        LeftOut("hello", "not_web", 4),
        LeftOut("ftp://a.example/feed", "bad_url", 5),
        LeftOut(f"{ALERTS}2", "duplicate", 6),
        LeftOut("https://c.example/?key=…", "hidden_url", 8),
    )
    assert {each.reason for each in result.left_out} <= set(OPML_REASONS)
    new = ["Alertes", "presse"]
    assert tags_of(project) == {
        f"{ALERTS}1": ["old"],
        f"{ALERTS}2": new,
        "https://b.example/feed": new,
        "https://d.example/?key=…": new,
    }
    entry = ActivityEntry.objects.get()
    assert (entry.target, entry.detail) == ("URLs", {"added": 3, "left_out": 4})


def test_folders_become_tags_and_are_exported_as_folders(project, manager, stranger):
    import_opml(project, manager, FOLDERS)
    assert tags_of(project) == {
        "https://a.example/feed": ["Presse", "Lyon"],
        "https://b.example/feed?token=…": ["Presse"],
        "https://c.example/feed": ["presse", "Blogs"],
        "https://d.example/feed": [],
    }
    other = stranger.projects.get()
    import_opml(other, stranger, export_opml(project, project.sources.filter(sealed_urls="")))
    assert tags_of(other) == {url: tags for url, tags in tags_of(project).items() if "token" not in url}


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("", []),
        (" Presse ,, presse,  Le   Monde ", ["Presse", "Le Monde"]),
        ("A / B, C/D", ["A", "B", "C/D"]),
        (",".join(map(str, range(20))), [str(number) for number in range(10)]),
        ("x" * 80, ["x" * 50]),
    ],
)
def test_read_tags_returns_each_once(text, tags):
    assert read_tags(text) == tags
    assert unique_tags(tags) == tags


def test_set_tags_replaces_them_and_is_logged(project, manager):
    source = make_source(project, tags=["a"])
    set_tags(source, manager, ["b", "B", " "])
    assert Source.objects.get().tags == ["b"]
    assert ActivityEntry.objects.get().detail == {"tags": ["b"]}
