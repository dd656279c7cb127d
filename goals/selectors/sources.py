"""Sources and their pulls, in words."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from core.claims import MAX_ATTEMPTS
from goals.models import Source, SourcePull
from goals.rules.status import Status
from goals.selectors.import_account import outcome_text
from goals.selectors.phrases import moment


def schedule_text(source: Source) -> str:
    """Say when a source is pulled: "Every day at 06:00"."""
    day = _("Every day") if source.weekday is None else source.get_weekday_display()
    return _("%(day)s at %(hour)s") % {"day": day, "hour": f"{source.hour:02}:00"}


def state_of(source: Source) -> tuple[str, str]:
    """Give the status whose colour a source has, and its word."""
    if source.state != Source.State.ACTIVE:
        return Status.NOT_JUDGED, str(source.get_state_display())
    if not source.mapping:
        return Status.NO_DATA, _("Waits for its first import")
    if source.failing_since is not None:
        return Status.OFF_TRACK, _("Does not arrive")
    if source.last_success_at is None:
        return Status.NO_DATA, _("Nothing yet")
    return Status.ON_TRACK, _("Arrives")


def pull_text(pull: SourcePull, zone: ZoneInfo, *, at: datetime) -> str:
    """Say what came of a pull."""
    if pull.state == SourcePull.State.WAITING and pull.last_error:
        again = pull.claimed_until
        if again is not None and again > at and pull.attempts < MAX_ATTEMPTS:
            words = {"error": pull.last_error, "moment": moment(again, zone, at=at)}
            return _("%(error)s It is tried again at %(moment)s.") % words
        return pull.last_error
    if pull.last_error:
        return pull.last_error
    if pull.imported is not None and "outcome" in pull.imported.summary:
        return outcome_text(pull.imported)
    return ""
