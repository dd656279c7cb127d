"""Endpoints of members, teams and invitations."""

from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.api.problems import Problem
from core.errors import DomainError
from teams.api import serializers
from teams.api.versioned import VersionedAPI
from teams.api.views import WorkspaceAPI
from teams.models import Invitation, Membership, Team
from teams.policy import Action
from teams.services import invitations, members, teams


class MemberAPI(mixins.ListModelMixin, mixins.RetrieveModelMixin, WorkspaceAPI):
    """Who belongs to the workspace. People join by an invitation."""

    queryset = (
        Membership.objects.active().select_related("user", "workspace").prefetch_related("teams")
    )
    serializer_class = serializers.MemberSerializer
    lookup_value_regex = "[0-9]{1,18}"
    parameters = {"list": {"email"}}
    policy = {
        "list": Action.READ,
        "retrieve": Action.READ,
        "partial_update": Action.MANAGE_MEMBERS,
        "deactivate": Action.MANAGE_MEMBERS,
    }

    @extend_schema(parameters=[OpenApiParameter("email", description="A whole address.")])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    def filter_queryset(self, queryset: Any) -> Any:
        email = self.request.query_params.get("email")
        if self.action != "list" or email is None:
            return queryset
        return queryset.filter(user__email__iexact=email)

    @extend_schema(request=serializers.MemberChanges, responses=serializers.MemberSerializer)
    def partial_update(self, _request: Request, pk: str) -> Response:  # noqa: ARG002  # DRF's form
        member = self.get_object()
        role = self.read(serializers.MemberChanges)["role"]
        members.change_role(membership=member, role=role, by=self.membership)
        return self.answer(self.get_object())

    @extend_schema(request=None, responses={204: None})
    @action(methods=["post"], detail=True)
    def deactivate(self, _request: Request, pk: str) -> Response:  # noqa: ARG002  # DRF's form
        """End the membership at once. Whoever owns something hands it over first, on the page."""
        members.deactivate(membership=self.get_object(), by=self.membership, at=clock.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class TeamAPI(mixins.ListModelMixin, VersionedAPI):
    """The departments of the workspace. They grant no rights."""

    queryset = Team.objects.prefetch_related(
        Prefetch("members", Membership.objects.select_related("user").order_by("user__email"))
    )
    output = serializers.TeamSerializer
    lookup_value_regex = "[0-9]{1,18}"
    policy = {
        "list": Action.READ,
        "retrieve": Action.READ,
        "create": Action.MANAGE_MEMBERS,
        "partial_update": Action.MANAGE_MEMBERS,
        "destroy": Action.MANAGE_MEMBERS,
    }

    @extend_schema(request=serializers.NewTeam, responses={201: serializers.TeamSerializer})
    def create(self, _request: Request) -> Response:
        values = {"members": [], **self.read(serializers.NewTeam)}
        team = teams.create_team(workspace=self.workspace, **values)
        return self.answer(self.get_queryset().get(pk=team.pk), code=status.HTTP_201_CREATED)

    @extend_schema(request=serializers.TeamChanges, responses=serializers.TeamSerializer)
    def partial_update(self, _request: Request, pk: str) -> Response:  # noqa: ARG002  # DRF's form
        team = self.get_object()
        changes = self.read(serializers.TeamChanges, partial=True)
        values = {"name": team.name, "members": team.members.all(), **changes}
        teams.change_team(team=team, version=self.current(team), **values)
        return self.answer(self.get_object())

    @extend_schema(responses={204: None})
    def destroy(self, _request: Request, pk: str) -> Response:  # noqa: ARG002  # DRF's form
        team = self.get_object()
        teams.delete_team(team=team, version=self.current(team))
        return Response(status=status.HTTP_204_NO_CONTENT)


class InvitationAPI(mixins.ListModelMixin, WorkspaceAPI):
    """Invitations that nobody has accepted yet; after ``expires_at`` they open nothing."""

    queryset = Invitation.objects.filter(accepted_at=None).select_related("invited_by__user")
    serializer_class = serializers.InvitationSerializer
    lookup_value_regex = "[0-9]{1,18}"
    policy = {
        "list": Action.MANAGE_MEMBERS,
        "create": Action.MANAGE_MEMBERS,
        "destroy": Action.MANAGE_MEMBERS,
    }

    @extend_schema(
        request=serializers.NewInvitation, responses={201: serializers.InvitationSerializer}
    )
    def create(self, _request: Request) -> Response:
        """Invite one person by mail. An open invitation is renewed with the new role."""
        values = self.read(serializers.NewInvitation)
        try:
            made = invitations.invite(
                text=values["email"], role=values["role"], by=self.membership, at=clock.now()
            )
        except DomainError as error:
            error.field = "email" if error.field == "addresses" else error.field
            raise
        if not made:
            detail = _("This person is a member already.")
            raise Problem(422, detail, [{"field": "email", "detail": detail}])
        return self.answer(made[0], code=status.HTTP_201_CREATED)

    @extend_schema(responses={204: None})
    def destroy(self, _request: Request, pk: str) -> Response:  # noqa: ARG002  # DRF's form
        """Withdraw the invitation; its link ends."""
        invitations.withdraw(invitation=self.get_object(), by=self.membership)
        return Response(status=status.HTTP_204_NO_CONTENT)
