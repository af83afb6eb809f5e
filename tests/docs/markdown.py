"""Read the Markdown of the docs: sections, tables and headings. Used by the tests in this package."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
PACKAGES = (
    *("accounts", "alerts", "api", "assistant", "config", "dashboards"),
    *("delivery", "monitoring", "outbound", "provisioning", "reports", "website", "workplace"),
)


def section(text, title):
    """Return the text below a heading, up to the next heading of the same or a higher level."""
    level, _, _ = title.partition(" ")
    parts = re.split(rf"^{re.escape(title)}$", text, flags=re.M)
    assert len(parts) == 2, f"{title} occurs {len(parts) - 1} times"
    return re.split(rf"^#{{1,{len(level)}}} ", parts[1], flags=re.M)[0]


def rows(text):
    """Return the table rows whose first cell is one code, as {code: [other cells]}; fail on duplicates."""
    found = {}
    for line in re.findall(r"^\| `[\w.]+` \|.*\|$", text, re.M):
        name, *cells = (cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1])
        assert name not in found, f"{name} occurs twice"
        found[name.strip("`")] = cells
    return found


def headings(text):
    """Return the headings outside code blocks."""
    outside = re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)
    return re.findall(r"^#+ (.+)$", outside, re.M)


def anchor(heading):
    """Return the anchor of a heading, as GitHub creates it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
