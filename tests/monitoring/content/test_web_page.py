"""A web page as text: what people read of it, whatever its bytes."""

import pytest

from monitoring.content.web_page import Page, read_page


def test_it_works():
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
def test_letters_are_read_in_the_encoding_they_were_written_in(body, content_type):
    assert read_page(body, content_type).text == "été"


@pytest.mark.parametrize("content_type", ["image/png", "application/pdf", "application/json"])
def test_what_is_no_page_is_none(content_type):
    assert read_page(b"whatever", content_type) is None
    assert read_page(b"\x89PNG\x00\x00", "text/html") is None


@pytest.mark.parametrize(
    "body", [b"", b" ", b"<", b"<html>", b"<!--", b"\xff\xfe<p>", b"<div>" * 5000, b"<p>&#0;&#xD800;x", b"]]>" * 99]
)
def test_no_bytes_raise(body):
    page = read_page(body, "text/html")
    assert page is None or "\0" not in page.text
    if page:
        page.text.encode()
