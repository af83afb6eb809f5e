"""Bytes that are not in the encoding that they should be in, and XML that is not well-formed."""

import json

import pytest

from monitoring.content.clean import clean
from monitoring.feeds import lxml_parser
from monitoring.feeds.encoding import to_utf8
from monitoring.feeds.parse import parse
from monitoring.feeds.xml_repair import repair_xml

FRENCH = "Déjà là, l’été à Orléans : café crème, naïveté et cœur"


def feed(text: bytes, encoding: str = "") -> bytes:
    declaration = f'<?xml version="1.0" encoding="{encoding}"?>' if encoding else '<?xml version="1.0"?>'
    start = declaration.encode() + b'<rss version="2.0"><channel><title>E</title><item><title>t</title><description>'
    return start + text + b"</description></item></channel></rss>"


def read(body: bytes, content_type: str = "") -> str:
    return clean(parse(body, content_type=content_type).entries[0]).text


@pytest.mark.parametrize(
    "encoding", ["", "utf-8", "UTF8", "us-ascii", "iso-8859-1", "windows-1252", "utf-16", "nonsense"]
)
@pytest.mark.parametrize("content_type", ["", "text/xml; charset=iso-8859-1", "application/xml; charset=utf-8"])
def test_parse_keeps_utf8_and_repairs_bad_bytes(encoding, content_type):
    assert read(feed(FRENCH.encode(), encoding), content_type) == FRENCH
    stray = FRENCH.encode().replace("’".encode(), b"\x92")
    assert read(feed(stray, encoding), content_type) == FRENCH
    assert read(feed(FRENCH.encode() + b" caf\xe9 10 \x80", encoding), content_type) == FRENCH + " café 10 €"


@pytest.mark.parametrize("encoding", ["", "utf-8", "us-ascii", "iso-8859-1", "windows-1252", "iso-8859-15"])
def test_parse_reads_windows_1252_under_any_declaration(encoding):
    text = FRENCH.replace("’", "'").replace("œ", "oe")
    assert read(feed(text.encode("cp1252"), encoding)) == text
    if encoding != "iso-8859-15":
        assert read(feed(FRENCH.encode("cp1252"), encoding)) == FRENCH


@pytest.mark.parametrize(
    ("label", "codec", "text"),
    [
        ("windows-1251", "cp1251", "Привет, Люмора открылась"), ("koi8-r", "koi8-r", "Привет, Люмора открылась"),
        ("iso-8859-2", "iso8859-2", "Łódź, święta i żółć"), ("shift_jis", "cp932", "ルモラが開店しました①"),
        ("x-sjis", "cp932", "ルモラが開店しました"), ("euc-jp", "euc_jp", "ルモラが開店しました"),
        ("gb2312", "gbk", "卢莫拉开业了，欢迎"),
        ("euc-kr", "cp949", "루모라가 문을 열었습니다"), ("iso-2022-jp", "iso2022_jp", "ルモラが開店しました"),
        ("big5", "big5", "盧莫拉開業了"), ("iso-8859-9", "cp1254", "İstanbul’da açıldı"),
    ],
)  # fmt: skip
def test_parse_reads_declared_encoding(label, codec, text):
    raw = text.encode(codec)
    assert read(feed(raw, label)) == read(feed(raw), f"text/xml; charset={label}") == text
    assert read(feed(raw, label), "text/xml; charset=utf-8") == text
    assert read(feed(raw, label), "text/xml; charset=ISO-8859-1") == text
    assert read(feed(text.encode(), label)) == text
    if codec != "iso2022_jp":
        broken = read(feed((text * 9).encode(codec) + b" \xff.", label))
        assert broken.startswith(text * 8)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"\xc3\xa9t\xc3\xa9 \xf0\x9f\x98\x80, \xed\xa0\xbd\xed\xb8\x80", "été 😀, 😀"),
        ("déjà vu, été".encode() + b"\xc3...", "déjà vu, été\ufffd..."),
        ("déjà vu, l’été".encode() + b"\xe2\x80", "déjà vu, l’été\ufffd"),
        ("déjà « \xc9t\xe9 »".encode("latin-1"), "déjà « Été »"),
    ],
)
def test_parse_reads_cut_and_joined_characters(raw, text):
    assert read(feed(raw)) == text


def test_parse_json_feed_repairs_bad_bytes():
    body = json.dumps({"items": [{"id": "1", "content_text": FRENCH}]}, ensure_ascii=False).encode()
    assert read(body.replace("’".encode(), b"\x92")) == FRENCH


def test_to_utf8_keeps_regular_feeds_as_they_are():
    body = feed(FRENCH.encode(), "utf-8")
    assert to_utf8(body, "text/xml") is body
    assert repair_xml(body) == body


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("AT&T et H&M", "AT&T et H&M"), ("R&D; ici", "R&D; ici"), ("a&copy=1", "a©=1"), ("a &nbsp b", "a b"),
        ("a &# b &#; c", "a &# b &#; c"), ("&unknown; &eacute;", "&unknown; é"), ("caf&#233 x", "café x"),
        ("&#0;a&#xD800;b&#11;", "ab"), ("1 < 2, I <3 you & me", "1 < 2, I <3 you & me"), ("&rpar;&colon;", "):"),
        ("a ]]> b", "a ]]> b"), ("a\x0bb\x1b", "ab"), ("<![CDATA[R&D &amp; x < y]]> & z", "R&D & x < y & z"),
        ("&AMP; &LT;", "& <"), ("&amp;eacute; &amp;amp;", "é &"), ("<!-- R&D --> AT&T", "AT&T"), ("&&&", "&&&"),
    ],
)  # fmt: skip
def test_parse_reads_raw_ampersands_as_browsers_do(raw, text):
    assert read(feed(raw.encode())) == text
    # feedparser reads feeds that are broken in another way, too.
    unclosed = feed(raw.encode()).removesuffix(b"</channel></rss>")
    assert lxml_parser.read(repair_xml(unclosed)) is None
    assert read(unclosed) == text


def test_parse_reads_raw_ampersands_in_titles_and_links():
    body = feed(b"x").replace(
        b"<title>t</title>", b"<title>AT&T &eacute; &x; R&D</title><link>http://a.fr/?a=1&b=2</link>"
    )
    entry = parse(body).entries[0]
    assert (entry.title, entry.url) == ("AT&T é &x; R&D", "http://a.fr/?a=1&b=2")


def test_repair_xml_keeps_declared_entities():
    body = b'<!DOCTYPE rss [\n<!ENTITY marque "Lumora">\n]>' + feed(b"&marque; & &eacute;")[21:]
    assert b"&marque; &amp; \xc3\xa9" in repair_xml(body)
    assert read(body) == "Lumora & é"
