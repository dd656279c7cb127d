"""Undoing what one act did to targets, as the audit trail knows it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pghistory
from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import ConflictError
from goals.models import Kpi, Target
from goals.services import locks, marks
from goals.services.kpi_changes import NoChangeError, undone_among
from goals.services.take_backs import UNDOABLE_FOR
from goals.services.targets import JudgedPeriodError
from goals.services.writings import TooLateError
from teams.models import Workspace

# What comes back; where a target stands does not change.
_SAID = ("comparator", "value", "upper", "reason", "set_by", "set_at")


def target_changes_of(workspace: Workspace) -> Any:
    """Give the events of a workspace's targets; those of one act share their context."""
    events: Any = Target.pgh_event_model.objects  # type: ignore[attr-defined]  # pghistory adds it
    return events.filter(kpi__workspace=workspace)


@transaction.atomic
def undo_targets(*, workspace: Workspace, act: UUID, at: datetime) -> int:
    """
    Make of the targets of one act what they were before it, all of them or none; count them.

    The trail says of the new events which act they undo.

    Raises:
        ConflictError: it was undone already, or one of its targets was changed since.
        TooLateError: it was too long ago.
        JudgedPeriodError: a period that one of them begins in is over.
        NoChangeError: the act changed no target's number.
    """
    locks.share_definitions(workspace)
    trail = target_changes_of(workspace)
    events = list(trail.filter(pgh_context=act).order_by("pgh_id"))
    held = Kpi.objects.locked().for_workspace(workspace).order_by("pk")
    kpis = {kpi.pk: kpi for kpi in held.filter(pk__in={event.kpi_id for event in events})}
    _refuse_undone(trail, events, act, at)
    today = workspace.today(at=at)
    for event in events:
        if workspace.calendar.is_over(kpis[event.kpi_id].grain, event.valid_from, today=today):
            raise JudgedPeriodError(_("Periods that are over were judged by these targets."))
    with pghistory.context(undoes=str(act)):
        _change_back(trail, events)
    marks.numbers_changed(workspace)
    return len(events)


def _refuse_undone(trail: Any, events: Sequence[Any], act: UUID, at: datetime) -> None:
    if not events:
        raise _nothing()
    if undone_among(trail, [str(act)]):
        raise ConflictError(_("This was undone already."))
    if at - UNDOABLE_FOR >= events[0].pgh_created_at:
        message = _("Targets can be undone for %(days)d days.")
        raise TooLateError(message % {"days": UNDOABLE_FOR.days})
    later = trail.filter(pgh_id__gt=events[-1].pgh_id)
    changed = later.filter(pgh_obj_id__in={event.pgh_obj_id for event in events}).exists()
    here = Target.objects.filter(kpi__in={event.kpi_id for event in events})
    removed = {_place(event) for event in events if event.pgh_label == "delete"}
    if changed or removed & {_place(target) for target in here}:
        raise ConflictError(_("Some of these targets were changed again, so all of them stay."))


def _change_back(trail: Any, events: Sequence[Any]) -> None:
    added, changed, removed = (
        {event.pgh_obj_id: event for event in events if event.pgh_label == label}
        for label in ("insert", "update", "delete")
    )
    earlier = trail.filter(pgh_obj_id__in=changed, pgh_id__lt=events[0].pgh_id)
    before = {event.pgh_obj_id: event for event in earlier.order_by("pgh_id")}
    if any(_place(before[key]) != _place(event) for key, event in changed.items()):
        raise _nothing()  # the calendar moved, and they with it
    targets = list(Target.objects.filter(pk__in=changed))
    for target in targets:
        _say(target, before[target.pk])
        target.version += 1
    back = [_say(Target(number=event.number), event) for event in removed.values()]
    for target, event in zip(back, removed.values(), strict=True):
        target.kpi_id, target.segment_id, target.valid_from = _place(event)
    Target.objects.filter(pk__in=added).delete()
    Target.objects.bulk_update(targets, [*_SAID, "version"])
    Target.objects.bulk_create(back)


def _place(of: Any) -> tuple[int, int | None, date]:
    return of.kpi_id, of.segment_id, of.valid_from


def _say(target: Target, event: Any) -> Target:
    for name in _SAID:
        setattr(target, name, getattr(event, name))
    return target


def _nothing() -> NoChangeError:
    return NoChangeError(_("There is nothing here that could be changed back."))
