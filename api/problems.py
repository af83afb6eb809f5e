"""What the API says when it refuses: RFC 9457 problem bodies, for its own errors and for those of the framework.

Every error under /api/v1/ leaves as application/problem+json with `type`, `title`, `status`, `detail` and, where parts
of the request are at fault, `errors` that name them.
"""

import json
from collections.abc import Callable
from http import HTTPStatus

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as FieldErrors
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

PREFIX = "/api/v1/"
CONTENT_TYPE = "application/problem+json"
SCHEMA = {
    "title": "Problem",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message", "code"],
                "properties": {
                    "field": {"type": "string", "description": "a parameter, or a field of the body"},
                    "message": {"type": "string"},
                    "code": {"type": "string"},
                    "position": {"type": "integer", "description": "the character at fault, counted from 0"},
                },
            },
        },
    },
}


def problem(status: int, detail: str, errors: list[dict[str, object]] | None = None) -> HttpResponse:
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": str(detail)}
    if errors:
        body["errors"] = errors
    # Names out of the body are quoted, and JSON can write halves of surrogate pairs, which UTF-8 cannot.
    text = json.dumps(body, ensure_ascii=False, default=str).encode(errors="replace")
    return HttpResponse(text, status=status, content_type=CONTENT_TYPE)


def register(api: NinjaAPI) -> None:
    """Have the API answer its exceptions with problems."""
    for exception, handler in HANDLERS.items():
        api.add_exception_handler(exception, handler)


def api_answers(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: what the framework refuses under /api/v1/ (no such address, wrong method, a crash) is a problem,
    too; every answer tells the token's rate, and none is kept by a cache on the way.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(PREFIX):
            return get_response(request)
        with translation.override(translation.get_language()):  # the token's person's, until the answer is written
            return answer(request)

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code >= 400 and response.headers.get("Content-Type") != CONTENT_TYPE:
            refused, response = response, problem(response.status_code, _framework_detail(response.status_code))
            for name in ("Allow", "Retry-After"):
                if name in refused.headers:
                    response.headers[name] = refused.headers[name]
        response.headers.setdefault("Cache-Control", "no-store")
        for name, value in getattr(request, "rate_headers", {}).items():
            response.headers[name] = value
        return response

    return middleware


def _framework_detail(status: int) -> str:
    if status >= 500:
        return _("Something went wrong on our end. The error has been logged.")
    details = {404: _("This URL doesn’t exist."), 405: _("This URL doesn’t support this method.")}
    return details.get(status, _("This request can’t be processed."))


def _unauthenticated(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    response = problem(401, _("Send one of your tokens in the “Authorization: Bearer …” header."))
    response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _throttled(request: HttpRequest, error: Throttled) -> HttpResponse:
    response = problem(429, _("This token has reached its rate limit. Try again in a minute."))
    response.headers["Retry-After"] = str(error.wait)
    return response


def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    if error.status_code == 400:
        return problem(400, _("The request body isn’t valid JSON."))
    return problem(error.status_code, error.message)


def _not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return problem(404, _("Not found, or you don’t have access."))


def _forbidden(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
    return problem(403, _("Your role in this project doesn’t allow this."))


def _conflict(request: HttpRequest, error: IntegrityError) -> HttpResponse:
    return problem(409, _("Someone else just changed this. Reload it and try again."))


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """What ninja found, and what an operation raised in ninja's form: loc, msg, type, and ctx with more to tell."""
    errors = [_part(each) for each in error.errors]
    return problem(422, _("Some values in this request are invalid."), errors)


def _part(error: dict[str, object]) -> dict[str, object]:
    place, *path = error["loc"]
    # The body's first step is the name of the operation's argument, which is nobody's business.
    path = path[1:] if place == "body" and len(path) > 1 else path
    told = {name: value for name, value in error.get("ctx", {}).items() if name in ("position", "candidates")}
    field = ".".join(map(str, path)) or str(place)
    return {"field": field, "message": str(error["msg"]), "code": error["type"], **told}


def _fields(request: HttpRequest, error: FieldErrors) -> HttpResponse:
    """What the write functions found, by field."""
    by_field = error.error_dict if hasattr(error, "error_dict") else {"body": error.error_list}
    errors = [
        {"field": field, "message": " ".join(each.messages), "code": each.code or "invalid"}
        for field, found in by_field.items()
        for each in found
    ]
    return problem(422, _("Some values in this request are invalid."), errors)


HANDLERS = {
    AuthenticationError: _unauthenticated,
    Throttled: _throttled,
    HttpError: _http_error,
    Http404: _not_found,
    PermissionDenied: _forbidden,
    IntegrityError: _conflict,
    ValidationError: _invalid,
    FieldErrors: _fields,
}
