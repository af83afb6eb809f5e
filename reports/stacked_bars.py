"""Draw bars over time with their negative part as SVG. Pure: counts in, markup out. The words are the caller's.

Called by the HTML and the PDF of reports. The colors are a style for each part: variables on pages, values in PDFs.
"""

from collections.abc import Sequence

from reports.blocks import Bar

WIDTH, HEIGHT, MAX_GAP, MAX_BAR = 720, 150, 3, 40
PAGE_COLORS = ("var(--neu-fill)", "var(--neg-fill)", "var(--edge)")
PRINT_COLORS = ("#8a969f", "#cf4f2b", "#c9c4b8")


def stacked_bars(bars: Sequence[Bar], colors: tuple[str, str, str] = PRINT_COLORS) -> str:
    """Return the bars from left to right: others above negative ones, on a line."""
    others, negative, line = colors
    highest, step = max([*(bar.total for bar in bars), 1]), WIDTH / max(len(bars), 1)
    width = min(max(step - min(step / 4, MAX_GAP), 0.5), MAX_BAR)
    shapes = []
    for place, bar in enumerate(bars):
        left = place * step + (step - width) / 2
        total, part = (HEIGHT * count / highest for count in (bar.total, bar.negative))
        shapes.append(_rectangle(left, HEIGHT - total, width, total - part, others))
        shapes.append(_rectangle(left, HEIGHT - part, width, part, negative))
    axis = f'<path d="M0 {HEIGHT}.5H{WIDTH}" style="stroke:{line}"/>'
    start = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT + 1}" aria-hidden="true">'
    return f"{start}{''.join(shapes)}{axis}</svg>"


def _rectangle(left: float, top: float, width: float, height: float, color: str) -> str:
    if height <= 0:
        return ""
    box = f'x="{left:.2f}" y="{top:.2f}" width="{width:.2f}" height="{height:.2f}"'
    return f'<rect {box} style="fill:{color}"/>'
