"""How the parts are that nobody sees: what an admin looks at when numbers or mail are late."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import pulse
from goals.models import DirtyMark, Import, Source, SourcePull
from goals.selectors.phrases import LAG_ALLOWED, moment
from goals.selectors.points import get_freshness
from reviews.models import ChatPost, DigestDelivery
from reviews.selectors.chat import get_rooms
from teams.models import OutgoingMail, Workspace

# What failed longer ago is history, and no news.
RECENT = timedelta(days=30)
# A pull is tried again for minutes, and a large file takes some.
PULL_ALLOWED = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of mops: how it is, in a sentence, and where to read more."""

    label: str
    text: str
    fine: bool
    url: str = ""


def get_parts(workspace: Workspace, *, at: datetime, whole_house: bool) -> list[Part]:
    """Look at every part; mail is of the whole installation, so only its operators see it."""
    parts = [*_at_work(workspace, at), _numbers(workspace, at), _imports(workspace)]
    parts += [_sources(workspace, at), _digests(workspace, at), _chats(workspace)]
    if whole_house:
        parts.append(_mail())
    return parts


def _at_work(workspace: Workspace, at: datetime) -> Iterator[Part]:
    seen = pulse.last_seen(pulse.WORKER, pulse.BEAT)
    said = {
        pulse.WORKER: (
            _("Worker"),
            _("At work, last seen %(moment)s."),
            _("Last seen %(moment)s. Until it runs again, numbers, imports and mail wait."),
            _("Never seen. Until it runs, numbers, imports and mail wait."),
        ),
        pulse.BEAT: (
            _("Heartbeat"),
            _("Looks for what is due every 30 seconds, last %(moment)s."),
            _("Last looked for what is due %(moment)s. Until it runs again, digests wait."),
            _("Never looked for what is due. Until it runs, digests wait."),
        ),
    }
    for part, (label, fine, late, never) in said.items():
        when = seen[part]
        if when is None:
            yield Part(label, never, fine=False)
            continue
        missing = pulse.is_missing(when, at=at)
        text = late if missing else fine
        yield Part(label, text % {"moment": moment(when, workspace.zone, at=at)}, not missing)


def _numbers(workspace: Workspace, at: datetime) -> Part:
    freshness = get_freshness(workspace)
    waiting = DirtyMark.objects.filter(workspace=workspace).count()
    if freshness.oldest_mark is not None:
        text = ngettext(
            "%(count)d changed value waits to be added up, since %(moment)s.",
            "%(count)d changed values wait to be added up, the oldest since %(moment)s.",
            waiting,
        )
        since = moment(freshness.oldest_mark, workspace.zone, at=at)
        fine = freshness.oldest_mark >= at - LAG_ALLOWED
        return Part(_("Numbers"), text % {"count": waiting, "moment": since}, fine)
    if freshness.drained_at is None:
        return Part(_("Numbers"), _("There are none yet."), fine=True)
    since = moment(freshness.drained_at, workspace.zone, at=at)
    return Part(_("Numbers"), _("All added up, as of %(moment)s.") % {"moment": since}, fine=True)


def _imports(workspace: Workspace) -> Part:
    working = Import.objects.for_workspace(workspace).filter(state__in=Import.WORKING)
    count = working.count()
    text = ngettext("%(count)d is being worked on.", "%(count)d are being worked on.", count)
    words = text % {"count": count} if count else _("None is being worked on.")
    url = reverse("goals:imports", args=[workspace.slug])
    return Part(_("Imports"), words, fine=True, url=url)


def _sources(workspace: Workspace, at: datetime) -> Part:
    # What fails is marked as failing; a pull that nobody ends is not.
    stuck = Q(pulls__state__in=SourcePull.OPEN, pulls__asked_at__lt=at - PULL_ALLOWED)
    active = Source.objects.for_workspace(workspace).filter(state=Source.State.ACTIVE)
    counts = active.aggregate(
        count=Count("pk", distinct=True),
        late=Count("pk", filter=Q(failing_since__isnull=False) | stuck, distinct=True),
    )
    count, late = counts["count"], counts["late"]
    text = _("None is active.")
    if late:
        text = ngettext("%(count)d does not arrive.", "%(count)d do not arrive.", late)
    elif count:
        text = ngettext("%(count)d is pulled.", "%(count)d are pulled.", count)
    url = reverse("goals:sources", args=[workspace.slug])
    return Part(_("Sources"), text % {"count": late or count}, fine=not late, url=url)


def _digests(workspace: Workspace, at: datetime) -> Part:
    recent = DigestDelivery.objects.for_workspace(workspace).filter(run__made_at__gt=at - RECENT)
    counts = dict(recent.values_list("state").annotate(Count("pk")))
    states = DigestDelivery.State
    url = reverse("reviews:digest", args=[workspace.slug])
    failed, unknown = counts.get(states.FAILED, 0), counts.get(states.UNKNOWN, 0)
    text = _counted(counts.get(states.WAITING, 0), failed)
    if unknown:
        text += " " + ngettext(
            "Of %(count)d nobody knows whether it arrived.",
            "Of %(count)d nobody knows whether they arrived.",
            unknown,
        ) % {"count": unknown}
    return Part(_("Digests"), text, fine=not (failed or unknown), url=url)


def _chats(workspace: Workspace) -> Part:
    rooms: Any = get_rooms(workspace)
    states = list(rooms.values_list("last_state", flat=True))
    failed = states.count(ChatPost.State.FAILED)
    text = _("None is set up.")
    if failed:
        text = ngettext(
            "The last message to %(count)d did not arrive.",
            "The last messages to %(count)d did not arrive.",
            failed,
        )
    elif states:
        text = ngettext(
            "%(count)d is told of each week.", "%(count)d are told of each week.", len(states)
        )
    url = reverse("reviews:chats", args=[workspace.slug])
    return Part(_("Chats"), text % {"count": failed or len(states)}, fine=not failed, url=url)


def _mail() -> Part:
    counts = dict(OutgoingMail.objects.values_list("state").annotate(Count("pk")))
    states = OutgoingMail.State
    failed = counts.get(states.FAILED, 0)
    text = _counted(counts.get(states.WAITING, 0), failed)
    return Part(_("Other mail"), text, fine=not failed, url=reverse("reviews:outbox"))


def _counted(waiting: int, failed: int) -> str:
    text = _("None waits.")
    if waiting:
        text = ngettext("%(count)d waits.", "%(count)d wait.", waiting) % {"count": waiting}
    if failed:
        said = ngettext("%(count)d failed.", "%(count)d failed.", failed)
        text = f"{text} {said % {'count': failed}}"
    return text
