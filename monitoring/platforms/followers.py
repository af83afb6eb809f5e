"""Counting the followers of an own account: what it needs, its request, and what the response says. Pure.

A platform that gives the number to a connected account has a subclass of `Followers` as `followers`, in a file of its
own. follower_reader.py makes the request.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from monitoring.records import PollError
from outbound import ApiRequest

MAX_ID, MAX_NAME = 200, 200


@dataclass(frozen=True, slots=True)
class AccountRequest:
    """Everything that the request for one account depends on."""

    api_url: str
    settings: Mapping[str, str]
    secrets: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class AccountFollowers:
    """An account at its platform: its id there, its name for people, and how many follow it."""

    account_id: str
    name: str
    followers: int


class Followers:
    """The followers at one platform.

    `setting` is the setting of a source that names the account, "" if the secrets say which one it is.
    `needs_connection` if only connected accounts work, not a key. `price` is what a response costs, in US dollars.
    """

    setting = ""
    needs_connection = False
    price = 0.0

    def request(self, account: AccountRequest) -> ApiRequest:
        """Return the request for the account."""
        raise NotImplementedError

    def read(self, data: Any, account: AccountRequest) -> AccountFollowers | PollError:
        """Return the account. A KeyError, TypeError, ValueError or IndexError means another shape."""
        raise NotImplementedError


def count_of(value: Any) -> int:
    """Return a number of followers, also one that is a text. Raise ValueError for anything else: it is never 0."""
    if isinstance(value, str) and value.isdecimal() and len(value) < 16:
        return int(value)
    if type(value) is int and value >= 0:
        return value
    raise ValueError("no number of followers")
