"""The HTTP client: the only package that connects to URLs from people or the web.

`client.py` fetches a URL, `ssrf.py` decides which addresses may be reached, `transport.py` connects to exactly those,
`imap.py` connects to mail servers, `websocket.py` to streams, `headers.py` parses the headers about time,
`bot_walls.py` recognizes pages that let only browsers pass, and `default.py` has the client configured from settings.
"""

from outbound.client import HttpClient
from outbound.records import ERROR_CODES, ApiRequest, ClientSettings, FetchError, FetchResult
from outbound.ssrf import RequestRefused, host_key, parse_url

__all__ = [
    "ERROR_CODES",
    "ApiRequest",
    "ClientSettings",
    "FetchError",
    "FetchResult",
    "HttpClient",
    "RequestRefused",
    "host_key",
    "parse_url",
]
