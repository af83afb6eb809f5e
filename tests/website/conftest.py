"""A running look-alike of each provider."""

import pytest

from tests.lookalikes.website.registry import SERVERS
from website.readers.google_analytics import GoogleAnalytics


@pytest.fixture(params=sorted(SERVERS))
def server(request, monkeypatch):
    """Run the contract once per provider."""
    with SERVERS[request.param]() as running:
        point_google_to(running, monkeypatch)
        yield running


@pytest.fixture
def google(monkeypatch):
    with SERVERS["google_analytics"]() as running:
        point_google_to(running, monkeypatch)
        yield running


@pytest.fixture
def matomo():
    with SERVERS["matomo"]() as running:
        yield running


@pytest.fixture
def plausible():
    with SERVERS["plausible"]() as running:
        yield running


def point_google_to(running, monkeypatch):
    """Google has one address only, so requests go to the look-alike instead."""
    monkeypatch.setattr(GoogleAnalytics, "api_url", running.url)
    monkeypatch.setattr(GoogleAnalytics, "token_url", f"{running.url}/token")
    monkeypatch.setattr(GoogleAnalytics, "admin_url", running.url)
    monkeypatch.setattr(GoogleAnalytics, "authorize_url", f"{running.url}/authorize")
