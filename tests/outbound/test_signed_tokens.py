"""Private keys that people paste: what is accepted, and what is wrong with others."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat, PublicFormat

from outbound.signed_tokens import check_p8, check_service_account
from tests.lookalikes.platforms.own_reviews import P8, SERVICE_ACCOUNT, pem

EC_KEY = ec.generate_private_key(ec.SECP256R1())
PUBLIC = EC_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
LOCKED = EC_KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")).decode()
RSA_KEY = pem(rsa.generate_private_key(public_exponent=65537, key_size=2048))


@pytest.mark.parametrize("text", [P8, f"\n{P8}\n", P8.replace("\n", "\r\n")])
def test_p8_is_accepted(text):
    assert check_p8(text) == ""


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (PUBLIC, "public_key"),
        ("ssh-ed25519 AAAAC3Nza ada@example.org", "public_key"),
        (LOCKED, "not_p8"),
        (RSA_KEY, "not_p8"),
        (pem(ec.generate_private_key(ec.SECP384R1())), "not_p8"),
        (P8[: len(P8) // 2], "not_p8"),
        (SERVICE_ACCOUNT, "not_p8"),
        ("2X9R4HXF34", "not_p8"),
        ("é", "not_p8"),
    ],
)
def test_other_texts_are_no_p8(text, code):
    assert check_p8(text) == code


def test_service_account_is_accepted():
    assert check_service_account(SERVICE_ACCOUNT) == ""


def changed(**values):
    return json.dumps(json.loads(SERVICE_ACCOUNT) | values)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (PUBLIC, "public_key"),
        (P8, "not_service_account"),
        (SERVICE_ACCOUNT[:-5], "not_service_account"),
        ("{}", "not_service_account"),
        ("[]", "not_service_account"),
        ("3", "not_service_account"),
        ('{"installed": {"client_id": "1"}}', "not_service_account"),
        (changed(type="authorized_user"), "not_service_account"),
        (changed(private_key=P8), "not_service_account"),
        (changed(private_key="…"), "not_service_account"),
        (changed(client_email=None), "not_service_account"),
    ],
)
def test_other_texts_are_no_service_account(text, code):
    assert check_service_account(text) == code
