"""How far the work on an import came; telling it also keeps the claim."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import connection

from core.claims import Lease, WaitingWorkQuerySet
from goals.models import Import

# Told at least this often, or the next worker takes the import over.
LEASE = timedelta(minutes=2)

Told = Callable[[Import], None]


class NotHeldError(Exception):
    """Somebody stopped the work, or another worker took it over: this one has to leave it."""


class Progress:
    """The claim that a worker holds on an import since ``at``; ``told`` hears each step."""

    def __init__(self, row: Import, *, at: datetime, told: Told | None = None) -> None:
        self.row, self._lease, self._told = row, Lease(LEASE, at=at), told

    def hear(self, done: int) -> None:
        self.row.done = done
        if self._told is not None:
            self._told(self.row)

    def now(self) -> datetime:
        return self._lease.now()

    def lease_end(self) -> datetime:
        return self._lease.until()

    def tell(self, done: int) -> None:
        """
        Say how many rows are read, and hold the import until the transaction ends.

        Raises:
            NotHeldError: the claim is gone.
        """
        self.change(done=done, claimed_until=self.lease_end())
        self.hear(done)

    def change(self, **changes: object) -> None:
        """
        Change the import while it is held.

        Raises:
            NotHeldError: the claim is gone.
        """
        if not self._held().update(**changes):
            raise NotHeldError

    def check(self) -> None:
        """
        Look whether the import is still held.

        Raises:
            NotHeldError: the claim is gone.
        """
        if not self._held().exists():
            raise NotHeldError

    def _held(self) -> WaitingWorkQuerySet:
        mine = Import.waiting.held_by(self.row.claim)
        return mine.filter(pk=self.row.pk, state=self.row.state)


@contextmanager
def told_aside(progress: Progress) -> Iterator["Aside"]:
    """Tell progress on a connection of its own, while this one works on what it will commit."""
    aside = Aside(progress)
    try:
        yield aside
    finally:
        aside.close()


class Aside:
    """Progress that others see before the work is committed."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._connection = connection.copy()

    def tell(self, done: int) -> None:
        """
        Say how many values are written.

        Raises:
            NotHeldError: the claim is gone.
        """
        row = self._progress.row
        self._progress.check()
        self._progress.hear(done)
        with self._connection.cursor() as cursor:
            cursor.execute(
                "UPDATE goals_import SET done = %s, claimed_until = %s"
                " WHERE id = %s AND claim = %s",
                [done, self._progress.lease_end(), row.pk, row.claim],
            )

    def close(self) -> None:
        self._connection.close()
