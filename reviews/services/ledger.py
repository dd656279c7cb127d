"""The ledger of deliveries: the statements that move one on, each of them whole by itself."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from psycopg import Cursor

from core.claims import MAX_ATTEMPTS
from core.faults import crash_point
from reviews.models import DigestDelivery, DigestRun, DigestSubscription
from reviews.rules.schedule import spread

BATCH = 100
# A worker renews its lease between two messages, and more often than it runs out.
LEASE = timedelta(minutes=2)
# One message may stall at every step of its hand-over.
HAND_OVER_LEASE = timedelta(minutes=5)
# After a failure a delivery rests: greylisting lets mail pass after minutes, a full disk is
# noticed within the hour.
RESTS = (timedelta(minutes=10), timedelta(hours=1))
# Without a server nothing is anybody's fault: no attempt counts, and it is soon asked again.
SERVER_REST = timedelta(minutes=2)

State = DigestDelivery.State

# Rights, wish, address and language of a reader. They are read when a delivery is claimed; it is
# handed over only while they are still the same, else it is claimed anew.
_STANDING = """(
    subscription.is_on, subscription.paused_until, membership.ended_at, membership.role,
    person.is_active, person.email, person.name, person.language,
    outsider.confirmed_at, outsider.email, outsider.language
)::text"""
_READERS = """reviews_digestsubscription AS subscription
    LEFT JOIN teams_membership AS membership ON membership.id = subscription.membership_id
    LEFT JOIN teams_user AS person ON person.id = membership.user_id
    LEFT JOIN reviews_outsidereader AS outsider ON outsider.id = subscription.outsider_id
"""


@dataclass(frozen=True, slots=True)
class Taken:
    """A delivery in the hands of a worker, with its reader as they are now."""

    id: int
    claim: uuid.UUID
    run_id: int
    subscription_id: int
    attempts: int
    # What became of the digest of the week before, if there was one.
    state_before: str | None
    standing: str
    is_on: bool
    paused_until: date | None
    variant: str
    team_id: int | None
    # None, and no role, for somebody outside.
    membership_id: int | None
    role: int
    email: str
    name: str
    language: str

    def is_wanted(self, *, on: date) -> bool:
        return self.is_on and (self.paused_until is None or self.paused_until <= on)


def enter(run: DigestRun, subscriptions: QuerySet[DigestSubscription], *, since: datetime) -> None:
    """Write a delivery for each subscription, unless it has one: due at its minute ``since``."""
    DigestDelivery.objects.bulk_create(
        (
            DigestDelivery(
                run=run, subscription_id=pk, send_after=max(since + spread(pk), run.made_at)
            )
            for pk in subscriptions.values_list("pk", flat=True)
        ),
        ignore_conflicts=True,
    )


def settle(*, at: datetime) -> None:
    """Call unknown what was being handed over when its worker died; park what failed too often."""
    lost = DigestDelivery.objects.filter(state=State.HANDING_OVER, claimed_until__lt=at)
    lost.update(state=State.UNKNOWN, finished_at=at, claimed_until=None)
    waiting = DigestDelivery.objects.filter(state=State.WAITING)
    waiting.give_up(at=at, state=State.FAILED, finished_at=at)


def claim(*, at: datetime) -> list[Taken]:
    """Take due deliveries of one run, in one statement; what others hold is passed over."""
    with connection.cursor() as cursor:
        cursor.execute(
            _CLAIM,
            {
                "claim": uuid.uuid4(),
                "until": at + LEASE,
                "at": at,
                "most": MAX_ATTEMPTS,
                "batch": BATCH,
            },
        )
        taken = [Taken(*row) for row in cursor.fetchall()]
    crash_point("digest.after_claim")
    return taken


_DUE = """
    state = 'waiting' AND send_after <= %(at)s AND attempts < %(most)s
    AND (claimed_until IS NULL OR claimed_until < %(at)s)
"""
# Fresh deliveries go by the batch. One that was tried before goes alone: should its letter be
# what kills the worker, it takes no other along. The batch is materialized, because a plan that
# joins by nested loops would ask a subquery once per row, and lock another row each time.
_CLAIM = f"""
    WITH head AS (
        SELECT run_id, attempts FROM reviews_digestdelivery
        WHERE {_DUE} ORDER BY attempts, id LIMIT 1
    ), batch AS MATERIALIZED (
        SELECT id FROM reviews_digestdelivery
        WHERE {_DUE} AND (run_id, attempts) = (SELECT run_id, attempts FROM head)
        ORDER BY id
        LIMIT (SELECT CASE attempts WHEN 0 THEN %(batch)s ELSE 1 END FROM head)
        FOR UPDATE SKIP LOCKED
    ), delivery AS (
        UPDATE reviews_digestdelivery
        SET claim = %(claim)s, claimed_until = %(until)s, attempts = attempts + 1
        WHERE id IN (SELECT id FROM batch)
        RETURNING id, claim, run_id, subscription_id, attempts
    )
    SELECT delivery.*,
        (
            SELECT earlier.state FROM reviews_digestdelivery AS earlier
            JOIN reviews_digestrun AS run ON run.id = earlier.run_id
            WHERE earlier.subscription_id = delivery.subscription_id AND run.week < (
                SELECT week FROM reviews_digestrun WHERE id = delivery.run_id
            )
            ORDER BY run.week DESC LIMIT 1
        ),
        {_STANDING},
        subscription.is_on AND CASE
            WHEN membership.id IS NULL THEN outsider.confirmed_at IS NOT NULL
            ELSE membership.ended_at IS NULL AND person.is_active
        END,
        subscription.paused_until, subscription.variant, subscription.team_id, membership.id,
        COALESCE(membership.role, 0), COALESCE(person.email, outsider.email),
        COALESCE(person.name, ''), COALESCE(person.language, outsider.language)
    FROM delivery, {_READERS}
    WHERE subscription.id = delivery.subscription_id
    ORDER BY delivery.id
"""  # noqa: S608  # made of constants


def begin(taken: Taken, *, subject: str, at: datetime) -> bool:
    """
    Write that the message is about to be handed over, and commit.

    Return False, and write nothing, if the lease was lost or the reader is not as they were.
    """
    return _moved(
        _BEGIN,
        id=taken.id,
        claim=taken.claim,
        subscription=taken.subscription_id,
        standing=taken.standing,
        recipient=taken.email,
        subject=subject,
        until=at + HAND_OVER_LEASE,
    )


_BEGIN = f"""
    UPDATE reviews_digestdelivery
    SET state = 'handing_over', recipient = %(recipient)s, subject = %(subject)s,
        claimed_until = %(until)s
    FROM {_READERS}
    WHERE reviews_digestdelivery.id = %(id)s AND claim = %(claim)s AND state = 'waiting'
        AND subscription.id = %(subscription)s AND {_STANDING} = %(standing)s
"""  # noqa: S608  # made of constants


def finish(taken: Taken, state: State, *, at: datetime, error: str = "") -> bool:
    """Write the outcome, unless the lease was lost meanwhile."""
    return _moved(_FINISH, id=taken.id, claim=taken.claim, state=state, error=error, at=at)


# Waits for no disk: were this lost with the database server, the row would stay "handing over"
# and end as unknown, which is still the truth.
_FINISH = """
    UPDATE reviews_digestdelivery
    SET state = %(state)s, last_error = %(error)s, finished_at = %(at)s, claimed_until = NULL
    FROM (SELECT set_config('synchronous_commit', 'off', true)) AS hurried
    WHERE id = %(id)s AND claim = %(claim)s
"""


def try_again(taken: Taken, *, at: datetime, error: str) -> bool:
    """Let a delivery rest before its next attempt; after the last one park it."""
    if taken.attempts >= MAX_ATTEMPTS:
        return finish(taken, State.FAILED, at=at, error=error)
    rest = at + RESTS[taken.attempts - 1]
    mine = _held([taken])
    return bool(
        mine.update(state=State.WAITING, last_error=error, send_after=rest, claimed_until=None)
    )


def give_back(taken: list[Taken], *, after: datetime, error: str = "") -> None:
    """Let go of deliveries that were not attempted; what was counted at the claim is undone."""
    if not taken:
        return
    waiting = DigestDelivery.objects.filter(pk__in=[each.id for each in taken], state=State.WAITING)
    waiting.give_back(taken[0].claim, send_after=after, last_error=error)


def renew(taken: list[Taken], *, at: datetime) -> None:
    """Hold what is not done yet for longer."""
    _held(taken).filter(state=State.WAITING).update(claimed_until=at + LEASE)


def _held(taken: list[Taken]) -> Any:
    ids = [each.id for each in taken]
    return DigestDelivery.objects.held_by(taken[0].claim).filter(pk__in=ids)


def reopen(run: DigestRun, *, at: datetime) -> int:
    """Let what failed be tried anew; what may have arrived is never sent again."""
    failed = DigestDelivery.objects.filter(run=run, state__in=[State.FAILED, State.REFUSED])
    return int(failed.update(state=State.WAITING, attempts=0, send_after=at, finished_at=None))


def overtake(run: DigestRun, *, at: datetime) -> None:
    """Give up on earlier weeks that still wait: a later digest is about to tell more."""
    DigestDelivery.objects.filter(
        run__workspace=run.workspace,
        run__occasion=run.occasion,
        run__week__lt=run.week,
        state=State.WAITING,
    ).update(state=State.OVERTAKEN, finished_at=at)


def _moved(statement: str, **values: Any) -> bool:
    connection.ensure_connection()
    # Django's own cursor would have the server plan these anew for every mail.
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        cursor.execute(statement, values)
        return bool(cursor.rowcount)
