"""Fields of the API that name things of the caller's workspace, and how those are found."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from teams.models import Membership, Team, Workspace


@extend_schema_field(str)
class InWorkspace(serializers.RelatedField[Any, str, str]):
    """A thing of the caller's workspace; anything else does not exist."""

    default_error_messages = {"unknown": _("There is no such thing in this workspace.")}

    def __init__(
        self,
        *,
        find: Callable[[Workspace, str], Any],
        name: Callable[[Any], str],
        **kwargs: Any,
    ) -> None:
        self._find, self._name = find, name
        if not kwargs.get("read_only"):
            # DRF insists on rows to choose from; ``find`` chooses.
            kwargs.setdefault("queryset", Membership.objects.none())
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> Any:
        # What is no text, or holds what the database cannot read, is refused before it is sought.
        text = serializers.CharField().run_validation(data)
        found = self._find(self.context["workspace"], text)
        if found is None:
            self.fail("unknown")
        return found

    def to_representation(self, value: Any) -> str:
        return self._name(value)

    def use_pk_only_optimization(self) -> bool:
        return False


def find_member(workspace: Workspace, email: str) -> Membership | None:
    members = Membership.objects.active().for_workspace(workspace).select_related("user")
    found: Membership | None = members.filter(user__email__iexact=email).first()
    return found


def find_team(workspace: Workspace, name: str) -> Team | None:
    found: Team | None = Team.objects.for_workspace(workspace).filter(name__iexact=name).first()
    return found
