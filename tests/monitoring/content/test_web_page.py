"""Web pages as text: title, text, language, encodings, malformed bytes."""

import pytest

from monitoring.content.web_page import Page, read_page


def test_read_page_extracts_title_text_and_language():
    body = """<!doctype html><html lang="fr-FR"><head><title> La
      panne </title><style>p {}</style></head><body><nav>Menu</nav><main><h1>Panne</h1><p>L’été,
      <b>enfin</b>&nbsp;!</p><script>let x = "<p>non"</script></main><footer>Mentions légales</footer></body></html>"""
    assert read_page(body.encode(), "text/html; charset=utf-8") == Page("La panne", "Panne\nL’été, enfin !", "fr-fr")


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("<p>été</p>".encode(), "text/html"),
        ("<p>été</p>".encode("latin-1"), "text/html; charset=iso-8859-1"),
        ('<meta charset="windows-1252"><p>été</p>'.encode("windows-1252"), "text/html"),
        ("<p>été</p>".encode(), "text/html; charset=no-such-thing"),
        ("été".encode("latin-1"), "text/plain; charset=latin-1"),
        ("<p>été</p>".encode(), ""),
    ],
)
def test_read_page_decodes_declared_and_undeclared_encodings(body, content_type):
    assert read_page(body, content_type).text == "été"


@pytest.mark.parametrize("content_type", ["image/png", "application/pdf", "application/json"])
def test_read_page_returns_none_when_content_is_no_page(content_type):
    assert read_page(b"whatever", content_type) is None
    assert read_page(b"\x89PNG\x00\x00", "text/html") is None


@pytest.mark.parametrize(
    "body", [b"", b" ", b"<", b"<html>", b"<!--", b"\xff\xfe<p>", b"<div>" * 5000, b"<p>&#0;&#xD800;x", b"]]>" * 99]
)
def test_read_page_never_raises_on_any_bytes(body):
    page = read_page(body, "text/html")
    assert page is None or "\0" not in page.text
    if page:
        page.text.encode()
