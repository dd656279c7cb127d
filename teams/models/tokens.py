"""Keys for programs."""

from datetime import datetime
from typing import Self

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from teams.models.owned import WorkspaceOwnedQuerySet
from teams.models.workspaces import Membership


class ApiTokenQuerySet(WorkspaceOwnedQuerySet):
    workspace_path = "membership__workspace"

    def usable(self, *, at: datetime) -> Self:
        return self.filter(revoked_at=None, expires_at__gt=at)


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    exclude=["secret_hash", "last_used_at"],
)
class ApiToken(models.Model):
    """A program's key: it acts as its member, within its scope, until it expires or is revoked."""

    class Scope(models.TextChoices):
        READ = "read", _("Read only")
        MEASUREMENTS = "measurements", _("Send numbers of chosen KPIs")
        WRITE = "write", _("Read and write")

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(_("Name"), max_length=80)
    scope = models.CharField(_("Scope"), max_length=12, choices=Scope.choices)
    # Which KPIs a token of scope "measurements" may write, by code; others leave it empty.
    kpi_codes = models.JSONField(default=list, blank=True)
    public_id = models.CharField(max_length=12, unique=True)
    secret_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(_("Expires on"))
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name
