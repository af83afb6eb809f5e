"""Rules, counts and emails are written as each language writes numbers, times and percentages."""

import re
from datetime import timedelta

import pytest
from django.utils import translation

from alerts.conditions.base import Settings
from alerts.digests import send
from alerts.evaluate import evaluate_all
from alerts.messages import observation, rule_sentence
from alerts.models import Digest, Rule
from delivery.models import Delivery
from monitoring.models import Source
from tests.alerts.digests.helpers import END, INSIDE, NOW, START
from tests.factories import make_keyword, make_mentions, make_source

NBSP, NARROW = "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Alert when negative mentions of Lumen rise by 1,150% or more in 7 days, with a minimum of 2,000"),
        (
            "fr",
            f"Alerter quand les mentions négatives pour Lumen augmentent de 1{NARROW}150{NBSP}% ou plus "
            f"en 7 jours, avec un minimum de 2{NARROW}000",
        ),
    ],
)
def test_rule_sentence_formats_numbers_by_language(language, text):
    settings = Settings("increase", percent=1150, minimum=2000, sentiment="negative", counts_stories=True)
    with translation.override(language):
        assert rule_sentence("Lumen", settings, Rule.Window.DAY_7) == text


@pytest.mark.parametrize(
    ("language", "sentiment", "text"),
    [
        ("en", "", "Lumen: 1,240 mentions in 1 hour"),
        ("fr", "", f"Lumen{NBSP}: 1{NARROW}240 mentions en 1 heure"),
        ("en", "positive", "Lumen: 1,240 positive mentions in 1 hour"),
        ("fr", "positive", f"Lumen{NBSP}: 1{NARROW}240 mentions positives en 1 heure"),
    ],
)
def test_observation_formats_numbers_by_language(language, sentiment, text):
    with translation.override(language):
        assert observation("Lumen", 1240, Settings("above", sentiment=sentiment), 3600) == text


@pytest.fixture
def emails(project, owner, manager):
    """The digest and both incident emails, to Ada in English and to Marc in French."""
    keyword = make_keyword(project, "Lumen", "lumen")
    labels = ["negative"] * 9 + ["positive"] * 3
    make_mentions(keyword, [{"sentiment": label, "found_at": INSIDE, "published": INSIDE} for label in labels])
    failing = {"error_code": "timeout", "failing_since": START}
    make_source(project, title="Slow times", **failing)
    make_source(project, title="Gone times", state=Source.State.STOPPED, **failing)
    for user in (owner, manager):
        Digest.objects.create(project=project, user=user, frequency="weekly", weekday=2, hour=8, sent_until=START)
    send.write_due(NOW)
    Rule.objects.create(project=project, keyword=keyword, threshold=3)
    evaluate_all(INSIDE + timedelta(minutes=20))
    for moment in (END - timedelta(hours=1), END):
        evaluate_all(moment)
    assert Delivery.objects.count() == 6
    return {
        user.language: "\n".join(text for row in Delivery.objects.filter(user=user) for text in (row.text, row.html))
        for user in (owner, manager)
    }


@pytest.mark.parametrize(
    ("language", "phrases"),
    [
        (
            "en",
            [
                "Tuesday, June 9 at 8 a.m. – Wednesday, June 10 at 8 a.m.",
                "You receive this digest every Wednesday at 8 a.m. (Europe/Paris).",
                "Alert on Tuesday, June 9 at 11:20 a.m.",
                "Peak of the incident · Started on Tuesday, June 9 at 11:20 a.m.",
                "2 sources are failing, so the count may be too low.",
            ],
        ),
        (
            "fr",
            [
                f"du mardi 9 juin à 8{NBSP}h au mercredi 10 juin à 8{NBSP}h",
                f"Vous recevez ce récapitulatif chaque mercredi à 8{NBSP}h (Europe/Paris).",
                f"Alerte du mardi 9 juin à 11{NBSP}h{NBSP}20",
                f"Pic de l’incident · Début le mardi 9 juin à 11{NBSP}h{NBSP}20",
                f"2 sources sont en erreur{NBSP}: le nombre peut être sous-estimé.",
            ],
        ),
    ],
)
def test_emails_format_times_and_numbers_by_language(emails, language, phrases):
    text = re.sub(r"</?a[^>]*>", "", emails[language])
    assert [phrase for phrase in phrases if phrase not in text] == []
    assert not re.search(r"\.\.|%\(|{{|\d:00", text)
