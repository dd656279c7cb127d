"""Leaving a list by the link in a mail: no sign-in, and no way to guess another's link."""

import base64
from functools import cache

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from reviews.models import DigestSubscription

_SALT = "reviews.unsubscribe"
# Half of a SHA-256, so that the link fits on a line of plain text.
_PROOF_BYTES = 16


def unsubscribe_url(subscription_id: int) -> str:
    """Give the link that stands for one subscription; it never expires."""
    return f"{settings.SITE_URL}{_unsubscribe_path()}{subscription_id}-{_proof(subscription_id)}/"


@cache
def _unsubscribe_path() -> str:
    """Ask the URLconf once: for every mail it would take longer than the rest of the link."""
    return reverse("reviews:unsubscribe", args=["0"]).removesuffix("0/")


def find_by_token(token: str) -> DigestSubscription | None:
    """Give the subscription that an unsubscribe link stands for."""
    key, _dash, proof = token.partition("-")
    if not (key.isascii() and key.isdigit()) or len(key) > 18:
        return None
    if not constant_time_compare(proof, _proof(int(key))):
        return None
    found: DigestSubscription | None = (
        DigestSubscription.objects.select_related("workspace", "team").filter(pk=key).first()
    )
    return found


def unsubscribe(*, subscription: DigestSubscription) -> None:
    """Switch one subscription off; twice is as good as once."""
    DigestSubscription.objects.filter(pk=subscription.pk).update(is_on=False)


def _proof(subscription_id: int) -> str:
    digest = salted_hmac(_SALT, str(subscription_id), algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest[:_PROOF_BYTES]).rstrip(b"=").decode()
