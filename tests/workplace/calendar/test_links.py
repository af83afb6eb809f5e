"""Campaign parameters in the links of a text: which links get them, and what stays as it was written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workplace.calendar.links import post_ids, read_domain, tag_links, tags_of, untagged

DOMAINS = ("lumen.example",)
TAGS = tags_of(12, "bluesky", "Automne 2026")
QUERY = "utm_source=bluesky&utm_medium=social&utm_campaign=automne-2026&utm_content=vigie-12"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("See https://lumen.example/a.", "See https://lumen.example/a?{}."),
        ("(https://www.lumen.example/a?b=1)!", "(https://www.lumen.example/a?b=1&{})!"),
        ("https://lumen.example/wiki/Lamp_(desk)", "https://lumen.example/wiki/Lamp_(desk)?{}"),
        ("« HTTPS://LUMEN.example/a#b »", "« HTTPS://LUMEN.example/a?{}#b »"),
        (
            "https://shop.lumen.example\nhttps://lumen.example",
            "https://shop.lumen.example?{}\nhttps://lumen.example?{}",
        ),
        (
            "https://lumen.example/a_ and https://lumen.example/a_",
            "https://lumen.example/a_?{} and https://lumen.example/a_?{}",
        ),
        ("_https://lumen.example/a_", "_https://lumen.example/a?{}_"),
        ("A\n_https://lumen.example/a_", "A\n_https://lumen.example/a?{}_"),
        ("**Come: https://lumen.example/a**!", "**Come: https://lumen.example/a?{}**!"),
        ("see_you *now* https://lumen.example/a_", "see_you *now* https://lumen.example/a_?{}"),
        (
            "[a](https://lumen.example/x)[b c](https://lumen.example/y)",
            "[a](https://lumen.example/x?{})[b c](https://lumen.example/y?{})",
        ),
        ("https://lumen.example/x[b c](https://a.example)", "https://lumen.example/x?{}[b c](https://a.example)"),
        (
            "|https://lumen.example/x|https://lumen.example/y|",
            "|https://lumen.example/x?{}|https://lumen.example/y?{}|",
        ),
        ("https://lumen.example/?a[]=1&b[0]=2", "https://lumen.example/?a[]=1&b[0]=2&{}"),
        ("(https://lumen.example/a_(b)).", "(https://lumen.example/a_(b)?{})."),
        ("https://notlumen.example https://lumen.example.evil.example", None),
        ("lumen.example/a", None),
        ("https://lumen.example@evil.example/", None),
        ("https://[lumen.example/", None),
        ("No link", None),
    ],
)
def test_links_to_own_domains_get_parameters(text, expected):
    found = tag_links(text, DOMAINS, TAGS)
    assert found == (text if expected is None else expected.replace("{}", QUERY))
    assert tag_links(found, DOMAINS, TAGS) == found
    assert tag_links(text, (), TAGS) == text


def test_number_of_another_post_is_replaced():
    def link(campaign, content):
        return f"https://lumen.example/a?utm_campaign={campaign}&utm_content={content}&utm_source=bluesky&utm_medium=social#b"

    assert tag_links(link("vigie-7", "vigie-7"), DOMAINS, TAGS) == link("automne-2026", "vigie-12")
    assert tag_links(link("vigie-7", "vigie-7"), DOMAINS, tags_of(12, "x", "")) == link("vigie-12", "vigie-12")
    own = link("vigie-7x", "post-7")
    assert tag_links(own, DOMAINS, TAGS) == own


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://a.example/?utm_campaign=vigie-7&utm_content=vigie-7.", "https://a.example/."),
        ("https://a.example/?utm_content=vigie-7&b=1&utm_campaign=vigie-7#c", "https://a.example/?b=1#c"),
        ("_https://a.example/?utm_source=x&utm_content=vigie-7_", "_https://a.example/?utm_source=x_"),
        ("https://a.example/?utm_content=post-7&utm_campaign=vigie-7x", None),
    ],
)
def test_text_for_another_post_names_none(text, expected):
    assert untagged(text) == (text if expected is None else expected)
    assert untagged(untagged(text)) == untagged(text)


def test_post_without_a_campaign_is_one_and_its_number_is_read_back():
    tags = tags_of(7, "x", "")
    assert (tags.source, tags.campaign, tags.content) == ("x", "vigie-7", "vigie-7")
    assert post_ids(["vigie-7", "vigie-", "vigie-x", "Vigie-8", "post-9", "vigie-9999999999999999999"]) == {7}


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        (" www.Lumen.example ", "lumen.example"),
        ("https://lumen.example/a?b", "lumen.example"),
        ("lumen.example:8080", "lumen.example"),
        ("métro.example", "métro.example"),
        ("lumen", ""),
        ("lumen..example", ""),
        ("", ""),
        ("not a domain.x", ""),
    ],
)
def test_domain_is_read_from_a_line(text, domain):
    assert read_domain(text) == domain


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_and_domain_are_read(text, line):
    domain = read_domain(line)
    assert read_domain(domain) == domain
    tag_links(f"{text} https://{text}", [domain] if domain else DOMAINS, TAGS)
