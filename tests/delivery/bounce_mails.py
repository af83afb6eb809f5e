"""Bounces as mail servers write them (RFC 3464), and a mailbox that holds them."""

from datetime import UTC, datetime

from tests.lookalikes.platforms.base import Post
from tests.lookalikes.platforms.mailbox import FIRST_UID, MailboxServer

# Header names, their order and the way of folding are those of each server.
POSTFIX = """\
Return-Path: <>
Received: by mail.vigie.example (Postfix) id 4TESTQ0001; Mon, 30 Nov 2026 12:00:05 +0000 (UTC)
Date: Mon, 30 Nov 2026 12:00:05 +0000 (UTC)
From: MAILER-DAEMON@mail.vigie.example (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: bounces@vigie.example
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="4TESTQ0001.1/mail.vigie.example"
Message-Id: <20261130.4TESTQ0002@mail.vigie.example>

This is a MIME-encapsulated message.

--4TESTQ0001.1/mail.vigie.example
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

The mail system could not deliver your message to <{recipient}>.

--4TESTQ0001.1/mail.vigie.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.vigie.example
X-Postfix-Queue-ID: 4TESTQ0001
X-Postfix-Sender: rfc822; bounces@vigie.example
Arrival-Date: Mon, 30 Nov 2026 12:00:04 +0000 (UTC)

Final-Recipient: rfc822; {recipient}
Original-Recipient: rfc822;{recipient}
Action: {action}
Status: {status}
Remote-MTA: dns; mx.example.com
Diagnostic-Code: smtp; {diagnostic}

--4TESTQ0001.1/mail.vigie.example
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

Return-Path: <bounces@vigie.example>
From: Vigie <vigie@vigie.example>
To: {recipient}
Subject: Lumen
Message-ID: {message_id}

--4TESTQ0001.1/mail.vigie.example--
"""

EXCHANGE = """\
MIME-Version: 1.0
From: <postmaster@corp.example>
To: <bounces@vigie.example>
Date: Mon, 30 Nov 2026 12:00:05 +0000
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="=_report_6f1c"
Message-ID: <6f1c@CORP-EX01.corp.example>
In-Reply-To: {message_id}
References: {message_id}
Subject: Undeliverable: Lumen
X-Auto-Response-Suppress: DR, OOF, AutoReply

--=_report_6f1c
Content-Type: multipart/alternative; differences=Content-Type;
\tboundary="=_text_6f1c"

--=_text_6f1c
Content-Type: text/plain; charset="us-ascii"
Content-Transfer-Encoding: quoted-printable

The address {recipient} wasn't found at corp.example.=

--=_text_6f1c
Content-Type: text/html; charset="us-ascii"
Content-Transfer-Encoding: quoted-printable

<html><body><p>The address wasn't found.</p></body></html>

--=_text_6f1c--

--=_report_6f1c
Content-Type: message/delivery-status

Reporting-MTA: dns;CORP-EX01.corp.example
Received-From-MTA: dns;mail.vigie.example
Arrival-Date: Mon, 30 Nov 2026 12:00:04 +0000

Final-Recipient: rfc822;{recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp;{diagnostic}
X-Display-Name: Marc

--=_report_6f1c
Content-Type: message/rfc822

Received: from mail.vigie.example (192.0.2.1) by CORP-EX01.corp.example
From: Vigie <vigie@vigie.example>
To: <{recipient}>
Subject: Lumen
Message-ID:
\t{message_id}
MIME-Version: 1.0
Content-Type: text/plain

Good day

--=_report_6f1c--
"""

GMAIL = """\
Received: by 2002:a05:test with SMTP id t1; Mon, 30 Nov 2026 04:00:05 -0800 (PST)
Content-Type: multipart/report; boundary="00000000000test01"; report-type=delivery-status
To: bounces@vigie.example
Auto-Submitted: auto-replied
From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>
Subject: Delivery Status Notification ({action})
References: {message_id}
In-Reply-To: {message_id}
Message-ID: <test01.mx.google.com>
Date: Mon, 30 Nov 2026 04:00:05 -0800 (PST)

--00000000000test01
Content-Type: multipart/related; boundary="00000000000test02"

--00000000000test02
Content-Type: multipart/alternative; boundary="00000000000test03"

--00000000000test03
Content-Type: text/plain; charset="UTF-8"

{recipient} couldn't be found.

--00000000000test03--
--00000000000test02
Content-Type: image/png; name="icon.png"
Content-Transfer-Encoding: base64
Content-ID: <icon.png>

iVBORw0KGgo=
--00000000000test02--
--00000000000test01
Content-Type: message/delivery-status

Reporting-MTA: dns; googlemail.com
Received-From-MTA: dns; vigie@vigie.example
Arrival-Date: Mon, 30 Nov 2026 04:00:04 -0800 (PST)
X-Original-Message-ID: {message_id}

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: {status}
Remote-MTA: dns; gmail-smtp-in.l.google.com. (192.0.2.2, the server for the domain gmail.com.)
Diagnostic-Code: smtp; {diagnostic}
Last-Attempt-Date: Mon, 30 Nov 2026 04:00:05 -0800 (PST)

--00000000000test01
Content-Type: message/rfc822

MIME-Version: 1.0
From: Vigie <vigie@vigie.example>
Subject: Lumen
To: {recipient}

Good day

--00000000000test01--
"""
STYLES = {"postfix": POSTFIX, "exchange": EXCHANGE, "gmail": GMAIL}


def bounce(message_id, recipient="marc@example.com", style="postfix", **fields):
    """The bytes of a bounce, with the line ends of mail."""
    values = {"action": "failed", "status": "5.1.1", "diagnostic": "550 5.1.1 No such user <b>here</b>", **fields}
    text = STYLES[style].format(message_id=message_id, recipient=recipient, **values)
    return text.replace("\n", "\r\n").encode()


class BounceServer(MailboxServer):
    """A mailbox into which a test puts emails."""

    def __init__(self):
        super().__init__()
        self.mails = {}

    def put(self, mail, received=None):
        """Deliver an email to the mailbox, now unless a time is given."""
        number = len(self.mails) + 1
        self.mails[number] = mail
        received = received or datetime.now(UTC)
        self.posts = [*self.posts, Post(number, "", received, title="")]
        return FIRST_UID + number

    def message(self, post):
        return self.mails[post.number]
