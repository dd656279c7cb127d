"""The one way out for mail: builds messages and speaks SMTP."""

import binascii
import smtplib  # noqa: TID251  # this is the way out
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from types import TracebackType
from typing import Any, Self

from django.conf import settings

# Servers look a message over before they say that they have it; who hangs up before that never
# learns whether it arrived.
LAST_WORD_SECONDS = 60
_LINE = 78
# Quoted-printable cannot hold a line like this one.
_BOUNDARY = "=_the_same_letter_twice"


class MailError(Exception):
    """The SMTP server did not take the message, or did not say so."""

    # A final refusal is not worth another try.
    final = False


class ServerAwayError(MailError):
    """Nobody answers, or not to us. It says nothing about any message or recipient."""


class RefusedError(MailError):
    """The server said no to this message; it is certain that it did not take it."""

    def __init__(self, message: str, *, final: bool, of_recipient: bool = False) -> None:
        super().__init__(message)
        self.final = final
        # It was the address that the server did not want, not what was sent there.
        self.of_recipient = of_recipient


class CutOffError(MailError):
    """The line broke before the server's last word."""

    def __init__(self, message: str, *, may_have_arrived: bool) -> None:
        super().__init__(message)
        self.may_have_arrived = may_have_arrived


@dataclass(frozen=True, slots=True)
class Message:
    """One mail to one person."""

    message_id: str
    recipient: str
    subject: str
    # Whole lines, in any number of pieces: one that stands in many mails is encoded once.
    text: Sequence[str]
    html: Sequence[str] = ()
    # Who it says it comes from; the address behind the name stays the house's own.
    sender_name: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def as_bytes(self, *, at: datetime) -> bytes:
        """Build the message as it goes over the wire, signed with the moment ``at``."""
        fields = {
            "From": _sender(self.sender_name),
            "To": self.recipient,
            "Subject": self.subject,
            "Date": format_datetime(at),
            "Message-ID": self.message_id,
            **self.headers,
            "MIME-Version": "1.0",
        }
        head = "".join(_header(name, value) for name, value in fields.items())
        text = _part("plain", self.text)
        if not self.html:
            return head.encode() + text
        kind = f'Content-Type: multipart/alternative; boundary="{_BOUNDARY}"\r\n\r\n'
        between = f"\r\n--{_BOUNDARY}\r\n".encode()
        html = _part("html", self.html)
        end = f"\r\n--{_BOUNDARY}--\r\n".encode()
        return b"".join([head.encode(), kind.encode(), between, text, between, html, end])


def _header(name: str, value: str) -> str:
    value = _one_line(value)
    # An address in angle brackets must not be folded or encoded: programs read it as it is.
    fits = len(name) + len(value) < _LINE - 2 or " " not in value
    if value.isascii() and fits:
        return f"{name}: {value}\r\n"
    return _folded(name, value)


@lru_cache(maxsize=256)
def _folded(name: str, value: str) -> str:
    return str(SMTP.fold(name, SMTP.header_factory(name, value)))


def _part(subtype: str, pieces: Sequence[str]) -> bytes:
    head = f'Content-Type: text/{subtype}; charset="utf-8"\r\n'
    how = "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    return b"".join([head.encode(), how.encode(), *map(_encoded, pieces)])


@lru_cache(maxsize=512)
def _encoded(piece: str) -> bytes:
    lines = "".join(f"{line}\r\n" for line in piece.splitlines())
    return binascii.b2a_qp(lines.encode(), istext=True)


def sender_address() -> str:
    """Give the bare address that mail comes from."""
    return _parsed(settings.DEFAULT_FROM_EMAIL)[1]


@lru_cache(maxsize=8)
def _parsed(address: str) -> tuple[str, str]:
    return parseaddr(address)


def sender_domain() -> str:
    return sender_address().partition("@")[2] or "localhost"


@lru_cache(maxsize=256)
def named(name: str, address: str) -> str:
    """Write an address with a name before it, for a header; the name cannot forge another."""
    return str(Address(display_name=_one_line(name), addr_spec=address))


def _sender(name: str) -> str:
    usual, address = _parsed(settings.DEFAULT_FROM_EMAIL)
    return named(name or usual, address)


def _one_line(value: str) -> str:
    if value.isprintable():
        return value
    return "".join(" " if ord(sign) < 32 or ord(sign) == 127 else sign for sign in value)


def leaves_the_house() -> bool:
    """Tell whether an SMTP server is set up; without one mail is kept and shown."""
    return settings.SMTP is not None


class Line:
    """
    A connection to the SMTP server, for as many messages as one wants to hand over.

    ``hand_over`` lets the caller act between the server's "go ahead" and the first byte of the
    message. Before that point a failure means "not sent"; after it, until the server has
    answered, nobody can know.
    """

    def __init__(self) -> None:
        self._server: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.hang_up()

    def hand_over(
        self,
        message: bytes,
        *,
        recipient: str,
        before_data: Callable[[], None] = lambda: None,
    ) -> None:
        """
        Give one message to the server.

        What ``before_data`` raises is passed on, and the message is not sent.

        Raises:
            ServerAwayError: there is no server to give it to; ``before_data`` was not called.
            RefusedError: the server does not want it.
            CutOffError: the line broke; once ``before_data`` had returned, the message may
                have arrived.
        """
        if not recipient.isascii():
            raise RefusedError(
                f"The address {recipient} cannot be sent to.", final=True, of_recipient=True
            )
        server, on_its_way = self._announced(), False
        try:
            _expect(server.docmd("RCPT", f"TO:<{recipient}>"), 250, 251, of_recipient=True)
            _expect(server.docmd("DATA"), 354)
            before_data()
            on_its_way = True
            # A line that begins with a dot would end the message early, so it gets a second one.
            server.send(message.replace(b"\n.", b"\n..") + b".\r\n")
            _expect(_last_word(server), 250)
        except RefusedError:
            self._start_over()
            raise
        except (smtplib.SMTPException, OSError) as error:
            self.hang_up()
            raise CutOffError(_said(error), may_have_arrived=on_its_way) from error
        except BaseException:
            self.hang_up()
            raise

    def _announced(self) -> smtplib.SMTP:
        """Give a connection on which a new message was begun."""
        try:
            if self._server is not None:
                try:
                    return _begin(self._server)
                except (smtplib.SMTPException, OSError):
                    # Servers end a connection after so many messages, or minutes.
                    self.hang_up()
            return _begin(self._dial())
        except (smtplib.SMTPException, OSError) as error:
            self.hang_up()
            raise ServerAwayError(_said(error)) from error

    def _dial(self) -> smtplib.SMTP:
        smtp: dict[str, Any] = settings.SMTP or {}
        kind = smtplib.SMTP_SSL if smtp.get("EMAIL_USE_SSL") else smtplib.SMTP
        server = kind(
            smtp["EMAIL_HOST"], smtp["EMAIL_PORT"] or 0, timeout=settings.SMTP_TIMEOUT_SECONDS
        )
        self._server = server
        if smtp.get("EMAIL_USE_TLS"):
            server.starttls()
        if smtp["EMAIL_HOST_USER"]:
            server.login(smtp["EMAIL_HOST_USER"], smtp["EMAIL_HOST_PASSWORD"])
        server.ehlo_or_helo_if_needed()
        return server

    def _start_over(self) -> None:
        """Make the connection ready for another message, or end it."""
        try:
            ready = self._server is not None and self._server.rset()[0] == 250
        except (smtplib.SMTPException, OSError):
            ready = False
        if not ready:
            self.hang_up()

    def hang_up(self) -> None:
        """End the connection; the next message dials anew."""
        if self._server is not None:
            self._server.close()
            self._server = None


def _begin(server: smtplib.SMTP) -> smtplib.SMTP:
    code, text = server.docmd("MAIL", f"FROM:<{sender_address()}>")
    if code != 250:
        raise smtplib.SMTPResponseException(code, text)
    return server


def _last_word(server: smtplib.SMTP) -> tuple[int, bytes]:
    if server.sock is not None:
        server.sock.settimeout(LAST_WORD_SECONDS)
    reply = server.getreply()
    if server.sock is not None:
        server.sock.settimeout(settings.SMTP_TIMEOUT_SECONDS)
    return reply


def _expect(reply: tuple[int, bytes], *codes: int, of_recipient: bool = False) -> None:
    code, text = reply
    if code not in codes:
        raise RefusedError(
            f"{code} {text.decode(errors='replace')}",
            final=code >= 500,
            of_recipient=of_recipient,
        )


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        said = text if isinstance(text, str) else text.decode(errors="replace")
        return f"{error.smtp_code} {said}"
    return str(error) or type(error).__name__
