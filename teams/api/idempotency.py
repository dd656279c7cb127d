"""The same request sent twice has one effect and one answer."""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any, cast

from django.core.files import File
from django.db import connection
from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework.response import Response

from core.api.problems import Problem
from teams.models import IdempotencyKey, Membership

KEPT_FOR = timedelta(days=3)
_LOCK_SPACE = 0x1DE


class Replay(Exception):  # noqa: N818  # an answer, not an error
    """This request was answered before; carries that answer."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


def look_up(request: HttpRequest, membership: Membership, key: str) -> str:
    """
    Hold the key until the transaction ends, and give the hash of the request.

    Raises:
        Replay: the same request was answered before.
        Problem: 422 if the key came with another request, 409 if that one is still running.
    """
    if not key.isprintable() or len(key) > 255:
        raise Problem(400, _("The Idempotency-Key is too long or not readable."))
    request_hash = _hash(request)
    _hold(membership, key)
    stored = IdempotencyKey.objects.filter(membership=membership, key=key).first()
    if stored is None:
        return request_hash
    if stored.request_hash != request_hash:
        raise Problem(422, _("This Idempotency-Key was used for another request."))
    body = json.loads(bytes(stored.body)) if stored.body else None
    raise Replay(Response(body, status=stored.status, headers=stored.headers))


def remember(
    membership: Membership, key: str, request_hash: str, response: Any, *, at: datetime
) -> None:
    """Store the answer beside its effect: both commit, or neither does."""
    kept = {name: response[name] for name in ("ETag", "Location") if name in response}
    IdempotencyKey.objects.create(
        membership=membership,
        key=key,
        request_hash=request_hash,
        status=response.status_code,
        headers=kept,
        body=b"" if response.data is None else response.accepted_renderer.render(response.data),
        created_at=at,
    )


def forget_old(*, at: datetime) -> None:
    """Drop answers that no client will ask for again."""
    IdempotencyKey.objects.filter(created_at__lt=at - KEPT_FOR).delete()


def _hash(request: HttpRequest) -> str:
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if request.content_type != "multipart/form-data":
        digest.update(request.body)
        return digest.hexdigest()
    # A repeated form comes with another boundary; what it holds is the same.
    digest.update(json.dumps(sorted(request.POST.lists())).encode())
    for name, file in sorted(cast("dict[str, File[bytes]]", request.FILES).items()):
        digest.update(json.dumps([name, file.name, file.size]).encode())
        for chunk in file.chunks():
            digest.update(chunk)
        file.seek(0)
    return digest.hexdigest()


def _hold(membership: Membership, key: str) -> None:
    name = hashlib.sha256(f"{membership.pk}:{key}".encode()).digest()[:4]
    lock = int.from_bytes(name, signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_LOCK_SPACE, lock])
        if not cursor.fetchone()[0]:
            raise Problem(409, _("The same request is still running. Try again in a moment."))
