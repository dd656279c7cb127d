"""What became of a pull: noted on it and on its source; the owner is told once per outage."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.faults import crash_point
from goals.models import Import, Source, SourcePull
from goals.services import marks
from goals.services.sources.definitions import SourceRuleError, learn
from teams.services import mail

logger = logging.getLogger(__name__)

State = SourcePull.State
# A daily source has some hundred pulls by then; what they wrote stays.
_KEPT_FOR = timedelta(days=365)
_WRITTEN = (Import.State.DONE, Import.State.UNDONE)


def settle(*, at: datetime) -> None:
    """Give pulls their outcome whose imports have ended, by a worker or by a person."""
    over = SourcePull.objects.filter(state=State.READING).exclude(
        imported__state__in=Import.WORKING
    )
    mended = SourcePull.objects.filter(state=State.HELD, imported__state=Import.State.DONE)
    for key in [*over.values_list("pk", flat=True), *mended.values_list("pk", flat=True)]:
        try:
            _settle(key, at=at)
        except DatabaseError:
            raise
        except Exception:  # a pull that cannot be settled holds up no other
            logger.exception("The outcome of pull %d could not be noted.", key)


@transaction.atomic
def _settle(key: int, *, at: datetime) -> None:
    found = SourcePull.objects.select_related("imported").get(pk=key)
    source = _hold_source(found)
    # Whoever waited for the source finds it settled.
    pull = SourcePull.objects.select_related("imported").get(pk=key)
    row = pull.imported
    if row is None or pull.state not in (State.READING, State.HELD):
        return
    pull.source = source
    with translation.override(source.owner.user.language):
        if row.state in _WRITTEN and _is_overtaken(pull):
            _end(pull, State.DONE, "", at=at)
        elif row.state in _WRITTEN:
            was_held = pull.state == State.HELD
            succeed(pull, State.DONE, at=at)
            if was_held and row.state == Import.State.DONE:
                _learn_from(source, row)
        elif row.state == Import.State.FAILED:
            fail(pull, row.last_error, at=at)
        elif pull.state == State.READING:
            hold(pull, _waits_for(row), at=at)
    crash_point("pull.after_settling")


def _is_overtaken(pull: SourcePull) -> bool:
    """Tell whether a later file was imported while this one waited for a person."""
    later = SourcePull.objects.filter(source=pull.source, pk__gt=pull.pk)
    return later.filter(state__in=[State.DONE, State.SAME]).exists()


def _learn_from(source: Source, row: Import) -> None:
    """Let a file that a person had to match show how the next ones are matched."""
    try:
        learn(source, row)
    except SourceRuleError:
        return
    Source.objects.filter(pk=source.pk).update(
        headers=source.headers, mapping=source.mapping, options=source.options
    )


def _waits_for(row: Import) -> str:
    count = row.summary.get("problems", 0)
    if not count:
        return _("The import %(ref)s was stopped.") % {"ref": row.ref}
    message = ngettext(
        "The file has %(count)d problem, so nothing of it was written. Look at %(ref)s.",
        "The file has %(count)d problems, so nothing of it was written. Look at %(ref)s.",
        count,
    )
    return message % {"count": count, "ref": row.ref}


@transaction.atomic
def succeed(pull: SourcePull, state: str, *, at: datetime) -> None:
    """End a pull whose file is written now, or was before; an outage is over."""
    source = _hold_source(pull)
    failed = source.failing_since is not None
    if state == State.DONE:
        source.content_hash = pull.content_hash
        source.etag, source.modified = pull.etag, pull.modified
    source.last_success_at, source.failing_since, source.last_error = at, None, ""
    source.save(
        update_fields=[
            "content_hash", "etag", "modified", "last_success_at", "failing_since", "last_error",
        ]
    )  # fmt: skip
    _end(pull, state, "", at=at)
    if failed:
        # Whoever imported the first file knows; nothing had stopped before it.
        if source.mapping:
            _tell(source, _("“%(source)s” works again"), at=at)
        marks.numbers_changed(source.workspace)


def hold(pull: SourcePull, said: str, *, at: datetime) -> None:
    """End a pull whose file waits for a person."""
    _trouble(pull, State.HELD, said, subject=_("“%(source)s” waits for you"), at=at)


def fail(pull: SourcePull, said: str, *, at: datetime) -> None:
    """End a pull that brought no file."""
    _trouble(pull, State.FAILED, said, subject=_("“%(source)s” could not be pulled"), at=at)


@transaction.atomic
def _trouble(pull: SourcePull, state: str, said: str, *, subject: str, at: datetime) -> None:
    source = _hold_source(pull)
    if not SourcePull.waiting.held_by(pull.claim).filter(pk=pull.pk, finished_at=None).exists():
        return
    is_new = source.failing_since is None
    source.failing_since, source.last_error = source.failing_since or at, said
    source.save(update_fields=["failing_since", "last_error"])
    _end(pull, state, said, at=at)
    if is_new:
        _tell(source, subject, at=at)
    # Home tells of it, in the words of the latest pull.
    marks.numbers_changed(source.workspace)


def _hold_source(pull: SourcePull) -> Source:
    """Hold the source of a pull: pulls of one source end one after the other."""
    rows = Source.objects.locked().select_related("workspace", "owner__user")
    source: Source = rows.get(pk=pull.source_id)
    return source


def _end(pull: SourcePull, state: str, said: str, *, at: datetime) -> None:
    pull.state, pull.last_error, pull.finished_at, pull.claimed_until = state, said[:500], at, None
    pull.save()


def _tell(source: Source, subject: str, *, at: datetime) -> None:
    """Write to the owner; the people of a demo are invented."""
    if source.workspace.is_demo or not source.owner.is_active:
        return
    context = {"source": source, "link": f"{settings.SITE_URL}{source.get_absolute_url()}"}
    mail.queue(
        workspace=source.workspace,
        recipient=source.owner.user.email,
        subject=subject % {"source": source.name},
        text=render_to_string("goals/emails/source.txt", context),
        at=at,
    )


def forget_pulls(*, at: datetime) -> None:
    """Drop pulls that ended long ago, unless their file still waits for a person."""
    ended = SourcePull.objects.filter(state__in=[State.DONE, State.SAME, State.FAILED])
    ended.filter(finished_at__lt=at - _KEPT_FOR).delete()
