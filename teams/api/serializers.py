"""What the API takes and gives for people, teams, tokens, settings and the audit trail."""

from typing import Any

from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.api.fields import NamedChoiceField, StrictSerializer
from teams.audit import Deed
from teams.models import ApiToken, Invitation, Membership, Team
from teams.models.workspaces import Month, Weekday
from teams.policy import Role

MOST_MEMBERS = 500
WEEKDAYS = [day.name.lower() for day in Weekday]


class MemberSerializer(serializers.ModelSerializer[Membership]):
    """A person's place in the workspace; ``teams`` are names."""

    name = serializers.CharField(source="user.name")
    email = serializers.EmailField(source="user.email")
    role = NamedChoiceField(Role)
    teams: Any = serializers.SlugRelatedField(slug_field="name", many=True, read_only=True)

    class Meta:
        model = Membership
        fields = ["id", "name", "email", "role", "teams", "joined_at"]
        read_only_fields = fields


class MemberChanges(StrictSerializer):
    role = NamedChoiceField(Role, help_text="No higher than the caller's own.")


class TeamSerializer(serializers.ModelSerializer[Team]):
    """A department; ``members`` are e-mail addresses."""

    members = serializers.SerializerMethodField()

    class Meta:
        model = Team
        fields = ["id", "name", "members", "version"]
        read_only_fields = fields

    def get_members(self, team: Team) -> list[str]:
        return [member.user.email for member in team.members.all()]


class TeamChanges(StrictSerializer):
    """What may be changed of a team; every field may be left out."""

    name = serializers.CharField(max_length=80)
    members = serializers.ListField(
        child=serializers.EmailField(max_length=254),
        max_length=MOST_MEMBERS,
        help_text="E-mail addresses of members; they replace those who belonged to it.",
    )

    def validate_members(self, addresses: list[str]) -> list[Membership]:
        wanted = {address.lower() for address in addresses}
        here = Membership.objects.active().for_workspace(self.context["workspace"])
        known = here.annotate(address=Lower("user__email")).filter(address__in=wanted)
        found = {member.address: member for member in known}
        if unknown := sorted(wanted - found.keys()):
            message = _("There is no member of the address %(email)s.")
            raise serializers.ValidationError([message % {"email": email} for email in unknown])
        return list(found.values())


class NewTeam(TeamChanges):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["members"].required = False


class InvitationSerializer(serializers.ModelSerializer[Invitation]):
    """An address that was asked to join; ``invited_by`` is an e-mail address."""

    role = NamedChoiceField(Role)
    invited_by = serializers.EmailField(source="invited_by.user.email")

    class Meta:
        model = Invitation
        fields = ["id", "email", "role", "invited_by", "invited_at", "expires_at"]
        read_only_fields = fields


class NewInvitation(StrictSerializer):
    email = serializers.EmailField(max_length=254)
    role = NamedChoiceField(Role, help_text="No higher than the caller's own.")


class TokenSerializer(serializers.ModelSerializer[ApiToken]):
    """An API token without its secret; ``member`` is the e-mail address of whom it acts as."""

    id = serializers.CharField(
        source="public_id", help_text="The part of the token between its two underscores."
    )
    member = serializers.EmailField(source="membership.user.email")
    kpis = serializers.ListField(
        source="kpi_codes",
        child=serializers.CharField(),
        help_text="The codes of the KPIs that a token of scope “measurements” may write.",
    )

    class Meta:
        model = ApiToken
        fields = [
            "id", "name", "member", "scope", "kpis", "created_at", "expires_at", "revoked_at",
            "last_used_at",
        ]  # fmt: skip
        read_only_fields = fields


@extend_schema_field({"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]$"})
class WallTimeField(serializers.TimeField):
    """A time on the workspace's clocks: ``"08:30"``."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%H:%M", input_formats=["%H:%M"], **kwargs)


class WorkspaceChanges(StrictSerializer):
    """What may be changed of the workspace; every field may be left out."""

    name = serializers.CharField(max_length=80)
    timezone = serializers.CharField(max_length=64, help_text="Such as Europe/Warsaw.")
    currency = serializers.CharField(max_length=3, help_text="Three letters, such as EUR.")
    working_days = serializers.ListField(
        child=NamedChoiceField(Weekday), allow_empty=False, max_length=7
    )
    works_from = WallTimeField()
    works_until = WallTimeField(help_text="Later than works_from.")
    numbers_due_weekday = NamedChoiceField(Weekday)
    numbers_due_time = WallTimeField()
    digest_weekday = NamedChoiceField(Weekday)
    digest_time = WallTimeField()
    digest_when_complete = serializers.BooleanField(
        help_text="Team digests go before that time if all numbers of the week are in."
    )

    def validate_working_days(self, days: list[Weekday]) -> list[int]:
        return sorted({day.value for day in days})


class WorkspaceSerializer(WorkspaceChanges):
    """The workspace of the token; ``slug`` is its part of the addresses of pages."""

    slug = serializers.CharField()
    week_start = NamedChoiceField(Weekday)
    fiscal_start = NamedChoiceField(Month)
    version = serializers.IntegerField()


class ChangeSerializer(StrictSerializer):
    field = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()


class EntrySerializer(StrictSerializer):
    """One change of one thing. Words are in the language of the request."""

    at = serializers.DateTimeField()
    who = serializers.CharField(help_text="Empty where the system did it.")
    what = serializers.CharField(help_text="The kind of thing.")
    name = serializers.CharField(help_text="The thing's name.")
    deed = serializers.ChoiceField(Deed.choices)
    changes = ChangeSerializer(many=True)
