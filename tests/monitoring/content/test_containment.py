"""Whether a summary adds anything to the text that it summarizes."""

import pytest

from monitoring.content.containment import is_contained

BODY = (
    "La boutique Lumora ouvre ses portes à Lyon. L’équipe accueille les clients dès lundi, avec C++ et #rabais.\n"
    "Elle restera ouverte tout l'été !"
)


@pytest.mark.parametrize(
    "text",
    [
        "La boutique Lumora ouvre ses portes à Lyon.",
        "La boutique Lumora ouvre ses portes à Lyon. L'équipe accueille…",
        "La boutique Lumora ouvre ses portes à Lyon. L’équipe accueille les cli[…]",
        "… l’équipe accueille les clients … restera ouverte tout l'été …",
        "« La boutique Lumora ouvre ses portes à Lyon » [...] Lire la suite",
        "La boutique Lumora\nouvre ses portes ... Read more »",
        "Elle restera ouverte tout l’été !\nThe post Lumora à Lyon appeared first on Le blog.",
        "Elle restera ouverte tout l’été ! L’article Lumora à Lyon est apparu en premier sur Le blog.",
        "Elle restera ouverte… Continue reading Lumora à Lyon →",
        "…",
    ],
)
def test_is_contained_when_text_repeats_another(text):
    assert is_contained(text, ["Lumora à Lyon", BODY])


@pytest.mark.parametrize(
    "text",
    [
        "La boutique Aurore ouvre ses portes à Lyon.",
        "La boutique Lumora ouvre ses portes à Lyon. Aurore aussi.",
        "La boutique Lum",
        "avec C",
        "#Lumora",
        "Pour voir plus de boutiques Aurore",
        "Lyon. L’équipe de Lumora",
    ],
)
def test_is_contained_is_false_when_a_word_differs(text):
    assert not is_contained(text, ["Lumora à Lyon", BODY])
