"""API tokens: shown once, stored as a hash. Created on the account page and by `manage.py create_token`."""

from accounts.models import ApiToken, User, new_token, token_digest


def create_token(user: User, name: str) -> str:
    """Create a token that acts as `user`. Return it; it cannot be shown again."""
    token = new_token()
    ApiToken.objects.create(user=user, name=name, digest=token_digest(token))
    return token
