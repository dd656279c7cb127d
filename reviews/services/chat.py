"""Telling chat rooms of a week: at the moment of the team digests, three tries at most."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from core import egress
from core.claims import MAX_ATTEMPTS, Lease
from core.errors import DomainError
from core.faults import crash_point
from core.jobs import after_commit
from reviews.models import ChatPost, ChatRoom
from reviews.rules.chat import Summary, as_slack, as_teams
from reviews.rules.letter import Row
from reviews.selectors.runs import get_run
from reviews.services.issues import DigestIssue
from teams.models import Membership, Team, Workspace

# A chat answers at once or is asked again; the lease outlasts one that does not.
SECONDS = 5.0
LEASE = timedelta(minutes=1)
PAUSES = (timedelta(minutes=5), timedelta(minutes=30))
# A task works so long and leaves the rest to the next heartbeat.
STINT = timedelta(minutes=2)
# So many KPIs are told of, the worst first.
MOST_ITEMS = 5
WRITERS = {ChatRoom.Kind.SLACK: as_slack, ChatRoom.Kind.TEAMS: as_teams}

State = ChatPost.State

logger = logging.getLogger(__name__)


class RoomTakenError(DomainError):
    """The team has a chat already."""


class AddressRefusedError(DomainError):
    """The address is none that mops connects to."""


class _AnswerError(DomainError):
    """The chat did not take the message."""


def add_room(*, kind: str, team: Team | None, address: str, by: Membership) -> ChatRoom:
    """
    Tell a chat of a team, or of the whole workspace, from the next week on.

    Raises:
        AddressRefusedError: the address is not https, or leads into a private network.
        RoomTakenError: the team has a chat; remove that first.
    """
    try:
        host = egress.check(address)
    except egress.ForbiddenAddressError as error:
        raise AddressRefusedError(str(error), field="address") from error
    room = ChatRoom(workspace=by.workspace, kind=kind, team=team, host=host, added_by=by)
    room.address = address
    try:
        with transaction.atomic():
            room.save()
    except IntegrityError as error:
        message = _("There is a chat for this already. Remove it first.")
        raise RoomTakenError(message, field="team") from error
    return room


def remove_room(*, room: ChatRoom) -> None:
    """Forget a chat with its address and its messages."""
    room.delete()


@transaction.atomic
def ask_for_test(*, room: ChatRoom, at: datetime) -> None:
    """Have a worker send a greeting to a room, unless one is on its way."""
    ChatPost.objects.get_or_create(
        room=room, run=None, state=State.WAITING, defaults={"send_after": at}
    )
    after_commit("reviews.tasks.send_chats")


def send_waiting(*, at: datetime) -> int:
    """
    Send what is due, one message after the other; return how many were dealt with.

    A message whose end is not known is sent again: twice in a chat does less harm than not at all.
    """
    lease, count = Lease(LEASE, at=at), 0
    waiting = ChatPost.objects.filter(state=State.WAITING)
    waiting.give_up(at=at, state=State.FAILED, finished_at=at)
    while lease.now() - at < STINT:
        due = waiting.filter(send_after__lte=lease.now())
        taken = due.take(limit=1, lease=LEASE, at=lease.now())
        if not taken:
            break
        _send(taken[0], lease)
        count += 1
    return count


def _send(post: ChatPost, lease: Lease) -> None:
    rooms = ChatRoom.objects.select_related("workspace", "added_by__user")
    room = rooms.filter(pk=post.room_id).first()
    if room is None:  # removed since, and the message with it
        return
    with translation.override(room.added_by.user.language):
        try:
            summary = _summary(post, room, at=lease.now())
            if summary is None:
                _finish(post, State.SKIPPED, at=lease.now())
                return
            _post(room, WRITERS[ChatRoom.Kind(room.kind)](summary))
        except egress.ForbiddenAddressError as error:
            _fail(post, room, str(error), at=lease.now())
        except DomainError as error:
            _try_again(post, room, str(error), at=lease.now())
        else:
            crash_point("chat.after_post")
            _finish(post, State.SENT, at=lease.now())


def _summary(post: ChatPost, room: ChatRoom, *, at: datetime) -> Summary | None:
    """Give what a room is told; nothing leaves a demo, and of no KPI nothing is told."""
    if room.workspace.is_demo:
        return None
    if post.run_id is None:
        return _greeting(room.workspace)
    issue = DigestIssue(get_run(post.run_id), post.run_id, at=at)
    letter = issue.letter_of_team(room.team_id, room.added_by.user.language)
    if letter.is_empty:
        return None
    return Summary(
        title=letter.heading,
        lines=(letter.subheading, *(note.text for note in letter.notes)),
        items=tuple((_item(row), row.url) for row in letter.rows[:MOST_ITEMS]),
        button=letter.button,
        url=letter.button_url,
    )


def _item(row: Row) -> str:
    sentence = f"{row.glyph} {row.sentence}"
    return f"{sentence} – {row.why_line}" if row.why_line else sentence


def _greeting(workspace: Workspace) -> Summary:
    words = {"workspace": workspace.name}
    return Summary(
        title=_("A test from mops"),
        lines=(_("This chat will hear of each week of %(workspace)s.") % words,),
        items=(),
        button=_("Open Home"),
        url=settings.SITE_URL + workspace.get_absolute_url(),
    )


def _post(room: ChatRoom, body: bytes) -> None:
    status = egress.post(
        room.address, body, content_type="application/json; charset=utf-8", seconds=SECONDS
    )
    if not 200 <= status < 300:
        raise _AnswerError(_("The chat answered with %(status)d.") % {"status": status})


def _try_again(post: ChatPost, room: ChatRoom, said: str, *, at: datetime) -> None:
    if post.attempts >= MAX_ATTEMPTS or post.run_id is None:
        _fail(post, room, said, at=at)
        return
    rest = at + PAUSES[post.attempts - 1]
    mine = ChatPost.objects.held_by(post.claim)
    mine.update(last_error=said, send_after=rest, claimed_until=None)


def _fail(post: ChatPost, room: ChatRoom, said: str, *, at: datetime) -> None:
    logger.warning("Chat room %s at %s was not told: %s", room.pk, room.host, said)
    _finish(post, State.FAILED, at=at, last_error=said)


def _finish(post: ChatPost, state: State, *, at: datetime, last_error: str = "") -> None:
    ChatPost.objects.held_by(post.claim).update(
        state=state, finished_at=at, claimed_until=None, last_error=last_error
    )
