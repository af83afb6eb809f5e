"""API tokens: shown once, kept as a digest. Made on the account page and by `manage.py create_token`."""

from accounts.models import ApiToken, User, new_token, token_digest


def create_token(user: User, name: str) -> str:
    """Make a token that acts as `user` and return it; nothing can show it again."""
    token = new_token()
    ApiToken.objects.create(user=user, name=name, digest=token_digest(token))
    return token
