"""Files on their way to becoming measurements."""

from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.claims import WaitingWork, WaitingWorkQuerySet
from goals.models.kpis import Kpi
from goals.models.numbers import Series
from teams.models import Membership, WorkspaceOwned, WorkspaceOwnedQuerySet


class Import(WorkspaceOwned, WaitingWork):
    """
    A file, how it is read, where its columns go, and what came of it.

    It waits for a worker twice: to be checked, which writes no measurement, and to be applied,
    which writes all of them or none. It may be undone for as long as its file is kept, which a
    worker does as well.
    """

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("To be matched")
        CHECKING = "checking", _("Being checked")
        CHECKED = "checked", _("Checked")
        APPLYING = "applying", _("Being written")
        DONE = "done", _("Done")
        UNDOING = "undoing", _("Being undone")
        UNDONE = "undone", _("Undone")
        FAILED = "failed", _("Failed")
        EXPIRED = "expired", _("No longer kept")

    # A worker has something to do.
    WORKING: ClassVar = (State.CHECKING, State.APPLYING, State.UNDOING)

    number = models.PositiveIntegerField()
    filename = models.CharField(max_length=200)
    # Emptied when it has been kept long enough.
    content = models.BinaryField()
    options = models.JSONField(default=dict)
    mapping = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State.choices, default=State.UPLOADED)
    # How the columns of the table are read, so that nobody opens the file to ask.
    columns = models.JSONField(default=list)
    rows_total = models.PositiveIntegerField(default=0)
    # Rows that were read while it is checked, values that were written while it is applied.
    done = models.PositiveIntegerField(default=0)
    # Whether the mapping was proposed because a file with the same headers had it.
    is_remembered = models.BooleanField(default=False)
    # What else the mapping was proposed by: a tool's "preset", or a file with other headers, of
    # which some are "gone" and some "new".
    proposed_by = models.JSONField(default=dict)
    # The sheets and tables of the file and the lines that were set aside, so that somebody who
    # wants another one can be shown what there is.
    layout = models.JSONField(default=dict)
    # Whether a check that finds no problem goes on to write.
    writes_when_checked = models.BooleanField(default=False)
    # Whether a value that is stored stays where the file has another one.
    keeps_stored = models.BooleanField(default=False)
    summary = models.JSONField(default=dict)
    created_by = models.ForeignKey(Membership, on_delete=models.RESTRICT, related_name="+")
    created_at = models.DateTimeField()
    # The moment that all its measurements carry.
    written_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        Membership, on_delete=models.RESTRICT, related_name="+", null=True, blank=True
    )
    finished_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = WorkspaceOwnedQuerySet.as_manager()
    waiting = WaitingWorkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "number"], name="import_number"),
            models.UniqueConstraint(fields=["workspace", "id"], name="import_in_workspace"),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.filename}"

    def get_absolute_url(self) -> str:
        return reverse("goals:import", args=[self.workspace.slug, self.number])

    @property
    def ref(self) -> str:
        return f"I-{self.number}"

    @property
    def title(self) -> str:
        """The title above the table that is read."""
        tables = self.layout.get("tables") or [{"title": ""}]
        return str(tables[self.options.get("table") or 0]["title"])

    @property
    def is_working(self) -> bool:
        return self.state in self.WORKING


class RememberedMapping(WorkspaceOwned):
    """How a file with these headers was matched when it was last written, for the next one."""

    # A digest of the headers, in their order, and the names of the columns below them.
    headers = models.CharField(max_length=64)
    columns = models.JSONField(default=list)
    mapping = models.JSONField()
    # How columns are read that can be read in more than one way.
    readings = models.JSONField()
    used_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "headers"], name="one_mapping_per_header"),
        ]

    def __str__(self) -> str:
        return self.headers


class StagedPlace(models.Model):
    """A KPI and segment that a file has values for; neither need exist yet."""

    source = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="places",
                               db_index=False)  # fmt: skip
    number = models.PositiveIntegerField()
    kpi = models.ForeignKey(Kpi, on_delete=models.CASCADE, related_name="+", null=True)
    # The code of a KPI that is made when the file is written.
    new_kpi = models.CharField(max_length=60, blank=True)
    segment = models.CharField(max_length=120, blank=True)
    # The series that the values go to, once there is one.
    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="+", null=True,
                               db_index=False)  # fmt: skip

    class Meta:
        db_table = "import_places"
        constraints = [
            models.UniqueConstraint(fields=["source", "number"], name="import_place_number"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id}:{self.number}"


class StagedValue(models.Model):
    """One value of a file that was read: not a measurement yet."""

    # Checking the key of every row would cost more than all else that is done with it.
    source = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="staged",
                               db_constraint=False, db_index=False)  # fmt: skip
    place = models.PositiveIntegerField()
    line = models.PositiveIntegerField()
    on_date = models.DateField()
    value = models.DecimalField(max_digits=24, decimal_places=8)

    class Meta:
        db_table = "import_values"
        indexes = [models.Index(fields=["source", "place"], name="import_values_by_place")]

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
