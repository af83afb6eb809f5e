"""The guarded door: the only package that opens a connection to an address people gave.

`guard.py` says what may be reached, `session.py` connects to exactly that, `headers.py` reads times,
`fetch.py` is the door, `limits.py` counts requests by host.
"""

from monitoring.http.fetch import Door
from monitoring.http.limits import HostLimiter, host_key
from monitoring.http.records import ERROR_CODES, DoorSettings, FetchError, FetchResult

__all__ = ["ERROR_CODES", "Door", "DoorSettings", "FetchError", "FetchResult", "HostLimiter", "host_key"]
