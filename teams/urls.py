"""Addresses about people: one's own, and those below /w/<workspace>/."""

from django.urls import include, path

from teams.views import me, people, workspace

app_name = "teams"
below_workspace = [
    path("settings/workspace/", workspace.general, name="general"),
    path("settings/workspace/delete/", workspace.delete, name="delete-workspace"),
    path("settings/members/", people.member_list, name="members"),
    path("settings/members/<int:pk>/", people.member, name="member"),
    path("settings/members/<int:pk>/hand-over/", people.hand_over, name="hand-over"),
    path("settings/members/<int:pk>/deactivate/", people.deactivate, name="deactivate"),
    path("settings/invitations/new/", people.invite, name="invite"),
    path("settings/invitations/<int:pk>/withdraw/", people.withdraw, name="withdraw"),
    path("settings/teams/", people.team_list, name="teams"),
    path("settings/teams/new/", people.edit_team, name="new-team"),
    path("settings/teams/<int:pk>/", people.edit_team, name="team"),
    path("settings/teams/<int:pk>/delete/", people.delete_team, name="delete-team"),
    path("settings/tokens/", workspace.token_list, name="tokens"),
    path("settings/tokens/new/", workspace.new_token, name="new-token"),
    path("settings/tokens/<int:pk>/revoke/", workspace.revoke_token, name="revoke-token"),
    path("settings/audit/", workspace.audit, name="audit"),
]
urlpatterns = [
    path("me/", me.profile, name="profile"),
    path("join/<str:token>/", people.join, name="join"),
    path("w/<slug:workspace>/", include(below_workspace)),
]
