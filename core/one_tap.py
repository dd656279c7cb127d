"""
Links in mail and chat that let whoever holds them do one thing, without signing in.

A link names its purpose and one row. It is read under the same purpose only, until it is too old.
What it is good for is done once because that row then says so; a link itself is not written down.
"""

from datetime import timedelta

from django.core import signing
from django.utils.translation import gettext as _

from core.errors import DomainError

GOOD_FOR = timedelta(days=14)


class LinkExpiredError(DomainError):
    """The link was good once, and is too old now."""


def sign(purpose: str, key: int) -> str:
    """Give the token of a link for one row: letters, digits, ``-``, ``_`` and ``:``."""
    return signing.dumps(key, salt=_salt(purpose))


def read(purpose: str, token: str) -> int | None:
    """
    Give the row that a token names, or None if nobody signed it for this purpose.

    Raises:
        LinkExpiredError: it was signed more than 14 days ago.
    """
    try:
        key: int = signing.loads(token, salt=_salt(purpose), max_age=GOOD_FOR)
    except signing.SignatureExpired as error:
        message = _("This link was good for %(days)d days and is too old now.")
        raise LinkExpiredError(message % {"days": GOOD_FOR.days}) from error
    except signing.BadSignature:
        return None
    return key


def _salt(purpose: str) -> str:
    return f"one-tap.{purpose}"
