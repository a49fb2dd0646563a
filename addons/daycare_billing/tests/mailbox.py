"""A mail server that really listens on the loopback address, and what it gives back.

Nothing here is of Odoo: `tests/together/test_kibe_year.py` runs it in Odoo's shell.
"""

import email
import socket
from email.policy import default

#: What comes back days later; to be filled with `address` and `message_id`.
BOUNCE = """\
Return-Path: <>
From: MAILER-DAEMON@mx.example
To: bounce@example.com
Subject: Undelivered Mail Returned to Sender
Message-Id: <bounce-of-{address}>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain

The mailbox is gone.

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {address}
Action: failed
Status: 5.1.1

--b1
Content-Type: message/rfc822

Message-Id: {message_id}
From: clerk@example.com
To: {address}
Subject: Invoice

Text

--b1--
"""


class Mailbox:
    """What an SMTP server was given, and whom it refuses.

    :ivar letters: list of (recipients, message), in the order of arrival
    :ivar unknown: set of the addresses that this server knows nothing of
    """

    def __init__(self):
        self.letters = []
        self.unknown = set()

    @property
    def messages(self):
        """Return the messages by their recipients; nobody got two."""
        found = dict(self.letters)
        assert len(found) == len(self.letters), "one e-mail each"
        return found

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        if address in self.unknown:
            return "550 5.1.1 User unknown"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):
        message = email.message_from_bytes(envelope.content, policy=default)
        self.letters.append((" ".join(envelope.rcpt_tos), message))
        return "250 OK"


def free_port():
    """Return the number of a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
