"""Tokens that an account signs with its private key (JWT, RFC 7519), and checks of the keys that people paste. Pure.

In: a private key as text. Out: the token, or the code of a problem, whose words say what to paste instead. Called by
platforms of monitoring (their codes are in platforms/settings.py) and by readers of website figures.
"""

import json
from collections.abc import Mapping
from typing import Any

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

# How public keys and certificates begin: those of a .pem file, and of SSH.
_PUBLIC = ("-----BEGIN PUBLIC KEY", "-----BEGIN RSA PUBLIC KEY", "-----BEGIN CERTIFICATE", "ssh-", "ecdsa-")


def sign(claims: Mapping[str, Any], key: str, algorithm: str, key_id: str) -> str:
    """Return a signed token. The key was checked when it was entered."""
    return jwt.encode(dict(claims), key, algorithm, headers={"kid": key_id})


def check_p8(text: str) -> str:
    """Return the code of what is wrong with a private key of App Store Connect: one of the curve P-256."""
    if text.strip().startswith(_PUBLIC):
        return "public_key"
    key = _private_key(text)
    return "" if isinstance(key, EllipticCurvePrivateKey) and isinstance(key.curve, SECP256R1) else "not_p8"


def check_service_account(text: str) -> str:
    """Return the code of what is wrong with the JSON key of a service account of Google Cloud."""
    if text.strip().startswith(_PUBLIC):
        return "public_key"
    try:
        account = json.loads(text)
        names = [account[name] for name in ("client_email", "private_key_id", "private_key")]
    except (ValueError, KeyError, TypeError, IndexError):
        return "not_service_account"
    is_whole = all(isinstance(name, str) and name for name in names) and account.get("type") == "service_account"
    return "" if is_whole and isinstance(_private_key(names[2]), RSAPrivateKey) else "not_service_account"


def _private_key(text: str) -> object:
    """Return the private key in a PEM text, None without one. One with a password is none: nobody could enter it."""
    try:
        return load_pem_private_key(text.strip().encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
