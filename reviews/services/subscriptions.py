"""What a member wants to receive."""

from datetime import date

from django.db import transaction

from reviews.models import DigestSubscription
from teams.models import Membership

Variant = DigestSubscription.Variant


@transaction.atomic
def choose(*, member: Membership, wanted: dict[str, bool], paused_until: date | None) -> None:
    """Switch the variants on or off; a pause holds for all of them."""
    for variant in Variant.values:
        DigestSubscription.objects.update_or_create(
            workspace=member.workspace,
            membership=member,
            variant=variant,
            team=None,
            defaults={"is_on": wanted.get(variant, False), "paused_until": paused_until},
        )


def chosen(member: Membership) -> dict[str, object]:
    """Give the present choice, as the form shows it."""
    rows = DigestSubscription.objects.filter(membership=member, team=None)
    found = {row.variant: row for row in rows}
    pauses = [row.paused_until for row in found.values() if row.paused_until]
    return {
        **{variant: bool(row and row.is_on) for variant in Variant.values
           for row in [found.get(variant)]},
        "paused_until": max(pauses, default=None),
    }  # fmt: skip
