"""Encrypt secrets that are stored: credentials of platforms, tokens in the URLs of feeds, keys of two-factor apps.

Texts in, texts out. Fernet (AES-128-CBC with HMAC-SHA256, https://cryptography.io/en/latest/fernet/) with the keys of
CREDENTIAL_KEYS, else with one derived from SECRET_KEY and SECRET_KEY_FALLBACKS. The first key encrypts, all decrypt,
so a new key is put first, `rotate_secrets` encrypts everything with it, and the old one can go.
"""

from base64 import urlsafe_b64encode
from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Unreadable(Exception):
    """A secret was encrypted with a key that is not set any more."""


def seal(secret: str) -> str:
    """Return a secret encrypted with the first key; "" stays ""."""
    return _box(_keys()).encrypt(secret.encode()).decode() if secret else ""


def open_sealed(sealed: str) -> str:
    """Return a secret decrypted. Raise Unreadable."""
    if not sealed:
        return ""
    try:
        return _box(_keys()).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Unreadable from None


def is_sealed(text: str) -> bool:
    """Return whether a text is an encrypted one: a Fernet token begins with its version, 128."""
    return text.startswith("gAAAA")


def reseal(sealed: str) -> str:
    """Return a secret encrypted with the first key, whichever key it was encrypted with. Raise Unreadable."""
    return seal(open_sealed(sealed))


def _keys() -> tuple[str, ...]:
    own = tuple(settings.CREDENTIAL_KEYS)
    return own or tuple(_derived(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


@cache
def _derived(secret: str) -> str:
    """Return a Fernet key for a text (HKDF, RFC 5869)."""
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"vigie credentials").derive(secret.encode())
    return urlsafe_b64encode(key).decode()


@cache
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])
