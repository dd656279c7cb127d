"""Who changed what: read from the events that database triggers write."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from teams.models import ApiToken, Invitation, Membership, Team, User, Workspace

PAGE = 50
# Kept for machines; a person reading the trail learns nothing from them.
_SILENT = {"version", "workspace", "number"}


@dataclass(frozen=True, slots=True)
class Audited:
    """A model whose changes belong in the trail, and how its rows reach their workspace."""

    model: type[Model]
    label: str | Promise
    workspace_path: str


@dataclass(frozen=True, slots=True)
class Change:
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One change of one thing."""

    at: datetime
    who: str
    what: str
    name: str
    deed: str
    changes: Sequence[Change]


_registry: list[Audited] = [
    Audited(Workspace, _("Workspace"), "pgh_obj_id"),
    Audited(Membership, _("Member"), "workspace"),
    Audited(Team, _("Team"), "workspace"),
    Audited(Invitation, _("Invitation"), "workspace"),
    Audited(ApiToken, _("API token"), "membership__workspace"),
]


def register(audited: Audited) -> None:
    """Add a model to the trail; rooms do it once, in ``AppConfig.ready``."""
    _registry.append(audited)


def latest(workspace: Workspace, *, before: str = "") -> tuple[list[Entry], str]:
    """Give up to 50 entries older than ``before``, newest first, and where to go on."""
    moment = parse_datetime(before) if before else None
    found = [entry for audited in _registry for entry in _of(audited, workspace, moment)]
    found.sort(key=lambda entry: entry.at, reverse=True)
    page = found[:PAGE]
    more = page[-1].at.isoformat() if len(found) > PAGE else ""
    return page, more


def forget(workspace: int) -> None:
    """Drop the trail of a workspace that is no more."""
    for audited in _registry:
        events = _events_of(audited)
        # What reaches the workspace through a parent has lost it: its rows went with the parent.
        path = audited.workspace_path.partition("__")
        if not path[2]:
            events.objects.filter(**{audited.workspace_path: workspace}).delete()
        else:
            parents = events._meta.get_field(path[0]).related_model
            gone = events.objects.exclude(
                **{f"{path[0]}_id__in": parents._default_manager.values("pk")}
            )
            gone.delete()


def _events_of(audited: Audited) -> Any:
    model: Any = audited.model
    return model.pgh_event_model


def _of(audited: Audited, workspace: Workspace, before: datetime | None) -> Iterator[Entry]:
    events = _events_of(audited)
    rows = events.objects.filter(**{audited.workspace_path: workspace.pk})
    if before is not None:
        rows = rows.filter(pgh_created_at__lt=before)
    rows = list(
        rows.select_related("pgh_context").order_by("-pgh_created_at", "-pgh_id")[: PAGE + 1]
    )
    people = _people(rows)
    earlier = _earlier(events, rows)
    for row in rows:
        yield Entry(
            at=row.pgh_created_at,
            who=people.get(_actor(row), ""),
            what=str(audited.label),
            name=_name(row),
            deed=row.pgh_label,
            changes=list(_changes(earlier.get(row.pgh_id), row)),
        )


def _actor(row: Any) -> int:
    metadata: Mapping[str, Any] = row.pgh_context.metadata if row.pgh_context else {}
    return int(metadata.get("user") or 0)


def _people(rows: Sequence[Any]) -> dict[int, str]:
    users = User.objects.filter(pk__in={_actor(row) for row in rows})
    return {user.pk: user.name or user.email for user in users}


def _earlier(events: Any, rows: Sequence[Any]) -> dict[int, Any]:
    """Give for each event the one before it of the same row."""
    history = events.objects.filter(pgh_obj_id__in={row.pgh_obj_id for row in rows})
    found: dict[int, Any] = {}
    last: dict[int, Any] = {}
    for event in history.order_by("pgh_created_at", "pgh_id"):
        found[event.pgh_id] = last.get(event.pgh_obj_id)
        last[event.pgh_obj_id] = event
    return found


def _name(row: Any) -> str:
    for field in ("name", "email", "code"):
        if value := getattr(row, field, ""):
            return str(value)
    return f"{row.pgh_obj_id}"


def _changes(before: Any, after: Any) -> Iterator[Change]:
    if before is None:
        return
    for field in after._meta.concrete_fields:
        if field.name.startswith("pgh_") or field.name in _SILENT:
            continue
        old, new = getattr(before, field.attname), getattr(after, field.attname)
        if old != new:
            yield Change(str(field.verbose_name), _text(old), _text(new))


def _text(value: Any) -> str:
    return "–" if value in (None, "") else str(value)
