"""`manage.py parse_feed [FILE]`: feed bytes from FILE or stdin, JSON Lines to stdout; a shell over feeds/lines.py."""

import sys
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from monitoring.feeds.errors import ParseError
from monitoring.feeds.jsonl import feed_lines

_PROBLEMS = {
    "empty": "the input is empty",
    "html_page": "the input is a web page, not a feed",
    "not_a_feed": "the input is not a feed",
    "xml_bomb": "the input declares entities that expand without end",
    "too_complex": "the input has too many elements",
}


class Command(BaseCommand):
    help = "Read a feed (RSS, RDF, Atom or JSON Feed) and write its entries as JSON Lines."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", metavar="FILE", help="the feed; standard input when left out")
        parser.add_argument("--url", default="", help="where the feed came from, to complete relative links")

    def handle(self, *args: str, **options: str) -> None:
        try:
            body = Path(options["file"]).read_bytes() if options["file"] else sys.stdin.buffer.read()
        except OSError as problem:
            raise CommandError(f"{options['file']}: {problem.strerror}", returncode=1) from problem
        lines = feed_lines(body, url=options["url"])
        if isinstance(lines, ParseError):
            words = _PROBLEMS.get(lines.code, "the input cannot be read")
            raise CommandError(f"{words} ({lines.detail})" if lines.detail else words, returncode=1)
        # Bytes, because the contract is UTF-8 whatever the terminal's locale says.
        try:
            sys.stdout.buffer.write("".join(line + "\n" for line in lines).encode())
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            # Whoever read has seen enough; pointing stdout elsewhere keeps Python from complaining at exit.
            sys.stdout = Path("/dev/null").open("w")  # noqa: SIM115
