"""A browser that receives Web Push messages: its keys, decryption (RFC 8291), and the check of a sender (RFC 8292)."""

import time

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from delivery.channels.push_encryption import decoded, encoded, public_bytes


class Browser:
    def __init__(self):
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._auth = bytes(range(16))
        self.keys = {"p256dh": encoded(public_bytes(self._key)), "auth": encoded(self._auth)}

    def decrypted(self, body):
        """Return the message in the body of a request. Raise InvalidTag."""
        salt, sender, content = body[:16], body[21 : 21 + body[20]], body[21 + body[20] :]
        shared = self._key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))
        key = derived(shared, self._auth, b"WebPush: info\0" + public_bytes(self._key) + sender, 32)
        content_key = derived(key, salt, b"Content-Encoding: aes128gcm\0", 16)
        nonce = derived(key, salt, b"Content-Encoding: nonce\0", 12)
        padded = AESGCM(content_key).decrypt(nonce, content, None)
        return padded.rstrip(b"\0").removesuffix(b"\2")


def is_signed(authorization, origin):
    """Return whether a header proves its sender to this push service."""
    parts = dict(part.strip().split("=", 1) for part in authorization.removeprefix("vapid ").split(","))
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(parts["k"]))
    try:
        claims = jwt.decode(parts["t"], point, algorithms=["ES256"], audience=origin)
    except jwt.InvalidTokenError:
        return False
    return claims["exp"] - time.time() <= 24 * 3600 and claims["sub"].startswith(("mailto:", "https:"))


def derived(secret, salt, info, length):
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(secret)
