"""Setting sources up, changing them, handing them over."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from core import egress
from core.errors import ConflictError, DomainError, first_rule
from goals.models import Import, Source, SourcePull
from goals.rules.pull_times import next_pull
from goals.services import imports, marks
from goals.services.sources.due import ask_for_pull
from teams.models import Membership, Workspace
from teams.policy import Action
from teams.services.counters import next_number
from teams.services.locks import keep_here

State = Source.State
# Of how a file was read, what holds for the next one as well.
_LASTING = ("sheet", "table")


class SourceRuleError(DomainError):
    """A source that breaks a rule."""


@transaction.atomic
def create_source(
    *,
    name: str,
    address: str,
    weekday: int | None = None,
    hour: int,
    owner: Membership,
    like: Import | None = None,
    state: str = State.ACTIVE,
    by: Membership,
    at: datetime,
) -> Source:
    """
    Set a source up and, unless it is paused, have its file pulled now.

    Its files are matched as ``like`` was, or else as the first one that a person imports.

    Raises:
        SourceRuleError: the address cannot be used, the owner may not import, or ``like`` was not
            written or has no dates in it.
        NotActiveError: the owner left.
    """
    source = Source(
        workspace=by.workspace, name=name, weekday=weekday, hour=hour, owner=owner, state=state
    )
    source.address = address
    if like is not None:
        learn(source, like)
    _check(source, news={"address", "owner"})
    _plan(source, at=at)
    source.number = next_number(by.workspace, "SO")
    source.save()
    if state == State.ACTIVE:
        ask_for_pull(source=source, by=by, at=at)
    return source


@transaction.atomic
def change_source(*, source: Source, version: int, at: datetime, **changes: Any) -> Source:
    """
    Change a source that somebody read at ``version``; archived, it asks for nothing any more.

    Raises:
        ConflictError: somebody else changed it since.
        SourceRuleError, NotActiveError: as for ``create_source``.
    """
    locked: Source = Source.objects.locked().select_related("workspace").get(pk=source.pk)
    if locked.version != version:
        raise ConflictError(_("Somebody else changed this source while you did."))
    changed = {
        name
        for name, value in changes.items()
        # What is written anew need not be what could be read before.
        if name == "address" or getattr(locked, name) != value
    }
    if "address" in changed:
        # What is there may be another file, or the same one from another server.
        locked.content_hash = locked.etag = locked.modified = ""
    for name in changed:
        setattr(locked, name, changes[name])
    _check(locked, news=changed)
    _plan(locked, at=at)
    locked.version += 1
    locked.save()
    if locked.is_archived:
        SourcePull.objects.filter(source=locked, state=SourcePull.State.WAITING).delete()
    marks.numbers_changed(locked.workspace)
    return locked


def learn(source: Source, row: Import) -> None:
    """
    Match the files of a source from now on as an import was matched, without saving it.

    Nobody looks on when a source is pulled, so it creates no KPIs.

    Raises:
        SourceRuleError: the import was not written, or there are no dates in its file.
    """
    if row.state != Import.State.DONE:
        raise SourceRuleError(_("Choose an import that is done."), field="like")
    if row.mapping["date"] is None:
        message = _("The file of that import has no column with dates, so the next is not known.")
        raise SourceRuleError(message, field="like")
    source.headers = imports.headers_of(row)
    source.mapping = imports.lesson_of(row) | {"create": None}
    source.options = {name: row.options[name] for name in _LASTING if name in row.options}


@transaction.atomic
def hand_over_sources(*, leaver: Membership, heir: Membership, by: Membership) -> None:  # noqa: ARG001  # the registry's signature
    """Give every source that one member owns to another, archived ones included."""
    Source.objects.filter(owner=leaver).update(owner=heir, version=F("version") + 1)
    marks.numbers_changed(leaver.workspace)


def reschedule(*, workspace: Workspace, at: datetime) -> None:
    """Find anew when the sources of a workspace are due: its clocks may have changed."""
    for source in Source.objects.for_workspace(workspace).filter(state=State.ACTIVE).locked():
        source.workspace = workspace
        _plan(source, at=at)
        source.save(update_fields=["next_at"])


def _plan(source: Source, *, at: datetime) -> None:
    """Say when an active source is pulled next; one that is due already stays so until it is."""
    if source.state != State.ACTIVE:
        source.next_at = None
    elif source.next_at is None or source.next_at > at:
        source.next_at = next_pull(
            weekday=source.weekday, hour=source.hour, zone=source.workspace.zone, after=at
        )


def _check(source: Source, *, news: Collection[str]) -> None:
    """
    Check a source; one that is put to rest need not be fit to be pulled.

    Raises:
        SourceRuleError, NotActiveError: as for ``create_source``.
    """
    is_active = source.state == State.ACTIVE
    if is_active or "address" in news:
        _check_address(source)
    try:
        source.full_clean(exclude=["number", "next_at"], validate_constraints=False)
    except ValidationError as error:
        raise first_rule(error, SourceRuleError, source) from error
    if is_active or "owner" in news:
        _check_owner(source.owner)


def _check_address(source: Source) -> None:
    try:
        source.host = egress.check(source.address)
    except egress.EgressError as error:
        raise SourceRuleError(str(error), field="address") from error


def _check_owner(owner: Membership) -> None:
    if not keep_here(owner, field="owner").may(Action.RUN_IMPORTS):
        message = _("%(name)s may not import files. Choose a lead.")
        raise SourceRuleError(message % {"name": owner.user.name}, field="owner")
