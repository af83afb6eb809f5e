"""PKCE (RFC 7636): the proof that the same program begins a connection and exchanges its code. Pure."""

import base64
import hashlib


def challenge_of(verifier: str) -> str:
    """Return the S256 challenge of a verifier (RFC 7636, 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
