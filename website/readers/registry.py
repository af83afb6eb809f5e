"""The readers by name: one line per provider. Read by the pages, the API and website/reading.py."""

from website.readers.base import Reader
from website.readers.google_analytics import GoogleAnalytics
from website.readers.matomo import Matomo
from website.readers.plausible import Plausible

READERS: dict[str, Reader] = {reader.name: reader for reader in (GoogleAnalytics(), Matomo(), Plausible())}
