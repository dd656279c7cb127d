"""What is left of the first run, for Home."""

from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from goals.models import Kpi, Measurement, Target
from teams.models import Invitation, Membership, Workspace
from teams.policy import Action


def get_first_steps(reader: Membership) -> list[dict[str, Any]]:
    """
    List the steps with their addresses, and whether each is done; one query.

    There are none where nobody started a first run, once all are done, and for those who could
    not do all of them.
    """
    workspace = reader.workspace
    if not workspace.first_steps or not reader.may(Action.EDIT_SETTINGS):
        return []
    here = OuterRef("pk")
    others = Membership.objects.filter(workspace=here).exclude(pk=reader.pk)
    asked = Exists(others) | Exists(Invitation.objects.filter(workspace=here))
    values = Measurement.objects.filter(series__kpi__workspace=here)
    steps = [
        (_("Choose your KPIs"), "reviews:first-kpis", Exists(Kpi.objects.filter(workspace=here))),
        (_("Bring in your numbers"), "reviews:first-numbers", Exists(values)),
        (_("Set targets"), "goals:plan", Exists(Target.objects.filter(kpi__workspace=here))),
        (_("Invite the people who own them"), "teams:invite", asked),
    ]
    told = {f"step_{place}": is_done for place, (*_words, is_done) in enumerate(steps)}
    done = Workspace.objects.filter(pk=workspace.pk).annotate(**told).values_list(*told).get()
    if all(done):
        return []
    return [
        {"label": label, "url": reverse(route, args=[workspace.slug]), "done": is_done}
        for (label, route, _query), is_done in zip(steps, done, strict=True)
    ]
