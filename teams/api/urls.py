"""Addresses of the API of people, tokens and settings."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from teams.api import people, workspace

router = SimpleRouter()
router.register("members", people.MemberAPI, basename="member")
router.register("teams", people.TeamAPI, basename="team")
router.register("invitations", people.InvitationAPI, basename="invitation")
router.register("api-tokens", workspace.TokenAPI, basename="token")
router.register("audit", workspace.AuditAPI, basename="audit")

app_name = "teams-api"
urlpatterns = [
    *router.urls,
    path(
        "workspace/",
        workspace.SettingsAPI.as_view({"get": "retrieve", "patch": "partial_update"}),
        name="workspace",
    ),
]
