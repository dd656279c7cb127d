"""Breakdowns and their segments."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.errors import ConflictError, DomainError, first_rule
from goals.models import Breakdown, Kpi, Segment
from goals.services import marks
from teams.models import Workspace
from teams.services.counters import next_number

# What totals over segments depend on; changing one of these recomputes them.
TOTAL_FIELDS = ("counts_in_total", "archived_on")
# Who asks for more takes something else for a segment.
MOST_SEGMENTS_AT_ONCE = 1_000


class BreakdownRuleError(DomainError):
    """A breakdown or segment that breaks a rule."""


@transaction.atomic
def create_breakdown(
    *, workspace: Workspace, name: str, segments: Sequence[tuple[str, str]] = ()
) -> Breakdown:
    """
    Create a breakdown, with segments of (code, name).

    Raises:
        BreakdownRuleError: the name, or a segment's code, is taken; or there are too many.
    """
    breakdown = Breakdown(workspace=workspace, name=name)
    _check(breakdown)
    breakdown.number = next_number(workspace, "B")
    _save(breakdown)
    add_segments(breakdown=breakdown, segments=segments)
    return breakdown


@transaction.atomic
def add_segments(*, breakdown: Breakdown, segments: Sequence[tuple[str, str]]) -> None:
    """
    Add segments of (code, name): all of them or none.

    Raises:
        BreakdownRuleError: a code is taken, the sentence says which; or there are too many.
    """
    if len(segments) > MOST_SEGMENTS_AT_ONCE:
        message = _("Add at most %(most)d segments at once.") % {"most": MOST_SEGMENTS_AT_ONCE}
        raise BreakdownRuleError(message, field="segments")
    for code, name in segments:
        try:
            add_segment(breakdown=breakdown, code=code, name=name)
        except BreakdownRuleError as error:
            message = _("%(code)s: %(why)s") % {"code": code, "why": error}
            raise BreakdownRuleError(message, field="segments") from error


@transaction.atomic
def rename_breakdown(*, breakdown: Breakdown, version: int, name: str) -> Breakdown:
    """
    Give a breakdown another name.

    Raises:
        ConflictError: somebody else changed it since ``version``.
        BreakdownRuleError: the name is taken.
    """
    locked: Breakdown = Breakdown.objects.locked().get(pk=breakdown.pk)
    if locked.version != version:
        raise ConflictError(_("Somebody else changed this breakdown while you did."))
    locked.name = name
    locked.version += 1
    _check(locked)
    _save(locked)
    marks.numbers_changed(locked.workspace)
    return locked


@transaction.atomic
def add_segment(
    *, breakdown: Breakdown, code: str, name: str = "", counts_in_total: bool = True
) -> Segment:
    """
    Add a segment; without a name it is called by its code.

    Raises:
        BreakdownRuleError: the code is taken.
    """
    # Whoever adds to the same breakdown at the same time, by hand or by import, waits here.
    Breakdown.objects.locked().get(pk=breakdown.pk)
    segment = Segment(
        breakdown=breakdown, code=code, name=name or code, counts_in_total=counts_in_total
    )
    _check(segment)
    segment.number = next_number(breakdown.workspace, "SG")
    segment.save()
    return segment


@transaction.atomic
def change_segment(*, segment: Segment, version: int, **changes: Any) -> Segment:
    """
    Change a segment's name, whether it counts in totals, or when it was archived.

    Raises:
        ConflictError: somebody else changed it since ``version``.
        BreakdownRuleError: the change breaks a rule.
        NumbersBusyError: totals cannot be computed anew yet.
    """
    workspace = segment.breakdown.workspace
    locked: Segment = Segment.objects.locked().get(pk=segment.pk)
    if locked.version != version:
        raise ConflictError(_("Somebody else changed this segment while you did."))
    totals_change = any(
        name in changes and getattr(locked, name) != changes[name] for name in TOTAL_FIELDS
    )
    for name, value in changes.items():
        setattr(locked, name, value)
    locked.version += 1
    _check(locked)
    locked.save()
    if totals_change:
        marks.mark_kpis(workspace, Kpi.objects.filter(breakdown=locked.breakdown_id))
    marks.numbers_changed(workspace)
    return locked


def _check(row: Breakdown | Segment) -> None:
    try:
        row.full_clean(exclude=["number"])
    except ValidationError as error:
        raise first_rule(error, BreakdownRuleError, row) from error


def _save(breakdown: Breakdown) -> None:
    """Save a checked breakdown; where somebody took its name since, say so as the check does."""
    try:
        with transaction.atomic():
            breakdown.save()
    except IntegrityError:
        _check(breakdown)
        raise
