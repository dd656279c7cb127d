"""Weekly digests: planned once per week, handed over exactly once, or visibly unknown."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import connection, transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from core import mailer
from core.claims import MAX_ATTEMPTS
from core.faults import crash_point
from core.jobs import after_commit
from core.periods import Grain, PeriodCalendar
from goals.models import Kpi
from goals.selectors.points import get_freshness
from reviews.models import DigestDelivery, DigestRun, DigestSubscription
from reviews.rules.schedule import due_at, latest_due_week
from reviews.selectors.digest import Edition, Letter
from reviews.services import letters
from teams.models import Membership, Workspace
from teams.policy import Role
from teams.services import mail

BATCH = 200
# Longer than a batch can take: the SMTP time-out, for each of its messages, is not.
LEASE = timedelta(minutes=10)
# Rollups that lag hold a digest back for so long, then it goes and says so.
PATIENCE = timedelta(hours=2)

State = DigestDelivery.State


def plan_due(*, at: datetime) -> int:
    """Make the deliveries of every workspace whose digest is due; return how many runs began."""
    return sum(plan(workspace=workspace, at=at) for workspace in Workspace.objects.all())


def plan(*, workspace: Workspace, at: datetime) -> bool:
    """
    Make the deliveries of the latest week that is due, once.

    Nothing is planned where no KPI is set up, and for nobody who joined after the digest was
    due. While rollups lag, it waits up to two hours.
    """
    week = latest_due_week(workspace, at=at)
    if DigestRun.objects.filter(workspace=workspace, week=week).exists():
        return False
    due = due_at(workspace, week)
    if not Kpi.objects.for_workspace(workspace).active().exists():
        return False
    if get_freshness(workspace).oldest_mark is not None and at < due + PATIENCE:
        return False
    return _make_run(workspace, week, due, at)


@transaction.atomic
def _make_run(workspace: Workspace, week: date, due: datetime, at: datetime) -> bool:
    run, created = DigestRun.objects.get_or_create(
        workspace=workspace, week=week, defaults={"due_at": due, "made_at": at}
    )
    if not created:
        return False
    subscribe_newcomers(workspace)
    wanted = (
        DigestSubscription.objects.for_workspace(workspace)
        .wanted()
        .filter(membership__joined_at__lte=due)
        .exclude(paused_until__gt=workspace.today(at=at))
    )
    DigestDelivery.objects.bulk_create(
        (DigestDelivery(run=run, subscription=each) for each in wanted), ignore_conflicts=True
    )
    after_commit("reviews.tasks.send_digests")
    return True


def move_runs(*, workspace: Workspace, before: PeriodCalendar, after: PeriodCalendar) -> None:
    """Let the runs of past weeks stand for their heirs, so that no week is told of twice."""
    move = before.move_to(after, Grain.WEEK)
    if move:
        runs = DigestRun.objects.for_workspace(workspace)
        runs.update(week=F("week") + timedelta(days=move.days))


def subscribe_newcomers(workspace: Workspace) -> None:
    """
    Give every active member who has no subscription at all the usual one.

    Members and partners get the personal digest, leads and admins the one of the whole team as
    well; viewers get the latter only, because they own nothing.
    """
    members = Membership.objects.active().for_workspace(workspace).filter(digests=None)
    rows = []
    for member in members:
        if member.role > Role.VIEWER:
            rows.append(DigestSubscription(workspace=workspace, membership=member,
                                           variant="personal"))  # fmt: skip
        if member.role >= Role.LEAD or member.role == Role.VIEWER:
            rows.append(DigestSubscription(workspace=workspace, membership=member,
                                           variant="team"))  # fmt: skip
    DigestSubscription.objects.bulk_create(rows, ignore_conflicts=True)


def send_waiting(*, at: datetime) -> int:
    """Send what waits, batch by batch; return how many deliveries were taken."""
    settle_lost(at=at)
    taken = 0
    while batch := _claim(at):
        taken += len(batch)
        _send_batch(batch, at)
    return taken


def settle_lost(*, at: datetime) -> None:
    """Call unknown what was being handed over when its worker died; park what failed too often."""
    open_now = DigestDelivery.objects.filter(claimed_until__lt=at)
    open_now.filter(state=State.HANDING_OVER).update(
        state=State.UNKNOWN, finished_at=at, claimed_until=None
    )
    open_now.filter(state=State.WAITING, attempts__gte=MAX_ATTEMPTS).update(
        state=State.FAILED, finished_at=at, claimed_until=None
    )


def _claim(at: datetime) -> list[int]:
    """Take the waiting deliveries of one run, in one statement; others' are passed over."""
    claim = uuid.uuid4()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE reviews_digestdelivery AS delivery
            SET claim = %(claim)s, claimed_until = %(until)s, attempts = attempts + 1
            WHERE id IN (
                SELECT id FROM reviews_digestdelivery
                WHERE state = 'waiting' AND attempts < %(most)s
                    AND (claimed_until IS NULL OR claimed_until < %(at)s)
                    AND run_id = (
                        SELECT run_id FROM reviews_digestdelivery
                        WHERE state = 'waiting' AND attempts < %(most)s
                            AND (claimed_until IS NULL OR claimed_until < %(at)s)
                        ORDER BY id LIMIT 1
                    )
                ORDER BY id LIMIT %(batch)s FOR UPDATE SKIP LOCKED
            )
            RETURNING id
            """,
            {"claim": claim, "until": at + LEASE, "at": at, "most": MAX_ATTEMPTS, "batch": BATCH},
        )
        taken = [row[0] for row in cursor.fetchall()]
    crash_point("digest.after_claim")
    return taken


def _send_batch(batch: list[int], at: datetime) -> None:
    deliveries = list(
        DigestDelivery.objects.filter(pk__in=batch)
        .select_related("run__workspace", "subscription__membership__user")
        .order_by("pk")
    )
    workspace, week = deliveries[0].run.workspace, deliveries[0].run.week
    freshness = get_freshness(workspace)
    today = workspace.today(at=at)
    editions: dict[str, Edition] = {}
    with mailer.Line() as line:
        for delivery in deliveries:
            language = delivery.subscription.membership.user.language
            with translation.override(language):
                if language not in editions:
                    editions[language] = Edition(
                        workspace, week, freshness=freshness, today=today, language=language
                    )
                _send_one(_Sending(delivery, editions[language], at), line)


@dataclass(frozen=True)
class _Sending:
    """One delivery on its way."""

    delivery: DigestDelivery
    edition: Edition
    at: datetime

    @property
    def person(self) -> Any:
        return self.delivery.subscription.membership.user

    def message(self) -> mailer.Message:
        subscription = self.delivery.subscription
        letter = self.edition.letter(subscription.membership, subscription)
        return build_message(
            letter,
            recipient=self.person.email,
            message_id=message_id(self.delivery),
            unsubscribe_url=unsubscribe_url(subscription),
            sender=self.delivery.run.workspace.name,
        )

    def move(self, state: State, **changes: Any) -> bool:
        """Write the outcome, unless the lease was lost meanwhile."""
        mine = DigestDelivery.objects.held_by(self.delivery.claim).filter(pk=self.delivery.pk)
        return bool(mine.update(state=state, **changes))

    def is_wanted(self, **changes: Any) -> bool:
        """
        Move on to handing over, if the person still has the right and the wish, and the address.

        One statement, so that nothing can change between the question and the answer.
        """
        wanted = DigestSubscription.objects.wanted().filter(
            pk=self.delivery.subscription_id, membership__user__email=self.person.email
        )
        mine = DigestDelivery.objects.held_by(self.delivery.claim).filter(
            pk=self.delivery.pk, state=State.WAITING, subscription__in=wanted
        )
        return bool(mine.update(**changes))


class _NotWantedError(Exception):
    """The person left, unsubscribed or changed the address after the claim."""


def _send_one(sending: _Sending, line: mailer.Line) -> None:
    message = sending.message()
    crash_point("digest.before_send")
    if not mailer.leaves_the_house() or sending.delivery.run.workspace.is_demo:
        _keep(sending, message)
        return
    begun = False

    def before_data() -> None:
        nonlocal begun
        moved = sending.is_wanted(
            state=State.HANDING_OVER, recipient=message.recipient, subject=message.subject
        )
        if not moved:
            raise _NotWantedError
        begun = True
        crash_point("digest.after_data_started")

    try:
        line.hand_over(
            message.as_bytes(at=sending.at), recipient=message.recipient, before_data=before_data
        )
    except _NotWantedError:
        sending.move(State.SKIPPED, finished_at=sending.at, claimed_until=None)
        line.hang_up()
    except mailer.MailError as error:
        _note_failure(sending, error, begun=begun)
    else:
        crash_point("digest.after_sent")
        sending.move(State.SENT, finished_at=sending.at, claimed_until=None)


def _note_failure(sending: _Sending, error: mailer.MailError, *, begun: bool) -> None:
    said = str(error)[:500]
    if begun and not error.final:
        # The connection broke between the first byte and the server's word.
        sending.move(State.UNKNOWN, last_error=said, finished_at=sending.at, claimed_until=None)
    elif error.final or sending.delivery.attempts >= MAX_ATTEMPTS:
        sending.move(State.FAILED, last_error=said, finished_at=sending.at, claimed_until=None)
    else:
        sending.move(State.WAITING, last_error=said, claimed_until=None)


@transaction.atomic
def _keep(sending: _Sending, message: mailer.Message) -> None:
    """Put the message on the outbox page: message and outcome commit together."""
    moved = sending.is_wanted(
        state=State.KEPT,
        recipient=message.recipient,
        subject=message.subject,
        finished_at=sending.at,
        claimed_until=None,
    )
    if moved:
        mail.keep(message, at=sending.at)
    else:
        sending.move(State.SKIPPED, finished_at=sending.at, claimed_until=None)


def message_id(delivery: DigestDelivery) -> str:
    """Name the message after its row: a repeat, if there ever were one, would bear the same."""
    return f"<digest-{delivery.pk}@{mailer.sender_domain()}>"


_SALT = "reviews.unsubscribe"


def unsubscribe_url(subscription: DigestSubscription) -> str:
    token = signing.Signer(salt=_SALT).sign(str(subscription.pk))
    return f"{settings.SITE_URL}{reverse('reviews:unsubscribe', args=[token])}"


def find_by_token(token: str) -> DigestSubscription | None:
    """Give the subscription that an unsubscribe link stands for; links never expire."""
    try:
        key = signing.Signer(salt=_SALT).unsign(token)
    except signing.BadSignature:
        return None
    found: DigestSubscription | None = (
        DigestSubscription.objects.select_related("workspace").filter(pk=key).first()
    )
    return found


def unsubscribe(*, subscription: DigestSubscription) -> None:
    """Switch one subscription off; twice is as good as once."""
    DigestSubscription.objects.filter(pk=subscription.pk).update(is_on=False)


def build_message(
    letter: Letter, *, recipient: str, message_id: str, unsubscribe_url: str, sender: str
) -> mailer.Message:
    """Write a digest as a mail, in HTML and text."""
    context = {"letter": letter, "unsubscribe_url": unsubscribe_url}
    return mailer.Message(
        message_id=message_id,
        recipient=recipient,
        subject=letter.subject,
        text=letters.as_text(letter, unsubscribe_url=unsubscribe_url),
        html=render_to_string("reviews/emails/digest.html", context),
        sender_name=_("%(workspace)s (mops)") % {"workspace": sender},
        headers={
            "List-Unsubscribe": f"<{unsubscribe_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
            "Content-Language": translation.get_language() or "en",
        },
    )


def send_test(*, to: Membership, letter: Letter, at: datetime) -> None:
    """Send somebody their own digest as an ordinary mail; the ledger does not know of it."""
    message = build_message(
        letter,
        recipient=to.user.email,
        message_id=f"<{uuid.uuid4()}@{mailer.sender_domain()}>",
        unsubscribe_url=settings.SITE_URL + reverse("reviews:email"),
        sender=to.workspace.name,
    )
    waiting = mailer.leaves_the_house() and not to.workspace.is_demo
    mail.keep(message, at=at, waiting=waiting)


def open_deliveries() -> Iterator[DigestDelivery]:
    """Walk the deliveries that an operator should know of."""
    rows = DigestDelivery.objects.filter(state__in=[State.UNKNOWN, State.FAILED])
    yield from rows.select_related("run__workspace").order_by("-pk")[:100]
