"""Secrets at rest: encrypted with the first key, readable with all, rotated by a command."""

import json
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, hotp_value, yield_hotp_counters_from_time
from cryptography.fernet import Fernet
from django.core.cache import cache
from django.core.management import call_command

from accounts.management.commands.rotate_secrets import sealed_columns
from accounts.secret_box import Unreadable, open_sealed, seal
from monitoring.models import Credential

OLD, NEW, OTHER = (Fernet.generate_key().decode() for _ in range(3))


def rotate():
    out = StringIO()
    status = 0
    try:
        call_command("rotate_secrets", stdout=out)
    except SystemExit as end:
        status = end.code
    return json.loads(out.getvalue()), status


def code_of(secret):
    return f"{hotp_value(secret, next(iter(yield_hotp_counters_from_time()))):06}"


@pytest.mark.parametrize("secret", ["", "clé « é »", "x" * 10_000])
def test_secret_is_unreadable_when_stored_and_the_same_when_opened(secret):
    sealed = seal(secret)
    assert open_sealed(sealed) == secret
    assert not secret or secret not in sealed


def test_secret_of_a_former_secret_key_stays_readable(settings):
    settings.CREDENTIAL_KEYS = []
    sealed = seal("key")
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another-secret-key-of-the-server"
    assert open_sealed(sealed) == "key"
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(Unreadable):
        open_sealed(sealed)


def test_rotation_encrypts_everything_with_the_new_key(project, owner, settings):
    settings.CREDENTIAL_KEYS = [OLD]
    credential = Credential(project=project, platform="bluesky")
    credential.set_secrets({"password": "p"})
    credential.save()
    secret = generate_totp_secret()
    totp = TOTP.activate(owner, secret)
    assert secret not in json.dumps(totp.instance.data)
    settings.CREDENTIAL_KEYS = [NEW, OLD]
    assert rotate() == ({"encrypted": 2, "unreadable": 0}, 0)
    settings.CREDENTIAL_KEYS = [NEW]
    credential.refresh_from_db()
    assert credential.secrets == {"password": "p"}
    assert TOTP(Authenticator.objects.get()).validate_code(code_of(secret))


def test_rotation_leaves_what_no_key_decrypts_and_says_so(project, settings):
    settings.CREDENTIAL_KEYS = [OTHER]
    credential = Credential(project=project, platform="bluesky")
    credential.set_secrets({"password": "p"})
    credential.save()
    settings.CREDENTIAL_KEYS = [NEW]
    assert rotate() == ({"encrypted": 0, "unreadable": 1}, 1)
    settings.CREDENTIAL_KEYS = [OTHER]
    credential.refresh_from_db()
    assert credential.secrets == {"password": "p"}


def test_key_of_an_app_from_before_encryption_works_and_is_encrypted_by_rotation(owner):
    secret = generate_totp_secret()
    TOTP.activate(owner, secret)
    Authenticator.objects.update(data={"secret": secret})
    assert TOTP(Authenticator.objects.get()).validate_code(code_of(secret))
    cache.clear()  # a code is accepted once
    assert rotate()[1] == 0
    assert secret not in json.dumps(Authenticator.objects.get().data)
    assert TOTP(Authenticator.objects.get()).validate_code(code_of(secret))


def test_no_code_is_correct_without_the_key(owner, settings):
    settings.CREDENTIAL_KEYS = [OTHER]
    secret = generate_totp_secret()
    TOTP.activate(owner, secret)
    settings.CREDENTIAL_KEYS = [NEW]
    totp = TOTP(Authenticator.objects.get())
    assert not totp.validate_code(code_of(secret))
    assert not totp.validate_code(code_of(""))


def test_rotation_knows_every_column_with_secrets():
    assert (Credential, "sealed") in list(sealed_columns())
