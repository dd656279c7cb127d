"""Endpoints of the workspace's settings, its API tokens and its audit trail."""

from collections.abc import Collection
from typing import Any

from django.db.models import Model
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, mixins, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from core import clock
from core.api.pagination import Cursor
from teams.api import serializers
from teams.api.versioned import VersionedAPI
from teams.api.views import WorkspaceAPI
from teams.audit import Place, latest
from teams.models import ApiToken, Workspace
from teams.policy import Action
from teams.services import tokens, workspaces


class SettingsAPI(VersionedAPI):
    """
    The workspace itself.

    Where weeks and fiscal years begin is read-only: another beginning would move numbers to
    other periods.
    """

    queryset = Workspace.objects.none()
    output = serializers.WorkspaceSerializer
    policy = {"retrieve": Action.READ, "partial_update": Action.EDIT_SETTINGS}

    def get_object(self) -> Workspace:
        return self.workspace

    @extend_schema(request=serializers.WorkspaceChanges, responses=serializers.WorkspaceSerializer)
    def partial_update(self, _request: Request) -> Response:
        changes = self.read(serializers.WorkspaceChanges, partial=True)
        held = self.current(self.workspace)
        changed = workspaces.change_settings(workspace=self.workspace, version=held, **changes)
        return self.answer(changed)


class TokenAPI(mixins.ListModelMixin, WorkspaceAPI):
    """
    The API tokens of the caller, or of everybody for whoever manages tokens.

    Tokens are made on the page or by ``manage.py api_token``, not here: a token that leaked could
    make itself a successor, and revoking it would end nothing.
    """

    queryset = ApiToken.objects.select_related("membership__user")
    serializer_class = serializers.TokenSerializer
    lookup_field = "public_id"
    lookup_value_regex = "[A-Za-z0-9]{1,12}"
    # Whoever is a member may end what acts as them; get_queryset keeps other tokens away.
    policy = {"list": Action.READ, "destroy": Action.READ}

    def get_queryset(self) -> Any:
        here = super().get_queryset()
        if self.membership.may(Action.MANAGE_TOKENS):
            return here
        return here.filter(membership=self.membership)

    @extend_schema(responses={204: None})
    def destroy(self, _request: Request, public_id: str) -> Response:  # noqa: ARG002  # DRF's form
        """Revoke the token. It stays in the list, with ``revoked_at``."""
        tokens.revoke_token(token=self.get_object(), at=clock.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class Trail(Cursor):
    """Pages of the audit trail, which lies in several tables: its cursor is a place in it."""

    # The kinds of things that are told of; None: all.
    only: Collection[type[Model]] | None = None

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> Any:  # noqa: ARG002  # DRF's form
        self.base_url = request.build_absolute_uri()
        text = request.query_params.get(self.cursor_query_param)
        before = Place.read(text) if text else None
        if text and before is None:
            raise exceptions.NotFound(self.invalid_cursor_message)
        size = self.get_page_size(request)
        entries, self._older = latest(queryset, before=before, size=size, only=self.only)
        return entries

    def get_next_link(self) -> str | None:
        if self._older is None:
            return None
        return replace_query_param(str(self.base_url), self.cursor_query_param, str(self._older))

    def get_previous_link(self) -> None:
        """Give nothing: the trail is read from the newest on."""


class AuditAPI(WorkspaceAPI):
    """Who changed what, newest first."""

    queryset = Workspace.objects.none()
    serializer_class = serializers.EntrySerializer
    pagination_class = Trail
    policy = {"list": Action.READ_AUDIT}

    def list(self, _request: Request) -> Response:
        entries: Any = self.paginate_queryset(self.workspace)  # type: ignore[arg-type]  # Trail's
        return self.get_paginated_response(self.get_serializer(entries, many=True).data)
