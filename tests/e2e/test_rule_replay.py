"""Making a rule with its test on past data in a browser, in both languages."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from alerts.models import Rule
from tests.alerts.replay.past import make_past

WORDS = {
    "en": {
        "once": "would have been triggered once in the last 90 days",
        "missed": "It would have missed the crisis of",
        "noisy": "Too noisy:",
        "incomplete": "Complete the rule to test it.",
        "failed": "Vigie didn’t respond.",
        "save": "Save rule",
        "rule": "Alert when Lumen gets more than 15 mentions in 1 hour",
        "whole": "Alert when Lumen gets more than 15 mentions in 1 hour, in 2 evaluations in a row.",
    },
    "fr": {
        "once": "se serait déclenchée une fois au cours des 90 derniers jours",
        "missed": "Elle aurait manqué la crise du",
        "noisy": "Trop bruyante",
        "incomplete": "Complétez la règle pour la tester.",
        "failed": "Vigie n’a pas répondu.",
        "save": "Enregistrer la règle",
        "rule": "Alerter quand Lumen dépasse 15 mentions en 1 heure",
        "whole": "Alerter quand Lumen dépasse 15 mentions en 1 heure, à 2 évaluations de suite.",
    },
}


@pytest.mark.usefixtures("early_routing")
@pytest.mark.parametrize("language", ["en", "fr"])
def test_rule_is_tested_on_past_data_while_it_is_made(open_as, project, owner, live_server, language):
    make_past(project, timezone.now())
    owner.language = language
    owner.save()
    words = WORDS[language]
    page = open_as(owner, f"/p/{project.pk}/rules/new")
    shown, number = page.locator("#test"), page.locator("[name=threshold]")
    expect(shown).to_contain_text(words["incomplete"])
    page.locator("[name=keyword]").select_option("Lumen")
    number.fill("90")
    expect(shown).to_contain_text(words["missed"])
    expect(page.locator("#test-status")).to_contain_text(words["missed"])
    number.fill("1")
    expect(shown).to_contain_text(words["noisy"])
    number.fill("10")
    expect(shown).to_contain_text(words["once"])
    expect(number).to_be_focused()
    expect(shown.locator("canvas[data-drawn]")).to_be_visible()
    page.locator("#variant-15").click()
    expect(number).to_have_value("15")
    expect(page.locator("#variant-15")).to_have_attribute("aria-current", "true")
    expect(page.locator("#variant-15")).to_be_focused()
    expect(page.locator("#rule-sentence")).to_be_hidden()
    page.locator("[name=hold]").evaluate("one => (one.closest('details').open = true)")
    page.locator("[name=hold]").fill("2")
    expect(page.locator("#rule-sentence")).to_have_text(words["whole"])
    page.locator("[name=hold]").fill("1")
    expect(page.locator("#rule-sentence")).to_be_hidden()
    page.route("**/rules/test*", lambda route: route.abort())
    number.fill("16")
    expect(page.locator("#test-failed")).to_contain_text(words["failed"])
    page.unroute("**/rules/test*")
    number.fill("15")
    expect(page.locator("#test-failed")).to_be_hidden()
    page.get_by_role("button", name=words["save"]).click()
    expect(page.get_by_role("rowheader", name=words["rule"])).to_be_visible()
    assert Rule.objects.get().threshold == 15


def test_test_of_rule_fits_on_mobile_and_its_numbers_lead_to_their_lists(open_as, project, owner, live_server):
    keyword = make_past(project, timezone.now())
    rule = Rule.objects.create(project=project, keyword=keyword, threshold=10, window_s=21600)
    page = open_as(owner, f"/p/{project.pk}/rules/{rule.pk}/edit")
    page.set_viewport_size({"width": 320, "height": 740})
    row = page.locator("#test table[data-fold] tbody tr")
    expect(row).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    link = row.locator("td.t-num a")
    number = link.inner_text()
    link.click()
    expect(page.get_by_role("heading", name=f"{number} mentions")).to_be_visible()
