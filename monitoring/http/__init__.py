"""The guarded door: the only package that opens a connection to an address people gave.

`guard.py` says what may be reached, `session.py` connects to exactly that, `headers.py` reads times,
`fetch.py` is the door.
"""

from monitoring.http.client import HttpClient
from monitoring.http.records import ERROR_CODES, ClientSettings, FetchError, FetchResult
from monitoring.http.ssrf import host_key

__all__ = ["ERROR_CODES", "ClientSettings", "FetchError", "FetchResult", "HttpClient", "host_key"]
