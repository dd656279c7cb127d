"""Rows that belong to a workspace, and the one way to ask for them."""

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models

if TYPE_CHECKING:
    from teams.models.workspaces import Workspace


class WorkspaceOwnedQuerySet(models.QuerySet[Any]):
    """Rows that belong to a workspace, directly or through a parent."""

    workspace_path: ClassVar[str] = "workspace"

    def for_workspace(self, workspace: "Workspace") -> Self:
        return self.filter(**{self.workspace_path: workspace})

    def locked(self) -> Self:
        """
        Hold these rows until the transaction ends; evaluate it inside ``atomic``.

        Their keys stay free, so that others can add rows that refer to them meanwhile.
        """
        return self.select_for_update(of=("self",), no_key=True).order_by("pk")


class WorkspaceOwned(models.Model):
    """A row that belongs to exactly one workspace."""

    workspace = models.ForeignKey("teams.Workspace", on_delete=models.CASCADE, related_name="+")

    objects = WorkspaceOwnedQuerySet.as_manager()

    class Meta:
        abstract = True
