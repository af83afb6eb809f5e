"""The guarded door: the only package that opens a connection to an address people gave.

`guard.py` says what may be reached, `session.py` connects to exactly that, `headers.py` reads times,
`fetch.py` is the door.
"""

from monitoring.http.fetch import Door
from monitoring.http.guard import host_key
from monitoring.http.records import ERROR_CODES, DoorSettings, FetchError, FetchResult

__all__ = ["ERROR_CODES", "Door", "DoorSettings", "FetchError", "FetchResult", "host_key"]
