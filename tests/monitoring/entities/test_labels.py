"""The names of labeled posts: docs/entities.md has the figures of the posts that are in the repository."""

from pathlib import Path

import pytest

from tests.monitoring.entities.measure import HALVES, OWN, listed, measure, read_posts

DOCS = Path(__file__).parents[3] / "docs" / "entities.md"


@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize(("language", "word"), [("fr", "French"), ("en", "English")])
def test_docs_have_the_figures_of_the_posts_in_the_repository(language, word, half):
    found = measure(read_posts(language, half))
    row = f"| {word}, posts, {half} | {round(100 * found.precision)}% | {round(100 * found.recall)}% |"
    assert row in DOCS.read_text()


def test_the_most_frequent_names_of_the_posts_are_names():
    shown = listed("fr", "held-out", OWN, None)
    assert len(shown) == 20 and {"Halovia", "Angers", "Hydro-Vallière"} <= set(shown)
    assert not {"Bonjour", "SAV", "Service", "Livraison", "France 3"} & set(shown)
