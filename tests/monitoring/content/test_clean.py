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
def test_what_loads_or_runs_leaves_nothing_behind(body):
    assert (html(body), text(body)) == ("", "")


def test_attributes_that_run_or_track_are_dropped_and_links_made_safe():
    body = '<p onclick="x()" style="x" class="y">a <a href="https://b.fr/" target="_blank" ping="x">b</a></p>'
    assert html(body) == '<p>a <a href="https://b.fr/" rel="noopener nofollow">b</a></p>'
    assert "javascript" not in html("<a href='java&#10;script:alert(1)'>x</a>")
    assert "data:" not in html("<a href='data:text/html,x'>x</a>")


def test_relative_links_are_completed_by_the_entrys_address():
    assert 'href="https://a.fr/x"' in html("<a class=k href='../x'>x</a>")
    assert 'href="https://b.fr/x"' in html("<a href=//b.fr/x>x</a>")
    assert "href" not in sanitize("<a href='/x'>x</a>", "pas une adresse")


def test_blocks_become_lines_and_spaces_collapse():
    body = "<h2>Titre</h2>\n<p>Un\n  deux&nbsp;<b>tr</b>ois<br/>quatre</p><ul><li>a<li>b</ul>"
    body += "<table><tr><td>x<td>y</table>"
    assert text(body) == "Titre\nUn deux trois\nquatre\na\nb\nx y"


def test_entities_are_decoded_once():
    assert text("AT&amp;T &eacute; &amp;eacute; &lt;b&gt; 1 < 2") == "AT&T é &eacute; <b> 1 < 2"
    assert text("R&amp;amp;D", body_is_html=False) == "R&amp;amp;D"


def test_text_of_attributes_is_never_taken_for_text():
    assert text('<a href="https://b.fr/?a=1>2&quot;<b>">lien</a> fin') == "lien fin"


def test_plain_text_keeps_its_lines_and_has_no_html():
    body = "un <b>\n\n  deux  trois"
    assert (text(body, body_is_html=False), html(body, body_is_html=False)) == ("un <b>\ndeux trois", "")


def test_titles_lose_their_markup_only_where_they_are_html():
    def title(text: str, is_html: bool) -> str:
        return clean(Entry(native_id="1", url="", title=text, body="", title_is_html=is_html)).title

    assert title("Un <b>titre</b>\n &amp; <script>x</script>co", True) == "Un titre & co"
    assert title("A&nbsp;&amp;&nbsp;B", True) == "A & B"
    assert title("Le <b> en\nHTML &amp;", False) == "Le <b> en HTML &amp;"


def test_the_entrys_language_counts_before_the_feeds():
    assert clean(Entry("1", "", "", "", language="en"), "fr").language == "en"
    assert clean(Entry("1", "", "", ""), "fr").language == "fr"


def test_markup_that_grows_when_mended_is_left_out_but_not_its_text():
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
@given(HTML)
def test_sanitised_html_is_inert(body):
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
ORDINARY = st.recursive(
    WORDS,
    lambda inner: st.tuples(ELEMENTS, st.lists(inner, max_size=4)).map(lambda pair: pair[0] % "".join(pair[1])),
    max_leaves=12,
)
SOUP = st.lists(WORDS | ELEMENTS | st.sampled_from(["<em", "it's", "</p>", "<li>", "<td>", "<b", ">"]), max_size=12)


@settings(max_examples=400, deadline=None)
@given(ORDINARY)
def test_the_short_way_to_the_text_comes_to_the_same(body):
    # Blocks that sloppy nesting moves about break lines elsewhere; inside a block it is the same to the letter.
    assert html_text(body).split() == plain_text(sanitize(body)).split()


@settings(max_examples=400, deadline=None)
@given(SOUP.map("".join))
def test_the_short_way_loses_no_letter_of_damaged_markup(body):
    assert "".join(html_text(body).split()) == "".join(plain_text(sanitize(body)).split())


def test_the_feeds_of_the_benchmark_take_the_short_way(monkeypatch):
    from monitoring.content import clean as module
    from monitoring.feeds.parse import parse
    from tests.monitoring.feeds.generate import mixed_feed

    bodies = [entry.body for seed in range(5) for entry in parse(mixed_feed(seed)).entries]
    expected = [plain_text(sanitize(body)) for body in bodies]
    monkeypatch.setattr(module, "sanitize", lambda html: "the long way")
    assert [html_text(body) for body in bodies] == expected
