"""Check a page in Chromium: axe-core wide and narrow, light and dark; nothing cut off at any width; a clean console.

Used by test_accessibility_en.py and test_accessibility_fr.py, which run in parallel. A page is loaded once, and each
rule runs where its result can differ: English pages wide in light and, narrow with all menus open (on a wide screen,
they cover what is behind them), in dark; tests/dashboards/test_colors.py has each pair of colors in both. French pages
differ in their words, and so in what fits.
"""

from pathlib import Path

AXE = Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js"
WIDE, NARROW = 1440, 375
# From the width at which axe leaves the page to the one at which the next opens.
FIT_AT = [NARROW, 320, 768, 1024, WIDE]
OFF_BY_DEFAULT = ["label-content-name-mismatch", "p-as-heading", "table-fake-caption", "td-has-header"]
# The tags of all rules whose result depends on the words of a page.
WORD_TAGS = ["cat.aria", "cat.forms", "cat.language", "cat.name-role-value", "cat.text-alternatives", "cat.semantics"]
# Frames show emails, which are pages of their own here.
ALL_RULES = {
    "resultTypes": ["violations"],
    "iframes": False,
    "rules": {name: {"enabled": True} for name in OFF_BY_DEFAULT},
}
WORD_RULES = {**ALL_RULES, "runOnly": WORD_TAGS}
RUN_AXE = """async (options) => {
  const { violations } = await axe.run(document, options);
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 160)}`));
}"""
SET_OPEN = "document.querySelectorAll('details').forEach((element) => { element.open = true })"
# Elements that the screen or a card cuts off at the right; what scrolls by itself is left out.
FIND_CUT_OFF = """async () => {
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const ignored =
    ".scroll, .results, .chart-scroll, .explain-tree, pre, svg, .sr, .visually-hidden, .t-cut, .row-title, .row-lead";
  const cutOff = [...document.querySelectorAll("body *")].filter((element) => {
    const box = element.getBoundingClientRect();
    return box.width > 1 && box.right > innerWidth + 1 && !element.closest(ignored);
  });
  const page = document.documentElement;
  return [
    ...(page.scrollWidth > page.clientWidth ? ["scrolls sideways"] : []),
    ...cutOff.map((element) => `cut off: ${element.outerHTML.slice(0, 160)}`),
  ];
}"""


def check_in_light_and_dark(page):
    """Check an open page with axe, wide in light colors and narrow in dark ones, and that no text is cut off."""
    page.wait_for_load_state("networkidle")  # parts that load after the page
    for scheme, width in (("light", 1440), ("dark", 320)):
        # Colors on their way from one scheme to the other have contrasts of their own.
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(SET_OPEN)
        page.evaluate(AXE.read_text())
        for found in (page.evaluate(RUN_AXE, ALL_RULES), page.evaluate(FIND_CUT_OFF)):
            assert found == [], f"{scheme}, {width} px: {found}"


def check_every_page(browser, browser_context_args, site, origin, language):
    """Return the faults of every page and email in a language, by who opens it and its URL."""
    site.speak(language)
    context = browser.new_context(**browser_context_args, reduced_motion="reduce")
    context.add_init_script(path=AXE)
    page = context.new_page()
    resize(page, WIDE)
    console = listen(page)
    faults = {}
    for visit in [*site.visits, *site.html_pages(language)]:
        open_visit(page, visit, site, origin, language)
        found = [*check(page, language), *console]
        console.clear()
        if found:
            faults[f"{visit.person} {visit.url}"] = sorted(set(found))
    page.goto("about:blank")
    context.close()
    return faults


def listen(page):
    """Return the list of what the console reports from now on."""
    console = []

    def note(message):
        url = message.location.get("url", "")
        # A page that refuses is reported as a failed request for itself; /healthz is no page and names no icon.
        if message.type in ("error", "warning") and url != page.url and not url.endswith("/favicon.ico"):
            console.append(f"console: {message.text} ({url})")

    page.on("console", note)
    page.on("pageerror", lambda error: console.append(f"exception: {error}"))
    return console


def open_visit(page, visit, site, origin, language):
    # The page before would find its session gone, and load itself again in the middle of this visit.
    page.goto("about:blank")
    cookies = {"django_language": language} | ({"sessionid": site.cookies[visit.person]} if visit.person else {})
    page.context.clear_cookies()
    page.context.add_cookies([{"name": name, "value": value, "url": origin} for name, value in cookies.items()])
    page.goto(origin + ("/healthz" if visit.html else visit.url))
    if visit.html:
        page.set_content(visit.html)


def check(page, language):
    """Return the faults of the wide page that has just been opened, and leave it wide."""
    if language == "en":
        yield from run_axe(page, "wide", ALL_RULES)
    resize(page, NARROW)
    page.evaluate(SET_OPEN)
    if language == "en":
        page.emulate_media(color_scheme="dark")
        yield from run_axe(page, "narrow, dark", ALL_RULES)
        page.emulate_media(color_scheme="light")
    else:
        yield from run_axe(page, "narrow", WORD_RULES)
    for width in FIT_AT:
        resize(page, width)
        yield from (f"{width} {fault}" for fault in page.evaluate(FIND_CUT_OFF))


def run_axe(page, state, rules):
    yield from (f"{state} {fault}" for fault in page.evaluate(RUN_AXE, rules))


def resize(page, width):
    if page.viewport_size["width"] != width:
        page.set_viewport_size({"width": width, "height": 800})
