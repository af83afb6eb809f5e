"""The API's error responses: RFC 9457 problem bodies, for its own errors and for those of the framework.

Every error under /api/v1/ is sent as application/problem+json with `type`, `title`, `status`, `detail` and, for
invalid parameters or fields, `errors` that name them. Operations raise InvalidRequest; `register` turns exceptions
into responses; `api_answers` is the middleware for what happens outside of operations.
"""

import json
from collections.abc import Callable, Iterable
from http import HTTPStatus

from django.core.exceptions import DisallowedHost, PermissionDenied
from django.core.exceptions import ValidationError as ServiceErrors
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

from accounts.formats import number
from api.auth import is_stranger
from api.validation_messages import message_of
from assistant.messages import limit_text, not_allowed_text
from assistant.requests import NotAllowed, TooManyRequests
from monitoring.insights.time_limit import TooSlow
from monitoring.services.fetches import MAX_PER_PERSON, NoFetchSlot, TooManyFetches

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
                    "position": {"type": "integer", "description": "the character of the error, counted from 0"},
                    "mention_id": {"type": "integer", "description": "the mention of a conflict"},
                    "value": {"description": "the present value in a conflict"},
                    "user": {"type": ["object", "null"], "description": "who set the present value"},
                    "at": {"type": "string", "format": "date-time", "description": "when it was set"},
                    "candidates": {
                        "type": "array",
                        "description": "the feeds of a site, to choose from",
                        "items": {
                            "type": "object",
                            "properties": {"url": {"type": "string"}, "title": {"type": "string"}},
                        },
                    },
                },
            },
        },
    },
}


class InvalidRequest(Exception):
    """Parameters or fields that an operation cannot use; `errors` come from field_error."""

    def __init__(self, errors: list[dict[str, object]]) -> None:
        super().__init__(errors)
        self.errors = errors


class InvalidField(InvalidRequest):
    """One such parameter or field; the arguments are those of field_error."""

    def __init__(self, field: str, message: str, code: str, **details: object) -> None:
        super().__init__([field_error(field, message, code, **details)])


class Conflicting(Exception):
    """A change of something that somebody else has changed meanwhile; `errors` come from field_error."""

    def __init__(self, detail: str, errors: list[dict[str, object]]) -> None:
        super().__init__(detail, errors)
        self.detail, self.errors = detail, errors


def field_error(field: str, message: str, code: str, **details: object) -> dict[str, object]:
    """Return an entry of a problem's `errors`; details that are None are left out."""
    details = {name: value for name, value in details.items() if value is not None}
    return {"field": field, "message": str(message), "code": code, **details}


def unknown_parameters(request: HttpRequest, known: Iterable[str]) -> list[dict[str, object]]:
    """Return an error for each query parameter that is not in `known`."""
    return [
        field_error(name, _("Unknown parameter."), "unknown_parameter") for name in request.GET if name not in known
    ]


def problem(status: int, detail: str, errors: list[dict[str, object]] | None = None) -> HttpResponse:
    """Return a response with a problem body."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": str(detail)}
    if errors:
        body["errors"] = errors
    # Field names come from the request, and JSON can contain halves of surrogate pairs, which UTF-8 cannot encode.
    text = json.dumps(body, ensure_ascii=False, default=str).encode(errors="replace")
    return HttpResponse(text, status=status, content_type=CONTENT_TYPE)


def register(api: NinjaAPI) -> None:
    """Register the handlers that turn exceptions into problem responses."""
    for exception, handler in HANDLERS.items():
        api.add_exception_handler(exception, handler)


def api_answers(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware for /api/v1/: turn the framework's errors (unknown URL, wrong method, crash) into problem bodies, add
    the token's rate limit headers, and forbid caching.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(PREFIX):
            return get_response(request)
        # TokenAuth activates the language of the token's user, which must not outlive this request.
        with translation.override(translation.get_language()):
            return answer(request)

    def answer(request: HttpRequest) -> HttpResponse:
        try:
            request.get_host()
        except DisallowedHost:
            return problem(400, _("The settings BASE_URL and ALLOWED_HOSTS don’t allow this host name."))
        response = get_response(request)
        if response.status_code in (400, 405, 415, 422):
            response = rejection(request, response)
        if response.status_code >= 400 and response.headers.get("Content-Type") != CONTENT_TYPE:
            original, response = response, problem(response.status_code, _framework_detail(response.status_code))
            for name in ("Allow", "Retry-After"):
                if name in original.headers:
                    response.headers[name] = original.headers[name]
        response.headers.setdefault("Cache-Control", "no-store")
        for name, value in getattr(request, "rate_headers", {}).items():
            response.headers[name] = value
        return response

    def rejection(request: HttpRequest, response: HttpResponse) -> HttpResponse:
        # Ninja rejects methods and bodies before an operation checks the membership.
        try:
            return _not_found(request, Http404()) if is_stranger(request) else response
        except Throttled as error:
            return _throttled(request, error)

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


def _too_many_fetches(request: HttpRequest, error: TooManyFetches) -> HttpResponse:
    text = _("You already have %(number)s fetches in progress. Wait until one has finished.")
    return _retry(problem(429, text % {"number": number(MAX_PER_PERSON)}))


def _too_many_requests(request: HttpRequest, error: TooManyRequests) -> HttpResponse:
    response = problem(429, limit_text(error))
    response.headers["Retry-After"] = "600" if error.is_hourly else "5"
    return response


def _no_assistant(request: HttpRequest, error: NotAllowed) -> HttpResponse:
    return problem(409, not_allowed_text())


def _no_fetch_slot(request: HttpRequest, error: NoFetchSlot) -> HttpResponse:
    return _retry(problem(503, _("Other fetches are in progress. Try again in a few seconds.")))


def _too_slow(request: HttpRequest, error: TooSlow) -> HttpResponse:
    return problem(503, _("This search takes too long. Use fewer or longer words, or a shorter period."))


def _retry(response: HttpResponse) -> HttpResponse:
    response.headers["Retry-After"] = "5"
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


def _invalid(errors: list[dict[str, object]]) -> HttpResponse:
    return problem(422, _("Some values in this request are invalid."), errors)


def _invalid_request(request: HttpRequest, error: InvalidRequest) -> HttpResponse:
    """Handle the errors that an operation raises."""
    return _invalid(error.errors)


def _schema_errors(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Handle the errors that pydantic finds in parameters and bodies."""
    return _invalid([field_error(_field_of(each["loc"]), message_of(each), each["type"]) for each in error.errors])


def _field_of(location: tuple[str | int, ...]) -> str:
    place, *path = location
    # The body's first step is the name of the operation's argument, which callers do not know.
    path = path[1:] if place == "body" and len(path) > 1 else path
    return ".".join(map(str, path)) or str(place)


def _service_errors(request: HttpRequest, error: ServiceErrors) -> HttpResponse:
    """Handle the errors that the write functions of the services raise, by field."""
    by_field = error.error_dict if hasattr(error, "error_dict") else {"body": error.error_list}
    return _invalid(
        [
            field_error(field, " ".join(each.messages), each.code or "invalid")
            for field, found in by_field.items()
            for each in found
        ]
    )


def _conflicting(request: HttpRequest, error: Conflicting) -> HttpResponse:
    return problem(409, error.detail, error.errors)


HANDLERS: dict[type[Exception], Callable[..., HttpResponse]] = {
    AuthenticationError: _unauthenticated,
    Throttled: _throttled,
    TooManyFetches: _too_many_fetches,
    NoFetchSlot: _no_fetch_slot,
    TooManyRequests: _too_many_requests,
    NotAllowed: _no_assistant,
    TooSlow: _too_slow,
    HttpError: _http_error,
    Http404: _not_found,
    PermissionDenied: _forbidden,
    IntegrityError: _conflict,
    Conflicting: _conflicting,
    InvalidRequest: _invalid_request,
    ValidationError: _schema_errors,
    ServiceErrors: _service_errors,
}
