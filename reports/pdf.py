"""Write PDFs: a document of headings, texts, facts, lists, tables and images in, the bytes of a tagged PDF out.

Typst (Apache License 2.0) sets the pages; its wheel has everything that it needs, fonts included, and it reads nothing
but the files that are written here. The PDF has a title, a language, tags for screen readers and texts for images. It
meets PDF/UA-1 if the fonts have all its characters; others, such as most emoji, are shown as empty boxes.
"""

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typst

LAYOUT = Path(__file__).with_name("pdf.typ")
MAX_TEXT = 20_000  # characters of one text


@dataclass(frozen=True)
class Heading:
    text: str
    level: int = 2
    kind: str = "heading"


@dataclass(frozen=True)
class Paragraph:
    text: str
    kind: str = "paragraph"


@dataclass(frozen=True)
class Quote:
    """A text that somebody else wrote, or that is to be used as it is."""

    text: str
    kind: str = "quote"


@dataclass(frozen=True)
class Bullets:
    items: Sequence[str]
    kind: str = "bullets"


@dataclass(frozen=True)
class Facts:
    """Pairs of a label and a text."""

    items: Sequence[tuple[str, str]]
    kind: str = "facts"


@dataclass(frozen=True)
class Figures:
    """Numbers next to each other: a label, the number, and a note or ""."""

    items: Sequence[tuple[str, str, str]]
    kind: str = "figures"


@dataclass(frozen=True)
class Table:
    """`widths` are shares of the page's width; 0 is as wide as the content. Numbers are aligned at their end."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[int]
    is_numeric: bool = False
    kind: str = "table"


@dataclass(frozen=True)
class Image:
    """An SVG or PNG file; `alt` is read to people who don't see it, and says what it shows."""

    data: bytes
    alt: str
    caption: str = ""
    suffix: str = ".svg"
    kind: str = "image"


Part = Heading | Paragraph | Quote | Bullets | Facts | Figures | Table | Image


@dataclass(frozen=True)
class PdfDocument:
    """`language` is a code, `footer` is on every page, next to the page number. `logo` is a PNG or empty.

    With `has_cover`, the first page has nothing but the logo and the titles.
    """

    title: str
    language: str
    parts: Sequence[Part]
    subtitle: str = ""
    footer: str = ""
    logo: bytes = b""
    has_cover: bool = False


def write_pdf(document: PdfDocument) -> bytes:
    """Return the PDF."""
    with TemporaryDirectory(prefix="vigie-pdf-") as name:
        folder = Path(name)
        shutil.copy(LAYOUT, folder / "main.typ")
        parts = [_stored(part, number, folder) for number, part in enumerate(document.parts)]
        content = {
            "title": _clean(document.title) or "Vigie",
            "language": document.language,
            "subtitle": _clean(document.subtitle),
            "footer": _clean(document.footer),
            "parts": parts,
            "has_logo": bool(document.logo),
            "has_cover": document.has_cover,
        }
        if document.logo:
            (folder / "logo.png").write_bytes(document.logo)
        (folder / "document.json").write_text(json.dumps(content))
        return _compiled(folder)


def _compiled(folder: Path) -> bytes:
    compiler = typst.Compiler(folder / "main.typ", root=folder, ignore_system_fonts=True)
    try:
        made = compiler.compile(format="pdf", pdf_standards="ua-1")
    except typst.TypstError:  # a character that no font has
        made = compiler.compile(format="pdf")
    assert isinstance(made, bytes)
    return made


def _stored(part: Part, number: int, folder: Path) -> dict[str, Any]:
    """Return a part as JSON, its image in a file of the folder."""
    if isinstance(part, Image):
        name = f"image{number}{part.suffix}"
        (folder / name).write_bytes(part.data)
        return {"kind": part.kind, "file": name, "alt": _clean(part.alt), "caption": _clean(part.caption)}
    return {key: _cleaned(value) for key, value in asdict(part).items()}


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return _clean(value)
    return [_cleaned(one) for one in value] if isinstance(value, list | tuple) else value


def _clean(text: str) -> str:
    """Return a text without control characters, cut if it is far too long for a page."""
    kept = "".join(
        char if char == "\n" or char.isprintable() or char.isspace() else "\N{REPLACEMENT CHARACTER}" for char in text
    )
    kept = kept.replace("\r\n", "\n").replace("\t", " ")
    return kept if len(kept) <= MAX_TEXT else f"{kept[:MAX_TEXT]}…"
