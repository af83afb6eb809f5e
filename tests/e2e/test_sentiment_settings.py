"""The sentiment settings in a browser: progress, and restoring a trained version."""

from playwright.sync_api import expect

from monitoring.models import SentimentLayer, SentimentState
from tests.factories import make_keyword, make_mentions


def test_rescoring_progress_refreshes_and_version_is_restored_after_confirmation(open_as, owner, project):
    rows = make_mentions(make_keyword(project), 40)
    scores = {"corrections": 64, "accuracy_before": 0.41, "accuracy_after": 0.68, "is_better": True, "weights": b""}
    layers = [SentimentLayer.objects.create(project=project, number=n, model="m", **scores) for n in (1, 2)]
    state = SentimentState.objects.create(project=project, analyzed_by="m+2", layer=layers[1])
    SentimentState.objects.update(rescored_from=rows[-1].pk + 1, rescored_to=rows[30].pk)
    page = open_as(owner, f"/p/{project.pk}/settings")
    page.set_viewport_size({"width": 375, "height": 740})
    page.get_by_role("link", name="Sentiment and corrections").click()
    bar = page.get_by_role("progressbar")
    expect(bar).to_have_attribute("aria-valuenow", "25")
    SentimentState.objects.update(rescored_to=rows[10].pk)
    expect(bar).to_have_attribute("aria-valuenow", "75")
    SentimentState.objects.update(rescored_to=None)
    expect(page.get_by_role("status")).to_contain_text("Sentiment is up to date for all mentions.")
    expect(bar).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") == 375
    page.get_by_text("Restore 1").press("Enter")
    page.get_by_role("button", name="Restore this version").click()
    expect(page.get_by_role("status")).to_contain_text("Version 1 restored.")
    state.refresh_from_db()
    assert state.layer == layers[0]
