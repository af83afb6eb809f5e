"""`manage.py parse_feed [FILE]`: a feed in, its entries as JSON Lines out. Runs feeds/jsonl.py without a database."""

import sys
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from monitoring.feeds.errors import ParseError
from monitoring.feeds.jsonl import feed_lines

_MESSAGES = {
    "empty": "the input is empty",
    "html_page": "the input is a web page, not a feed",
    "not_a_feed": "the input is not a feed",
    "xml_bomb": "the input declares entities that expand too far",
    "too_complex": "the input has too many elements",
}


class Command(BaseCommand):
    help = "Read a feed (RSS, RDF, Atom or JSON Feed) and write its entries as JSON Lines."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", metavar="FILE", help="the feed; standard input by default")
        parser.add_argument("--url", default="", help="URL of the feed, to resolve relative links")

    def handle(self, *args: str, **options: str) -> None:
        try:
            body = Path(options["file"]).read_bytes() if options["file"] else sys.stdin.buffer.read()
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}", returncode=1) from error
        lines = feed_lines(body, url=options["url"])
        if isinstance(lines, ParseError):
            message = _MESSAGES.get(lines.code, "the input cannot be read")
            raise CommandError(f"{message} ({lines.detail})" if lines.detail else message, returncode=1)
        # Bytes: the output is UTF-8 in every locale.
        try:
            sys.stdout.buffer.write("".join(line + "\n" for line in lines).encode())
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            # The reader has closed the pipe (head, for instance): without stdout, Python reports no error at exit.
            sys.stdout = Path("/dev/null").open("w")  # noqa: SIM115
