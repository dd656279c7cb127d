"""Secrets that have to be read again: encrypted in the database, each for its own place."""

import base64
import hashlib
import os
from collections.abc import Iterator
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import DomainError

# What AES-GCM takes (NIST SP 800-38D, 8.2.2); drawn anew for each secret.
_NONCE_BYTES = 12


class UnreadableSecretError(DomainError):
    """The key is gone, or the secret was sealed for another place."""


class SecretAddress(models.Model):
    """
    A row of a workspace with an address that opens something to whoever knows it.

    It is never shown, logged or kept in the trail, and can be read in its workspace alone.
    """

    workspace_id: int
    sealed_address = models.TextField()
    host = models.CharField(gettext_lazy("Server"), max_length=255)

    class Meta:
        abstract = True

    @property
    def address(self) -> str:
        return unseal(self.sealed_address, place=self._place)

    @address.setter
    def address(self, address: str) -> None:
        self.sealed_address = seal(address, place=self._place)

    @property
    def _place(self) -> str:
        return place_of(self._meta.label_lower, self.workspace_id)


def place_of(label: str, workspace_id: int) -> str:
    """Name the rows of one kind in one workspace."""
    return f"{label} of {workspace_id}"


def seal(secret: str, *, place: str) -> str:
    """
    Encrypt a secret; the text that comes back names its key.

    Copied to another ``place`` it cannot be read.
    """
    key, nonce = _key(settings.SECRET_KEY), os.urandom(_NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, secret.encode(), place.encode())
    return f"{_name(key)}:{base64.b64encode(nonce + sealed).decode()}"


def unseal(text: str, *, place: str) -> str:
    """
    Give what was sealed for ``place``, by the key of today or one that it replaced.

    Raises:
        UnreadableSecretError: it cannot be read any more.
    """
    name, _colon, body = text.partition(":")
    sealed = base64.b64decode(body)
    for key in _keys():
        if _name(key) == name:
            try:
                nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
                return AESGCM(key).decrypt(nonce, rest, place.encode()).decode()
            except InvalidTag:
                break
    raise UnreadableSecretError(
        _("What is stored cannot be read any more, because SECRET_KEY changed. Write it anew.")
    )


def _keys() -> Iterator[bytes]:
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        yield _key(secret)


@cache
def _key(secret: str) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=b"mops: sealing").derive(secret.encode())


def _name(key: bytes) -> str:
    return hashlib.sha256(key).hexdigest()[:8]
