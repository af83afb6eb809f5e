"""Email messages: texts, authors, times, damage, and the links of Google Alerts."""

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from monitoring.content.clean import clean
from monitoring.platforms.mail_messages import MALFORMED, alert_target, entries_of

RECEIVED = "20-Nov-2026 12:00:00 +0000"


def message(text="La lampe Lumen éclaire bien. " * 20, html="", **headers):
    built = EmailMessage()
    defaults = {"From": "Ada Lumière <ada@example.com>", "Subject": "L’été & <3", "Message-ID": "<1@example.com>"}
    changes = {name.replace("_", "-"): value for name, value in headers.items()}
    for name, value in (defaults | changes).items():
        if value:
            built[name] = value
    built.set_content(text)
    if html:
        built.add_alternative(html, subtype="html")
    return built.as_bytes()


def entry(*args, **kwargs):
    (found,) = entries_of(message(*args, **kwargs), RECEIVED)
    return found


def test_plain_text_is_preferred_unless_it_is_a_stub():
    assert "éclaire" in clean(entry(html="<p>Other</p>")).text
    stub = clean(entry("See the HTML part.", html="<p>La <b>lampe</b> &amp; moi</p>"))
    assert stub.text == "La lampe & moi"


def test_author_is_sender_then_list_then_address():
    assert (entry().author, entry().author_handle) == ("Ada Lumière", "ada@example.com")
    listed = entry(From="ada@example.com", List_Id='"La lettre" <lettre.example.com>')
    assert listed.author == "La lettre"
    assert entry(From="ada@example.com").author == "ada@example.com"


@pytest.mark.parametrize(
    ("date", "published"),
    [
        ("Fri, 20 Nov 2026 09:00:00 +0200", datetime(2026, 11, 20, 7, tzinfo=UTC)),
        ("Fri, 20 Nov 2026 09:00:00 -0000", datetime(2026, 11, 20, 9, tzinfo=UTC)),
        ("Fri, 20 Nov 2030 09:00:00 +0000", datetime(2026, 11, 20, 12, tzinfo=UTC)),
        ("", datetime(2026, 11, 20, 12, tzinfo=UTC)),
    ],
)
def test_time_is_that_of_sending_and_never_later_than_receiving(date, published):
    assert entry(Date=date).published == published


def test_message_without_id_has_a_stable_one():
    first, second = entry(Message_ID=""), entry(Message_ID="")
    assert first.native_id == second.native_id
    assert first.native_id != entry("Another text", Message_ID="").native_id


def test_unknown_charset_and_missing_end_are_read():
    raw = message().replace(b'charset="utf-8"', b'charset="x-unknown"')
    assert "Lumen" in entries_of(raw, RECEIVED)[0].body
    assert "Lumen" in entries_of(message(html="<p>x</p>" * 500)[:900], RECEIVED)[0].body


@pytest.mark.parametrize("raw", [b"", b"\r\n\r\n", b"no header at all"])
def test_message_without_headers_is_malformed(raw):
    with pytest.raises(MALFORMED):
        entries_of(raw, RECEIVED)


GOOGLE = "https://www.google.com/url?rct=j&sa=t&url="
ALERT = f"""<table><tr><td>
<a href="{GOOGLE}https://news.example/a?x=1%26y&ct=ga&cd=1&usg=Q"><b>Lumen</b> gagne un prix</a>
<div>La lampe &amp; l’été …</div></td></tr><tr><td>
<a href="{GOOGLE}https%3A%2F%2Fblog.example%2Fb&ct=ga"><img></a>
<a href="{GOOGLE}https%3A%2F%2Fblog.example%2Fb&ct=ga">Essai de Lumen</a></td></tr></table>
<a href="https://www.google.com/alerts/remove?s=1">Unsubscribe</a>
<a href="{GOOGLE}https://support.google.com/x&ct=ga">Help</a>"""


def test_google_alerts_message_has_an_entry_per_link():
    raw = message("2 results", html=ALERT, From="Google Alerts <googlealerts-noreply@google.com>")
    first, second = entries_of(raw, RECEIVED)
    assert (first.url, first.title) == ("https://news.example/a?x=1%26y", "Lumen gagne un prix")
    assert (first.native_id, first.author, first.body) == (first.url, "news.example", "La lampe & l’été …")
    assert (second.url, second.title) == ("https://blog.example/b", "Essai de Lumen")


def test_alert_target_refuses_other_hosts():
    assert alert_target("https://evil.example/url?url=https://a.example/&ct=ga") == ""
    assert alert_target("https://www.google.com/url?url=javascript:alert(1)&ct=ga") == ""
