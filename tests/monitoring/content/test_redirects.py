"""Redirect URLs: their target is decoded exactly once; other URLs stay as they are."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.content.redirects import unwrap_redirect


@pytest.mark.parametrize(
    "url",
    [
        "https://www.google.com/search?q=a&url=http://x.fr/", "https://google.com.evil.fr/url?url=http://x.fr/",
        "https://www.google.com/url?url=javascript:alert(1)", "https://news.google.com/rss/articles/CBMi?oc=5",
        "https://www.bing.com/news/apiclick.aspx?ref=x", "http://[google.", "https://www.google.com/url?url=https://",
        "https://www.google.com/url?url=https%3A%2F%2F%5B", "https://www.bing.com/ck/a?u=a1%FF",
        "https://vk.com/a?to=http://x.fr",
        "https://x.fr/?u=https://www.google.com/url?url=https://y.fr/",
    ],
)  # fmt: skip
def test_unwrap_redirect_keeps_other_urls(url):
    assert unwrap_redirect(url) == url


ALERT = "https://www.google.com/url?rct=j&sa=t&url={}&ct=ga&cd=CAIyABC&usg=AOvVaw0"


@pytest.mark.parametrize(
    ("given_target", "target"),
    [
        ("https://x.fr/a", "https://x.fr/a"),
        ("https://x.fr/four%3Fid%3D7%26p%3D2", "https://x.fr/four?id=7&p=2"),
        ("https://x.fr/a?id=3&page=2", "https://x.fr/a?id=3&page=2"),
        ("https://x.fr/a?q=caf%26c", "https://x.fr/a?q=caf%26c"),
        ("https://x.fr/a%2520b%3Fq%3D100%2525", "https://x.fr/a%20b?q=100%25"),
        ("https%3A%2F%2Fx.fr%2Fa%3Fid%3D7%26p%3D2", "https://x.fr/a?id=7&p=2"),
        ("https%253A%252F%252Fx.fr%252Fa%253Fid%253D7", "https://x.fr/a?id=7"),
        ("https://x.fr/%C3%A9t%C3%A9", "https://x.fr/été"),
        ("https://x.fr/%E9t%E9%3Fa%3D1", "https://x.fr/%E9t%E9?a=1"),
        ("https://x.fr/a%23partie-2", "https://x.fr/a#partie-2"),
        ("https://x.fr/a%00b", "https://x.fr/ab"),
    ],
)
def test_unwrap_redirect_decodes_target_of_google_alerts_once(given_target, target):
    assert unwrap_redirect(ALERT.format(given_target)) == target


@pytest.mark.parametrize(
    "url",
    [
        "https://www.google.fr/url?q=https%3A%2F%2Fx.fr%2Fa%3Fb%3D1&sa=D",
        "http://google.co.uk/url?sa=t&url=https://x.fr/a%3Fb%3D1",
        "https://news.google.com/news/url?sa=t&ct2=fr&url=https%3A%2F%2Fx.fr%2Fa%3Fb%3D1&ei=x",
        "http://www.bing.com/news/apiclick.aspx?ref=FexRss&url=https%3a%2f%2fx.fr%2fa%3fb%3d1&c=1",
        "https://www.bing.com/ck/a?!&&p=1&u=a1aHR0cHM6Ly94LmZyL2E_Yj0x&ntb=1",
        "https://duckduckgo.com/l/?uddg=https%3A%2F%2Fx.fr%2Fa%3Fb%3D1&rut=x",
        "https://r.search.yahoo.com/_ylt=A/RV=2/RU=https%3a%2f%2fx.fr%2fa%3fb%3d1/RK=2/RS=x",
        "https://l.facebook.com/l.php?u=https%3A%2F%2Fx.fr%2Fa%3Fb%3D1&h=AT0",
        "https://out.reddit.com/t3_x?url=https%3A%2F%2Fx.fr%2Fa%3Fb%3D1&token=x",
        "https://www.youtube.com/redirect?event=video&q=https%3A%2F%2Fx.fr%2Fa%3Fb%3D1",
        "https://www.google.com/amp/s/x.fr/a?b=1",
        "https://eur02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fx.fr%2Fa%3Fb%3D1&data=x&reserved=0",
        "https://www.google.com/url?url=https%3A%2F%2Fwww.google.fr%2Furl%3Fq%3Dhttps%253A%252F%252Fx.fr%252Fa%253Fb%253D1",
    ],
)  # fmt: skip
def test_unwrap_redirect_returns_target_of_search_engines_and_networks(url):
    assert unwrap_redirect(url) == "https://x.fr/a?b=1"


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "https://www.google.com/url?", "url=", "https://", "%3A", "%25", "%E9", "&ct=", "&", "x.fr", "/",
        "[", "%5B",
                "https://www.bing.com/ck/a?u=a1", "é", "=", "https://www.google.com/amp/s/", ":99999",
            ]
        ),
        max_size=10,
    ).map("".join)
)  # fmt: skip
def test_unwrap_redirect_never_raises(url):
    assert isinstance(unwrap_redirect(url), str)
