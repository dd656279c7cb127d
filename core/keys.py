"""Secrets that are made once, shown once, and afterwards only recognised."""

import hashlib
import hmac
import secrets
import string
from dataclasses import dataclass
from typing import Self

_ALPHABET = string.ascii_letters + string.digits
_PUBLIC_LENGTH = 10
_SECRET_LENGTH = 40  # 40 letters out of 62 are 238 bits


@dataclass(frozen=True, slots=True)
class Key:
    """``public_id`` finds the row, ``secret`` proves that one may use it; only its hash is kept."""

    public_id: str
    secret: str

    @classmethod
    def new(cls) -> Self:
        return cls(_random(_PUBLIC_LENGTH), _random(_SECRET_LENGTH))

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Read what ``str`` wrote; None for anything that no key looks like."""
        public_id, _dash, secret = text.partition("_")
        if not (text.isascii() and text.isprintable() and public_id and secret):
            return None
        return cls(public_id, secret)

    def __str__(self) -> str:
        return f"{self.public_id}_{self.secret}"

    @property
    def secret_hash(self) -> str:
        # The secret is random and long, so one plain SHA-256 is as safe as a slow password hash.
        return hashlib.sha256(self.secret.encode()).hexdigest()

    def opens(self, secret_hash: str) -> bool:
        return hmac.compare_digest(secret_hash, self.secret_hash)


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _position in range(length))
