"""Responses of addresses that work without an account: what browsers, proxies and search engines may do with them."""

from django.http import HttpResponse


def unlisted(response: HttpResponse) -> HttpResponse:
    """Return a response that browsers and proxies don't keep, and search engines don't list."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "private, no-store"
    return response


def secret_feed(content: str | bytes, content_type: str) -> HttpResponse:
    """Return what a program reads from a secret address: kept for five minutes, by that program alone."""
    response = HttpResponse(content, content_type=content_type)
    response["X-Robots-Tag"] = "noindex"
    response["Cache-Control"] = "private, max-age=300"
    return response
