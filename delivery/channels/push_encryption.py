"""Encrypt a Web Push message for a browser, and sign a request to its push service.

RFC 8291 (message encryption) on RFC 8188 (aes128gcm), and RFC 8292 (VAPID). Bytes and keys in, bytes and header values
out; no Django, no I/O.
"""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    derive_private_key,
    generate_private_key,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CURVE_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256, SEC 2 section 2.4.2
RECORD_BYTES = 4096
MAX_BYTES = 3993  # of a message: push services accept 4,096 bytes with header, padding and tag (RFC 8291, section 4)
VALID_FOR = timedelta(hours=12)  # at most 24 hours (RFC 8292, section 2)


def encrypted(
    message: bytes,
    receiver: bytes,
    auth: bytes,
    *,
    sender: Callable[[], EllipticCurvePrivateKey] = lambda: generate_private_key(SECP256R1()),
    new_salt: Callable[[], bytes] = lambda: secrets.token_bytes(16),
) -> bytes:
    """Return the body of the request. `receiver` is the public key of the browser (65 bytes), `auth` its secret.

    Raise ValueError for a key that is no point of the curve.
    """
    own, salt = sender(), new_salt()
    public = public_bytes(own)
    shared = own.exchange(ECDH(), EllipticCurvePublicKey.from_encoded_point(SECP256R1(), receiver))
    key = _derived(shared, auth, b"WebPush: info\0" + receiver + public, 32)
    content_key = _derived(key, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(key, salt, b"Content-Encoding: nonce\0", 12)
    header = salt + RECORD_BYTES.to_bytes(4, "big") + bytes([len(public)]) + public
    return header + AESGCM(content_key).encrypt(nonce, message + b"\2", None)  # 2 ends the last record


@cache
def signing_key(secret: str) -> EllipticCurvePrivateKey:
    """Return the key of a server, derived from a secret text (HKDF, RFC 5869)."""
    seed = int.from_bytes(_derived(secret.encode(), None, b"vigie web push", 48), "big")
    return derive_private_key(seed % (CURVE_ORDER - 1) + 1, SECP256R1())


def authorization(key: EllipticCurvePrivateKey, endpoint: str, contact: str, now: datetime) -> str:
    """Return the header that proves the sender to the push service. `contact` is an https: or mailto: URL."""
    parts = urlsplit(endpoint)
    claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": int((now + VALID_FOR).timestamp()), "sub": contact}
    return f"vapid t={jwt.encode(claims, key, algorithm='ES256')}, k={encoded(public_bytes(key))}"


def public_bytes(key: EllipticCurvePrivateKey) -> bytes:
    """Return the public key as an uncompressed point, 65 bytes."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def check_receiver(receiver: bytes, auth: bytes) -> None:
    """Raise ValueError for keys that no browser gives."""
    EllipticCurvePublicKey.from_encoded_point(SECP256R1(), receiver)
    if len(receiver) != 65 or len(auth) != 16:
        raise ValueError("wrong length")


def encoded(data: bytes) -> str:
    """Return bytes as base64url without padding, as browsers do."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """Return the bytes of base64url, with or without padding. Raise ValueError."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _derived(secret: bytes, salt: bytes | None, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(secret)
