"""The PDF writer: what it accepts, and what a reader of the file finds."""

import re

import pytest

from reports.blocks import Bar
from reports.pdf import Bullets, Facts, Heading, Image, Paragraph, PdfDocument, Quote, Table, write_pdf
from reports.stacked_bars import stacked_bars


def pdf_of(*parts, title="Crise", language="fr"):
    return write_pdf(PdfDocument(title, language, parts, "Maison Lumen", "Vigie"))


def test_pdf_is_tagged_and_meets_pdf_ua():
    content = pdf_of(
        Heading("Résumé"),
        Facts([("Durée", "2 h")]),
        Table(["Heure", "Fait"], [["8 h", "L’été à Lille"]], [1, 3]),
        Bullets(["Œuvre"]),
        Image(stacked_bars([Bar(5, 2, "")]).encode(), "Barres de lundi à mardi", "Légende"),
    )
    assert b"pdfuaid" in content and b"/StructTreeRoot" in content and b"/Lang(fr" in content


@pytest.mark.parametrize(
    "text",
    [
        "",
        "#set text(red) *bold* $x$ <label> @ref `raw` // comment /* */ [] {} \\",
        "feux 🔥 \U0001f9d1\u200d\U0001f692 émoji",
        "\x00\x07 control \u2028 \ud7ff \uffff",
        "שלום עולם 你好 नमस्ते",
        "https://example.com/" + "a" * 3000,
        "mot " * 4000,
        "a\r\nb\tc",
    ],
)
def test_any_text_is_written_as_text(text):
    parts = (
        Heading(text),
        Paragraph(text),
        Quote(text),
        Facts([(text, text)]),
        Table([text, "b"], [[text, text]], [1, 1]),
    )
    assert pdf_of(*parts, title=text).startswith(b"%PDF-")


def test_long_table_continues_on_further_pages():
    rows = [[f"{number}", "La lampe de Lumen éclaire la rue. " * 5] for number in range(120)]
    assert len(re.findall(rb"/Type\s*/Page\b", pdf_of(Table(["Heure", "Fait"], rows, [1, 5])))) > 4
