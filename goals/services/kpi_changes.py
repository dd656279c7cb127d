"""Undoing one change of a KPI's definition, as the audit trail knows it."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

import pghistory
from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import ConflictError, DomainError
from goals.models import Kpi
from goals.services import locks
from goals.services.kpis import archive_kpi, change_kpi, restore_kpi
from goals.services.take_backs import UNDOABLE_FOR
from goals.services.writings import TooLateError
from teams.models import Workspace

# What every change touches, and what places a KPI in lists.
_NOT_TOLD = frozenset({"id", "workspace", "number", "version", "position"})


class NoChangeError(DomainError):
    """Nothing of the definition was changed that could be changed back."""


def changes_of(workspace: Workspace) -> Any:
    """Give the events of a workspace's KPIs."""
    events: Any = Kpi.pgh_event_model.objects  # type: ignore[attr-defined]  # pghistory adds it
    return events.filter(workspace=workspace)


@transaction.atomic
def undo_kpi_change(*, workspace: Workspace, change: Any, at: datetime) -> Kpi:
    """
    Make of a KPI's fields what they were before ``change``, an event of the trail.

    What others changed of other fields stays. The trail says of the new event which one it undoes.

    Raises:
        ConflictError: it was undone already, or one of its fields was changed since.
        TooLateError: it was too long ago.
        NoChangeError: the event is no change, or somebody it names is gone.
        DomainError: a rule of KPIs does not allow what was before.
    """
    locks.hold_definitions(workspace)
    kpi: Kpi = Kpi.objects.select_related("workspace").get(pk=change.pgh_obj_id)
    events = changes_of(workspace).filter(pgh_obj_id=change.pgh_obj_id)
    if undone_among(events.filter(pgh_id__gt=change.pgh_id), [change.pgh_id]):
        raise ConflictError(_("This was undone already."))
    if at - UNDOABLE_FOR >= change.pgh_created_at:
        message = _("Changes of a KPI can be undone for %(days)d days.")
        raise TooLateError(message % {"days": UNDOABLE_FOR.days})
    before = events.filter(pgh_id__lt=change.pgh_id).order_by("-pgh_id").first()
    changed = [] if before is None else list(_changed(before, change))
    if not changed:
        raise NoChangeError(_("There is nothing here that could be changed back."))
    if any(getattr(kpi, field.attname) != getattr(change, field.attname) for field in changed):
        message = _("“%(kpi)s” was changed again since then, so this change stays.")
        raise ConflictError(message % {"kpi": kpi.name})
    with pghistory.context(undoes=change.pgh_id):
        return _change_back(kpi, before, changed, at)


def undone_among(events: Any, acts: Collection[int | str]) -> dict[int | str, Any]:
    """Give by act the event that undid it, of those that are among ``events``."""
    found = events.filter(pgh_context__metadata__undoes__in=list(acts)).select_related(
        "pgh_context"
    )
    return {event.pgh_context.metadata["undoes"]: event for event in found}


def _changed(before: Any, after: Any) -> Iterator[Any]:
    for field in Kpi._meta.concrete_fields:
        if field.name not in _NOT_TOLD:
            old, new = (getattr(event, field.attname) for event in (before, after))
            if old != new:
                yield field


def _change_back(kpi: Kpi, before: Any, changed: list[Any], at: datetime) -> Kpi:
    if "archived_at" in {field.name for field in changed}:
        return archive_kpi(kpi=kpi, at=at) if before.archived_at else restore_kpi(kpi=kpi)
    earlier = {field.name: _earlier(field, before) for field in changed}
    return change_kpi(kpi=kpi, version=kpi.version, **earlier)


def _earlier(field: Any, before: Any) -> Any:
    key = getattr(before, field.attname)
    if not field.is_relation or key is None:
        return key
    thing = field.related_model.objects.filter(pk=key).first()
    if thing is None:
        message = _("What this KPI had as its “%(field)s” is not there any more.")
        raise NoChangeError(message % {"field": field.verbose_name})
    return thing
