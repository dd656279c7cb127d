"""Home."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import clock
from core.fragments import cached_fragment
from core.periods import Grain
from goals.models import Kpi
from goals.rules.status import Status
from goals.selectors import phrases
from goals.selectors.board import get_board
from goals.selectors.points import get_freshness
from goals.selectors.weeks import chosen_week
from reviews.selectors import home as selector
from reviews.selectors.first_steps import get_first_steps
from reviews.selectors.home_teams import ALL, MINE, TeamChoice
from teams.access import WorkspaceRequest, workspace_view
from teams.policy import Action

WEEKS = 26


@workspace_view(Action.READ)
@require_safe
def home(request: WorkspaceRequest) -> HttpResponse:
    """Answer what needs us this week, and whether we are winning."""
    workspace, calendar = request.workspace, request.workspace.calendar
    freshness = get_freshness(workspace)
    today = workspace.today(at=clock.now())
    week = chosen_week(request.GET.get("week", ""), calendar, today=today)
    language = translation.get_language() or "en"
    enters, asked = _enters(request), _asked_team(request)

    def numbers() -> str:
        board = get_board(
            workspace,
            freshness=freshness,
            newest=week,
            periods=WEEKS,
            today=today,
            language=language,
        )
        choice = TeamChoice.of(request.membership, asked)
        board = board.only(choice.keeps)
        counts = board.counts()
        failing = selector.failing_sources(request.membership)
        listed = [*failing, *selector.attention(board, enter=enter_url, explain=explain_url)]
        needy = sum(counts.get(status, 0) for status in selector.NEEDS_ATTENTION) + len(failing)
        context = {
            "teams": _teams_menu(choice, f"?week={calendar.key(Grain.WEEK, week)}&"),
            "stats": [
                {"status": status, "word": phrases.counted(status, count)}
                for status, count in counts.items()
            ],
            "note": _("KPIs; compared with %(period)s")
            % {
                "period": phrases.period_name(
                    calendar, Grain.WEEK, calendar.shift(Grain.WEEK, week, -1)
                )
            },
            "attention_count": needy,
            "more": needy - len(listed),
            "has_targets": counts.keys() != {Status.NO_TARGET},
            "attention": listed,
            "groups": selector.tile_groups(board, language=language),
            "scorecard_url": reverse("goals:kpis", args=[workspace.slug]),
            "empty_actions": _first_steps(request),
            "clear_url": "?team=all" if board.hidden else "",
        }
        return render_to_string("reviews/_home_numbers.html", context)

    def may_enter(kpi: Kpi) -> bool:
        return enters == "all" or kpi.owner_id == enters

    def explain_url(kpi: Kpi) -> str:
        return reverse("goals:say-why", args=[workspace.slug, kpi.number]) if may_enter(kpi) else ""

    def enter_url(kpi: Kpi) -> str:
        if not may_enter(kpi):
            return ""
        key = calendar.key(Grain.WEEK, week)
        url = reverse("goals:my-numbers", args=[workspace.slug])
        whose = "" if kpi.owner_id == request.membership.pk else "&owner=all"
        return f"{url}?week={key}{whose}"

    reader = (request.membership.pk, enters, asked)
    key = (workspace.pk, freshness.version, today, week, language, *reader)
    context = {
        "numbers": cached_fragment("home", *key, render=numbers),
        "freshness": phrases.freshness_note(freshness, workspace.zone, at=clock.now()),
        "period": _period(request, week),
        "may_enter": bool(enters),
        "first_steps": get_first_steps(request.membership),
    }
    _remember(request)
    return render(request, "reviews/home.html", context)


def _enters(request: WorkspaceRequest) -> int | str:
    """Say whose numbers the reader may enter: everybody's, their own, nobody's."""
    if request.membership.may(Action.ENTER_NUMBERS):
        return "all"
    return request.membership.pk if request.membership.may(Action.ENTER_OWN_NUMBERS) else ""


def _asked_team(request: WorkspaceRequest) -> str:
    """Give whose KPIs were asked for, now or the last time."""
    name = f"home_team_{request.workspace.pk}"
    remembered: str = request.session.get(name, "")
    asked = request.GET.get("team", remembered)[:20]
    if asked != remembered:
        request.session[name] = asked
    return asked


def _teams_menu(choice: TeamChoice, address: str) -> dict[str, Any] | None:
    if not choice.teams:
        return None
    names = {MINE: _("mine"), ALL: _("all"), **{str(team.pk): team.name for team in choice.teams}}
    if not any(team.is_mine for team in choice.teams):
        del names[MINE]
    return {
        "label": _("Team: %(name)s") % {"name": names[choice.chosen]},
        "items": [
            {"label": name, "url": f"{address}team={key}", "current": key == choice.chosen}
            for key, name in names.items()
        ],
    }


def _first_steps(request: WorkspaceRequest) -> list[dict[str, Any]]:
    if not request.membership.may(Action.EDIT_KPIS):
        return []
    url = reverse("goals:library", args=[request.workspace.slug])
    return [{"label": _("Choose KPIs"), "url": url, "primary": True}]


def _period(request: WorkspaceRequest, week: Any) -> dict[str, Any]:
    calendar = request.workspace.calendar
    before, after = (calendar.shift(Grain.WEEK, week, step) for step in (-1, 1))
    today = request.workspace.today(at=clock.now())
    over = calendar.is_over(Grain.WEEK, after, today=today)
    return {
        "text": phrases.week_title(calendar, week),
        "previous_url": f"?week={calendar.key(Grain.WEEK, before)}",
        "next_url": f"?week={calendar.key(Grain.WEEK, after)}" if over else "",
    }


def _remember(request: WorkspaceRequest) -> None:
    if request.session.get("workspace") != request.workspace.slug:
        request.session["workspace"] = request.workspace.slug
