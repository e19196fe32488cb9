"""Mails as servers and people send them back: the shapes of several programs, written for these tests."""

from __future__ import annotations

from tocsin.lib.vault import vault
from tocsin.outbox.models import Message


def signed(kind: str, ref: str, domain: str = "back.tocsin.example") -> str:
    purpose = {"b": "return address", "r": "reply address"}[kind]
    return f"{kind}.{ref}.{vault().digest(ref, purpose).hex()[:16]}@{domain}"


def return_path(message: Message) -> str:
    return signed("b", message.ref)


def alias(message: Message) -> str:
    return signed("r", message.ref)


def mail(*lines: str, body: str = "", to: str = "") -> bytes:
    headers = [f"To: {to}"] if to else []
    return "\r\n".join([*headers, *lines, "", *body.strip("\n").splitlines(), ""]).encode()


def postfix(message: Message, *, action: str = "failed", status: str = "5.1.1", said: str = "", to: str = "") -> bytes:
    """As Postfix writes it: three parts, the original's headers or the whole of it at the end."""
    said = said or "550 5.1.1 <minister@hearings.example>: Recipient address rejected: User unknown"
    return mail(
        "Return-Path: <>",
        "From: MAILER-DAEMON@mail.hearings.example (Mail Delivery System)",
        "Subject: Undelivered Mail Returned to Sender",
        "Auto-Submitted: auto-replied",
        "Message-Id: <20261124120000.4F1A2@mail.hearings.example>",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="B.1/mail"',
        "MIME-Version: 1.0",
        to=to or return_path(message),
        body=f"""
This is a MIME-encapsulated message.

--B.1/mail
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mail.hearings.example.

I'm sorry to have to inform you that your message could not be delivered.

<minister@hearings.example>: host mx said: {said}

--B.1/mail
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.hearings.example
X-Postfix-Queue-ID: 4F1A2
Arrival-Date: Tue, 24 Nov 2026 12:00:00 +0000 (UTC)

Final-Recipient: rfc822; minister@hearings.example
Original-Recipient: rfc822;minister@hearings.example
Action: {action}
Status: {status}
Remote-MTA: dns; mx.hearings.example
Diagnostic-Code: smtp; {said}

--B.1/mail
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

Return-Path: <{return_path(message)}>
Message-ID: <{message.ref}@tocsin.example>
Subject: A fair hearing

--B.1/mail--
""",
    )


def exchange(message: Message) -> bytes:
    """As Exchange Online writes it: HTML for people, and the original as a mail."""
    return mail(
        "From: <postmaster@hearings.onmicrosoft.example>",
        "Subject: Undeliverable: A fair hearing",
        "Message-ID: <4a2b@NAM12.prod.outlook.example>",
        "Auto-Submitted: auto-replied",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="_4a2b_"',
        to=return_path(message),
        body=f"""
--_4a2b_
Content-Type: multipart/alternative; differences=Content-Type; boundary="_inner_"

--_inner_
Content-Type: text/html; charset="us-ascii"

<html><body><p>minister wasn't found at hearings.example.</p></body></html>

--_inner_--

--_4a2b_
Content-Type: message/delivery-status

Reporting-MTA: dns;NAM12.prod.outlook.example

Final-recipient: RFC822;
 minister@hearings.example
Action: failed
Status: 5.1.10
Diagnostic-code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient
 minister@hearings.example not found by SMTP address lookup

--_4a2b_
Content-Type: message/rfc822

Message-ID: <{message.ref}@tocsin.example>
Subject: A fair hearing

Dear Minister,
--_4a2b_--
""",
    )


def gmail(message: Message) -> bytes:
    return mail(
        "Return-Path: <>",
        "From: Mail Delivery Subsystem <mailer-daemon@googlemail.example>",
        "Subject: Delivery Status Notification (Failure)",
        "Auto-Submitted: auto-replied",
        f"References: <{message.ref}@tocsin.example>",
        "X-Failed-Recipients: minister@hearings.example",
        'Content-Type: multipart/report; boundary="0000aa"; report-type=delivery-status',
        to=return_path(message),
        body="""
--0000aa
Content-Type: multipart/related; boundary="0000bb"

--0000bb
Content-Type: text/plain; charset="UTF-8"

** Address not found **
--0000bb--
--0000aa
Content-Type: message/delivery-status

Reporting-MTA: dns; googlemail.example
Received-From-MTA: dns; letters@tocsin.example
Arrival-Date: Tue, 24 Nov 2026 04:00:00 -0800 (PST)

Final-Recipient: rfc822; minister@hearings.example
Action: failed
Status: 5.1.1
Remote-MTA: dns; gmail-smtp-in.example. (192.0.2.27)
Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist.
Last-Attempt-Date: Tue, 24 Nov 2026 04:00:01 -0800 (PST)

--0000aa--
""",
    )


def qmail(message: Message) -> bytes:
    """No report at all: words for people, and the original below."""
    return mail(
        "Return-Path: <>",
        "From: MAILER-DAEMON@old.hearings.example",
        "Subject: failure notice",
        to=return_path(message),
        body=f"""
Hi. This is the qmail-send program at old.hearings.example.
I'm afraid I wasn't able to deliver your message to the following addresses.

<minister@hearings.example>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Return-Path: <{return_path(message)}>
Message-ID: <{message.ref}@tocsin.example>
""",
    )


def exim(message: Message, *, late: bool = False) -> bytes:
    subject = "Warning: message delayed 24 hours" if late else "Mail delivery failed: returning message to sender"
    return mail(
        "Return-path: <>",
        "X-Failed-Recipients: minister@hearings.example",
        "Auto-Submitted: auto-replied",
        "From: Mail Delivery System <Mailer-Daemon@old.hearings.example>",
        f"Subject: {subject}",
        to=return_path(message),
        body="""
This message was created automatically by mail delivery software.

  minister@hearings.example
    host mx.hearings.example [192.0.2.3]
    SMTP error from remote mail server after RCPT TO:<minister@hearings.example>:
    550 Requested action not taken: mailbox unavailable
""",
    )


def complaint(message: Message) -> bytes:
    return mail(
        "From: <feedback@provider.example>",
        "Subject: FW: Thank you",
        'Content-Type: multipart/report; report-type=feedback-report; boundary="arf"',
        to="abuse@tocsin.example",
        body=f"""
--arf
Content-Type: text/plain

This is an email abuse report.
--arf
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: SomeGenerator/1.0
Version: 1

--arf
Content-Type: message/rfc822

Message-ID: <{message.ref}@tocsin.example>
Subject: Thank you

--arf--
""",
    )


def vacation(message: Message, *headers: str) -> bytes:
    return mail(
        "From: Minister of Hearings <minister@hearings.example>",
        "Message-ID: <away@hearings.example>",
        "Subject: Re: A fair hearing",
        *headers,
        to=alias(message),
        body="I am away until Monday.",
    )


def answer(message: Message, *headers: str, to: str = "", body: str = "") -> bytes:
    """What a person writes back."""
    return mail(
        "From: Office of the Minister <minister@hearings.example>",
        "Message-ID: <answer-1@hearings.example>",
        f"In-Reply-To: <{message.ref}@tocsin.example>",
        "Date: Tue, 24 Nov 2026 12:00:00 -0500",
        *([] if any(line.startswith("Subject") for line in headers) else ["Subject: Re: A fair hearing"]),
        *headers,
        to=to or alias(message),
        body=body or "Dear Jane,\n\nThe Minister has read your letter.\n\nThe Office",
    )
