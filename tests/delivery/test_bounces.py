"""The parser of bounces: the styles of mail servers, and input that is none."""

from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.bounces import MAX_DIAGNOSTIC, read_bounces
from tests.delivery.bounce_mails import POSTFIX, STYLES, bounce

ID = "<0b6a5f0e-0000-4000-8000-000000000001@vigie.example>"


@pytest.mark.parametrize("style", STYLES)
def test_parser_reads_bounce_of_each_server(style):
    (found,) = read_bounces(bounce(ID, "Marc@Example.com", style))
    assert (found.message_ids, found.recipient, found.action) == ((ID,), "Marc@Example.com", "failed")
    assert (found.status, found.is_permanent) == ("5.1.1", True)
    assert found.reason == "550 5.1.1 No such user <b>here</b>"


@pytest.mark.parametrize(
    ("action", "status", "is_permanent"),
    [
        *(("failed", "5.7.1", True), ("Failed (unknown)", "5.0.0 (other)", True)),
        *(("delayed", "4.4.1", False), ("failed", "4.4.7", False), ("delayed", "5.1.1", False)),
        *(("relayed", "5.1.1", False), ("delivered", "2.0.0", False), ("", "", False), ("failed", "five", False)),
    ],
)
def test_only_failed_action_with_status_5_is_permanent(action, status, is_permanent):
    (found,) = read_bounces(bounce(ID, action=action, status=status))
    assert found.is_permanent is is_permanent


def test_reason_has_the_status_once():
    (found,) = read_bounces(bounce(ID, diagnostic="550 mailbox unavailable"))
    assert found.reason == "5.1.1 550 mailbox unavailable"
    (found,) = read_bounces(bounce(ID, diagnostic=""))
    assert found.reason == "5.1.1"


def test_reason_is_one_printable_line_of_limited_length():
    (found,) = read_bounces(bounce(ID, diagnostic="550\n \x00\x1b[31m no " + "x" * 2_000))
    assert found.diagnostic.startswith("550 [31m no xx") and len(found.diagnostic) == MAX_DIAGNOSTIC
    assert found.diagnostic.isprintable()


def test_each_recipient_of_a_report_is_a_bounce():
    second = "Final-Recipient: rfc822; ada@example.com\nAction: delayed\nStatus: 4.2.0\n\n--4TEST"
    head, report, returned = POSTFIX.partition("Remote-MTA: dns; mx.example.com\n")
    first, _, tail = returned.partition("\n--4TEST")
    mail = f"{head}{report}{first}\n{second}{tail}"
    values = {"message_id": ID, "recipient": "marc@example.com", "action": "failed", "status": "5.1.1"}
    found = read_bounces(mail.format(**values, diagnostic="550 no").encode())
    assert [one.recipient for one in found] == ["marc@example.com", "ada@example.com"]
    assert [one.is_permanent for one in found] == [True, False]


def forwarded():
    mail = EmailMessage()
    mail["Message-ID"] = "<forward@example.com>"
    mail.set_content("Look at this")
    mail.add_attachment(bounce(ID), maintype="application", subtype="octet-stream")
    return mail.as_bytes()


@pytest.mark.parametrize(
    "mail",
    [
        b"",
        b"Subject: Hello\r\n\r\nGood day",
        forwarded(),
        bounce(ID).replace(b"multipart/report", b"multipart/mixed"),
        bounce(ID).replace(b"message/delivery-status", b"text/plain"),
        bounce(ID).replace(b"Final-Recipient", b"X-Recipient"),
    ],
    ids=["nothing", "letter", "forwarded", "no report", "no status", "no recipient"],
)
def test_other_email_is_no_bounce(mail):
    assert read_bounces(mail) == ()


def test_bounce_without_end_is_read_up_to_the_cut():
    mail = bounce(ID, style="exchange")
    (found,) = read_bounces(mail[: mail.index(b"Good day")])
    assert (found.message_ids, found.is_permanent) == ((ID,), True)


def test_deep_nesting_is_no_bounce():
    nested = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(2_000))
    assert read_bounces(b"Subject: deep\r\n" + nested) == ()


LINES = [line.encode() for text in STYLES.values() for line in text.splitlines()]
PIECES = st.one_of(st.sampled_from(LINES), st.binary(max_size=30), st.just(b"Content-Type: message/rfc822\r\n"))


@given(st.lists(PIECES, max_size=60), st.sampled_from([b"\r\n", b"\n", b"\x00", b"\r"]))
def test_parser_never_raises(pieces, end):
    for found in read_bounces(end.join(pieces)):
        assert found.recipient and found.reason.isprintable()


@given(st.sampled_from([*STYLES]), st.data())
def test_parser_never_raises_on_damaged_bounce(style, data):
    mail = bytearray(bounce(ID, style=style))
    for _ in range(data.draw(st.integers(1, 8))):
        start = data.draw(st.integers(0, len(mail)))
        mail[start : start + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=20))
    for found in read_bounces(bytes(mail)):
        assert found.recipient and found.reason.isprintable()
