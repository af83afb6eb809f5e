"""The look-alikes by the name of their provider."""

from tests.lookalikes.website.google_analytics import GoogleAnalyticsServer
from tests.lookalikes.website.matomo import MatomoServer
from tests.lookalikes.website.plausible import PlausibleServer

SERVERS = {server.platform: server for server in (GoogleAnalyticsServer, MatomoServer, PlausibleServer)}
