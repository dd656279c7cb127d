"""Two workspaces with one of everything, whose texts carry a canary."""

import datetime as dt
from decimal import Decimal
from uuid import UUID

import pghistory

from core.intake import ReadOptions
from goals.models import Import, Kpi, Measurement, Scorecard, ScorecardLine, Target, WhyLine
from goals.services import imports
from goals.services.kpi_changes import changes_of
from goals.services.measurement_rows import Author, NewValue
from goals.services.measurements import record
from reviews.models import DigestDelivery, ExecutiveDigest, LeadSentence
from teams.models import ApiToken, Invitation
from teams.policy import Role
from tests.conftest import NOW
from tests.factories.goals import (
    BreakdownFactory,
    KpiFactory,
    NoteFactory,
    ScorecardFactory,
    ScorecardLinkFactory,
    SegmentFactory,
    SourceFactory,
    SourcePullFactory,
    TargetFactory,
    WhyLineFactory,
)
from tests.factories.reviews import (
    WEEK,
    ChatRoomFactory,
    DeliveryFactory,
    OutsideReaderFactory,
    RunFactory,
    SubscriptionFactory,
)
from tests.factories.teams import (
    ApiTokenFactory,
    InvitationFactory,
    MembershipFactory,
    TeamFactory,
    WorkspaceFactory,
)

THIS_WEEK = dt.date(2026, 11, 16)
CANARY = "CANARY-B-4711"
ROLES = {role.name.lower(): role for role in Role}


class World:
    """One workspace; ``text`` stands in everything that people can write."""

    def __init__(self, slug, text, *, is_demo=False):
        self.workspace = WorkspaceFactory(slug=slug, name=text, is_demo=is_demo)
        self.people = {
            name: MembershipFactory(
                workspace=self.workspace, role=role, user__name=f"{text} {name}"
            )
            for name, role in ROLES.items()
        }
        self.member = MembershipFactory(workspace=self.workspace, user__name=text)
        lead = self.people["lead"]
        self.team = TeamFactory(workspace=self.workspace, name=text)
        self.breakdown = BreakdownFactory(workspace=self.workspace, name=text)
        self.segment = SegmentFactory(breakdown=self.breakdown, name=text)
        self.kpi = KpiFactory(
            workspace=self.workspace, owner=lead, name=text, definition=text, source=text
        )
        self.archived = KpiFactory(workspace=self.workspace, owner=lead, name=text, archived_at=NOW)
        with pghistory.context() as act:
            self.target = TargetFactory(
                kpi=self.kpi, number=self.kpi.number, valid_from=THIS_WEEK, reason=text
            )
        self.act = act.id
        self.scorecard = ScorecardFactory(
            workspace=self.workspace, name=text, team=self.team, lines=[text, self.kpi]
        )
        self.link = ScorecardLinkFactory(scorecard=self.scorecard, made_by=lead, name=text)
        theirs = KpiFactory(workspace=self.workspace, owner=self.people["partner"], name=text)
        self.note = NoteFactory(kpi=theirs, on_date=WEEK, text=text)
        WhyLineFactory(kpi=self.kpi, start=WEEK, why=text, next_step=text)
        admin = self.people["admin"]
        self.token = ApiTokenFactory(membership=admin, name=text)
        self.invitation = InvitationFactory(
            workspace=self.workspace, invited_by=admin, email=f"{text}@invited.example"
        )
        self.file = imports.upload(
            content=f"Date,{text}\n2026-11-09,5\n".encode(), filename=f"{text}.csv",
            options=ReadOptions(), by=lead, at=NOW,
        )  # fmt: skip
        Import.objects.filter(pk=self.file.pk).update(number=self.kpi.number)
        self.file.number = self.kpi.number
        self.source = SourceFactory(
            owner=lead, name=text, address=f"https://numbers.example/{text}.csv", last_error=text
        )
        SourcePullFactory(source=self.source, last_error=text)
        DeliveryFactory(
            run=RunFactory(workspace=self.workspace),
            subscription=SubscriptionFactory(membership=lead, variant="team", team=self.team),
            state="failed",
            subject=text,
        )
        ExecutiveDigest.objects.create(workspace=self.workspace, scorecard=self.scorecard)
        LeadSentence.objects.create(workspace=self.workspace, week=WEEK, text=text, by=lead, at=NOW)
        self.room = ChatRoomFactory(
            workspace=self.workspace, team=self.team, added_by=admin,
            address=f"https://chat.example/{text}",
        )  # fmt: skip
        self.outsider = OutsideReaderFactory(
            workspace=self.workspace, asked_by=admin, email=f"{text}@outside.example"
        )
        value = NewValue(self.kpi.code, WEEK, Decimal(7), note=text)
        record([value], by=Author(membership=lead, source="test"), at=NOW)
        partner = self.people["partner"]
        KpiFactory(workspace=self.workspace, owner=partner, name=text, code="of_a_partner")
        value = NewValue("of_a_partner", WEEK, Decimal(7))
        self.writing = record([value], by=Author(partner, text), at=NOW).writing
        Kpi.objects.filter(pk=self.kpi.pk).update(source=f"{text}, since today")
        self.change = changes_of(self.workspace).get(pgh_label="update")

    def own_id(self, route, parameter):
        """Give the identifier of this world's thing that a route's parameter names."""
        things = {
            ("teams:member", "pk"): self.member.pk,
            ("teams:hand-over", "pk"): self.member.pk,
            ("teams:deactivate", "pk"): self.member.pk,
            ("teams:withdraw", "pk"): self.invitation.pk,
            ("reviews:test-chat", "pk"): self.room.pk,
            ("reviews:remove-chat", "pk"): self.room.pk,
            ("reviews:ask-reader", "pk"): self.outsider.pk,
            ("reviews:remove-reader", "pk"): self.outsider.pk,
            ("reviews-api:chat-room-detail", "pk"): self.room.pk,
            ("reviews-api:chat-room-test", "pk"): self.room.pk,
            ("reviews-api:outside-reader-detail", "pk"): self.outsider.pk,
            ("reviews-api:outside-reader-ask", "pk"): self.outsider.pk,
            ("teams:team", "pk"): self.team.pk,
            ("teams:delete-team", "pk"): self.team.pk,
            ("teams-api:member-detail", "pk"): self.member.pk,
            ("teams-api:member-deactivate", "pk"): self.member.pk,
            ("teams-api:team-detail", "pk"): self.team.pk,
            ("teams-api:invitation-detail", "pk"): self.invitation.pk,
            ("teams-api:token-detail", "public_id"): self.token.public_id,
            ("teams:revoke-token", "pk"): self.token.pk,
            ("goals:rename-breakdown", "number"): self.breakdown.number,
            ("goals:add-segments", "number"): self.breakdown.number,
            ("goals:rename-segment", "number"): self.segment.number,
            ("goals:change-segment", "number"): self.segment.number,
            ("goals:change-segment", "deed"): "exclude",
            ("goals:scorecard-links", "number"): self.scorecard.number,
            ("goals:revoke-scorecard-link", "number"): self.scorecard.number,
            ("goals:revoke-scorecard-link", "link"): self.link.pk,
            ("goals:remove-note", "number"): self.note.kpi.number,
            ("goals:remove-note", "note"): self.note.number,
            ("goals-api:note-detail", "ref"): self.note.ref,
            ("goals-api:scorecard-link-detail", "public_id"): self.link.public_id,
            ("goals:undo-writing", "writing"): self.writing.pk,
            ("goals-api:writing-undo", "pk"): self.writing.pk,
            ("goals:undo-kpi-change", "change"): self.change.pgh_id,
            ("goals-api:kpi-change-undo", "pk"): self.change.pgh_id,
            ("goals:undo-targets", "act"): self.act,
            ("goals-api:breakdown-detail", "ref"): self.breakdown.ref,
            ("goals-api:segment-detail", "ref"): self.segment.ref,
            ("goals-api:target-detail", "ref"): self.target.ref,
            ("goals-api:scorecard-detail", "ref"): self.scorecard.ref,
        }
        if route.startswith(("goals:", "reviews:")) and "import" in route:
            return self.file.number
        if route.startswith("goals:") and route.endswith("scorecard"):
            return self.scorecard.number
        if route.startswith("goals-api:import"):
            return self.file.ref
        if "source" in route:
            named = {"number": self.source.number, "ref": self.source.ref, "turn": "pause"}
            return named[parameter]
        if (route, parameter) in things:
            return things[route, parameter]
        by_room = {
            ("goals", "number"): self.kpi.number,
            ("goals", "target"): self.target.number,
            ("goals-api", "code"): self.kpi.code,
        }
        return by_room[route.split(":")[0], parameter]

    def fingerprint(self):
        """Give all that a stranger must not be able to change."""
        return (
            [list(type(self.kpi).objects.filter(workspace=self.workspace).values_list())],
            [list(Target.objects.filter(kpi__workspace=self.workspace).values_list())],
            [list(WhyLine.objects.filter(kpi__workspace=self.workspace).values_list())],
            [list(type(self.note).objects.filter(workspace=self.workspace).values_list())],
            [list(Measurement.objects.filter(series__kpi__workspace=self.workspace).values_list())],
            [list(type(self.segment).objects.filter(breakdown=self.breakdown).values_list())],
            [list(Scorecard.objects.filter(workspace=self.workspace).values_list())],
            [list(ScorecardLine.objects.filter(scorecard__workspace=self.workspace).values_list())],
            [list(self.scorecard.links.values_list())],
            [list(type(self.team).objects.filter(workspace=self.workspace).values_list())],
            [list(ApiToken.objects.filter(membership__workspace=self.workspace).values_list())],
            [list(type(self.source).objects.filter(workspace=self.workspace).values_list())],
            [list(self.source.pulls.values_list())],
            [list(type(self.room).objects.filter(workspace=self.workspace).values_list())],
            [list(type(self.outsider).objects.filter(workspace=self.workspace).values_list())],
            [list(type(self.writing).objects.filter(workspace=self.workspace).values_list())],
            [list(Invitation.objects.filter(workspace=self.workspace).values_list())],
            [list(DigestDelivery.objects.filter(run__workspace=self.workspace).values_list())],
            [list(type(self.member).objects.filter(workspace=self.workspace).values_list())],
        )


UNKNOWN = {
    "pk": 2_000_000_000, "number": 999_999_999, "target": 999_999_999, "deed": "exclude",
    "turn": "pause", "link": 2_000_000_000, "note": 999_999_999,
    "writing": 999_999_999, "change": 999_999_999, "act": UUID(int=1),
    "code": "no_such_code", "ref": "X-999999999", "public_id": "nosuchtoken",
}  # fmt: skip
