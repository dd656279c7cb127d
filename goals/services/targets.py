"""Targets: valid from a period on, never re-judging a period that is over."""

from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import ConflictError, DomainError, first_rule
from core.periods import FIRST_DAY, LAST_DAY
from goals.models import Kpi, Segment, Target
from goals.rules.status import Comparator
from goals.services import locks, marks
from teams.models import Membership
from teams.services.counters import next_number


class TargetRuleError(DomainError):
    """A target that breaks a rule."""


class JudgedPeriodError(TargetRuleError):
    """A period that is over keeps the target that it was judged by."""


@transaction.atomic
def set_target(
    *,
    kpi: Kpi,
    segment: Segment | None = None,
    comparator: Comparator,
    value: Decimal | None,
    upper: Decimal | None = None,
    valid_from: date,
    reason: str = "",
    by: Membership,
    at: datetime,
) -> Target:
    """
    Set what a KPI, or one segment of it, should reach from the period of ``valid_from`` on.

    It holds until the next target begins. A target that begins in the same period is replaced.

    Raises:
        JudgedPeriodError: a period that is over would get another target than it had.
        TargetRuleError: the bounds do not fit the comparator, or the segment not the KPI.
    """
    if not FIRST_DAY <= valid_from <= LAST_DAY:
        message = _("%(day)s is not a day from which on a target can hold.") % {"day": valid_from}
        raise TargetRuleError(message, field="valid_from")
    locks.share_definitions(by.workspace)
    kpi = Kpi.objects.locked().get(pk=kpi.pk)
    calendar, today = by.workspace.calendar, by.workspace.today(at=at)
    start = calendar.start(kpi.grain, valid_from)
    if calendar.is_over(kpi.grain, start, today=today):
        _refuse_rejudging(kpi, segment, start)
    if segment is not None and segment.breakdown_id != kpi.breakdown_id:
        raise TargetRuleError(_("This KPI has no such segment."), field="segment")
    target = Target.objects.filter(kpi=kpi, segment=segment, valid_from=start).first() or Target(
        kpi=kpi, segment=segment, valid_from=start
    )
    target.comparator, target.value, target.upper = comparator, value, upper
    target.reason, target.set_by, target.set_at = reason, by, at
    if target.pk is None:
        target.number = next_number(by.workspace, "T")
    else:
        target.version += 1
    try:
        target.full_clean()
    except ValidationError as error:
        raise first_rule(error, TargetRuleError, target) from error
    target.save()
    marks.numbers_changed(by.workspace)
    return target


@transaction.atomic
def remove_target(*, target: Target, version: int, by: Membership, at: datetime) -> None:
    """
    Remove a target that no finished period was judged by.

    Raises:
        ConflictError: somebody else changed it since ``version``.
        JudgedPeriodError: a period that is over was judged by it.
    """
    locks.share_definitions(by.workspace)
    kpi = Kpi.objects.locked().get(pk=target.kpi_id)
    locked = Target.objects.locked().get(pk=target.pk)
    if locked.version != version:
        raise ConflictError(_("Somebody else changed this target while you did."))
    today = by.workspace.today(at=at)
    if by.workspace.calendar.is_over(kpi.grain, locked.valid_from, today=today):
        raise JudgedPeriodError(_("Periods that are over were judged by this target."))
    locked.delete()
    marks.numbers_changed(by.workspace)


def _refuse_rejudging(kpi: Kpi, segment: Segment | None, start: date) -> None:
    """Refuse a start in a period that has a target already."""
    if Target.objects.filter(kpi=kpi, segment=segment, valid_from__lte=start).exists():
        raise JudgedPeriodError(rejudging(), field="valid_from")


def rejudging() -> str:
    """Say why a period that is over gets no other target."""
    return _("That period is over and was judged. Let the new target begin now or later.")
