"""Files on their way to becoming measurements."""

from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.claims import WaitingWork, WaitingWorkQuerySet
from goals.models.kpis import Kpi
from teams.models import Membership, WorkspaceOwned, WorkspaceOwnedQuerySet


class Import(WorkspaceOwned, WaitingWork):
    """
    A file, how it is read, where its columns go, and what came of it.

    It waits for a worker twice: to be checked, which writes no measurement, and to be applied,
    which writes all of them or none.
    """

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("To be matched")
        CHECKING = "checking", _("Being checked")
        CHECKED = "checked", _("Checked")
        APPLYING = "applying", _("Being written")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    number = models.PositiveIntegerField()
    filename = models.CharField(max_length=200)
    # Emptied when it has been kept long enough.
    content = models.BinaryField()
    options = models.JSONField(default=dict)
    mapping = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State.choices, default=State.UPLOADED)
    rows_total = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    summary = models.JSONField(default=dict)
    created_by = models.ForeignKey(Membership, on_delete=models.RESTRICT, related_name="+")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = WorkspaceOwnedQuerySet.as_manager()
    waiting = WaitingWorkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "number"], name="import_number"),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.filename}"

    def get_absolute_url(self) -> str:
        return reverse("goals:import", args=[self.workspace.slug, self.number])

    @property
    def ref(self) -> str:
        return f"I-{self.number}"

    @property
    def is_working(self) -> bool:
        return self.state in {self.State.CHECKING, self.State.APPLYING}


class StagedValue(models.Model):
    """One value of a file that was read: not a measurement yet."""

    source = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="staged")
    line = models.PositiveIntegerField()
    kpi = models.ForeignKey(Kpi, on_delete=models.CASCADE, related_name="+", db_constraint=False,
                            db_index=False)  # fmt: skip
    segment = models.CharField(max_length=250, blank=True)
    on_date = models.DateField()
    value = models.DecimalField(max_digits=24, decimal_places=8)

    class Meta:
        db_table = "import_values"

    def __str__(self) -> str:
        return f"{self.source_id}:{self.line}"


class ImportProblem(models.Model):
    """Why something in a file cannot be taken; equal causes are counted together on the page."""

    source = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="problems")
    line = models.PositiveIntegerField()
    column = models.CharField(max_length=250, blank=True)
    code = models.CharField(max_length=40)
    detail = models.CharField(max_length=500)

    class Meta:
        db_table = "import_problems"

    def __str__(self) -> str:
        return f"{self.source_id}:{self.line} {self.code}"
