"""Read settings from environment variables without raising: a bad value becomes a problem that names the setting and
says what it must be, and the default takes its place.

In: the environment. Out: the values for config/settings.py, and `problems()` for config/checks.py, which every process
runs when it starts. No Django. An empty value means the default.
"""

import ipaddress
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit
from zoneinfo import ZoneInfo

import idna
from environs import Env, ValidationError

_HOST_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*\.?", re.IGNORECASE)
MAX_DATABASE_NAME = 63  # characters: Postgres' limit, which Django enforces at the first query
_ENCODED = "; write special characters of the password percent-encoded, such as %23 for #"
_HEADER = re.compile(r"[\x20-\x7e\xa0-\xff]+")
# Their values may contain passwords, so no message repeats them.
_SECRET = {
    "DATABASE_URL",
    "REDIS_URL",
    "EMAIL_URL",
    "BOUNCE_MAILBOX_URL",
    "SECRET_KEY",
    "SECRET_KEY_FALLBACKS",
    "CREDENTIAL_KEYS",
    "ASSISTANT_API_KEY",
    "ASSISTANT_URL",
}


@dataclass(frozen=True)
class MustBe:
    """A validator: `what` completes the sentence "NAME must be ..."."""

    what: str
    accepts: Callable[[Any], bool]

    def __call__(self, value: Any) -> None:
        if not self.accepts(value):
            raise ValidationError(self.what)


class Environment(Env):
    """The reader of the settings. Each method returns the default for a variable that is unset, empty or invalid."""

    def __init__(self) -> None:
        super().__init__(eager=False)
        self._must_be: dict[str, str] = {}

    def _get_value(self, env_key: str, default: Any) -> Any:
        value = super()._get_value(env_key, default)
        return default if isinstance(value, str) and not value.strip() else value

    def problems(self) -> list[str]:
        """Return one sentence per invalid variable that was read."""
        return [self._problem(name) for name in self._errors]

    def _problem(self, name: str) -> str:
        value = "" if name in _SECRET else f" is {self._get_value(name, '')!r}; it"
        return f"{name}{value} must be {self._must_be[name]}."


def _or_default(method: str, otherwise: str) -> Any:
    def read(self: Environment, name: str, default: Any, *, validate: MustBe | None = None, **options: Any) -> Any:
        self._must_be[name] = validate.what if validate else otherwise
        value = getattr(Env, method)(self, name, default, validate=validate, **options)
        if method == "list" and value:
            value = [text.strip() for text in value]
        return default if value is None else value

    read.__name__ = method
    return read


for _method, _otherwise in {
    "str": "text",
    "int": "a whole number",
    "bool": "true or false",
    "list": "a list, separated by commas",
}.items():
    setattr(Environment, _method, _or_default(_method, _otherwise))


FERNET_KEYS = MustBe(
    "keys of 44 characters, separated by commas, such as Python's Fernet.generate_key() returns",
    lambda keys: all(re.fullmatch(r"[A-Za-z0-9_-]{43}=", key.strip()) for key in keys),
)


def own_hosts(base_url: str, listen_address: str) -> list[str]:
    """Return the host names under which people reach a web process: those of its URL, its address and this machine."""
    hosts = [urlsplit(base_url).hostname or "", "localhost", "127.0.0.1", "::1"]
    if listen_address not in ("0.0.0.0", "::"):
        hosts.append(listen_address)
    return list(dict.fromkeys(f"[{host}]" if ":" in host else host for host in hosts))


def whole_number(least: int, most: int) -> MustBe:
    return MustBe(f"a whole number from {least} to {most}", lambda value: least <= value <= most)


def one_of(*choices: str) -> MustBe:
    return MustBe(f"{', '.join(choices[:-1])} or {choices[-1]}", choices.__contains__)


def every(item: MustBe, what: str) -> MustBe:
    """Return a validator of lists whose entries pass `item`."""
    return MustBe(what, lambda values: all(item.accepts(value.strip()) for value in values))


def is_host(text: str) -> bool:
    """Return True for an IP address without brackets, or a host name."""
    is_number = re.fullmatch(r"[0-9.]+", text)  # else an IPv4 address with a typo
    return _is_ip_address(text) or (not is_number and bool(_HOST_NAME.fullmatch(text)))


def _is_ip_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _split(url: str, schemes: Iterable[str]) -> SplitResult | None:
    """Return the parts of a URL with one of `schemes` and a usable port, or None."""
    try:
        parts = urlsplit(url)
        is_usable = parts.scheme in schemes and parts.port != 0 and not re.search(r"[\s\\]", url)
    except ValueError:
        return None
    return parts if is_usable else None


def ascii_host(host: str) -> str:
    """Return a host name as browsers send it: xn--exmple-cua.fr for exämple.fr. An invalid one is unchanged."""
    if host.isascii():
        return host
    prefix, name = re.fullmatch(r"((?:\*?\.)?)(.*)", host, re.DOTALL).groups()  # type: ignore[union-attr]  # matches all
    try:
        return prefix + idna.encode(name, uts46=True).decode()
    except idna.IDNAError:
        return host


def ascii_origin(url: str) -> str:
    """Return a URL with its host name as `ascii_host` returns it."""
    return re.sub(r"(?<=://)[^/?#@:\[\]]+", lambda host: ascii_host(host[0]), url, count=1)


def _is_web_origin(url: str) -> bool:
    url = ascii_origin(url)
    parts = _split(url, ("http", "https"))
    if parts is None or parts.username is not None or not is_host(parts.hostname or ""):
        return False
    return parts.path in ("", "/") and not url.endswith(("?", "#")) and not (parts.query or parts.fragment)


def _is_api_base_url(url: str) -> bool:
    url = ascii_origin(url)
    parts = _split(url, ("http", "https"))
    if parts is None or "@" in parts.netloc or not is_host(parts.hostname or ""):
        return False
    return not url.endswith(("?", "#")) and not (parts.query or parts.fragment)


def _is_trusted_origin(origin: str) -> bool:
    return _is_web_origin(ascii_origin(origin).replace("://*.", "://", 1)) and not origin.endswith("/")


def _is_allowed_host(entry: str) -> bool:
    return entry == "*" or is_host(ascii_host(entry).removeprefix(".").removeprefix("[").removesuffix("]"))


def _is_postgres_url(url: str) -> bool:
    parts = _split(url, ("postgres", "postgresql", "pgsql"))
    if parts is None or parts.fragment or not re.fullmatch(r"/[^/]+", parts.path):
        return False
    return len(unquote(parts.path)) <= 1 + MAX_DATABASE_NAME


def _is_redis_url(url: str) -> bool:
    parts = _split(url, ("redis", "rediss"))
    if parts is None or parts.fragment or not parts.hostname:
        return False
    return bool(re.fullmatch(r"/?|/\d+", parts.path))


def _is_time_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        return False
    return True


PORT_NUMBER = MustBe("a number from 1 to 65535", lambda value: 0 < value < 65536)
LISTEN_ADDRESS = MustBe(
    "an IP address of this machine, such as 127.0.0.1, or 0.0.0.0 for all",
    lambda text: text == "localhost" or _is_ip_address(text),
)
WEB_ORIGIN = MustBe(
    "a URL of a scheme and a host only, such as https://vigie.example.com, without path or query", _is_web_origin
)
TRUSTED_ORIGINS = every(
    MustBe("", _is_trusted_origin), "a list of scheme and host, such as https://vigie.example.com, separated by commas"
)
ALLOWED_HOST_NAMES = every(
    MustBe("", _is_allowed_host),
    "a list of host names, such as vigie.example.com, separated by commas, without scheme, port or path",
)
POSTGRES_URL = MustBe(f"a URL such as postgres://user:password@host:5432/name{_ENCODED}", _is_postgres_url)
REDIS_SERVER_URL = MustBe(f"a URL such as redis://:password@host:6379/0{_ENCODED}", _is_redis_url)
TIME_ZONE_NAME = MustBe("the name of a time zone, such as Europe/Paris", _is_time_zone)
API_BASE_URL = MustBe(
    "the http or https URL of an API, such as http://127.0.0.1:11434/v1, without a user name, query or fragment",
    lambda url: not url or _is_api_base_url(url),
)
BEARER_KEY = MustBe("a key of letters, digits and signs", lambda key: bool(re.fullmatch(r"[\x21-\x7e]*", key)))
HEADER_TEXT = MustBe("one line of Latin letters, digits and signs", lambda text: bool(_HEADER.fullmatch(text)))
