"""Addresses under which a scorecard's numbers are read without signing in."""

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import DomainError, first_rule
from core.keys import Key
from goals.models import Scorecard, ScorecardLink
from teams.models import Membership

MOST_LINKS = 20
# When it was read last is for people, so once a minute is often enough.
_READ_NOTED_EVERY = timedelta(minutes=1)


class LinkRuleError(DomainError):
    """A link without a name, or one too many."""


@transaction.atomic
def make_link(
    *, scorecard: Scorecard, name: str, by: Membership, at: datetime
) -> tuple[ScorecardLink, str]:
    """
    Make an address for ``name``; the second value is its secret part, shown this once.

    Raises:
        LinkRuleError: the name is empty or too long, or the scorecard has 20 links in use.
    """
    held = Scorecard.objects.locked().get(pk=scorecard.pk)
    if held.links.open().count() >= MOST_LINKS:
        message = _("A scorecard has at most %(most)d links. Revoke one that nobody uses.")
        raise LinkRuleError(message % {"most": MOST_LINKS})
    key = Key.new()
    link = ScorecardLink(
        scorecard=held,
        name=name.strip(),
        public_id=key.public_id,
        secret_hash=key.secret_hash,
        made_by=by,
        made_at=at,
    )
    try:
        link.full_clean(exclude=["scorecard", "made_by"])
    except ValidationError as error:
        raise first_rule(error, LinkRuleError, link) from error
    link.save()
    return link, str(key)


def revoke_link(*, link: ScorecardLink, at: datetime) -> None:
    """End a link; the next reading is refused. Revoking twice keeps the first moment."""
    ScorecardLink.objects.open().filter(pk=link.pk).update(revoked_at=at)


def find_link(text: str, *, at: datetime) -> ScorecardLink | None:
    """Give the link of a secret, revoked ones too, and note that one in use was read."""
    key = Key.read(text)
    if key is None:
        return None
    rows = ScorecardLink.objects.select_related("scorecard__workspace", "scorecard__team")
    link: ScorecardLink | None = rows.filter(public_id=key.public_id).first()
    if link is None or not key.opens(link.secret_hash):
        return None
    is_noted = link.last_read_at is not None and link.last_read_at > at - _READ_NOTED_EVERY
    if link.revoked_at is None and not is_noted:
        ScorecardLink.objects.filter(pk=link.pk).update(last_read_at=at)
    return link
