import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.feeds.clean import clean, plain_text, sanitise
from monitoring.items import Entry


def cleaned(body: str, **given):
    return clean(Entry(native_id="1", url="https://a.fr/b/c", title="", body=body, **given))


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
    assert (cleaned(body).html, cleaned(body).text) == ("", "")


def test_attributes_that_run_or_track_are_dropped_and_links_made_safe():
    html = cleaned(
        '<p onclick="x()" style="x" class="y">a <a href="https://b.fr/" target="_blank" ping="x">b</a></p>'
    ).html
    assert html == '<p>a <a href="https://b.fr/" rel="noopener nofollow">b</a></p>'
    assert "javascript" not in cleaned("<a href='java&#10;script:alert(1)'>x</a>").html
    assert "data:" not in cleaned("<a href='data:text/html,x'>x</a>").html


def test_relative_links_are_completed_by_the_entrys_address():
    assert 'href="https://a.fr/x"' in cleaned("<a class=k href='../x'>x</a>").html
    assert 'href="https://b.fr/x"' in cleaned("<a href=//b.fr/x>x</a>").html
    assert "href" not in sanitise("<a href='/x'>x</a>", "pas une adresse")


def test_blocks_become_lines_and_spaces_collapse():
    body = "<h2>Titre</h2>\n<p>Un\n  deux&nbsp;<b>tr</b>ois<br/>quatre</p><ul><li>a<li>b</ul>"
    body += "<table><tr><td>x<td>y</table>"
    assert cleaned(body).text == "Titre\nUn deux trois\nquatre\na\nb\nx y"


def test_entities_are_decoded_once():
    assert cleaned("AT&amp;T &eacute; &amp;eacute; &lt;b&gt; 1 < 2").text == "AT&T é &eacute; <b> 1 < 2"
    assert cleaned("R&amp;amp;D", body_is_html=False).text == "R&amp;amp;D"


def test_text_of_attributes_is_never_taken_for_text():
    assert cleaned('<a href="https://b.fr/?a=1>2&quot;<b>">lien</a> fin').text == "lien fin"


def test_plain_text_keeps_its_lines_and_has_no_html():
    item = cleaned("un <b>\n\n  deux  trois", body_is_html=False)
    assert (item.text, item.html) == ("un <b>\ndeux trois", "")


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
    item = cleaned("<a>" * 60_000 + "fin")
    assert (item.html, item.text) == ("", "fin")


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
    once = sanitise(body, "https://a.fr/")
    for danger in ("<script", "<img", "<svg", "<style", "javascript:", "<!--"):
        assert danger not in once
    assert "\n\n" not in plain_text(once)
