"""Asking for pulls: by a person, or because the hour has come."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.jobs import after_commit
from goals.models import Source, SourcePull
from goals.rules.pull_times import next_pull
from teams.models import Membership

# A heartbeat plans so many; the next one plans more.
AT_ONCE = 200


class SourceArchivedError(DomainError):
    """Nothing is pulled from an archived source."""


@transaction.atomic
def ask_for_pull(*, source: Source, by: Membership, at: datetime) -> SourcePull:
    """
    Have a source pulled now; a pull that is on its way already is given instead.

    Raises:
        SourceArchivedError: it is archived.
    """
    locked = Source.objects.locked().get(pk=source.pk)
    if locked.is_archived:
        raise SourceArchivedError(_("This source is archived."))
    pull = SourcePull.objects.filter(source=locked, state__in=SourcePull.OPEN).first()
    if pull is None:
        pull = SourcePull.objects.create(
            workspace_id=locked.workspace_id, source=locked, asked_by=by, asked_at=at
        )
    after_commit("goals.tasks.pull_sources")
    return pull


@transaction.atomic
def plan_due(*, at: datetime) -> int:
    """
    Ask for a pull of each source whose hour has come; give how many there were.

    What was missed while nobody looked is not made up: one pull fetches the newest file. A source
    that is still being pulled is passed over.
    """
    rows = Source.objects.filter(next_at__lte=at).select_related("workspace").order_by("next_at")
    due = list(rows.select_for_update(of=("self",), no_key=True, skip_locked=True)[:AT_ONCE])
    SourcePull.objects.bulk_create(
        [SourcePull(workspace_id=one.workspace_id, source=one, asked_at=at) for one in due],
        ignore_conflicts=True,
    )
    for source in due:
        source.next_at = next_pull(
            weekday=source.weekday, hour=source.hour, zone=source.workspace.zone, after=at
        )
    Source.objects.bulk_update(due, ["next_at"])
    return len(due)
