"""The news searches of Google and Bing: their oddities."""

import pytest

from monitoring.platforms.registry import PLATFORMS
from tests.lookalikes.platforms.base import make_posts
from tests.lookalikes.platforms.news_feeds import BingNewsServer, GoogleNewsServer
from tests.monitoring.platforms.polling import Polls


@pytest.mark.parametrize(
    ("edition", "parameters"),
    [
        ("fr-FR", "hl=fr&gl=FR&ceid=FR%3Afr"),
        ("en-GB", "hl=en-GB&gl=GB&ceid=GB%3Aen"),
        ("pt-BR", "hl=pt-BR&gl=BR&ceid=BR%3Apt-419"),
        ("es-MX", "hl=es-419&gl=MX&ceid=MX%3Aes-419"),
        ("es-ES", "hl=es&gl=ES&ceid=ES%3Aes"),
    ],
)
def test_google_news_parameters_of_an_edition_agree(edition, parameters):
    assert PLATFORMS["googlenews"].address({"edition": edition}).endswith(f"?{parameters}")


def test_google_news_splits_title_at_the_last_hyphen():
    with GoogleNewsServer() as server:
        server.posts = make_posts(1)
        server.change(1, text="Lumen - une lampe", name="Le Jour")
        polls = Polls(server)
        polls.poll()
        entry = next(iter(polls.entries.values()))
        assert (entry.title, entry.author, entry.body, entry.language) == ("Lumen - une lampe", "Le Jour", "", "fr")


def test_google_news_joins_alternatives_and_asks_for_recent_articles():
    with GoogleNewsServer() as server:
        Polls(server, ['lumen OR "ville lumière"']).poll()
        assert [request.query["q"] for request in server.requests] == ['lumen OR "ville lumière" after:2026-11-12']


def test_bing_news_item_stays_the_same_when_its_link_changes():
    with BingNewsServer() as server:
        server.posts = make_posts(2)
        polls = Polls(server)
        polls.poll()
        polls.poll()
        assert set(polls.entries) == {"https://ada.example/news/1", "https://ada.example/news/2"}
