"""The trail itself: what happened in a workspace, newest first, page by page."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

from django.db.models import Max, Model, OuterRef, Q, Subquery
from django.utils import timezone
from pghistory.core import event_models
from pghistory.models import Context

from teams.audit.registry import Audited, Deed, path_to_workspace, registered
from teams.audit.words import Names, Reference, in_words, names_of
from teams.models import User, Workspace

PAGE = 50
# What it means that the time that stands for a deed is gone again.
_UNDONE = {Deed.ARCHIVED: Deed.RESTORED, Deed.LEFT: Deed.RETURNED}


@dataclass(frozen=True, slots=True)
class Change:
    """One field as it was and as it is; of a new or a removed thing one of them is empty."""

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

    def older(self, kind: str, *, moment: str, key: str) -> Q:
        """Keep the rows of one kind that come after this place, by the fields that say where."""
        earlier = Q(**{f"{moment}__lt": self.at})
        if kind > self.kind:
            return earlier
        same_moment = Q(**{moment: self.at})
        if kind == self.kind:
            same_moment &= Q(**{f"{key}__lt": self.key})
        return earlier | same_moment


@dataclass(frozen=True, slots=True)
class Entry:
    """One change of one thing."""

    place: Place
    who: str
    what: str
    name: str
    deed: Deed
    changes: Sequence[Change]
    # What was done in the same request shares it.
    act: UUID | None

    @property
    def at(self) -> datetime:
        return self.place.at


@dataclass(frozen=True, slots=True)
class _Step:
    """An event and, unless it was the first of its row, the one before it."""

    audited: Audited
    event: Any
    before: Any

    @property
    def place(self) -> Place:
        return Place(self.event.pgh_created_at, self.audited.kind, self.event.pgh_id)

    @property
    def actor(self) -> Reference:
        context = self.event.pgh_context
        metadata: Mapping[str, Any] = context.metadata if context else {}
        return User, int(metadata.get("user") or 0)

    @property
    def deed(self) -> Deed:
        if self.before is None:
            return Deed.ADDED
        if self.event.pgh_label == "delete":
            return Deed.REMOVED
        for name, deed in self.audited.moments.items():
            if (moment := getattr(self.event, name)) != getattr(self.before, name):
                return deed if moment else _UNDONE[deed]
        return Deed.CHANGED

    def references(self) -> Iterator[Reference]:
        """Give what must be named to tell of this step."""
        yield self.actor
        named_by = [self.audited.field(name) for name in self.audited.named_by]
        for field in [*named_by, *self.audited.told]:
            if field.is_relation:
                for event in filter(None, (self.before, self.event)):
                    if key := getattr(event, field.attname):
                        yield field.related_model, key

    def entry(self, names: Names) -> Entry:
        return Entry(
            place=self.place,
            who=names.get(self.actor, ""),
            what=str(self.audited.label),
            name=", ".join(self._named(names)),
            deed=self.deed,
            changes=list(self._changes(names)),
            act=self.event.pgh_context_id,
        )

    def _named(self, names: Names) -> Iterator[str]:
        for name in self.audited.named_by:
            field = self.audited.field(name)
            if value := getattr(self.event, field.attname):
                yield in_words(field, value, names)

    def _changes(self, names: Names) -> Iterator[Change]:
        if self.deed in (Deed.ADDED, Deed.REMOVED):
            yield from self._gist(names)
            return
        for field in self.audited.told:
            old, new = (getattr(each, field.attname) for each in (self.before, self.event))
            if old != new:
                words = in_words(field, old, names), in_words(field, new, names)
                yield Change(str(field.verbose_name), *words)

    def _gist(self, names: Names) -> Iterator[Change]:
        for name in self.audited.gist:
            field = self.audited.field(name)
            if (value := getattr(self.event, field.attname)) not in (None, ""):
                word = in_words(field, value, names)
                sides = (word, "") if self.deed is Deed.REMOVED else ("", word)
                yield Change(str(field.verbose_name), *sides)


def latest(
    workspace: Workspace,
    *,
    before: Place | None = None,
    size: int = PAGE,
    only: Collection[type[Model]] | None = None,
    by: User | None = None,
) -> tuple[list[Entry], Place | None]:
    """
    Give up to ``size`` entries older than ``before``, newest first, and where to go on.

    ``only`` keeps what happened to rows of some models, ``by`` what one person did. Words are in
    the reader's language, times by the workspace's clocks.
    """
    chosen = [each for each in registered() if only is None or each.model in only]
    found = [step for each in chosen for step in _steps(each, workspace, before, size, by)]
    found.sort(key=lambda step: step.place, reverse=True)
    page = found[:size]
    names = names_of({each for step in page for each in step.references()})
    with timezone.override(workspace.zone):
        entries = [step.entry(names) for step in page]
    return entries, page[-1].place if len(found) > size else None


def _steps(
    audited: Audited, workspace: Workspace, before: Place | None, size: int, by: User | None
) -> list[_Step]:
    events = audited.events.filter(**{path_to_workspace(audited.model): workspace.pk})
    if by is not None:
        events = events.filter(pgh_context__metadata__user=by.pk)
    if before is not None:
        events = events.filter(before.older(audited.kind, moment="pgh_created_at", key="pgh_id"))
    # A row is locked while it changes, so its events are numbered as they happened.
    earlier = audited.events.filter(
        pgh_obj_id=OuterRef("pgh_obj_id"), pgh_id__lt=OuterRef("pgh_id")
    )
    last = earlier.order_by().values("pgh_obj_id").annotate(last=Max("pgh_id")).values("last")
    events = events.annotate(previous=Subquery(last)).select_related("pgh_context")
    newest = list(events.order_by("-pgh_created_at", "-pgh_id")[: size + 1])
    previous = audited.events.in_bulk([each.previous for each in newest if each.previous])
    return [_Step(audited, each, previous.get(each.previous)) for each in newest]


def forget(workspace: Workspace) -> None:
    """
    Drop the trail of a workspace, and what is kept of the requests that made it.

    Call it while the workspace's rows are there: by them the events are found.
    """
    trails: list[Any] = event_models()
    contexts: set[Any] = set()
    for events in trails:
        gone = events.objects.filter(**{path_to_workspace(events.pgh_tracked_model): workspace.pk})
        contexts.update(gone.values_list("pgh_context", flat=True))
        gone.delete()
    # One request may have changed things in several workspaces.
    for events in trails:
        still = events.objects.filter(pgh_context__in=contexts)
        contexts.difference_update(still.values_list("pgh_context", flat=True))
    Context.objects.filter(pk__in=contexts).delete()
