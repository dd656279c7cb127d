"""What a leaver owns: rooms above register their owned things, deactivation asks here."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from django.db.models import Model, QuerySet
from django.utils.functional import Promise

from teams.models import Membership


class HandOver(Protocol):
    """Gives everything of one kind that ``leaver`` owns to ``heir``, through the room's service."""

    def __call__(self, *, leaver: Membership, heir: Membership, by: Membership) -> None: ...


@dataclass(frozen=True, slots=True)
class Owned:
    """One kind of thing that has an owner."""

    label: str | Promise
    held_by: Callable[[Membership], QuerySet[Model]]
    hand_over: HandOver


@dataclass(frozen=True, slots=True)
class Holding:
    """The things of one kind that one member owns."""

    label: str
    things: list[Model]


_registry: list[Owned] = []


def register(owned: Owned) -> None:
    """Add a kind of owned thing; rooms do it once, in ``AppConfig.ready``."""
    _registry.append(owned)


def registered() -> Iterable[Owned]:
    return tuple(_registry)


def holdings(membership: Membership) -> list[Holding]:
    """List what the member still owns, kind by kind; kinds with nothing are left out."""
    found = [Holding(str(owned.label), list(owned.held_by(membership))) for owned in _registry]
    return [holding for holding in found if holding.things]
