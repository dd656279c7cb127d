"""A person's own settings."""

from django.db import transaction

from teams.events import workspace_changed
from teams.models import Membership, User, Workspace


@transaction.atomic
def change_profile(*, user: User, name: str, language: str, theme: str, shortcuts: bool) -> User:
    """Change what a person may change about themselves."""
    renamed = name != User.objects.get(pk=user.pk).name
    user.name, user.language, user.theme, user.shortcuts = name, language, theme, shortcuts
    user.save(update_fields=["name", "language", "theme", "shortcuts"])
    if renamed:
        here = Membership.objects.active().filter(user=user)
        for workspace in Workspace.objects.filter(pk__in=here.values("workspace")).order_by("pk"):
            workspace_changed.send(Workspace, workspace=workspace)
    return user


def change_language(*, user: User, language: str) -> None:
    """Speak another language of the installation to a person from now on."""
    user.language = language
    user.save(update_fields=["language"])
