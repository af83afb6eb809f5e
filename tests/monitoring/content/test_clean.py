"""Entries as plain text and as safe HTML."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.content.clean import clean, html_text, plain_text, safe_html, sanitize
from monitoring.records import Entry


def entry(body: str, **given) -> Entry:
    return Entry(native_id="1", url="https://a.fr/b/c", title="", body=body, **given)


def text(body: str, **given) -> str:
    return clean(entry(body, **given)).text


def html(body: str, **given) -> str:
    return safe_html(entry(body, **given))


@pytest.mark.parametrize(
    "body",
    [
        "<script>alert(1)</script>", "<style>p{}</style>", "<iframe src='https://x.fr'>x</iframe>",
        "<img src='https://x.fr/p.gif' onerror='alert(1)'>", "<svg onload=alert(1)><title>x</title></svg>",
        "<form action='/x'><input name=y></form>", "<!-- caché -->", "<object data=x>y</object>",
        "<audio src=x>y</audio>",
    ],
)  # fmt: skip
def test_clean_removes_elements_that_load_or_run(body):
    assert (html(body), text(body)) == ("", "")


def test_safe_html_removes_attributes_that_run_or_track():
    body = '<p onclick="x()" style="x" class="y">a <a href="https://b.fr/" target="_blank" ping="x">b</a></p>'
    assert html(body) == '<p>a <a href="https://b.fr/" rel="noopener nofollow">b</a></p>'
    assert "javascript" not in html("<a href='java&#10;script:alert(1)'>x</a>")
    assert "data:" not in html("<a href='data:text/html,x'>x</a>")


def test_safe_html_resolves_relative_links_against_entry_url():
    assert 'href="https://a.fr/x"' in html("<a class=k href='../x'>x</a>")
    assert 'href="https://b.fr/x"' in html("<a href=//b.fr/x>x</a>")
    assert "href" not in sanitize("<a href='/x'>x</a>", "pas une adresse")


def test_clean_writes_one_line_per_block():
    body = "<h2>Titre</h2>\n<p>Un\n  deux&nbsp;<b>tr</b>ois<br/>quatre</p><ul><li>a<li>b</ul>"
    body += "<table><tr><td>x<td>y</table>"
    assert text(body) == "Titre\nUn deux trois\nquatre\na\nb\nx y"


def test_clean_decodes_entities_once():
    assert text("AT&amp;T &eacute; &amp;eacute; &lt;b&gt; 1 < 2") == "AT&T é &eacute; <b> 1 < 2"
    assert text("R&amp;amp;D", body_is_html=False) == "R&amp;amp;D"


def test_clean_ignores_text_of_attributes():
    assert text('<a href="https://b.fr/?a=1>2&quot;<b>">lien</a> fin') == "lien fin"


def test_clean_keeps_lines_of_plain_text():
    body = "un <b>\n\n  deux  trois"
    assert (text(body, body_is_html=False), html(body, body_is_html=False)) == ("un <b>\ndeux trois", "")


def test_clean_removes_markup_from_html_titles_only():
    def title(text: str, is_html: bool) -> str:
        return clean(Entry(native_id="1", url="", title=text, body="", title_is_html=is_html)).title

    assert title("Un <b>titre</b>\n &amp; <script>x</script>co", True) == "Un titre & co"
    assert title("A&nbsp;&amp;&nbsp;B", True) == "A & B"
    assert title("Le <b> en\nHTML &amp;", False) == "Le <b> en HTML &amp;"


def test_clean_prefers_language_of_entry_over_feed():
    assert clean(Entry("1", "", "", "", language="en"), "fr").language == "en"
    assert clean(Entry("1", "", "", ""), "fr").language == "fr"


def test_safe_html_is_empty_when_repaired_markup_is_too_long():
    body = "<a>" * 60_000 + "fin"
    assert (html(body), text(body)) == ("", "fin")


HTML = st.lists(
    st.sampled_from(
        [
            "<p>", "</p>", "<b>", "<a href='x'>", '<a href="javascript:x">', "</a>", "<script>", "</script>", "<", ">",
            "&", "&lt;", "&amp;lt;script&gt;", "<!--", "-->", "<![CDATA[", "]]>", "texte", " ", "\n", '"', "<svg>",
            "<math>", "<style>", "<title>", "<noscript>", "<img src=x onerror=x>", "<table>", "<td>", "é",
        ]
    ),
    max_size=15,
).map("".join)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from(" \t\n\r\x1c\x85\u00a0\u200b\u2028\u3000aé\x00"), max_size=20))
def test_clean_collapses_white_space_of_plain_text(body):
    lines = (" ".join(line.split()) for line in body.split("\n"))
    assert text(body, body_is_html=False) == "\n".join(filter(None, lines))


@given(HTML)
def test_sanitize_removes_everything_active(body):
    once = sanitize(body, "https://a.fr/")
    for danger in ("<script", "<img", "<svg", "<style", "javascript:", "<!--"):
        assert danger not in once
    assert "\n\n" not in plain_text(once)


WORDS = st.sampled_from(
    ["l'été", "mot", " ", "\n", "&eacute;", "&amp;lt;", "&#8217;", "&nbsp;", "&lt;b&gt;", "1 > 0", '"', "="]
)
ELEMENTS = st.sampled_from(
    [
        "<p>%s</p>", "<P class='a b'>%s</P>", "<br>%s", "<BR />%s", "<b>%s</b>", '<a href="x?a=1&amp;b=2">%s</a>',
        "<a href='it\u201ds > here'>%s</a>", "<a href=plain>%s</a>", '<img src=x alt="l\'été > tout">%s',
        "<div data-x>%s</div>",
        "<ul><li>%s</li></ul>", "<h2 id=a>%s</h2>",
        "<table><tr><td>%s</td></tr></table>", "<pre>%s</pre>", "<o:p>%s</o:p>",
        "<!-- x -->%s", "<script>y</script>%s",
    ]
)  # fmt: skip
WELL_NESTED = st.recursive(
    WORDS,
    lambda inner: st.tuples(ELEMENTS, st.lists(inner, max_size=4)).map(lambda pair: pair[0] % "".join(pair[1])),
    max_leaves=12,
)
DAMAGED = st.lists(WORDS | ELEMENTS | st.sampled_from(["<em", "it's", "</p>", "<li>", "<td>", "<b", ">"]), max_size=12)


@settings(max_examples=400, deadline=None)
@given(WELL_NESTED)
def test_html_text_equals_text_of_sanitized_html(body):
    # Where repairs move a block, line breaks differ; the words do not.
    assert html_text(body).split() == plain_text(sanitize(body)).split()


@settings(max_examples=400, deadline=None)
@given(DAMAGED.map("".join))
def test_html_text_keeps_every_letter_of_damaged_markup(body):
    assert "".join(html_text(body).split()) == "".join(plain_text(sanitize(body)).split())


def test_html_text_needs_no_sanitizer_for_typical_feeds(monkeypatch):
    from monitoring.content import clean as module
    from monitoring.feeds.parse import parse
    from tests.monitoring.feeds.generate import mixed_feed

    bodies = [entry.body for seed in range(5) for entry in parse(mixed_feed(seed)).entries]
    expected = [plain_text(sanitize(body)) for body in bodies]
    monkeypatch.setattr(module, "sanitize", lambda html: "sanitized")
    assert [html_text(body) for body in bodies] == expected


@pytest.mark.parametrize("attribute", ['a%d="x"', "a%d", "a%d='<'", 'a%d=">"'])
@pytest.mark.parametrize("tag", ["<p %s>Lumen</p>", "<table><tr><td %s>Lumen</td></tr></table>"])
def test_clean_keeps_text_after_a_tag_with_many_attributes(tag, attribute):
    """The sanitizer takes quadratic time for them: a test that takes minutes ends by the timeout of the test run."""
    body = tag % " ".join(attribute % number for number in range(80_000))
    assert html(body) == ""
    assert text(body).endswith("Lumen") or "<" in attribute or ">" in attribute
