"""API tokens: made once, shown once, checked on every call."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.errors import DomainError, first_rule
from core.keys import Key
from teams.models import ApiToken, Membership, Workspace
from teams.services.locks import check_reach, hold_member

PREFIX = "mops"
# last_used_at is for people, so once a minute is often enough.
_USE_NOTED_EVERY = timedelta(minutes=1)
LONGEST_LIFE = timedelta(days=5 * 366)


class TokenScopeError(DomainError):
    """A token for numbers names the KPIs it may write; other tokens name none."""


class TokenLifeError(DomainError):
    """A token ends some time after it was made, and within five years."""


def end_of_day(day: date, workspace: Workspace, *, at: datetime) -> datetime:
    """
    Give the last minute of ``day`` by the workspace's clocks, for a token that expires on it.

    Raises:
        TokenLifeError: the day is over, or further away than a token may live.
    """
    _check_life(day - workspace.today(at=at) + timedelta(days=1))
    return clock.instant(datetime.combine(day, time(23, 59)), workspace.zone)


def _check_life(life: timedelta) -> None:
    if life <= timedelta(0):
        raise TokenLifeError(_("Choose a day in the future."), field="expires_on")
    if life > LONGEST_LIFE:
        raise TokenLifeError(_("Choose a day within the next five years."), field="expires_on")


@transaction.atomic
def create_token(
    *,
    membership: Membership,
    name: str,
    scope: ApiToken.Scope,
    expires_at: datetime,
    at: datetime,
    by: Membership,
    kpi_codes: Iterable[str] = (),
) -> tuple[ApiToken, str]:
    """
    Make a token; the second value is the token itself, which nobody can read again.

    Raises:
        TokenScopeError: a token for numbers without KPIs, or KPIs with another scope.
        NotActiveError: the member left meanwhile; a token would wait for their return.
        NotAllowedError: the member's role lies above what ``by`` can grant.
        TokenLifeError: it would be expired from the start, or live for more than five years.
        DomainError: a value is not allowed, such as a name that is empty or too long.
    """
    held = hold_member(membership)
    if held.pk != by.pk:
        check_reach(by, old=held.role, new=held.role, field="member")
    codes = sorted(set(kpi_codes))
    if (scope == ApiToken.Scope.MEASUREMENTS) != bool(codes):
        message = _("Choose the KPIs that a token for numbers may write, and only for such.")
        raise TokenScopeError(message, field="kpis")
    _check_life(expires_at - at)
    key = Key.new()
    token = ApiToken(
        membership=membership,
        name=name,
        scope=scope,
        kpi_codes=codes,
        public_id=key.public_id,
        secret_hash=key.secret_hash,
        created_at=at,
        expires_at=expires_at,
    )
    _check(token)
    token.save()
    return token, f"{PREFIX}_{key}"


def _check(token: ApiToken) -> None:
    try:
        token.full_clean(exclude=["membership"])
    except ValidationError as error:
        raise first_rule(error, DomainError, token) from error


def revoke_token(*, token: ApiToken, at: datetime) -> None:
    """
    End a token; the next call with it is refused. Revoking twice keeps the first moment.

    Any role that manages tokens may do it to any token: it only takes rights away.
    """
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=at)


def find_token(text: str, *, at: datetime) -> ApiToken | None:
    """Give the usable token of an active member that ``text`` is, and note that it was used."""
    prefix, _first, rest = text.partition("_")
    key = Key.read(rest)
    if prefix != PREFIX or key is None:
        return None
    token = (
        ApiToken.objects.usable(at=at)
        .select_related("membership__workspace", "membership__user")
        .filter(
            public_id=key.public_id, membership__ended_at=None, membership__user__is_active=True
        )
        .first()
    )
    if token is None or not key.opens(token.secret_hash):
        return None
    if token.last_used_at is None or token.last_used_at < at - _USE_NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=at)
    found: ApiToken = token
    return found
