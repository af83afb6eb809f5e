"""Links with campaign parameters."""

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from website.utm import Tags, completed_url, tagged_url

TAGS = Tags("mastodon", "social", "Automne 2026", "Post 12")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example", "https://a.example/?"),
        ("https://a.example/b?x=1&y=", "https://a.example/b?x=1&y=&"),
        ("https://a.example/b?utm_source=old&x=1#part", "https://a.example/b?x=1&"),
    ],
)
def test_tags_are_added_to_the_url(url, expected):
    found = tagged_url(url, TAGS)
    tags = "utm_source=mastodon&utm_medium=social&utm_campaign=automne-2026&utm_content=post-12"
    fragment = "#part" if "#" in url else ""
    assert found == f"{expected}{tags}{fragment}"
    assert tagged_url(found, TAGS) == found


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_value_is_read_back_in_lower_case(campaign, content):
    found = parse_qs(urlsplit(tagged_url("https://a.example/", Tags("x", "social", campaign, content))).query)
    assert found.get("utm_campaign", [""])[0] == "-".join(campaign.lower().split())
    assert found.get("utm_content", [""])[0] == "-".join(content.lower().split())


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example", "https://a.example?{}"),
        ("https://a.example/?", "https://a.example/?{}"),
        ("https://a.example/b?x=%20a&y=#part", "https://a.example/b?x=%20a&y=&{}#part"),
    ],
)
def test_missing_tags_are_added_and_the_rest_stays_as_written(url, expected):
    tags = "utm_source=mastodon&utm_medium=social&utm_campaign=automne-2026&utm_content=post-12"
    found = completed_url(url, TAGS)
    assert found == expected.format(tags)
    assert completed_url(found, Tags("x", "email", "other", "post-1")) == found


def test_existing_tags_stay():
    found = completed_url("https://a.example/?utm_campaign=Own&utm_source=", TAGS)
    assert found == "https://a.example/?utm_campaign=Own&utm_source=&utm_medium=social&utm_content=post-12"
