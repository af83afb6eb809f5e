"""A report as a PDF: a cover with the logo, then the sections. Called by the page of a report and the API.

In: a ReportPage. Out: the bytes of the PDF, in the language of the report.
"""

from collections.abc import Iterator

from django.utils import translation
from django.utils.translation import gettext as _

from reports import blocks
from reports.markup import markup_lines
from reports.page import ReportPage
from reports.pdf import Bullets, Figures, Heading, Image, Paragraph, Part, PdfDocument, Table, write_pdf
from reports.stacked_bars import stacked_bars


def report_pdf(page: ReportPage) -> bytes:
    """Return the PDF."""
    with translation.override(page.language):
        parts = [part for section in page.sections for part in _section(section)]
        subtitle = f"{page.project}\n{page.period}"
        footer = _("%(project)s · %(period)s") % {"project": page.project, "period": page.period}
        made = Paragraph(_("Made with Vigie · Numbers as of %(moment)s") % {"moment": page.made})
    return write_pdf(
        PdfDocument(page.title, page.language, [*parts, made], subtitle, footer, logo=page.png, has_cover=True)
    )


def _section(section: blocks.Section) -> Iterator[Part]:
    yield Heading(section.title)
    for block in section.blocks:
        yield from _parts(block)


def _parts(block: blocks.Block) -> Iterator[Part]:
    match block:
        case blocks.Sentence():
            yield Paragraph(block.text)
        case blocks.Numbers():
            yield Figures([(one.label, one.value, one.note) for one in block.items])
        case blocks.Chart():
            caption = _("%(first)s to %(last)s, negative mentions in red") % {"first": block.first, "last": block.last}
            yield Heading(block.title, 3)
            alt = f"{block.title}. {block.words}"
            yield Image(stacked_bars(block.bars).encode(), alt, f"{caption} · {block.words}")
        case blocks.Table():
            yield Table(block.header, block.rows, [3, *([1] * (len(block.header) - 1))], is_numeric=True)
        case blocks.Items():
            yield Bullets([f"{one.title}\n{one.facts}" for one in block.items])
        case blocks.Markup():
            for line in markup_lines(block.text):
                yield Paragraph(line)
