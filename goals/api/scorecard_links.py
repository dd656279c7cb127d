"""Endpoint of the links under which scorecards are read."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from goals.models import ScorecardLink
from goals.services import scorecard_links
from teams.api.views import WorkspaceAPI
from teams.policy import Action


class ScorecardLinkSerializer(serializers.ModelSerializer[ScorecardLink]):
    """A link without its secret."""

    id = serializers.CharField(
        source="public_id", help_text="The part of the secret before the underscore."
    )
    scorecard = serializers.CharField(source="scorecard.ref")
    made_by = serializers.EmailField(source="made_by.user.email")

    class Meta:
        model = ScorecardLink
        fields = ["id", "scorecard", "name", "made_by", "made_at", "revoked_at", "last_read_at"]
        read_only_fields = fields


class ScorecardLinkAPI(mixins.ListModelMixin, WorkspaceAPI):
    """
    Addresses under which scorecards are read without signing in.

    They are made on the page of a scorecard, not here: an API token that leaked could give itself
    an address that outlives it.
    """

    queryset = ScorecardLink.objects.select_related("scorecard", "made_by__user")
    serializer_class = ScorecardLinkSerializer
    lookup_field = "public_id"
    lookup_value_regex = "[A-Za-z0-9]{1,12}"
    policy = {"list": Action.EDIT_KPIS, "destroy": Action.EDIT_KPIS}

    @extend_schema(responses={204: None})
    def destroy(self, _request: Request, **_kwargs: Any) -> Response:
        """Revoke the link. It stays in the list, with ``revoked_at``."""
        scorecard_links.revoke_link(link=self.get_object(), at=clock.now())
        return Response(status=status.HTTP_204_NO_CONTENT)
