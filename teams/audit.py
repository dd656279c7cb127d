"""Who changed what: read from the events that database triggers write."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from django.db.models import Model, Q, TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pghistory.core import event_models
from pghistory.models import Context

from teams.models import ApiToken, Invitation, Membership, Team, User, Workspace

PAGE = 50
# Kept for machines; a person reading the trail learns nothing from them.
_SILENT = {"version", "workspace", "number"}


class Deed(TextChoices):
    """What happened to a row, by the labels of its triggers."""

    INSERT = "insert", _("added")
    UPDATE = "update", _("changed")
    DELETE = "delete", _("removed")


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


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """
    A place in the trail, by time and then by what tells rows of one transaction apart.

    The rows of a transaction bear the same time, however many they are.
    """

    at: datetime
    kind: str
    key: int

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.kind}~{self.key}"

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Read a place as ``str`` wrote it; anything else is None."""
        moment, kind, key = [*text.split("~"), "", ""][:3]
        try:
            at = datetime.fromisoformat(moment)
        except ValueError:
            return None
        # Places are written in UTC, and no row has a longer key.
        if at.utcoffset() != timedelta(0) or not re.fullmatch(r"[0-9]{1,18}", key):
            return None
        return cls(at, kind, int(key))


@dataclass(frozen=True, slots=True)
class Entry:
    """One change of one thing."""

    place: Place
    who: str
    what: str
    name: str
    deed: Deed
    changes: Sequence[Change]

    @property
    def at(self) -> datetime:
        return self.place.at


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


def latest(
    workspace: Workspace, *, before: Place | None = None, size: int = PAGE
) -> tuple[list[Entry], Place | None]:
    """Give up to ``size`` entries older than ``before``, newest first, and where to go on."""
    found = [entry for audited in _registry for entry in _of(audited, workspace, before, size)]
    found.sort(key=lambda entry: entry.place, reverse=True)
    page = found[:size]
    return page, page[-1].place if len(found) > size else None


def counts(workspace: Workspace) -> list[tuple[str, int]]:
    """Give how many things of each kind the workspace has, those that it has at all."""
    found = []
    for audited in _registry:
        if audited.model is not Workspace:
            rows = audited.model._default_manager.filter(**{audited.workspace_path: workspace})
            found.append((str(audited.label), rows.count()))
    return [(label, count) for label, count in found if count]


def forget(workspace: Workspace) -> None:
    """
    Drop the trail of a workspace, and what is kept of the requests that made it.

    Call it while the workspace's rows are there: by them the events are found.
    """
    trails: list[Any] = event_models()
    contexts: set[Any] = set()
    for events in trails:
        gone = events.objects.filter(**{_path(events.pgh_tracked_model): workspace.pk})
        contexts.update(gone.values_list("pgh_context", flat=True))
        gone.delete()
    # One request may have changed things in several workspaces.
    for events in trails:
        still = events.objects.filter(pgh_context__in=contexts)
        contexts.difference_update(still.values_list("pgh_context", flat=True))
    Context.objects.filter(pk__in=contexts).delete()


def _path(model: Any) -> str:
    return "pgh_obj_id" if model is Workspace else model._default_manager.none().workspace_path


def _events_of(audited: Audited) -> Any:
    model: Any = audited.model
    return model.pgh_event_model


def _of(audited: Audited, workspace: Workspace, before: Place | None, size: int) -> Iterator[Entry]:
    events, kind = _events_of(audited), audited.model._meta.label_lower
    rows = events.objects.filter(**{audited.workspace_path: workspace.pk})
    if before is not None:
        rows = rows.filter(_older(before, kind))
    newest = rows.select_related("pgh_context").order_by("-pgh_created_at", "-pgh_id")
    rows = list(newest[: size + 1])
    people = _people(rows)
    earlier = _earlier(events, rows)
    for row in rows:
        yield Entry(
            place=Place(row.pgh_created_at, kind, row.pgh_id),
            who=people.get(_actor(row), ""),
            what=str(audited.label),
            name=_name(row, people),
            deed=Deed(row.pgh_label),
            changes=list(_changes(earlier.get(row.pgh_id), row)),
        )


def _older(before: Place, kind: str) -> Q:
    """Keep the events of one kind that come after ``before`` in the trail."""
    same_moment = Q(pgh_created_at=before.at)
    if kind == before.kind:
        same_moment &= Q(pgh_id__lt=before.key)
    elif kind > before.kind:
        return Q(pgh_created_at__lt=before.at)
    return Q(pgh_created_at__lt=before.at) | same_moment


def _actor(row: Any) -> int:
    metadata: Mapping[str, Any] = row.pgh_context.metadata if row.pgh_context else {}
    return int(metadata.get("user") or 0)


def _people(rows: Sequence[Any]) -> dict[int, str]:
    """Name those who did something, and those to whom a membership belongs."""
    keys = {_actor(row) for row in rows} | {getattr(row, "user_id", 0) for row in rows}
    users = User.objects.filter(pk__in=keys)
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


def _name(row: Any, people: Mapping[int, str]) -> str:
    for field in ("name", "email", "code"):
        if value := getattr(row, field, ""):
            return str(value)
    return people.get(getattr(row, "user_id", 0), f"{row.pgh_obj_id}")


def _changes(before: Any, after: Any) -> Iterator[Change]:
    if before is None:
        return
    for field in after._meta.concrete_fields:
        if field.name.startswith("pgh_") or field.name in _SILENT:
            continue
        old, new = getattr(before, field.attname), getattr(after, field.attname)
        if old != new:
            yield Change(str(field.verbose_name), _text(field, old), _text(field, new))


def _text(field: Any, value: Any) -> str:
    if field.choices:
        value = dict(field.flatchoices).get(value, value)
    return "–" if value in (None, "") else str(value)
