"""What goes out by mail: digests and reminders, to whom, and what became of each."""

from datetime import date, datetime
from typing import ClassVar, Self

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.claims import WaitingWork, WaitingWorkQuerySet
from reviews.models.executive import OutsideReader
from teams.models import Membership, Team, Workspace, WorkspaceOwned, WorkspaceOwnedQuerySet


class SubscriptionQuerySet(WorkspaceOwnedQuerySet):
    def digests(self) -> Self:
        return self.exclude(variant=DigestSubscription.Variant.REMINDER)

    def of_teams(self) -> Self:
        """Keep what tells of a team, or of the whole workspace."""
        return self.filter(variant=DigestSubscription.Variant.TEAM)

    def wanted(self, *, on: date) -> Self:
        """Keep subscriptions that are on, not paused, and whose reader still belongs here."""
        member = Q(membership__ended_at=None, membership__user__is_active=True)
        here = self.filter(member | Q(outsider__confirmed_at__isnull=False))
        return here.filter(is_on=True).exclude(paused_until__gt=on)

    def read_since(self, moment: datetime) -> Self:
        """Keep those whose reader was there by ``moment``."""
        return self.filter(
            Q(membership__joined_at__lte=moment) | Q(outsider__confirmed_at__lte=moment)
        )


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class DigestSubscription(WorkspaceOwned):
    """A reader's wish for one kind of weekly mail; switched off it stays, so it stays off."""

    class Variant(models.TextChoices):
        PERSONAL = "personal", _("Personal: what needs me first")
        TEAM = "team", _("Team: the KPIs of a team")
        EXECUTIVE = "executive", _("Executive: a few KPIs in a few sentences")
        REMINDER = "reminder", _("Reminder: my numbers that are due")

    # A member, or somebody outside.
    membership = models.ForeignKey(
        Membership, on_delete=models.CASCADE, null=True, blank=True, related_name="digests"
    )
    outsider = models.ForeignKey(
        OutsideReader, on_delete=models.CASCADE, null=True, blank=True, related_name="digests"
    )
    variant = models.CharField(_("Variant"), max_length=9, choices=Variant.choices)
    # The team variant without a team tells of the whole workspace.
    team = models.ForeignKey(
        Team, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    is_on = models.BooleanField(_("On"), default=True)
    paused_until = models.DateField(_("Paused until"), null=True, blank=True)

    objects: ClassVar = SubscriptionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["membership", "outsider", "variant", "team"],
                name="digest_subscription_is_unique",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(membership__isnull=False, outsider=None)
                | Q(membership=None, outsider__isnull=False, variant="executive"),
                name="digest_has_one_reader",
            ),
            models.CheckConstraint(
                condition=Q(variant="team") | Q(team=None),
                name="digest_team_goes_with_variant",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.membership_id or self.outsider_id} {self.variant}"


class RunQuerySet(WorkspaceOwnedQuerySet):
    def digests(self) -> Self:
        return self.filter(occasion=DigestRun.Occasion.DIGEST)

    def reminders(self) -> Self:
        return self.filter(occasion=DigestRun.Occasion.REMINDER)


class DigestRun(WorkspaceOwned):
    """The mails about one week of a workspace: made once, however often somebody looks."""

    class Occasion(models.TextChoices):
        DIGEST = "digest", _("Digest")
        REMINDER = "reminder", _("Reminder")

    occasion = models.CharField(max_length=8, choices=Occasion.choices, default=Occasion.DIGEST)
    week = models.DateField()
    due_at = models.DateTimeField()
    made_at = models.DateTimeField()

    objects: ClassVar = RunQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "occasion", "week"], name="digest_run_is_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.workspace_id} {self.week}"


class DeliveryQuerySet(WaitingWorkQuerySet):
    def for_workspace(self, workspace: Workspace) -> Self:
        return self.filter(run__workspace=workspace)


class DigestDelivery(WaitingWork):
    """
    One digest or reminder to one person.

    ``handing_over`` is committed after the server's go-ahead and before the first byte of the
    message. If the worker dies after that, nobody can know whether the mail arrived: the row
    becomes ``unknown``, is shown, and never sent again.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        HANDING_OVER = "handing_over", _("Being handed over")
        SENT = "sent", _("Sent")
        KEPT = "kept", _("Kept in the outbox")
        SKIPPED = "skipped", _("Not needed any more")
        OVERTAKEN = "overtaken", _("Overtaken by a later week")
        REFUSED = "refused", _("Refused: the server does not know the address")
        FAILED = "failed", _("Failed")
        UNKNOWN = "unknown", _("Unknown: may have arrived")

    run = models.ForeignKey(DigestRun, on_delete=models.CASCADE, related_name="deliveries")
    subscription = models.ForeignKey(
        DigestSubscription, on_delete=models.CASCADE, related_name="deliveries"
    )
    state = models.CharField(
        _("State"), max_length=12, choices=State.choices, default=State.WAITING
    )
    # Its own minute of the run, and after a failure the earliest next try.
    send_after = models.DateTimeField()
    recipient = models.EmailField(max_length=254, blank=True)
    subject = models.CharField(max_length=120, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = DeliveryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "subscription"], name="digest_delivery_is_unique"
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=Q(state__in=["waiting", "handing_over"]),
                name="digest_delivery_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.subscription_id}: {self.state}"
