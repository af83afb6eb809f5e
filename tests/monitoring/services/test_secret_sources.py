"""Sources whose URL has a password or token: encrypted, and shown nowhere. The tests look everywhere for a marker."""

import base64
import json
import logging
from importlib import import_module
from io import StringIO

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from cryptography.fernet import Fernet
from django.apps import apps
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.models import ActivityEntry
from accounts.secret_box import open_sealed
from accounts.tokens import create_token
from dashboards.forms.sources import SourceForm
from monitoring.feeds.opml import LeftOut
from monitoring.models import FetchRequest, Source
from monitoring.polling import addresses
from monitoring.polling.addresses import whole_urls
from monitoring.services.fetches import fetch_here, request_fetch, run_queued
from monitoring.services.opml import export_opml, import_addresses, import_opml
from monitoring.services.sources import add_source, delete_source
from tests.factories import make_keyword, make_source
from tests.monitoring.conftest import NEWS, poll_again, rss
from tests.stored_texts import all_texts

pytestmark = pytest.mark.django_db(transaction=True)

MARKER = "s3cr3tmarkeraaaa"
migration = import_module("monitoring.migrations.0012_secret_urls")


def echoing(url):
    """Return a feed that repeats its own URL, as many do."""
    body = rss({"title": "Lumen lance une lampe", "link": url, "guid": f"{url}#1", "text": f"Voir {url}"}, title=url)
    return body.replace(b"<link>https://phare.example/</link>", f"<link>{url}</link>".encode())


def seen_by(viewer, as_person, project, source):
    """Return everything that a member sees of a source."""
    reader, token = as_person(viewer), create_token(viewer, "test")
    pages = ("sources", f"sources/{source.pk}", "sources.opml", "mentions", "search?q=lumen", f"sources?q={MARKER}")
    texts = [reader.get(f"/p/{project.pk}/{page}").content.decode() for page in pages]
    texts[-1] = texts[-1].replace(f'value="{MARKER}"', "").replace(f"q={MARKER}", "")
    api = f"/api/v1/projects/{project.pk}/"
    for path in ("sources", f"sources/{source.pk}", "mentions", "documents?q=lumen"):
        texts.append(reader.get(f"{api}{path}", headers={"Authorization": f"Bearer {token}"}).content.decode())
    return "\n".join(texts)


@pytest.mark.parametrize(
    "address", ["/feed.xml?token=%s", "/private-%s/feed.xml", "user:%s@/feed.xml", "/%s/feed.xml"], ids=str
)
def test_secret_of_a_url_is_stored_and_shown_nowhere(
    project, manager, viewer, as_person, web, caplog, capsys, address
):
    caplog.set_level(logging.DEBUG)
    make_keyword(project, query="lumen")
    userinfo, at, path = (address % MARKER).rpartition("@")
    url = web.url(path).replace("://", f"://{userinfo}{at}")
    web.put(path, body=echoing(url))
    added = add_source(project, manager, url, is_secret=address.startswith("/%s"))
    assert (added.created, added.error) == (True, "")
    source = poll_again(added.source)
    assert (source.error_code, source.periods.count()) == ("", 1)
    shown = seen_by(viewer, as_person, project, source)
    assert "Lumen lance une lampe" in shown
    call_command("poll", source=source.pk)
    web.put(path, status=302, location=path)  # a loop, whose error names the URL
    assert poll_again(source).error_code == "redirect_loop"
    shown += seen_by(viewer, as_person, project, source)
    again = add_source(project, manager, url)
    assert (again.created, again.source) == (False, source)
    delete_source(source, manager)
    texts = shown + all_texts() + caplog.text + capsys.readouterr().out
    assert MARKER not in texts


def test_password_is_sent_as_a_header_and_only_to_its_origin(project, manager, web):
    web.put("/feed.xml", body=NEWS)
    url = web.url("/feed.xml").replace("://", f"://ada:{MARKER}@")
    source = poll_again(add_source(project, manager, url).source)
    sent = web.requests[-1]
    assert sent.headers["authorization"] == "Basic " + base64.b64encode(f"ada:{MARKER}".encode()).decode()
    assert MARKER not in sent.path
    web.put("/feed.xml", status=302, location=web.url("/end.xml").replace("127.0.0.1", "127.0.0.2"))
    poll_again(source)
    assert not [one for one in web.requests if one.path == "/end.xml" and "authorization" in one.headers]


def test_urls_that_differ_only_in_the_token_are_two_sources(project, manager, web):
    for token in ("aaa", "bbb"):
        web.put(f"/feed.xml?token={token}", body=NEWS)
    results = [add_source(project, manager, web.url(f"/feed.xml?token={token}")) for token in ("aaa", "bbb", "aaa")]
    assert [result.created for result in results] == [True, True, False]
    assert [result.source.url for result in results[:2]] == [web.url(f"/feed.xml?token=…{n}") for n in ("", "2")]
    assert [whole_urls(result.source)["url"][-3:] for result in results] == ["aaa", "bbb", "aaa"]


def test_permanent_redirect_to_a_url_with_a_token_is_hidden_and_followed(feed, web, viewer, project, as_person):
    source = poll_again(feed("/old.xml"))
    new = f"/new.xml?token={MARKER}"
    web.put(new, body=NEWS)
    web.put("/old.xml", status=301, location=new)
    source = poll_again(source)
    assert (source.moved_to, source.moved_count) == (web.url("/new.xml?token=…"), 1)
    for _ in range(3):
        source.moved_since -= timezone.timedelta(days=2)
        source.save(update_fields=["moved_since"])
        source = poll_again(source)
        if not source.moved_since:
            break
    assert (source.url, source.previous_url, source.moved_to) == (
        web.url("/new.xml?token=…"), web.url("/old.xml"), ""
    )  # fmt: skip
    assert poll_again(source).error_code == ""
    assert web.requests[-1].path == new
    assert MARKER not in all_texts() + seen_by(viewer, as_person, project, source)


def test_existing_source_is_hidden_when_it_is_added_again_as_secret(project, manager, web):
    web.put("/0a1b/feed.xml", body=NEWS)
    url = web.url("/0a1b/feed.xml")
    source = add_source(project, manager, url).source
    assert add_source(project, manager, url, is_secret=True).source == source
    source.refresh_from_db()
    assert (source.url, whole_urls(source)["url"]) == (web.url("/…"), url)
    assert poll_again(source).error_code == ""


def test_token_in_the_path_of_a_hidden_url_is_neither_in_its_site_nor_in_its_links(project, manager, web):
    make_keyword(project, query="lumen")
    site, path = web.url(f"/u/{MARKER}/"), f"/u/{MARKER}/feed.xml"
    body = rss({"title": "Lumen lance une lampe", "link": f"{site}ep/1", "guid": f"{site}ep/1", "text": "Lumen"})
    web.put(path, body=body.replace(b"<link>https://phare.example/</link>", f"<link>{site}</link>".encode()))
    source = poll_again(add_source(project, manager, web.url(path), is_secret=True).source)
    assert (source.error_code, source.site_url) == ("", "")
    assert project.documents.get().url == web.url("/u/…/ep/1")
    assert MARKER not in all_texts()
    delete_source(source, manager)
    assert add_source(project, manager, web.url(path)).source.site_url == site
    assert add_source(project, manager, web.url(path), is_secret=True).source.site_url == ""


def test_opml_export_has_no_secrets_and_its_import_names_what_they_are_missing_in(project, manager, stranger):
    url = f"https://a.example/feed?token={MARKER}"
    content = f'<opml><body><outline xmlUrl="{url}"/><outline xmlUrl="{url}b"/></body></opml>'.encode()
    assert import_opml(project, manager, content).added == 2
    assert import_opml(project, manager, content).known == 2
    exported = export_opml(project, project.sources.all())
    assert MARKER.encode() not in exported
    result = import_opml(stranger.projects.get(), stranger, exported)
    assert result.added == 0
    assert result.left_out[0] == LeftOut("https://a.example/feed?token=…", "hidden_url")
    assert add_source(project, manager, "https://a.example/feed?token=…").error == "hidden_url"


def test_import_decrypts_each_source_once(project, manager, monkeypatch):
    lines = [f"https://a.example/feed?token={n}" for n in range(30)]
    assert import_addresses(project, manager, "\n".join(lines[:10])).added == 10
    decrypted = []
    monkeypatch.setattr(addresses, "open_sealed", lambda sealed: decrypted.append(1) or open_sealed(sealed))
    result = import_addresses(project, manager, "\n".join(lines), "Presse")
    assert (result.added, result.known, len(decrypted)) == (20, 10, 10)
    new = project.sources.order_by("pk")[10:]
    assert {source.url for source in new} == {f"https://a.example/feed?token=…{n}" for n in range(11, 31)}
    assert {whole_urls(source)["url"] for source in new} == set(lines[10:])
    assert all(source.tags == ["Presse"] for source in new)


def test_fetch_for_a_person_stores_no_secret(project, manager, web):
    web.put(f"/feed.xml?token={MARKER}", body=NEWS)
    url = web.url(f"/feed.xml?token={MARKER}")
    for kind in (FetchRequest.Kind.SOURCE, FetchRequest.Kind.PAGE):
        request_fetch(project, manager, kind, url, {"url": url} if kind == "page" else {})
    with fetch_here(project, manager, FetchRequest.Kind.SOURCE, url):
        assert MARKER not in all_texts()
    assert run_queued() == 2
    assert project.sources.get().url == web.url("/feed.xml?token=…")
    assert FetchRequest.objects.exclude(sealed="").count() == 0
    assert MARKER not in all_texts()


def test_feed_with_a_token_that_a_site_offers_is_added_whole(project, manager, as_person, web):
    links = "".join(
        f'<link rel="alternate" type="application/rss+xml" title="{n}" href="/{n}.xml?key={MARKER}">' for n in (1, 2)
    )
    web.put("/", body=f"<!doctype html><html><head>{links}</head></html>".encode(), content_type="text/html")
    web.put(f"/1.xml?key={MARKER}", body=NEWS)
    candidates = add_source(project, manager, web.url("/")).candidates
    assert MARKER not in str(candidates)
    data = {"url": candidates[0].url, "sealed": candidates[0].sealed}
    page = as_person(manager).post(f"/p/{project.pk}/sources/add", {"url": data["url"]})
    assert page.status_code == 200 and not Source.objects.exists()
    form = SourceForm(data)
    assert form.is_valid() and form.cleaned_data["url"] == web.url(f"/1.xml?key={MARKER}")
    forged = SourceForm({"url": "https://other.example/?key=…", "sealed": data["sealed"]})
    assert forged.is_valid() and forged.cleaned_data["url"] == "https://other.example/?key=…"


def test_fetch_of_a_url_to_hide_stores_its_host_only(project, manager):
    url = f"https://a.example/{MARKER}/feed.xml"
    with fetch_here(project, manager, FetchRequest.Kind.SOURCE, url, is_secret=True):
        assert FetchRequest.objects.get().url == "https://a.example/…"
        assert MARKER not in all_texts()


def test_feeds_that_a_site_to_hide_offers_are_hidden_as_a_whole(project, manager, web):
    links = "".join(
        f'<link rel="alternate" type="application/rss+xml" title="{n}" href="/{MARKER}/{n}.xml">' for n in (1, 2)
    )
    page = f"<!doctype html><html><head>{links}</head></html>".encode()
    site = web.put(f"/{MARKER}/", body=page, content_type="text/html")
    web.put(f"/{MARKER}/1.xml", body=NEWS)
    request_fetch(project, manager, FetchRequest.Kind.SOURCE, site, {"is_secret": True})
    run_queued()
    assert MARKER not in all_texts()
    headers = {"Authorization": f"Bearer {create_token(manager, 'test')}"}
    path, client = f"/api/v1/projects/{project.pk}/sources", Client()
    body = {"url": site, "is_secret": True}
    answer = client.post(path, body, content_type="application/json", headers=headers)
    assert answer.status_code == 422 and MARKER not in answer.text
    chosen = answer.json()["errors"][0]["candidates"][0]
    assert chosen["url"] == web.url("/…")
    form = SourceForm({"url": chosen["url"], "sealed": chosen["sealed"], "is_secret": "on"})
    assert form.is_valid() and form.cleaned_data["url"] == web.url(f"/{MARKER}/1.xml")
    body = {"url": chosen["url"], "sealed": chosen["sealed"], "is_secret": True}
    assert client.post(path, body, content_type="application/json", headers=headers).status_code == 201
    assert whole_urls(project.sources.get())["url"] == web.url(f"/{MARKER}/1.xml")
    assert MARKER not in all_texts()


def test_source_fails_with_clear_words_when_the_key_is_lost_and_works_after_rotation(project, manager, web, settings):
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    settings.CREDENTIAL_KEYS = [old]
    web.put("/feed.xml?token=aaa", body=NEWS)
    source = add_source(project, manager, web.url("/feed.xml?token=aaa")).source
    settings.CREDENTIAL_KEYS = [new]
    assert poll_again(source).error_code == "address_unreadable"
    settings.CREDENTIAL_KEYS = [new, old]
    out = StringIO()
    call_command("rotate_secrets", stdout=out)
    assert json.loads(out.getvalue())["unreadable"] == 0
    settings.CREDENTIAL_KEYS = [new]
    assert poll_again(source).error_code == ""


def test_migration_encrypts_what_exists_and_goes_back(project, manager):
    urls = [f"https://a.example/feed?token={MARKER}{n}" for n in (1, 2)]
    for url in urls:
        make_source(
            project, url, title="", moved_to=url, previous_url=f"https://u:{MARKER}@b.example/", site_url=url,
            resume_state={"url": url, "etag": "1"}, error_detail=f"back to {url}",
        )  # fmt: skip
    make_source(project, "https://plain.example/feed")
    detail = {"url": urls[0], "n": 1}
    ActivityEntry.objects.create(project=project, action="source.added", target=urls[0], detail=detail)
    FetchRequest.objects.create(project=project, user=manager, kind="source", url=urls[0])
    for _ in range(2):
        migration.encrypt(apps, None)
        assert MARKER not in all_texts()
    shown = Source.objects.order_by("pk").values_list("url", flat=True)
    assert list(shown) == [f"https://a.example/feed?token=…{n}" for n in ("", "2")] + ["https://plain.example/feed"]
    assert ActivityEntry.objects.get().detail == {"url": "https://a.example/feed?token=…", "n": 1}
    migration.decrypt(apps, None)
    found = Source.objects.order_by("pk").values_list("url", "moved_to", "sealed_urls")
    assert list(found)[:2] == [(url, url, "") for url in urls]


def test_keys_of_two_factor_apps_are_encrypted_in_the_table(owner):
    secret = generate_totp_secret()
    TOTP.activate(owner, secret)
    codes = RecoveryCodes.activate(owner)
    stored = all_texts()
    assert secret not in stored
    assert not [code for code in codes.get_unused_codes() if code in stored]
