"""KPIs, scorecards, imports and sources, as search finds them."""

from django.urls import reverse
from django.utils.translation import gettext as _

from goals.models import Import, Kpi, Scorecard, Source
from teams.finding import Hit, Sought, fitting
from teams.models import Membership
from teams.policy import Action


def find_kpis(member: Membership, sought: Sought) -> list[Hit]:
    """Find KPIs by id, code, name, definition and owner, archived ones included."""
    rows = Kpi.objects.for_workspace(member.workspace).select_related("owner__user")
    found = fitting(
        rows,
        sought,
        named_by=["name", "code"],
        also=["definition", "owner__user__name"],
        letters="K",
    )
    return [
        Hit(
            rank=kpi.rank,
            title=kpi.name,
            url=reverse("goals:kpi", args=[member.workspace.slug, kpi.number]),
            ref=kpi.ref,
            detail=_("archived") if kpi.is_archived else kpi.owner.user.name,
        )
        for kpi in found
    ]


def find_imports(member: Membership, sought: Sought) -> list[Hit]:
    """Find imports by id and file name, for whoever may open them."""
    if not member.may(Action.RUN_IMPORTS):
        return []
    rows = Import.objects.for_workspace(member.workspace)
    found = fitting(
        rows.only("number", "filename"),
        sought,
        named_by=["filename"],
        letters="I",
    )
    return [
        Hit(
            rank=each.rank,
            title=each.filename,
            url=reverse("goals:import", args=[member.workspace.slug, each.number]),
            ref=each.ref,
        )
        for each in found
    ]


def find_scorecards(member: Membership, sought: Sought) -> list[Hit]:
    """Find scorecards by id and name."""
    rows = Scorecard.objects.for_workspace(member.workspace).select_related("team")
    return [
        Hit(
            rank=each.rank,
            title=each.name,
            url=reverse("goals:scorecard", args=[member.workspace.slug, each.number]),
            ref=each.ref,
            detail=each.team.name if each.team else "",
        )
        for each in fitting(rows, sought, named_by=["name"], letters="SC")
    ]


def find_sources(member: Membership, sought: Sought) -> list[Hit]:
    """Find sources by id, name and server, archived ones included."""
    rows = Source.objects.for_workspace(member.workspace)
    return [
        Hit(
            rank=each.rank,
            title=each.name,
            url=reverse("goals:source", args=[member.workspace.slug, each.number]),
            ref=each.ref,
            detail=each.host,
        )
        for each in fitting(rows, sought, named_by=["name"], also=["host"], letters="SO")
    ]
