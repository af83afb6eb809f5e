"""Every class in a template has a rule in a style sheet, or is what a script or a request selects by."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [path for path in (ROOT / "templates").rglob("*.html") if "emails" not in path.parts]


def text_of(*patterns):
    return "\n".join(path.read_text() for pattern in patterns for path in sorted(ROOT.glob(pattern)))


def classes_of(page):
    """Return the whole class names of a template, without those that a tag completes."""
    text = re.sub(r"{#.*?#}", "", page.read_text(), flags=re.DOTALL)
    values = " ".join(re.findall(r'\bclass="([^"]*)"', text))
    return set(re.findall(r"(?<!\S)[a-z][\w-]*[a-z0-9](?!\S)", re.sub(r"{%.*?%}|{{.*?}}", " ", values)))


def test_every_class_has_a_rule():
    styled = set(re.findall(r"\.([a-z][\w-]*)", text_of("static/css/**/*.css")))
    selected = set(re.findall(r"\.([a-z][\w-]*)", text_of("static/js/**/*.js", "templates/**/*.html")))
    unknown = {f"{page.name}: {name}" for page in PAGES for name in classes_of(page) - styled - selected}
    assert not unknown
