"""Reviews with the key of their owner: App Store Connect, Google Play and Trustpilot. The keys are new in each run."""

import json
import secrets
from datetime import datetime
from typing import ClassVar

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from tests.lookalikes.platforms.base import HTTP_FAILURES, PlatformServer, Post, Received, Reply

APP, PACKAGE, COMPANY = "1234567890", "com.example.lumen", "lumen.example"
ISSUER = "57246542-96fe-1a63-e053-0824d011072a"


def pem(key) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


P8 = pem(ec.generate_private_key(ec.SECP256R1()))
SERVICE_ACCOUNT = json.dumps(
    {
        "type": "service_account",
        "project_id": "lumen",
        "private_key_id": "a1b2c3",
        "private_key": pem(rsa.generate_private_key(public_exponent=65537, key_size=2048)),
        "client_email": "vigie@lumen.iam.gserviceaccount.com",
        "token_uri": "https://elsewhere.example/token",
    },
    indent=2,
)


class OwnReviewsServer(PlatformServer):
    """A server of reviews, which have at most one reply: that of their subject."""

    def expected(self, post: Post, name: str) -> float | None:
        return 1 if name == "replies" else super().expected(post, name)

    def claims(self, token: str, key: str, algorithm: str, audience: str) -> dict:
        """Return what a token says, {} if another key has signed it or its time is over. The clock is the server's."""
        try:
            public = load_pem_private_key(key.encode(), None).public_key()
            options = {"verify_exp": False, "verify_iat": False}
            claims = jwt.decode(token, public, [algorithm], audience=audience, options=options)
        except (ValueError, jwt.InvalidTokenError):
            return {}
        now = self.now.timestamp()
        return claims if claims["iat"] <= now + 60 and claims["exp"] > now else {}


class AppStoreConnectServer(OwnReviewsServer):
    platform = "appstoreconnect"
    settings = {"app": APP}
    secrets = {"issuer": ISSUER, "key_id": "2X9R4HXF34", "private_key": P8}
    lacks = frozenset({"author", "likes", "shares", "views"})
    page_size = 200
    left = 3_400

    def is_accepted(self, request: Received) -> bool:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        try:
            header = jwt.get_unverified_header(token)
        except jwt.InvalidTokenError:
            return False
        claims = self.claims(token, self.valid["private_key"], "ES256", "appstoreconnect-v1")
        is_short = bool(claims) and claims["exp"] - claims["iat"] <= 1_200
        return is_short and claims["iss"] == self.valid["issuer"] and header["kid"] == self.valid["key_id"]

    def rejection(self) -> Reply:
        return Reply({"errors": [{"status": "401", "code": "NOT_AUTHORIZED"}]}, 401)

    def rate_limited(self) -> Reply:
        return Reply({"errors": [{"status": "429", "code": "RATE_LIMIT_EXCEEDED"}]}, 429, self._limit_headers(0))

    def respond(self, request: Received) -> Reply:
        query = request.query
        assert request.path == f"/v1/apps/{APP}/customerReviews"
        assert (query["sort"], query["include"]) == ("-createdDate", "response")
        start, size = int(query.get("cursor", "C0")[1:]), int(query["limit"])
        found = self.visible()
        links = {"self": f"{self.url}{request.path}"}
        if len(found) > start + size:
            links["next"] = f"{self.url}{request.path}?cursor=C{start + size}&limit={size}&sort=-createdDate"
        data = [self._review(post) for post in found[start : start + size]]
        return Reply({"data": data, "links": links}, headers=self._limit_headers(self.left))

    def _limit_headers(self, left: int) -> dict[str, str]:
        return {"X-Rate-Limit": f"user-hour-lim:3500;user-hour-rem:{left};"}

    def native_id(self, post: Post) -> str:
        return f"00000028-b08c-0014-729e-{post.number:012}"

    def permalink(self, post: Post) -> str:
        return f"https://apps.apple.com/fr/app/id{APP}?see-all=reviews&reviewId={self.native_id(post)}"

    def _review(self, post: Post) -> dict:
        if post.number in self.malformed:
            return {"type": "customerReviews", "id": self.native_id(post), "attributes": None}
        return {
            "type": "customerReviews",
            "id": self.native_id(post),
            "attributes": {
                "rating": post.rating,
                "title": post.title,
                "body": post.text,
                "reviewerNickname": post.name,
                "createdDate": post.published.isoformat(),
                "territory": "FRA",
            },
            "relationships": {"response": {"data": {"type": "customerReviewResponses", "id": "r"}}},
        }


class GooglePlayServer(OwnReviewsServer):
    platform = "googleplay"
    settings = {"app": PACKAGE}
    secrets = {"service_account": SERVICE_ACCOUNT}
    lacks = frozenset({"author", "shares", "views"})
    page_size = 100
    # The list without reviews is an object without fields: one with others has none either.
    failures: ClassVar = {name: failure for name, failure in HTTP_FAILURES.items() if name != "another shape"}

    def __init__(self) -> None:
        super().__init__()
        self.tokens: dict[str, datetime] = {}

    def is_accepted(self, request: Received) -> bool:
        if request.path == "/token":
            assert request.form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
            return bool(self._account_claims(request.form["assertion"]))
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        return token in self.tokens and self.tokens[token] > self.now

    def _account_claims(self, token: str) -> dict:
        try:
            account = json.loads(self.valid["service_account"])
        except ValueError:
            return {}
        claims = self.claims(token, account["private_key"], "RS256", "https://oauth2.googleapis.com/token")
        is_whole = claims.get("scope") == "https://www.googleapis.com/auth/androidpublisher"
        return claims if is_whole and claims["iss"] == account["client_email"] else {}

    def rejection(self) -> Reply:
        if self.requests[-1].path == "/token":
            return Reply({"error": "invalid_grant", "error_description": "Invalid JWT Signature."}, 400)
        return Reply({"error": {"code": 401, "status": "UNAUTHENTICATED"}}, 401)

    def rate_limited(self) -> Reply:
        return Reply({"error": {"code": 429, "status": "RESOURCE_EXHAUSTED"}}, 429)

    def respond(self, request: Received) -> Reply:
        if request.path == "/token":
            claims = self._account_claims(request.form["assertion"])
            token = f"ya29.{secrets.token_hex(8)}"
            self.tokens[token] = datetime.fromtimestamp(claims["exp"], self.now.tzinfo)
            return Reply({"access_token": token, "expires_in": 3_599, "token_type": "Bearer"})
        assert request.path == f"/androidpublisher/v3/applications/{PACKAGE}/reviews"
        start, size = int(request.query.get("token", "t0")[1:]), int(request.query["maxResults"])
        found = self.visible()
        reviews = [self._review(post) for post in found[start : start + size]]
        more = {"tokenPagination": {"nextPageToken": f"t{start + size}"}} if len(found) > start + size else {}
        return Reply(({"reviews": reviews} if reviews else {}) | more)

    def native_id(self, post: Post) -> str:
        return f"gp:AOqpTO{post.number}"

    def permalink(self, post: Post) -> str:
        return f"https://play.google.com/store/apps/details?id={PACKAGE}&reviewId={self.native_id(post)}"

    def _review(self, post: Post) -> dict:
        if post.number in self.malformed:
            return {"reviewId": self.native_id(post), "comments": [{"userComment": {"text": None}}]}
        at = {"seconds": str(int(post.published.timestamp())), "nanos": 713_000_000}
        return {
            "reviewId": self.native_id(post),
            "authorName": post.name,
            "comments": [
                {
                    "userComment": {
                        "text": f"{post.title}\t{post.text}",
                        "lastModified": at,
                        "starRating": post.rating,
                        "reviewerLanguage": "fr",
                        "appVersionName": "3.4.1",
                        "thumbsUpCount": post.likes,
                    }
                },
                {"developerComment": {"text": "Merci !", "lastModified": at}},
            ],
        }


class TrustpilotServer(OwnReviewsServer):
    platform = "trustpilot"
    settings = {"company": COMPANY}
    secrets = {"key": "key-of-ada"}
    lacks = frozenset({"author", "shares", "views"})
    page_size = 100
    unit = "46d6a890000064000500e0c3"

    def is_accepted(self, request: Received) -> bool:
        return request.headers.get("apikey") == self.valid["key"]

    def rejection(self) -> Reply:
        return Reply({"fault": {"faultstring": "Invalid ApiKey"}}, 401)

    def respond(self, request: Received) -> Reply:
        if request.path == "/v1/business-units/find":
            if request.query["name"] != COMPANY:
                return Reply({"message": "Business unit not found"}, 404)
            return Reply({"id": self.unit, "displayName": "Lumen", "name": {"identifying": COMPANY}})
        assert request.path == f"/v1/business-units/{self.unit}/reviews"
        assert request.query["orderBy"] == "createdat.desc"
        size, number = int(request.query["perPage"]), int(request.query["page"])
        found = self.visible()[(number - 1) * size : number * size]
        return Reply({"links": [], "reviews": [self._review(post) for post in found]})

    def native_id(self, post: Post) -> str:
        return f"5e3de1b45fb06f{post.number:010}"

    def permalink(self, post: Post) -> str:
        return f"https://www.trustpilot.com/reviews/{self.native_id(post)}#{COMPANY}"

    def _review(self, post: Post) -> dict:
        if post.number in self.malformed:
            return {"id": self.native_id(post), "stars": None}
        return {
            "id": self.native_id(post),
            "stars": post.rating,
            "title": post.title,
            "text": post.text,
            "language": "fr",
            "createdAt": post.published.isoformat().replace("+00:00", "Z"),
            "updatedAt": post.edited.isoformat().replace("+00:00", "Z") if post.edited else None,
            "consumer": {"id": "507f191e810c19729de860ea", "displayName": post.name, "countryCode": "FR"},
            "companyReply": {"text": "Merci !", "createdAt": post.published.isoformat()},
            "numberOfLikes": post.likes,
        }
