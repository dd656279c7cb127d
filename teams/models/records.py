"""Bookkeeping of a workspace: speakable numbers and answers to repeated requests."""

from django.db import models

from teams.models.owned import WorkspaceOwned, WorkspaceOwnedQuerySet
from teams.models.workspaces import Membership


class Counter(WorkspaceOwned):
    """The last number given out for one kind of thing: the 3 of K-3."""

    kind = models.CharField(max_length=2)
    last = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "kind"], name="counter_is_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}-{self.last}"


class IdempotencyKeyQuerySet(WorkspaceOwnedQuerySet):
    workspace_path = "membership__workspace"


class IdempotencyKey(models.Model):
    """What a request with this key was answered, stored in the transaction of its effect."""

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    # SHA-256 over method, path and body: a repeat must ask for the same thing.
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.BinaryField()
    created_at = models.DateTimeField(db_index=True)

    objects = IdempotencyKeyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["membership", "key"], name="idempotency_key_is_unique"),
        ]

    def __str__(self) -> str:
        return self.key
