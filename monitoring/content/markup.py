"""Prepare the HTML of a feed for the sanitizer, which reads HTML as browsers do. Pure; called by clean.py.

In: any HTML. Out: HTML that means the same, but in which no element hides text that is meant to be seen. Browsers
ignore the slash of `<iframe …/>` and let an unclosed `<script>`, `<svg>` or comment extend to the end of the page; in
feeds, what follows them is text of the entry. The output is not safe: the sanitizer has to follow.
"""

import re
from html import unescape

# Elements whose content is no text of the entry: code, and what is shown where something embedded does not work.
DROPPED = frozenset(
    {
        "script", "style", "iframe", "object", "embed", "template", "svg", "math", "title", "audio", "video", "canvas",
        "head",
    }
)  # fmt: skip
# Elements whose content is text, even if it looks like markup.
_LITERAL = frozenset({"textarea", "xmp"})
# Elements that parsers treat specially, and what separates their text from the rest instead.
_REPLACED = {
    "noscript": " ", "noembed": " ", "noframes": " ", "plaintext": " ", "button": " ", "select": " ", "textarea": " ",
    "xmp": " ", "option": "<br>", "optgroup": "<br>",
}  # fmt: skip
# The elements that `without_traps` removes.
TRAPS = DROPPED | _REPLACED.keys()
# Other blocks, which the page that shows the text may style in its own way.
BLOCKS = frozenset(
    {
        "address", "article", "aside", "center", "details", "dialog", "dir", "fieldset", "footer", "form", "header",
        "hgroup", "label", "legend", "listing", "main", "menu", "nav", "search", "section", "summary",
    }
)  # fmt: skip

# Characters. Longer values are data: images inside the page, settings of scripts.
_MAX_VALUE = 1_000
# Characters without long attributes, five times what is stored of a text.
MAX_MARKUP = 1_000_000
# The sanitizer takes 20 s for 40,000 nested elements, and 0.3 s for 5,000.
_MAX_TAGS, _MAX_DEPTH = 40_000, 1_000
# It compares each attribute of a tag with all others: 20 s for 80,000 in one tag, 0.7 s for 15,000.
_MAX_ATTRIBUTES, _MAX_TAG = 15_000, 10_000
_LONG_TAG = re.compile(rf"<[a-zA-Z][^<>]{{{_MAX_TAG}}}")

_LONG_VALUE = re.compile(
    rf"=\s{{0,9}}+(?:\"[^\"]{{{_MAX_VALUE},}}+\"|'[^']{{{_MAX_VALUE},}}+'|[^\s\"'<>]{{{_MAX_VALUE},}}+)"
)
_TOKEN = re.compile(
    r"<!--|<(?P<close>/?)(?P<name>[a-zA-Z][^\s/<>]*)"
    r"(?P<attributes>(?:[^<>\"'=]++|=\s*+(?:\"[^\"]*+\"|'[^']*+')?|[\"'])*+)>"
)
_TAG_START = re.compile(r"<[a-zA-Z/!]")
_SAME_NAME = {name: re.compile(rf"<(/?){name}(?=[\s/>])[^<>]*>?", re.I) for name in DROPPED | _LITERAL}
_COMMENT_END = re.compile(r"--!?>")
_HAS_SOURCE = re.compile(r"\bsrc\s*=", re.I)
# Elements that end an <svg> or a <math> in browsers.
_ENDS_DRAWING = re.compile(r"<(?:p|div|h[1-6]|ul|ol|table|blockquote|br|img|b|i|em|strong)[\s/>]", re.I)
_BLOCK_NAME = re.compile(rf"<(/?)(?:{'|'.join(sorted(BLOCKS))})(?=[\s/>])", re.I)
# Names from SVG and MathML: outside of them, browsers show the content, which the sanitizer would remove.
_DRAWING_NAME = re.compile(
    r"<(/?)(?:animate|circle|defs|desc|discard|ellipse|filter|g|line|marker|mask|metadata|mpath|path|pattern|polygon|"
    r"polyline|rect|set|stop|switch|symbol|text|tspan|use|view|annotation(?:-xml)?|none|semantics|"
    r"m(?:action|aligngroup|alignmark|enclose|error|fenced|frac|glyph|i|labeledtr|longdiv|multiscripts|n|o|over|padded|"
    r"phantom|prescripts|root|row|s|scarries|scarry|sgroup|sline|space|sqrt|srow|stack|style|sub|subsup|sup|table|td|"
    r"text|tr|under|underover))(?=[\s/>])",
    re.I,
)
# Elements that end before the next one of their kind do not nest.
_NESTING_TAG = re.compile(r"<(/?)(?!(?:p|li|br|hr|img|wbr|td|tr|th|dd|dt|input|source)\b)[a-z]", re.I)

_CDATA_OPENINGS = {
    "<![CDATA[": False, "<!--[CDATA[": False,
    "&lt;![CDATA[": True, "&#60;![CDATA[": True, "&#x3c;![CDATA[": True, "&lt;!--[CDATA[": True,
}  # fmt: skip
_CDATA_CLOSING = re.compile(r"\]\](?:--)?(?:>|&gt;|&#62;|&#x3e;)\Z", re.I)


def shorten(html: str) -> tuple[str, bool]:
    """Return HTML without long attributes, at most MAX_MARKUP characters of it, and whether it was cut."""
    if len(html) > _MAX_VALUE * 2:
        html = _LONG_VALUE.sub('=""', html)
    if len(html) <= MAX_MARKUP:
        return html, False
    end = html.rfind("<", 0, MAX_MARKUP)
    return html[: end if end > html.rfind(">", 0, MAX_MARKUP) else MAX_MARKUP], True


def is_too_complex(html: str) -> bool:
    """Return whether the sanitizer would take longer for this HTML than a poll may."""
    if len(html) < _MAX_DEPTH * 3:
        return False
    if html.count("<") > _MAX_TAGS or html.count("=") > _MAX_ATTRIBUTES or _LONG_TAG.search(html):
        return True
    depth = 0
    for tag in _NESTING_TAG.finditer(html):
        depth = max(depth - 1, 0) if tag[1] else depth + 1
        if depth > _MAX_DEPTH:
            return True
    return False


def with_common_elements(html: str) -> str:
    """Return HTML in which BLOCKS are <div>, and elements of drawings and formulas <span>."""
    return _DRAWING_NAME.sub(r"<\1span", _BLOCK_NAME.sub(r"<\1div", html))


def unwrap_cdata(text: str) -> str:
    """Return the text without the markers of CDATA sections that are part of it since they were escaped.

    Around the whole text, they may be escaped once more; the text then is too.
    """
    for _ in range(3):
        stripped = text.strip()
        opening = next((mark for mark in _CDATA_OPENINGS if stripped[:20].startswith(mark)), None)
        if opening is None:
            break
        text = _CDATA_CLOSING.sub("", stripped[len(opening) :])
        if _CDATA_OPENINGS[opening]:
            text = unescape(text)
    if "<![CDATA[" in text and "]]>" in text:
        return text.replace("<![CDATA[", "").replace("]]>", "")
    return text


def without_traps(html: str) -> str:
    """Return HTML without comments and TRAPS: with their content where it is text, without it where it is not."""
    pieces, at = [], 0
    while token := _TOKEN.search(html, at):
        pieces.append(html[at : token.start()])
        replacement, at = _read(html, token)
        pieces.append(replacement)
    pieces.append(html[at:])
    return "".join(pieces)


def _read(html: str, token: re.Match[str]) -> tuple[str, int]:
    """Return what replaces a token, and where reading continues."""
    if token[0] == "<!--":
        return "", _end_of_comment(html, token.start())
    name, attributes = token["name"].lower(), token["attributes"]
    if name not in TRAPS:
        # A quote without an end would hide the rest of the text.
        has_open_quote = '"' in attributes and attributes.count('"') % 2
        return (f"<{token['close']}{name}>" if has_open_quote else token[0]), token.end()
    if token["close"] or name not in _SAME_NAME:
        return _REPLACED.get(name, ""), token.end()
    following = _SAME_NAME[name].search(html, token.end())
    is_closed = following is not None and bool(following[1])
    if not following or not is_closed or _has_no_content(name, attributes, html[token.end() : following.start()]):
        return _REPLACED.get(name, ""), _end_of_unclosed(name, attributes, html, token.end())
    if name in _LITERAL:
        content = html[token.end() : following.start()].replace("<", "&lt;").replace(">", "&gt;")
        return f" {content} ", following.end()
    return "", following.end()


def _end_of_comment(html: str, start: int) -> int:
    end = _COMMENT_END.search(html, start + 2)  # "<!-->" is a comment, too
    return end.end() if end else (html.find(">", start) + 1 or len(html))


def _has_no_content(name: str, attributes: str, content: str) -> bool:
    """Return whether a closed element ends at its start tag all the same, in what feeds mean or browsers read."""
    has_tags = bool(_TAG_START.search(content))
    if attributes.endswith("/"):
        return has_tags or name in ("svg", "math")
    if name in ("svg", "math"):
        return bool(_ENDS_DRAWING.search(content)) and "foreignobject" not in content.lower()
    return name == "script" and has_tags and bool(_HAS_SOURCE.search(attributes))


def _end_of_unclosed(name: str, attributes: str, html: str, end: int) -> int:
    """Return where text starts again: after code, that is the next tag."""
    if name not in ("script", "style") or attributes.endswith("/") or _HAS_SOURCE.search(attributes):
        return end
    following = _TAG_START.search(html, end)
    return following.start() if following else len(html)
