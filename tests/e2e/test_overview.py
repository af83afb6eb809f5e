"""The overview in Chromium: charts, the explanation of a bar, the lower part, keyboard, phone, dark."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from monitoring.models import Keyword, Source, SourcePeriod
from tests.e2e.accessibility import AXE, FIND_CUT_OFF, RUN_AXE, SET_OPEN
from tests.e2e.waiting import wait_until
from tests.factories import make_mentions


@pytest.fixture
def crisis(brand):
    """A day with many negative mentions, one that waits, and a source that failed for two days."""
    now = timezone.now()
    source = Source.objects.get(project=brand.project)
    Source.objects.update(created_at=now - timedelta(days=300))
    text = {"title": "Lumen : 13 jours sans colis", "text": "Toujours aucune livraison #LumenGate", "source": source}
    made = [
        {**text, "published": now - timedelta(days=2, minutes=number), "sentiment": "negative", "author": "Sophie"}
        for number in range(40)
    ]
    usual = [
        {
            "published": now - timedelta(days=day, hours=3),
            "sentiment": ["neutral", "positive"][day % 2],
            "author": "Ada",
        }
        for day in range(25)
        for _ in range(3)
    ]
    make_mentions(brand, [*made, *usual, {**text, "sentiment": "negative", "status": "needs_reply", "followers": 900}])
    SourcePeriod.objects.create(
        source=source,
        state="failing",
        error_code="timeout",
        started_at=now - timedelta(days=12),
        ended_at=now - timedelta(days=9),
    )
    return brand


def test_chart_explains_its_peak_and_the_selected_bar(crisis, viewer, open_as):
    page = open_as(viewer, f"/p/{crisis.project_id}/?period=30d")
    expect(page.locator("#peak")).to_contain_text("negative")
    expect(page.locator("#peak a", has_text="livraison")).to_have_count(1)
    canvas = page.locator("canvas[data-chart=volume-data]")
    expect(canvas).to_have_attribute("data-drawn", "true")
    box = canvas.bounding_box()
    with page.expect_response(re.compile("/overview/peak")):
        canvas.click(position={"x": box["width"] - 120, "y": box["height"] - 40})


def test_lower_part_loads_and_its_words_lead_to_mentions(crisis, viewer, open_as):
    page = open_as(viewer, f"/p/{crisis.project_id}/?period=7d")
    page.locator("#terms a", has_text="livraison").click()
    expect(page).to_have_url(re.compile("q=livraison"))


def test_table_and_queue_work_by_keyboard(crisis, manager, open_as):
    manager.language = "en"
    manager.save()
    page = open_as(manager, f"/p/{crisis.project_id}/?period=7d")
    page.locator(".chart-table > summary").focus()
    page.keyboard.press("Enter")
    explain = page.locator("#charts-table a", has_text="Explain").first
    explain.focus()
    with page.expect_response(re.compile("/overview/peak")):
        page.keyboard.press("Enter")
    expect(page.locator("#peak b")).to_have_count(1)
    page.locator("#reply-first .row-title a").first.focus()
    reply = page.locator("#reply-first .row-act a").first
    expect(reply).to_be_visible()
    page.keyboard.press("Tab")
    expect(reply).to_be_focused()


def test_charts_follow_theme(crisis, viewer, open_as):
    page = open_as(viewer, f"/p/{crisis.project_id}/?period=30d")
    expect(page.locator("#top-sources")).to_be_visible()
    pixel = "() => document.querySelector('canvas[data-chart=volume-data]').toDataURL()"
    light = page.evaluate(pixel)
    page.emulate_media(color_scheme="dark")
    wait_until(page, f"(light) => ({pixel})() !== light", light)


def test_chart_is_saved_by_keyboard_as_image_in_both_themes_and_as_table(crisis, viewer, open_as, tmp_path):
    page = open_as(viewer, f"/p/{crisis.project_id}/?period=30d")
    expect(page.locator("canvas[data-chart=volume-data]")).to_have_attribute("data-drawn", "true")
    menu = page.locator("[data-chart-download=volume-data]")

    def save(ending, presses):
        menu.locator("summary").focus()
        with page.expect_download() as saved:
            for key in presses:
                page.keyboard.press(key)
        assert re.fullmatch(rf"mentions\.{ending}", saved.value.suggested_filename)
        expect(menu.locator("summary")).to_be_focused()
        saved.value.save_as(tmp_path / f"{len(list(tmp_path.iterdir()))}.{ending}")
        return saved.value.path().read_bytes()

    light = save("png", ["ArrowDown", "Enter"])
    page.emulate_media(color_scheme="dark")
    dark = save("png", ["ArrowDown", "Enter"])
    width, height = (int.from_bytes(light[at : at + 4]) for at in (16, 20))
    canvas = page.locator("canvas[data-chart=volume-data]").bounding_box()
    assert width >= 2 * canvas["width"] and height > 2 * canvas["height"]
    assert light[:4] == dark[:4] == b"\x89PNG" and light != dark
    table = save("csv", ["ArrowDown", "ArrowDown", "Enter"]).decode()
    header, *rows = table.removeprefix("\ufeff").splitlines()
    assert header == "Time,Mentions,Negative,Neutral,Uncertain,Positive,Net sentiment,Remarks"
    assert len(rows) >= 30, rows
    assert all(row.count(",") >= header.count(",") for row in rows), rows


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_overview_has_no_accessibility_faults_and_fits(crisis, owner, open_as, page, language, scheme):
    owner.language = language
    owner.save()
    page.add_init_script(path=AXE)
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    open_as(owner, f"/p/{crisis.project_id}/?period=30d")
    expect(page.locator("#heat")).to_be_attached()
    for width in (1440, 375, 320):
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(SET_OPEN, width != 1440)
        assert page.evaluate(RUN_AXE, {"resultTypes": ["violations"]}) == []
        assert [fault for fault in page.evaluate(FIND_CUT_OFF) if "scrolls" in fault] == []


def test_overview_of_a_new_project_has_no_faults(project, owner, open_as, page):
    page.add_init_script(path=AXE)
    open_as(owner, f"/p/{project.pk}/")
    assert page.evaluate(RUN_AXE, {"resultTypes": ["violations"]}) == []
    assert not Keyword.objects.exists()
