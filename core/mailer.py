"""The one way out for mail: builds messages and speaks SMTP."""

import re
import smtplib  # noqa: TID251  # this is the way out
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from types import TracebackType
from typing import Any, Self

from django.conf import settings

# What a server says that is about to close the connection.
SERVICE_NOT_AVAILABLE = 421


class MailError(Exception):
    """The SMTP server did not take the message."""

    def __init__(self, message: str, *, final: bool, lost: bool = False) -> None:
        super().__init__(message)
        # A final refusal (5xx) is not worth another try.
        self.final = final
        # Not this message was refused: the server is away, and the next would fare no better.
        self.lost = lost


@dataclass(frozen=True, slots=True)
class Message:
    """One mail to one person."""

    message_id: str
    recipient: str
    subject: str
    text: str
    html: str = ""
    # Who it says it comes from; the address behind the name stays the house's own.
    sender_name: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def as_bytes(self, *, at: datetime) -> bytes:
        """Build the message as it goes over the wire, signed with the moment ``at``."""
        mail = EmailMessage(policy=SMTP)
        mail["From"] = _sender(self.sender_name)
        mail["To"] = Address(addr_spec=self.recipient)
        mail["Subject"] = _one_line(self.subject)
        mail["Date"] = format_datetime(at)
        mail["Message-ID"] = self.message_id
        for name, value in self.headers.items():
            mail[name] = _one_line(value)
        mail.set_content(self.text, cte="8bit" if self.text.isascii() else "quoted-printable")
        if self.html:
            mail.add_alternative(self.html, subtype="html", cte="quoted-printable")
        return mail.as_bytes()


def sender_address() -> str:
    """Give the bare address that mail comes from."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def sender_domain() -> str:
    return sender_address().partition("@")[2] or "localhost"


def _sender(name: str) -> Address:
    usual, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return Address(display_name=_one_line(name) or usual, addr_spec=address)


def _one_line(value: str) -> str:
    return "".join(" " if ord(sign) < 32 or ord(sign) == 127 else sign for sign in value)


def leaves_the_house() -> bool:
    """Tell whether an SMTP server is set up; without one mail is kept and shown."""
    return settings.SMTP is not None


class Line:
    """
    A connection to the SMTP server, for as many messages as one wants to hand over.

    ``hand_over`` lets the caller act between the server's "go ahead" and the first byte of the
    message. Before that point a failure means "not sent"; after it, until the server has
    confirmed, nobody can know.
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

        Raises:
            MailError: refused or cut off. If ``before_data`` had been called and the error is
                not final, the message may or may not have arrived.
        """
        try:
            self._hand_over(message, recipient, before_data)
        except smtplib.SMTPResponseException as error:
            self.hang_up()
            said = f"{error.smtp_code} {_decode(error.smtp_error)}"
            gone = error.smtp_code == SERVICE_NOT_AVAILABLE
            raise MailError(said, final=error.smtp_code >= 500, lost=gone) from error
        except UnicodeError as error:
            self.hang_up()
            raise MailError(f"The address {recipient} cannot be sent to.", final=True) from error
        except (smtplib.SMTPException, OSError) as error:
            self.hang_up()
            raise MailError(str(error) or type(error).__name__, final=False, lost=True) from error

    def _hand_over(self, message: bytes, recipient: str, before_data: Callable[[], None]) -> None:
        server = self._server or self._dial()
        _expect(server.mail(sender_address()), 250)
        _expect(server.rcpt(recipient), 250, 251)
        _expect(server.docmd("DATA"), 354)
        before_data()
        # A line that begins with a dot would end the message early, so it gets a second one.
        server.send(re.sub(rb"(?m)^\.", b"..", message) + b".\r\n")
        _expect(server.getreply(), 250)

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

    def hang_up(self) -> None:
        """End the connection; the next message dials anew."""
        if self._server is not None:
            self._server.close()
            self._server = None


def _expect(reply: tuple[int, bytes], *codes: int) -> None:
    if reply[0] not in codes:
        raise smtplib.SMTPResponseException(*reply)


def _decode(text: bytes | str) -> str:
    return text.decode(errors="replace") if isinstance(text, bytes) else text
