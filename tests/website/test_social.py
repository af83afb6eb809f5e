"""Which visits come from social sites."""

import pytest

from website.social import is_social


@pytest.mark.parametrize(
    ("source", "medium"),
    [
        *[("m.facebook.com", "referral"), ("facebook", "(none)"), ("t.co", "referral"), ("lnkd.in", "referral")],
        *[("Mastodon", "social"), ("newsletter", "paid_social"), ("brand", "organic-social"), ("x.com", "")],
        *[("mastodon.social", "referral"), ("bsky.app", "referral"), ("old.reddit.com", "referral"), ("X", "")],
        *[("Twitter", ""), ("Hacker News", ""), ("l.instagram.com", "referral"), ("go.bsky.app", "referral")],
    ],
)
def test_social_visits(source, medium):
    assert is_social(source, medium)


@pytest.mark.parametrize(
    ("source", "medium"),
    [
        *[("google", "organic"), ("(direct)", ""), ("lemonde.fr", "referral"), ("facebook", "cpc"), ("x.example", "")],
        *[("t.example.com", "referral"), ("antisocial.example", "referral"), ("news", "email"), ("", "")],
        *[("fb.example", ""), ("facebookish.example", "")],
    ],
)
def test_other_visits(source, medium):
    assert not is_social(source, medium)
