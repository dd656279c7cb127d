"""Work that waits in rows: claimed by one worker at a time, given up after three tries."""

import time
import uuid
from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

MAX_ATTEMPTS = 3


class WaitingWork(models.Model):
    """
    A row that a worker has to do something about.

    The attempt is counted when the row is claimed, before the work, so a row that kills its
    worker is parked after three tries like one that fails politely.
    """

    attempts = models.PositiveSmallIntegerField(default=0)
    claim = models.UUIDField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)

    class Meta:
        abstract = True


class Lease:
    """How long a worker may hold a row: ``length`` from its last sign of life on."""

    def __init__(self, length: timedelta, *, at: datetime) -> None:
        self._at, self._length, self._began = at, length, time.monotonic()

    def now(self) -> datetime:
        """Give the moment, by the clock that said when the lease began."""
        return self._at + timedelta(seconds=time.monotonic() - self._began)

    def until(self) -> datetime:
        """Give the end of the lease if this is a sign of life."""
        return self.now() + self._length


class WaitingWorkQuerySet(models.QuerySet[Any]):
    """Takes rows for one worker."""

    def claimable(self, *, at: datetime) -> Self:
        """Keep rows that nobody holds and that have tries left."""
        unheld = Q(claimed_until=None) | Q(claimed_until__lt=at)
        return self.filter(unheld, attempts__lt=MAX_ATTEMPTS)

    def parked(self, *, at: datetime) -> Self:
        """Keep rows that used up their tries and wait for a person."""
        unheld = Q(claimed_until=None) | Q(claimed_until__lt=at)
        return self.filter(unheld, attempts__gte=MAX_ATTEMPTS)

    def take(self, *, limit: int, lease: timedelta, at: datetime) -> list[Any]:
        """
        Claim up to ``limit`` rows for ``lease`` and count the attempt, in a transaction of its own.

        Rows that another worker is just claiming are passed over, never waited for. A row that
        was tried before comes after the fresh ones and is claimed alone: should it kill its
        worker again, it takes no neighbour along.
        """
        claim = uuid.uuid4()
        with transaction.atomic():
            rows = self.claimable(at=at).order_by("attempts", "pk")
            rows = rows.select_for_update(skip_locked=True)
            found = list(rows.values_list("pk", "attempts")[:limit])
            fresh = [pk for pk, attempts in found if not attempts]
            taken = fresh or [pk for pk, _attempts in found[:1]]
            self.model._default_manager.filter(pk__in=taken).update(
                claim=claim, claimed_until=at + lease, attempts=F("attempts") + 1
            )
        return list(self.model._default_manager.filter(pk__in=taken, claim=claim).order_by("pk"))

    def give_up(self, *, at: datetime, **outcome: Any) -> int:
        """Give parked rows an outcome, and a sentence for whoever looks at them."""
        said = _("A worker stopped three times while it was at work on this.")
        return self.parked(at=at).update(last_error=said, claimed_until=None, **outcome)

    def give_back(self, claim: uuid.UUID | None, **changes: Any) -> None:
        """Let go of rows that were claimed and not begun: that attempt does not count."""
        self.held_by(claim).update(claimed_until=None, attempts=F("attempts") - 1, **changes)

    def held_by(self, claim: uuid.UUID | None) -> Self:
        """Keep rows still held under ``claim``: whoever lost the lease must not write."""
        return self.filter(claim=claim)
