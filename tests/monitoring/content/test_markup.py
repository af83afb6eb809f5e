"""HTML in which elements, comments or quotes would hide the rest of a text, and HTML that takes the sanitizer long."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from monitoring.content.clean import MAX_TEXT, clean, html_text, plain_text, safe_html, sanitize
from monitoring.content.markup import MAX_MARKUP, unwrap_cdata
from monitoring.records import Entry

REST = "<p>Toute la suite sur Lumora.</p>"

UNCLOSED = """iframe script style video audio object svg math canvas template textarea title head xmp plaintext
noscript noembed noframes select embed form button details table""".split()  # noqa: SIM905


@pytest.mark.parametrize("tag", ["<{}>", "<{}/>", '<{} src="https://v.example/1"/>', '<{} src="https://v.example/1">'])
@pytest.mark.parametrize("name", UNCLOSED)
def test_clean_keeps_text_after_unclosed_element(name, tag):
    body = f"<p>Avant</p>{tag.format(name)}{REST}"
    assert html_text(body).split("\n") == ["Avant", "Toute la suite sur Lumora."]
    assert "Toute la suite sur Lumora." in sanitize(body)


@pytest.mark.parametrize(
    "hiding",
    [
        "<h3>Non à <noscript></h3>", "<!-- suite ", "<!--more>", '<a href="https://a.example>', "<script>var x = 1; ",
        '<iframe src="1"><p>Entre</p><iframe src="2"></iframe>',
        '<script src="1"><p>Entre</p><script src="2"></script>',
        '<video src="1"/><p>Entre</p><video src="2"></video>', "<svg><path d=x>", "<style>p { color: red } ",
    ],
)  # fmt: skip
def test_clean_keeps_text_after_element_that_hides_it(hiding):
    body = f"<p>Avant</p>{hiding}{REST}"
    lines = html_text(body).split("\n")
    assert (lines[0], lines[-1].strip()) == ("Avant", "Toute la suite sur Lumora.")
    assert ("Entre" in lines) == ("Entre" in hiding)
    assert "Lumora" in sanitize(body)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<form><p>Le texte entier sur Lumora</p></form>", "Le texte entier sur Lumora"),
        ("<p>Un <button>bouton Lumora</button></p>", "Un bouton Lumora"),
        ("<noscript><p>Sans script</p></noscript>", "Sans script"),
        ("<select><option>Un<option selected>Deux</select>", "Un\nDeux"),
        ("<fieldset><legend>Titre</legend><label>Nom</label>x</fieldset>", "Titre\nNom\nx"),
        ("<textarea>Un <b>code</b> &amp; co</textarea>", "Un <b>code</b> & co"),
        ("<section>a</section><article>b</article><details><summary>c</summary>d</details>", "a\nb\nc\nd"),
        ("<iframe src=x>rien</iframe><video>rien</video><script>rien</script>Texte", "Texte"),
        ('<img alt="<script>"><img alt="<!--">Texte', "Texte"),
        ('<script>x("<script src=y><\\/script>")</script>Texte', "Texte"),
        ("<style><!-- p {} --></style><!-- wp:paragraph -->Texte<!-- /wp -->", "Texte"),
        ("<svg><p>Texte</p></svg>", "Texte"),
        ("<g>Un</g> <text>deux</text><table><td><mi>x</table>", "Un deux\nx"),
    ],
)
def test_html_text_keeps_what_is_meant_to_be_seen(body, text):
    assert html_text(body) == plain_text(sanitize(body)) == text


@pytest.mark.parametrize(
    ("text", "inner"),
    [
        ("<![CDATA[La boutique]]>", "La boutique"),
        (" <![CDATA[<p>Un</p>]]>\n", "<p>Un</p>"),
        ("&lt;![CDATA[&lt;p&gt;R&amp;D&lt;/p&gt;]]&gt;", "<p>R&D</p>"),
        ("<p>Un <![CDATA[deux]]> trois</p>", "<p>Un deux trois</p>"),
        ("<![CDATA[Un]]><![CDATA[ deux]]>", "Un deux"),
        ("<![CDATA[<![CDATA[Un]]>]]>", "Un"),
        ("<![CDATA[Coupé", "Coupé"),
        ("<p>Écrire &lt;![CDATA[ x ]]&gt; en XML</p>", "<p>Écrire &lt;![CDATA[ x ]]&gt; en XML</p>"),
        ("a[b[0]]> 1", "a[b[0]]> 1"),
    ],
)
def test_unwrap_cdata_removes_markers(text, inner):
    assert unwrap_cdata(text) == inner


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("AT&T et H&M", "AT&T et H&M"), ("R&D; ici", "R&D; ici"), ("a&copy=1", "a©=1"), ("a &nbsp b", "a b"),
        ("a &# b &#; c", "a &# b &#; c"), ("&unknown; &eacute;", "&unknown; é"), ("caf&#233 x", "café x"),
        ("&#150; &#x1F600;", "– 😀"), ("&amp;eacute;", "&eacute;"), ("&LT;b&GT; &apos;", "<b> '"),
    ],
)  # fmt: skip
def test_html_text_reads_references_as_browsers_do(html, text):
    assert html_text(html) == html_text(f"<p>{html}</p>") == plain_text(sanitize(f"<p>{html}</p>")) == text


def cleaned(body: str):
    return clean(Entry(native_id="1", url="", title="", body=body))


def test_clean_reads_text_after_long_attribute():
    for value in (f'"data:image/png;base64,{"A" * 300_000}"', f"'{'x ' * 150_000}'", "B" * 300_000):
        item = cleaned(f"<p><img src={value}> Lumora est là</p>")
        assert (item.text, item.is_truncated) == ("Lumora est là", False)


def test_clean_cuts_plain_text_and_says_so():
    item = cleaned("<p><b>texte</b></p>" * 60_000)
    assert (len(item.text), item.is_truncated) == (MAX_TEXT, True)
    assert not cleaned("<i>mot</i> " * 20_000).is_truncated
    assert cleaned("é" * MAX_TEXT).is_truncated is False
    assert cleaned("é" * (MAX_TEXT + 1)).is_truncated is True
    long = cleaned("<b class='un'></b>" * (MAX_MARKUP // 10) + "fin")
    assert (long.text, long.is_truncated) == ("", True)


@pytest.mark.parametrize("tag", ["<div>", "<div><b>", "<svg>", "<a><table>", "<!--", "<b x='", '<a b="', "<script "])
def test_clean_reads_hostile_markup_in_bounded_time(tag):
    body = "<p>Avant</p>" + tag * (MAX_MARKUP // len(tag))
    assert html_text(body).startswith("Avant")
    assert len(safe_html(Entry(native_id="1", url="", title="", body=body))) <= 400_000


PIECES = st.sampled_from(
    [
        "<script>", "</script>", "<script/>", "<script src=x>", "<style>", "</style>", "<textarea>", "</textarea>",
        "<title>", "</title>", "<noscript>", "</noscript>", "<xmp>", "</xmp>", "<iframe/>", "<iframe srcdoc='",
        "<svg>", "</svg>", "<svg/onload=alert(1)>", "<math><mtext>", "<template>", "<plaintext>", "<select>",
        "<option>", "<form>", "<button formaction='javascript:alert(1)'>", "<!--", "-->", "--!>", "<![CDATA[", "]]>",
        "&lt;", "&gt;", "&lt;![CDATA[", "]]&gt;", "<img src=x onerror=alert(1)>",
        "&lt;img src=x onerror=alert(1)&gt;", '"', "'", "=", ">", '<a href="javascript:alert(1)">', "<a href='",
        "<p title=\"", "<style><img src=x onerror=alert(1)></style>",
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">", "texte", "<table>", "<td>", "<mglyph>",
    ]
)  # fmt: skip


ACTIVE = {"script", "style", "iframe", "svg", "math", "img", "form", "button", "template", "xmp"}


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=14).map("".join))
def test_sanitize_removes_everything_active_that_was_unwrapped(body):
    safe = sanitize(body, "https://a.example/")
    for element in lxml_html.fragment_fromstring(safe, create_parent="div").iterdescendants():
        assert element.tag not in ACTIVE
        assert not any(name.startswith("on") or name in ("style", "srcdoc") for name in element.attrib)
        assert not element.get("href", "").strip().lower().startswith(("javascript:", "data:"))
