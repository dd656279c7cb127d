"""Receiving: what a server answered is nothing new, goes to the imports, or says what is wrong."""

import hashlib
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.egress import Answer
from core.errors import DomainError
from core.faults import crash_point
from core.intake import ReadOptions
from goals.models import Import, Source, SourcePull
from goals.services import imports
from goals.services.sources import outcomes

State = SourcePull.State
_LONGEST_MARK = 200


class NoFileError(DomainError):
    """The server answered, and not with a file."""


class ServerFaultError(DomainError):
    """The server has a fault of its own that may pass."""


@transaction.atomic
def receive(*, pull: SourcePull, answer: Answer, at: datetime) -> None:
    """
    Take in what a server answered to a pull; whoever lost the claim changes nothing.

    The file, its import and what becomes of the pull are written together. A file that is known
    is not imported again: one that was written is nothing new, one that waits for a person is
    tried once more with what the source has learned since.

    Raises:
        ServerFaultError: it may pass.
        NoFileError: it will not pass.
        IntakeError: there is no table in the file.
    """
    source = (
        Source.objects.locked().select_related("workspace", "owner__user").get(pk=pull.source_id)
    )
    if not SourcePull.waiting.held_by(pull.claim).filter(pk=pull.pk, state=State.WAITING).exists():
        return
    pull.source = source
    if answer.status == 304:
        outcomes.succeed(pull, State.SAME, at=at)
        return
    _refuse(answer.status)
    pull.content_hash = hashlib.sha256(answer.body).hexdigest()
    pull.etag, pull.modified = _mark(answer, "etag"), _mark(answer, "last-modified")
    if pull.content_hash == source.content_hash:
        outcomes.succeed(pull, State.SAME, at=at)
        return
    row = _waiting_import(pull) or imports.upload(
        content=answer.body,
        filename=source.name,
        options=ReadOptions.from_json(source.options),
        by=source.owner,
        at=at,
    )
    _import(pull, row, at=at)
    crash_point("pull.before_handing_over")


def _import(pull: SourcePull, row: Import, *, at: datetime) -> None:
    pull.imported = row
    if imports.headers_of(row) != pull.source.headers:
        said = (
            _("The headings of the file are not those of the last one. Match %(ref)s, and the next "
              "files follow it.")
            if pull.source.headers
            else _("This is the first file. Match and import %(ref)s, and the next ones follow it.")
        )  # fmt: skip
        outcomes.hold(pull, said % {"ref": row.ref}, at=at)
        return
    try:
        imports.match(row=row, mapping=pull.source.mapping, writes_when_checked=True)
    except DomainError as error:
        outcomes.hold(pull, str(error), at=at)
        return
    pull.state, pull.claimed_until, pull.last_error = State.READING, None, ""
    pull.save()


def _waiting_import(pull: SourcePull) -> Import | None:
    """Give the import of this very file that was not written."""
    same = SourcePull.objects.filter(source=pull.source, content_hash=pull.content_hash)
    known = same.filter(imported__state__in=imports.MATCHABLE).order_by("-pk").first()
    return known.imported if known else None


def _mark(answer: Answer, name: str) -> str:
    value = answer.headers.get(name, "")
    return value if len(value) <= _LONGEST_MARK and value.isascii() and value.isprintable() else ""


def _refuse(status: int) -> None:
    """
    Say what a status means that is not a file.

    Raises:
        ServerFaultError, NoFileError: as for ``receive``.
    """
    if status == 200:
        return
    if status >= 500 or status in (408, 425, 429):
        message = _("The server cannot answer at the moment (%(status)d).")
        raise ServerFaultError(message % {"status": status})
    if status in (401, 403):
        message = _(
            "The server does not give the file to everybody (%(status)d). Share it by link."
        )
    elif status in (404, 410):
        message = _("There is no file at this address any more (%(status)d).")
    else:
        message = _("The server gave no file (%(status)d).")
    raise NoFileError(message % {"status": status})
