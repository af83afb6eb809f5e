"""Feeds of every format: encodings, ids, links, dates, authors and polling hints."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitoring.content.clean import clean, safe_html
from monitoring.feeds.parse import parse
from monitoring.records import Entry, Item, ParsedFeed
from tests.monitoring.feeds.generate import FORMATS, mixed_feed, realistic_feed

SAMPLES = Path(__file__).parent / "samples"


def feed(name: str, url: str = "https://base.example.fr/feed") -> ParsedFeed:
    return parse((SAMPLES / name).read_bytes(), url=url)


def items(name: str) -> list[Item]:
    parsed = feed(name)
    return [clean(entry, parsed.language) for entry in parsed.entries]


def rss(items: str, head: str = "") -> ParsedFeed:
    return parse(
        f'<rss version="2.0"><channel><title>x</title>{head}{items}</channel></rss>'.encode(), url="http://a.fr/f"
    )


@pytest.mark.parametrize(
    ("name", "title", "entries", "language"),
    [
        ("rss091_netscape.xml", "Café du coin", 2, "fr"), ("rss092.xml", "Weblog", 2, ""),
        ("rdf10.xml", "Revue", 2, "fr"), ("rss090.xml", "Old", 1, ""), ("atom10.xml", "Carnet", 2, "fr-fr"),
        ("atom10_xhtml.xml", "XHTML", 1, ""), ("atom03.xml", "Ancien", 1, ""), ("json_feed.json", "Notes", 3, "fr-fr"),
        ("windows1252.xml", "Fenêtre", 1, ""), ("utf16.xml", "Seize", 1, ""), ("utf8_bom.xml", "Bom", 1, ""),
        ("latin1_undeclared.xml", "Non déclaré", 1, ""), ("podcast.xml", "Le podcast", 1, "fr-fr"),
        ("wordpress.xml", "Blog – Essai", 1, "fr-fr"), ("unclosed.xml", "Coupé", 2, ""),
        ("empty_channel.xml", "Vide", 0, ""), ("leading_space.xml", "Espace", 1, ""),
    ],
)  # fmt: skip
def test_parse_reads_every_format_and_encoding(name, title, entries, language):
    parsed = feed(name)
    assert (parsed.title, len(parsed.entries), parsed.language) == (title, entries, language)


def test_parse_reads_complete_wordpress_entry():
    (item,) = items("wordpress.xml")
    assert item == Item(
        native_id="https://blog.example.fr/?p=42",
        url="https://blog.example.fr/ete/",
        title="L’été d’Aurore & compagnie",
        text="Texte complet : la marque Aurore plaît.\nContact\n\nExtrait […]",
        author="Zoé",
        published=datetime(2026, 11, 20, 7, 12, tzinfo=UTC),
        language="fr-fr",
    )


def test_parse_decodes_titles_and_texts_once():
    titles = [(item.title, item.text) for item in items("double_escaped.xml")]
    assert titles == [
        ("Café crème & croissant", ""),
        ("AT&T et 1 < 2", "R&D, 3 < 4"),
        ("Un titre balisé", ""),
        ("Littéral : <script> et </truc>", ""),
    ]
    assert items("atom10.xml")[0].title == "AT&amp;T reste tel quel"
    assert items("atom10.xml")[0].text == "Du texte <b>brut</b>."
    assert items("atom10.xml")[1].title == "L’été ici"


def test_parse_repairs_wrong_encodings():
    assert (items("mojibake.xml")[0].title, items("mojibake.xml")[0].text) == ("Café crème", "l’été €")
    assert items("windows1252.xml")[0].title == "L’œuvre à 10 €"
    assert items("utf16.xml")[0].title == "Être à l’heure"
    utf8 = '<rss version="2.0"><channel><item><title>Été’</title></item></channel></rss>'.encode()
    assert parse(utf8, content_type="text/xml; charset=utf-8").entries[0].title == "Été’"
    latin = utf8.decode().replace("’", "").encode("latin-1")
    assert parse(latin, content_type="application/rss+xml; charset=iso-8859-1").entries[0].title == "Été"


def test_parse_unwraps_redirects_of_news_searches():
    assert feed("google_alerts.xml").entries[0].url == "https://presse.example.fr/aurore?id=3&page=2"
    assert feed("google_alerts.xml").entries[0].native_id == "tag:google.com,2013:googlealerts/feed:123456"
    assert items("google_alerts.xml")[0].title == "La marque Aurore s'installe"
    assert feed("bing_news.xml").entries[0].url == "https://presse.example.fr/recrute?a=1"
    news = feed("google_news.xml").entries[0]
    assert (news.native_id, news.url) == ("CBMiAbcDEF", "https://news.google.com/rss/articles/CBMiAbcDEF?oc=5")


def test_parse_reads_video_post_and_episode():
    (video,), (post,), (episode,) = items("youtube.xml"), items("reddit.xml"), items("podcast.xml")
    assert video.text == "Description de la vidéo\nhttps://example.fr/?a=1&b=2"
    assert (video.author, video.published) == ("Chaîne", datetime(2026, 11, 18, 17, 0, 12, tzinfo=UTC))
    assert post.text.startswith("Quelqu'un connaît Aurore ?\n")
    assert (post.author, post.native_id) == ("/u/quelquun", "t3_abc123")
    assert (episode.title, episode.text, episode.author) == ("Épisode 12 : l’eau", "Avec Aurore.", "Marie Martin")
    assert episode.url == "https://cdn.example.fr/12.mp3?updated=1"


def test_parse_resolves_relative_links_against_feed_url_or_base():
    assert (
        feed("no_dates_no_guids.xml", "https://nu.example.fr/flux/rss").entries[2].url
        == "https://nu.example.fr/relatif"
    )
    entry = feed("atom10_xhtml.xml").entries[0]
    assert entry.url == "https://xhtml.example.fr/blog/un"
    assert 'href="https://xhtml.example.fr/blog/deux"' in safe_html(entry)


def test_parse_uses_guid_as_link_unless_it_is_no_permalink():
    assert rss("<item><guid>http://a.fr/1</guid></item>").entries[0].url == "http://a.fr/1"
    assert rss('<item><title>x</title><guid isPermaLink="false">http://a.fr/1</guid></item>').entries[0].url == ""
    assert rss("<item><title>x</title><guid>42</guid></item>").entries[0].url == ""


def test_parse_generates_stable_id_when_entry_has_none():
    tracked = rss("<item><title>Un</title><link>http://a.fr/1?utm_source=rss</link></item>").entries[0]
    retitled = rss("<item><title>Deux</title><link>https://www.a.fr/1</link></item>").entries[0]
    other = rss("<item><title>Un</title><link>http://a.fr/2</link></item>").entries[0]
    assert tracked.native_id == retitled.native_id != other.native_id
    untitled = rss("<item><description>Un</description></item><item><description>Deux</description></item>").entries
    assert len({entry.native_id for entry in untitled}) == 2


def test_parse_gives_entries_with_a_shared_id_stable_distinct_ids():
    first = feed("same_ids.xml").entries
    assert [entry.title for entry in first] == ["Un", "Deux"]
    row = "<item><title>{0}</title><link>http://a.fr/</link><guid>http://a.fr/</guid></item>".format
    before, after = rss(row("Un") + row("Deux")).entries, rss(row("Trois") + row("Un") + row("Deux")).entries
    assert [entry.native_id for entry in before] == [entry.native_id for entry in after[1:]]


def test_parse_shortens_long_id_to_a_stable_hash():
    one, same, other = (
        rss(f"<item><title>x</title><guid>{'x' * 3_000}{n}</guid></item>").entries[0].native_id for n in (1, 1, 2)
    )
    assert one == same != other
    assert len(one) < 100


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("Fri, 20 Nov 2026 10:00:00 +0100", datetime(2026, 11, 20, 9, tzinfo=UTC)),
        ("20 Nov 2026 10:00 EST", datetime(2026, 11, 20, 15, tzinfo=UTC)),
        ("2026-11-20T10:00:00.5-02:30", datetime(2026, 11, 20, 12, 30, tzinfo=UTC)),
        ("2026-11-20 10:00:00", datetime(2026, 11, 20, 10, tzinfo=UTC)),
        ("2026-11-20", datetime(2026, 11, 20, tzinfo=UTC)),
        ("Fri, 20 Nov 26 10:00:00 GMT", datetime(2026, 11, 20, 10, tzinfo=UTC)),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("Mon, 01 Jan 0001 00:00:00 GMT", None),
        ("2999-01-01T00:00:00Z", None),
        ("hier", None),
    ],
)
def test_parse_reads_dates_as_utc_and_ignores_implausible_ones(text, when):
    assert rss(f"<item><title>a</title><pubDate>{text}</pubDate></item>").entries[0].published == when


def test_parse_reads_polling_hints_and_next_page():
    parsed = feed("hints.xml")
    assert (parsed.interval_hint_s, parsed.skip_hours) == (5_400, {0, 3})
    assert parsed.skip_days == {"Saturday", "Sunday"}
    assert feed("wordpress.xml").interval_hint_s == 1_800
    assert feed("rdf10.xml").interval_hint_s is None
    assert feed("atom10.xml").next_url == "https://base.example.fr/atom.xml?page=2"
    assert feed("json_feed.json").next_url == "https://notes.example.fr/feed.json?p=2"


def test_parse_reads_json_feed_with_irregular_members():
    number, foreign, nameless = feed("json_feed.json", "https://notes.example.fr/feed.json").entries
    assert (number.native_id, number.url) == ("12", "https://notes.example.fr/12")
    assert (clean(number).text, number.body_is_html) == ("a < b & c", False)
    assert number.published == datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert (number.author, foreign.author, nameless.author) == ("Équipe", "Zoé", "Paul")
    assert foreign.url == "https://ailleurs.example.fr/x"
    assert (clean(foreign).text, foreign.language) == ("R&D fin", "en")
    assert nameless.native_id.startswith("sha256:")
    odd = parse(b'{"items": [{"id": 1.5, "url": "http://a.fr/", "title": ["x"], "date_published": "hier"}]}').entries[
        0
    ]
    assert (odd.native_id, odd.title, odd.published) == ("1.5", "", None)


@pytest.mark.parametrize("format", FORMATS)
def test_realistic_feed_is_deterministic_and_adds_newer_entries(format):
    before, after = realistic_feed(7, 10, format), realistic_feed(7, 10, format, newer=1)
    assert before == realistic_feed(7, 10, format)
    old = {entry.native_id for entry in parse(before).entries}
    new = {entry.native_id for entry in parse(after).entries}
    assert (len(old), len(new), len(new - old)) == (10, 10, 1)


def test_mixed_feeds_have_realistic_sizes():
    feeds = [mixed_feed(seed) for seed in range(20)]
    entries = [entry for body in feeds for entry in parse(body).entries]
    assert 200 < len(entries) < 1_200
    assert 1_000 < sum(len(entry.body) for entry in entries) / len(entries) < 4_000
    assert all(isinstance(entry, Entry) and entry.url and entry.published for entry in entries)


@pytest.mark.parametrize(
    ("page", "code"),
    [
        ("<title>Log in · Intranet</title><form><input type=password></form>", "sign_in_page"),
        ("<title>Connexion</title><form><input name=email></form>", "sign_in_page"),
        ("<title>Anmelden – Portal</title><form></form>", "sign_in_page"),
        ("<title>Forum of lamps</title><form><input type=password></form>", "html_page"),
        ("<title>How to sign in</title><p>Without a form.", "html_page"),
    ],
)
def test_parse_tells_a_sign_in_page_from_other_pages(page, code):
    error = parse(f"<!doctype html><html><head>{page}</html>".encode(), content_type="text/html")
    assert error.code == code
