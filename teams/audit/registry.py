"""What belongs in the audit trail, and what of it is told to people."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model, TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from teams.models import ApiToken, Invitation, Membership, Team, TeamMember, Workspace


class Deed(TextChoices):
    """What was done to a thing."""

    ADDED = "added", _("added")
    CHANGED = "changed", _("changed")
    REMOVED = "removed", _("removed")
    ARCHIVED = "archived", _("archived")
    RESTORED = "restored", _("restored")
    INVITED = "invited", _("invited again")
    ACCEPTED = "accepted", _("accepted")
    LEFT = "left", _("left")
    RETURNED = "returned", _("came back")
    REVOKED = "revoked", _("revoked")


@dataclass(frozen=True, slots=True)
class Audited:
    """
    A model whose changes belong in the trail.

    ``named_by`` are the fields that together name a row, ``gist`` those that say what was added
    or removed. ``moments`` are times of the row that stand for a deed: filled in, it was done.
    Of changes those are told whose field the model gives a name for people.
    """

    model: type[Model]
    label: str | Promise
    named_by: Sequence[str] = ("name",)
    gist: Sequence[str] = ()
    moments: Mapping[str, Deed] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        return self.model._meta.label_lower

    @property
    def events(self) -> Any:
        model: Any = self.model
        return model.pgh_event_model.objects

    def field(self, name: str) -> Any:
        return self.events.model._meta.get_field(name)

    @property
    def told(self) -> list[Any]:
        """The fields whose values people read."""
        fields: Iterable[Any] = self.events.model._meta.concrete_fields
        return [each for each in fields if isinstance(each.verbose_name, Promise)]


def path_to_workspace(model: Any) -> str:
    """Give the way from an event of ``model`` to its workspace."""
    if model is Workspace:
        return "pgh_obj_id"
    path: str = model._default_manager.none().workspace_path
    return path


_registry: list[Audited] = [
    Audited(Workspace, _("Workspace")),
    Audited(
        Membership,
        _("Member"),
        named_by=("user",),
        gist=("role",),
        moments={"ended_at": Deed.LEFT},
    ),
    Audited(Team, _("Team")),
    Audited(TeamMember, _("Team member"), named_by=("team", "membership")),
    Audited(
        Invitation,
        _("Invitation"),
        named_by=("email",),
        gist=("role",),
        moments={"accepted_at": Deed.ACCEPTED, "invited_at": Deed.INVITED},
    ),
    Audited(
        ApiToken,
        _("API token"),
        gist=("scope", "expires_at"),
        moments={"revoked_at": Deed.REVOKED},
    ),
]


def register(audited: Audited) -> None:
    """Add a model to the trail; rooms do it once, in ``AppConfig.ready``."""
    _registry.append(audited)


def registered() -> Sequence[Audited]:
    return tuple(_registry)


def counts(workspace: Workspace) -> list[tuple[str, int]]:
    """Give how many things of each kind the workspace has, those that it has at all."""
    found = []
    for audited in _registry:
        # Who is in a team is counted as a member already.
        if audited.model not in (Workspace, TeamMember):
            things: Any = audited.model._default_manager
            found.append((str(audited.label), things.for_workspace(workspace).count()))
    return [(label, count) for label, count in found if count]
