"""Check a page in Chromium: axe-core at three widths, in light and dark; nothing cut off; a clean console.

Used by test_accessibility_en.py and test_accessibility_fr.py: files run in parallel, and each takes two minutes.
"""

from pathlib import Path

AXE = Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js"
# Width, and whether its menus are open: on a wide screen, open menus cover what is behind them.
STATES = [(1440, False), (375, True), (320, False)]
FIT_AT = [1440, 1024, 768, 375, 360, 320]
OFF_BY_DEFAULT = ["label-content-name-mismatch", "p-as-heading", "table-fake-caption", "td-has-header"]
# Rules whose result depends on colors. They do not depend on the language, so they run in English only.
COLOR_RULES = ["color-contrast", "link-in-text-block"]
COLOR_WIDTHS = [1440, 375]  # 320 px has the style sheet of 375
# Frames show emails, which are pages of their own here.
OPTIONS = {"resultTypes": ["violations"], "iframes": False}
RUN_AXE = """async (options) => {
  const { violations } = await axe.run(document, options);
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 160)}`));
}"""
SET_OPEN = "(open) => document.querySelectorAll('details').forEach((element) => { element.open = open })"
# Elements that the screen or a card cuts off at the right; what scrolls by itself is left out.
FIND_CUT_OFF = """async () => {
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const ignored = ".scroll, .results, .conditions, pre, svg, .visually-hidden, .clip";
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


def check_every_page(browser, browser_context_args, site, origin, language):
    """Return the faults of every page and email in a language, by who opens it and its URL."""
    site.speak(language)
    context = browser.new_context(**browser_context_args, reduced_motion="reduce")
    context.add_init_script(path=AXE)
    page = context.new_page()
    console = listen(page)
    faults = {}
    for visit in [*site.visits, *site.html_pages(language)]:
        open_visit(page, visit, site, origin, language)
        found = [*check(page, with_colors=language == "en"), *console]
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
    page.set_viewport_size({"width": STATES[0][0], "height": 800})
    page.context.clear_cookies()
    cookies = {"django_language": language} | ({"sessionid": site.cookies[visit.person]} if visit.person else {})
    page.context.add_cookies([{"name": name, "value": value, "url": origin} for name, value in cookies.items()])
    page.goto(origin + ("/healthz" if visit.html else visit.url))
    if visit.html:
        page.set_content(visit.html)


def check(page, *, with_colors):
    """Return the faults of the page: at each width with its menus open or closed, in light and dark."""
    for width, is_open in STATES:
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate(SET_OPEN, is_open)
        has_colors = with_colors and width in COLOR_WIDTHS
        rules = {name: {"enabled": has_colors or name not in COLOR_RULES} for name in OFF_BY_DEFAULT + COLOR_RULES}
        page.emulate_media(color_scheme="light")
        yield from (f"{width} {fault}" for fault in page.evaluate(RUN_AXE, {**OPTIONS, "rules": rules}))
        if has_colors:
            page.emulate_media(color_scheme="dark")
            faults = page.evaluate(RUN_AXE, {**OPTIONS, "runOnly": COLOR_RULES})
            yield from (f"{width} dark {fault}" for fault in faults)
    page.evaluate(SET_OPEN, True)
    for width in FIT_AT:
        page.set_viewport_size({"width": width, "height": 800})
        yield from (f"{width} {fault}" for fault in page.evaluate(FIND_CUT_OFF))
