"""The tenant and its people."""

from datetime import date, datetime, time
from functools import cached_property
from typing import ClassVar, Self
from zoneinfo import ZoneInfo, available_timezones

import pghistory
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from core.periods import PeriodCalendar
from teams import policy
from teams.models.owned import WorkspaceOwned, WorkspaceOwnedQuerySet
from teams.models.users import User
from teams.policy import Action, Role


class Weekday(models.IntegerChoices):
    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class Month(models.IntegerChoices):
    JANUARY = 1, _("January")
    FEBRUARY = 2, _("February")
    MARCH = 3, _("March")
    APRIL = 4, _("April")
    MAY = 5, _("May")
    JUNE = 6, _("June")
    JULY = 7, _("July")
    AUGUST = 8, _("August")
    SEPTEMBER = 9, _("September")
    OCTOBER = 10, _("October")
    NOVEMBER = 11, _("November")
    DECEMBER = 12, _("December")


def check_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(_("Choose a time zone such as Europe/Warsaw."))


def monday_to_friday() -> list[int]:
    return [0, 1, 2, 3, 4]


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Workspace(models.Model):
    """One company or department: the tenant that every other row belongs to."""

    name = models.CharField(_("Name"), max_length=80)
    slug = models.SlugField(unique=True, max_length=50)
    timezone = models.CharField(_("Time zone"), max_length=64, validators=[check_zone])
    currency = models.CharField(
        _("Currency"),
        max_length=3,
        validators=[RegexValidator(r"^[A-Z]{3}$", _("Write the three letters, such as EUR."))],
    )
    week_start = models.PositiveSmallIntegerField(
        _("The week starts on"), choices=Weekday, default=Weekday.MONDAY
    )
    fiscal_start = models.PositiveSmallIntegerField(
        _("The fiscal year starts in"), choices=Month, default=Month.JANUARY
    )
    working_days = models.JSONField(_("Working days"), default=monday_to_friday)
    works_from = models.TimeField(_("Work starts at"), default=time(9))
    works_until = models.TimeField(_("Work ends at"), default=time(17))
    digest_weekday = models.PositiveSmallIntegerField(
        _("Digests go out on"), choices=Weekday, default=Weekday.MONDAY
    )
    digest_time = models.TimeField(_("Digests go out at"), default=time(8))
    # What tells of teams goes out before that, once all numbers of the week are in.
    digest_when_complete = models.BooleanField(
        _("Send team digests as soon as all numbers are in"), default=False
    )
    numbers_due_weekday = models.PositiveSmallIntegerField(
        _("Numbers are due on"), choices=Weekday, default=Weekday.MONDAY
    )
    numbers_due_time = models.TimeField(_("Numbers are due at"), default=time(11))
    is_demo = models.BooleanField(default=False)
    # Whether Home lists what is left of the first run, to those who may do all of it.
    first_steps = models.BooleanField(_("First steps on Home"), default=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(works_from__lt=models.F("works_until")),
                name="workspace_work_ends_after_it_starts",
                violation_error_message=_("Work must end later than it starts."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("reviews:home", args=[self.slug])

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def calendar(self) -> PeriodCalendar:
        return PeriodCalendar(week_start=self.week_start, fiscal_start=self.fiscal_start)

    def today(self, *, at: datetime) -> date:
        return clock.local_day(self.zone, at=at)

    def works(self, *, at: datetime) -> bool:
        """Tell whether a moment lies within the working hours."""
        local = at.astimezone(self.zone)
        on_duty = self.works_from <= local.time() < self.works_until
        return on_duty and local.weekday() in self.working_days


class MembershipQuerySet(WorkspaceOwnedQuerySet):
    """The members of workspaces, past ones included unless one asks for the active."""

    def active(self) -> Self:
        return self.filter(ended_at=None, user__is_active=True)

    def at_least(self, role: Role) -> Self:
        return self.filter(role__gte=role)

    def by_name(self) -> Self:
        """Order for lists to choose from, with the people."""
        return self.select_related("user").order_by("user__name", "pk")


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Membership(WorkspaceOwned):
    """A person's place in a workspace. It is ended, never deleted: history keeps its author."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.PositiveSmallIntegerField(_("Role"), choices=Role.choices)
    joined_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "user"], name="membership_is_unique"),
            # The target of composite foreign keys: an owner is of the same workspace.
            models.UniqueConstraint(fields=["workspace", "id"], name="membership_in_workspace"),
        ]

    def __str__(self) -> str:
        return str(self.user)

    @property
    def is_active(self) -> bool:
        return self.ended_at is None

    def may(self, action: Action) -> bool:
        return policy.allows(self.role, action)


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Team(WorkspaceOwned):
    """A department inside a workspace: blog, e-mail, paid, sales. It grants no rights."""

    name = models.CharField(_("Name"), max_length=80)
    members = models.ManyToManyField(
        Membership, related_name="teams", blank=True, verbose_name=_("Members")
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "workspace",
                Lower("name"),
                name="team_name_is_unique",
                violation_error_message=_("There is already a team of this name."),
            ),
            models.UniqueConstraint(fields=["workspace", "id"], name="team_in_workspace"),
        ]

    def __str__(self) -> str:
        return self.name


class TeamMemberQuerySet(WorkspaceOwnedQuerySet):
    # By the membership, which outlives a team.
    workspace_path = "membership__workspace"


@pghistory.track(pghistory.InsertEvent(), pghistory.DeleteEvent())
class TeamMember(Team.members.through):  # type: ignore[misc,name-defined]  # Django makes that class
    """Somebody in a team."""

    objects: ClassVar = TeamMemberQuerySet.as_manager()

    class Meta:
        proxy = True


class InvitationQuerySet(WorkspaceOwnedQuerySet):
    def open(self, *, at: datetime) -> Self:
        return self.filter(accepted_at=None, expires_at__gt=at)


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Invitation(WorkspaceOwned):
    """An address that was asked to join; its link is signed, so no secret is stored."""

    email = models.EmailField(_("E-mail address"), max_length=254)
    role = models.PositiveSmallIntegerField(_("Role"), choices=Role.choices)
    invited_by = models.ForeignKey(Membership, on_delete=models.RESTRICT, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "workspace",
                Lower("email"),
                condition=Q(accepted_at=None),
                name="invitation_is_unique",
                violation_error_message=_("This address has an open invitation already."),
            ),
        ]

    def __str__(self) -> str:
        return self.email
