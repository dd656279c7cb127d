"""The executive digest: what it tells, what a lead adds, and who outside reads it."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from goals.models import Scorecard
from teams.models import Membership, WorkspaceOwned


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class ExecutiveDigest(WorkspaceOwned):
    """The scorecard whose first KPIs a workspace's executive digest tells of."""

    # Without one nothing goes out.
    scorecard = models.ForeignKey(
        Scorecard,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Scorecard"),
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace"], name="executive_digest_is_unique"),
        ]

    def __str__(self) -> str:
        return str(self.scorecard or "")


class LeadSentence(WorkspaceOwned):
    """What a lead adds to the executive digest of a week; the newest of a week counts."""

    week = models.DateField()
    # Empty takes back what was said before.
    text = models.CharField(_("Sentence"), max_length=200, blank=True)
    by = models.ForeignKey(Membership, on_delete=models.RESTRICT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "week", "-id"], name="lead_sentence_of_week"),
        ]

    def __str__(self) -> str:
        return self.text


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class OutsideReader(WorkspaceOwned):
    """An address without an account; nothing but the question is sent before it is confirmed."""

    email = models.EmailField(_("E-mail address"), max_length=254)
    language = models.CharField(_("Language"), max_length=7, choices=settings.LANGUAGES)
    asked_by = models.ForeignKey(Membership, on_delete=models.RESTRICT, related_name="+")
    asked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "workspace",
                Lower("email"),
                name="outside_reader_is_unique",
                violation_error_message=_("This address is in the list already."),
            ),
            models.UniqueConstraint(fields=["workspace", "id"], name="outside_reader_in_workspace"),
        ]

    def __str__(self) -> str:
        return self.email
