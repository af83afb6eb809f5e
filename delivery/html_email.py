"""Make the HTML of an email fit for mail programs: the styles of a template in, on each element out.

Mail programs drop style sheets; the sheet of the dark mode stays, for those that read it. Called by everything that
renders an HTML email, with a template that extends templates/emails/_frame.html.
"""

from css_inline import CSSInliner

# Gmail cuts off a message after 102 kB, with the unsubscribe link at its end.
MAX_HTML_BYTES = 99_000

_inliner = CSSInliner(load_remote_stylesheets=False, minify_css=True)


def inline_styles(html: str) -> str:
    """Return the HTML with its style sheet as `style` attributes, except for <style data-css-inline="keep">."""
    return _inliner.inline(html)
