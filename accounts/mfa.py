"""Two-factor authentication: the keys of authenticator apps are stored encrypted. Named in settings (MFA_ADAPTER)."""

from base64 import b32encode
from secrets import token_bytes

from allauth.mfa.adapter import DefaultMFAAdapter

from accounts.secret_box import Unreadable, is_sealed, open_sealed, seal


class MFAAdapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Return a key; a random one, of which no code is correct, if what encrypted it is not set any more."""
        if not is_sealed(encrypted_text):
            return encrypted_text  # of a version that did not encrypt
        try:
            return open_sealed(encrypted_text)
        except Unreadable:
            return b32encode(token_bytes(20)).decode()
