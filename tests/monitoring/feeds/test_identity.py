"""The ids of a feed's entries, which keep two entries apart and recognize one at the next poll."""

from datetime import UTC, datetime

import pytest

from monitoring.content.clean import clean
from monitoring.feeds.parse import parse

FEED = "https://essai.example/flux.xml"


def item(title="", link="", guid="", text="", date="", permalink=True):
    """An RSS item; `date` is a time on March 2, 2026, or a date."""
    date = f"Mon, 02 Mar 2026 {date}:00 GMT" if ":" in date and "," not in date else date
    closing = "" if permalink else ' isPermaLink="false"'
    parts = (
        f"<title>{title}</title>" if title else "",
        f"<link>{link}</link>" if link else "",
        f"<guid{closing}>{guid}</guid>" if guid else "",
        f"<description>{text}</description>" if text else "",
        f"<pubDate>{date}</pubDate>" if date else "",
    )
    return f"<item>{''.join(parts)}</item>"


def entries(*items):
    head = "<title>Essai</title><link>https://essai.example/</link>"
    return parse(f'<rss version="2.0"><channel>{head}{"".join(items)}</channel></rss>'.encode(), url=FEED).entries


def ids(*items):
    found = [entry.native_id for entry in entries(*items)]
    assert len(set(found)) == len(found)
    return found


def entry(title, text, updated, *, id="u:2", link="https://essai.example/1", published=""):
    dates = f"<updated>{updated}</updated>" + (f"<published>{published}</published>" if published else "")
    body = f'<id>{id}</id><title>{title}</title><link href="{link}"/>{dates}<summary>{text}</summary>'
    return f"<entry>{body}</entry>"


def atom(*rows):
    head = "<title>t</title><id>u:1</id><updated>2026-01-02T00:00:00Z</updated>"
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom">{head}{"".join(rows)}</feed>'
    return [clean(one) for one in parse(feed.encode(), url=FEED).entries]


def test_own_guids_tell_entries_of_one_link_apart():
    row = {"title": "Incident", "link": "https://etat.essai.example/", "text": "Panne", "date": "10:00"}
    assert ids(*(item(**row, guid=f"inc-{n}", permalink=False) for n in range(3))) == ["inc-0", "inc-1", "inc-2"]


def test_fragments_tell_entries_without_guid_apart():
    page = "https://logiciel.example/nouveautes.html"
    assert len(ids(*(item(title="Version", link=f"{page}#v{n}") for n in range(3)))) == 3
    assert ids(item(title="Un", link=f"{page}#v1")) == ids(item(title="Deux", link=f"{page}#v1", date="10:00"))


@pytest.mark.parametrize("fragment", ["", "#xtor=RSS-1", "#utm_source=rss", "#Echobox=17", "#:~:text=lampe"])
def test_tracking_fragments_tell_nothing_apart(fragment):
    page = "https://presse.example/a.html"
    assert ids(item(title="Un", link=page + fragment)) == ids(item(title="Un", link=page))


@pytest.mark.parametrize("guid", ["N/A", "n/a", "#", "-", "0", "none", "null", "https://essai.example/", FEED])
@pytest.mark.parametrize("link", ["", "N/A", "#", "https://essai.example/", "https://autre.example"])
def test_guid_and_link_that_name_no_entry_are_none(guid, link):
    found = ids(item("Lumora un", link, guid, date="10:00"), item("Lumora deux", link, guid, date="11:00"))
    assert len(found) == 2
    assert ids(item("Lumora deux", link, guid, date="11:00")) == found[1:]


def test_shared_guid_leaves_the_decision_to_the_address():
    one, two = item("Un", "https://e.example/1", "tous"), item("Deux", "https://e.example/2", "tous")
    found = ids(one, two)
    assert ids(item("Un, corrigé", "https://e.example/1", "tous", "Texte"), two) == found


def test_entries_with_shared_guid_and_link_differ_by_title_and_date():
    rows = [item("Point quotidien", "https://e.example/p", "p", "Texte", date=f"1{n}:00") for n in range(3)]
    found = ids(*rows)
    assert ids(*reversed(rows)) == found[::-1]


def test_untitled_entries_with_shared_guid_and_link_are_all_kept():
    link = "https://essai.example/d#a1"
    one = item("", link, link, "Bonjour tout le monde", "10:00")
    two = item("", link, link, "La panne dure depuis midi", "10:05")
    assert len(ids(one, two)) == 2
    assert ids(two, one) == ids(one, two)[::-1]


def test_entries_without_guid_link_and_date_differ_by_text():
    assert len(ids(item("Météo", text="Soleil"), item("Météo", text="Pluie"), item("Trafic", text="Pluie"))) == 3


def test_entry_that_a_feed_repeats_is_kept_once():
    row = item("Un", "https://e.example/1", "u", "Texte", "10:00")
    assert ids(row, row) == ["u"]
    assert len(ids(item("Un", "https://e.example/1"), item("Un", "https://e.example/1?utm_source=rss"))) == 1
    dated = [item("Un", "https://e.example/1", "u", "Texte", date) for date in ("10:00", "11:00")]
    assert [one.published for one in entries(*dated)] == [datetime(2026, 3, 2, 11, tzinfo=UTC)]


def test_entries_that_differ_only_in_other_texts_have_ids_of_their_own():
    link = "https://essai.example/a"
    rows = [
        f"<entry><id>u:1</id><title>Panne</title><link href='{link}'/><content>Le réseau est en panne.</content>"
        f"<summary>Ligne {n}</summary></entry>"
        for n in range(3)
    ]
    found = atom(*rows)
    assert len({one.native_id for one in found}) == 3


def test_guids_that_differ_by_case_are_different():
    assert ids(item("Un", guid="dQw4"), item("Deux", guid="dqW4")) == ["dQw4", "dqW4"]


def test_guid_equal_to_the_link_of_another_entry_is_no_conflict():
    link = "https://e.example/2"
    assert len(ids(item("Un", "https://e.example/1", link), item("Deux", link))) == 2


@pytest.mark.parametrize("order", [1, -1])
def test_newest_revision_of_an_atom_entry_wins_in_any_order(order):
    rows = [
        entry("Panne", "Première version", "2026-01-01T00:00:00Z"),
        entry("Panne", "Deuxième version", "2026-01-01T12:00:00Z"),
        entry("Panne résolue", "Version corrigée, plus récente", "2026-01-02T00:00:00Z"),
    ][::order]
    [found] = atom(*rows)
    assert (found.native_id, found.title, found.text) == ("u:2", "Panne résolue", "Version corrigée, plus récente")


def test_newest_revision_wins_when_the_publication_date_stays():
    rows = [entry("Panne", text, f"2026-01-0{n}T00:00:00Z", published="2026-01-01T00:00:00Z") for n, text in
            ((3, "Trois"), (2, "Deux"))]  # fmt: skip
    [found] = atom(*rows)
    assert (found.text, found.published) == ("Trois", datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("link", ["https://essai.example/1", "https://essai.example/1-corrige"])
def test_newest_revision_wins_over_the_first_whose_dates_are_equal(order, link):
    first, update = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"
    rows = [
        entry("Panne", "Texte", first, published=first),
        entry("Panne", "Corrigé", update, link=link, published=first),
    ]
    [found] = atom(*rows[::order])
    assert (found.native_id, found.text, found.url) == ("u:2", "Corrigé", link)


def test_atom_entries_with_a_shared_id_and_unlike_texts_are_no_revisions():
    rows = [entry(f"Version {n}", f"Nouveauté {n}", f"2026-01-0{n}T00:00:00Z") for n in range(1, 6)]
    assert len(atom(*rows)) == 5
    apart = [
        entry("Un", "Texte", "2026-01-01T00:00:00Z"),
        entry("Un", "Texte", "2026-01-02T00:00:00Z", link="https://essai.example/2"),
    ]
    assert len(atom(*apart)) == 2
