"""Keywords in a browser: sign-in, the first keyword, its chart and table, the overview."""

from playwright.sync_api import expect

from tests.factories import make_documents, make_source


def painted_pixels(page):
    """Return the number of pixels of the chart that are not transparent."""
    return page.evaluate(
        """() => {
            const canvas = document.querySelector("canvas[data-drawn]");
            const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            let count = 0;
            for (let place = 3; place < data.length; place += 4) count += data[place] > 0;
            return count;
        }"""
    )


def test_member_signs_in_adds_keyword_and_sees_mentions(page, live_server, owner, project):
    make_source(project)
    make_documents(project, [{"title": "La lampe de Lumen brille"}, {"title": "Autre chose", "text": "Rien"}])
    page.goto(live_server.url)
    page.get_by_label("Email").fill("ada@example.com")
    page.locator("[name=password]").fill("correct horse battery")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Add a keyword").click()
    page.get_by_label("Name").fill("Lumen")
    page.get_by_role("textbox", name="Query").fill("lumen (")
    expect(page.locator("#query-problem .form-caret")).to_be_visible()
    page.get_by_role("textbox", name="Query").fill("lumen OR halo")
    expect(page.locator("#check")).to_contain_text("1 item matches.")
    expect(page.locator("#query-problem .form-caret")).to_be_hidden()
    page.get_by_role("button", name="Track this keyword").click()
    expect(page.locator(".row mark").first).to_have_text("Lumen")
    expect(page.get_by_text("Now tracking “Lumen”.")).to_be_visible()
    page.wait_for_selector("canvas[data-drawn]")
    assert painted_pixels(page) > 1000


def test_volume_table_lists_chart_numbers(open_as, viewer, brand, project):
    page = open_as(viewer, f"/p/{project.pk}/?period=7d")
    page.locator(".chart-table summary").click()
    cells = page.locator("#charts-table tbody td:nth-child(2)").all_inner_texts()
    assert sum(int(cell) for cell in cells if cell.isdigit()) == 12
    assert len(cells) == 7


def test_overview_refresh_updates_counts_and_keeps_scroll_position(open_as, viewer, brand, project):
    from tests.factories import make_mention

    page = open_as(viewer, f"/p/{project.pk}/")
    expect(page.locator("#tile-mentions .tile-value")).to_have_text("12")
    page.locator("#tile-mentions").focus()
    page.evaluate("window.scrollTo(0, 200)")
    make_mention(brand, title="Lumen again")
    page.evaluate("document.body.dispatchEvent(new CustomEvent('vigie:tick'))")
    expect(page.locator("#tile-mentions .tile-value")).to_have_text("13")
    expect(page.locator("#tile-mentions")).to_be_focused()
    assert page.evaluate("window.scrollY") == 200
