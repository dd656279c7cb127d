"""Digests of a workspace: the preview of any week, and what became of every mail."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from csp.decorators import csp_replace
from django.contrib import messages as notices
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from core import clock
from core.periods import Grain
from goals.selectors import phrases
from goals.selectors.board import get_board
from goals.selectors.points import get_freshness
from goals.selectors.weeks import chosen_week
from reviews.forms import SentenceForm
from reviews.models import DigestRun, DigestSubscription
from reviews.rules.letter import Letter, Reader
from reviews.rules.schedule import due_at
from reviews.selectors.digest import WEEKS, Edition
from reviews.selectors.executive import (
    ExecutiveEdition,
    get_executive_facts,
    get_sentences,
)
from reviews.selectors.owed import get_owed
from reviews.selectors.runs import get_log
from reviews.services import letters, messages, planning
from teams.access import WorkspaceRequest, workspace_view
from teams.models import Membership, Team
from teams.policy import Action

# A mail carries its styles inside; it is shown in a frame of ours and may do nothing else.
MAIL_POLICY = {
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "frame-ancestors": ["'self'"],
}
SAMPLE_URL = "#"
# So many of a week's sentences are listed.
HISTORY = 10
Variant = DigestSubscription.Variant


@workspace_view(Action.PREVIEW_DIGESTS)
@require_safe
def preview(request: WorkspaceRequest) -> HttpResponse:
    """Show what a member's digest of any week says, as it would go out now."""
    return preview_page(request)


def preview_page(request: WorkspaceRequest, form: SentenceForm | None = None) -> HttpResponse:
    """Show the preview; under the executive digest with the form for the lead's sentence."""
    week = week_of(request)
    chosen = _chosen(request)
    with translation.override(chosen.member.user.language):
        letter = _letter(request, week, chosen)
        text = "".join(letters.as_text(letter, unsubscribe_url=SAMPLE_URL))
    slug = request.workspace.slug
    context = {
        **week_context(request, week),
        "letter": letter,
        "text": text,
        "language": chosen.member.user.language,
        "query": request.GET.urlencode(),
        "html_url": f"{reverse('reviews:digest-html', args=[slug])}?{request.GET.urlencode()}",
        "members": chosen.members,
        "chosen": chosen,
        "tabs": tabs_of(request, week, "reviews:digest"),
    }
    if chosen.is_executive:
        said = list(get_sentences(request.workspace, week=week)[:HISTORY])
        context["said"] = said
        context["form"] = form or SentenceForm(initial={"text": said[0].text if said else ""})
    status = 422 if form and form.errors else 200
    return render(request, "reviews/digest.html", context, status=status)


@xframe_options_sameorigin
@csp_replace(MAIL_POLICY)
@workspace_view(Action.PREVIEW_DIGESTS)
@require_safe
def preview_html(request: WorkspaceRequest) -> HttpResponse:
    """Give the digest's HTML as a mail client gets it, for the frame of the preview."""
    chosen = _chosen(request)
    with translation.override(chosen.member.user.language):
        letter = _letter(request, week_of(request), chosen)
        return HttpResponse("".join(letters.as_html(letter, unsubscribe_url=SAMPLE_URL)))


@workspace_view(Action.PREVIEW_DIGESTS)
@require_POST
def send_test(request: WorkspaceRequest) -> HttpResponse:
    """Send the reader the digest that they look at, at once and outside the ledger."""
    chosen = _chosen(request)
    with translation.override(chosen.member.user.language):
        letter = _letter(request, week_of(request), chosen)
        leaves = messages.send_test(to=request.membership, letter=letter, at=clock.now())
    if leaves:
        text = _("A test is on its way to %(address)s.") % {"address": request.user.email}
        notices.success(request, text)
    else:
        notices.info(request, _("No mail leaves here, so the test is kept in the outbox."))
    query = request.GET.urlencode()
    return redirect(f"{reverse('reviews:digest', args=[request.workspace.slug])}?{query}")


@workspace_view(Action.PREVIEW_DIGESTS)
@require_safe
def log(request: WorkspaceRequest) -> HttpResponse:
    """List what became of every digest of a week, what needs attention first."""
    week = week_of(request)
    page = request.GET.get("page", "")
    found = get_log(request.workspace, week, page=int(page) if page.isdecimal() else 1)
    context = {
        **week_context(request, week),
        "log": found,
        "skipped": _skipped(request, found.skipped),
        "may_retry": request.membership.may(Action.EDIT_SETTINGS),
        "tabs": tabs_of(request, week, "reviews:digest-log"),
    }
    return render(request, "reviews/digest_log.html", context)


def _skipped(request: WorkspaceRequest, weeks: list[date]) -> str:
    """Say which weeks were missed before the one that is looked at, if any were."""
    if not weeks:
        return ""
    numbers = [request.workspace.calendar.week_number(week)[1] for week in weeks]
    text = ngettext(
        "Week %(first)d was skipped: of weeks that were missed only the latest goes out.",
        "Weeks %(first)d to %(last)d were skipped: of weeks that were missed only the latest"
        " goes out.",
        len(weeks),
    )
    return text % {"first": numbers[0], "last": numbers[-1]}


@workspace_view(Action.EDIT_SETTINGS)
@require_POST
def retry(request: WorkspaceRequest) -> HttpResponse:
    """Let a week's failed digests be tried anew."""
    week = week_of(request)
    runs = DigestRun.objects.for_workspace(request.workspace).digests()
    run = get_object_or_404(runs, week=week)
    count = planning.retry(run=run, at=clock.now())
    text = ngettext("%(count)d digest is tried again.", "%(count)d digests are tried again.", count)
    notices.success(request, text % {"count": count})
    key = request.workspace.calendar.key(Grain.WEEK, week)
    return redirect(f"{reverse('reviews:digest-log', args=[request.workspace.slug])}?week={key}")


def week_of(request: WorkspaceRequest) -> date:
    today = request.workspace.today(at=clock.now())
    return chosen_week(request.GET.get("week", ""), request.workspace.calendar, today=today)


def week_context(request: WorkspaceRequest, week: date) -> dict[str, Any]:
    calendar = request.workspace.calendar
    before, after = (calendar.shift(Grain.WEEK, week, step) for step in (-1, 1))
    over = calendar.is_over(Grain.WEEK, after, today=request.workspace.today(at=clock.now()))
    return {
        "title": phrases.week_title(calendar, week),
        "week": calendar.key(Grain.WEEK, week),
        "previous": calendar.key(Grain.WEEK, before),
        "next": calendar.key(Grain.WEEK, after) if over else "",
        "due": due_at(request.workspace, week).astimezone(request.workspace.zone),
    }


def tabs_of(request: WorkspaceRequest, week: date, current: str) -> list[dict[str, Any]]:
    key = request.workspace.calendar.key(Grain.WEEK, week)
    labels = {"reviews:digest": _("Preview"), "reviews:digest-log": _("Deliveries")}
    if request.membership.may(Action.EDIT_SETTINGS):
        labels["reviews:executive"] = _("Executive digest")
    return [
        {
            "label": label,
            "url": f"{reverse(name, args=[request.workspace.slug])}?week={key}",
            "current": name == current,
        }
        for name, label in labels.items()
    ]


@dataclass(frozen=True)
class _Chosen:
    """Whose digest is looked at, and which; with what else there is to choose."""

    member: Membership
    variant: str
    members: list[Membership]
    variants: list[tuple[str, Any]]

    @property
    def is_executive(self) -> bool:
        return self.variant == Variant.EXECUTIVE

    @property
    def reader(self) -> Reader:
        variant, _dash, team = self.variant.partition("-")
        return Reader(
            membership_id=self.member.pk,
            first_name=self.member.user.first_name,
            role=self.member.role,
            variant=variant,
            team_id=int(team) if team else None,
        )


def _chosen(request: WorkspaceRequest) -> _Chosen:
    here = Membership.objects.active().for_workspace(request.workspace)
    members = list(here.by_name())
    teams = Team.objects.for_workspace(request.workspace).order_by("name", "pk")
    variants = [
        (Variant.PERSONAL.value, Variant.PERSONAL.label),
        (Variant.TEAM.value, _("The whole workspace")),
        (Variant.EXECUTIVE.value, _("Executive")),
        *((f"{Variant.TEAM}-{team.pk}", team.name) for team in teams),
    ]
    wanted = request.GET.get("member", "") or str(request.membership.pk)
    variant = request.GET.get("variant", "") or Variant.PERSONAL.value
    member = next((each for each in members if str(each.pk) == wanted), None)
    if member is None or variant not in dict(variants):
        raise Http404
    return _Chosen(member, variant, members, variants)


def _letter(request: WorkspaceRequest, week: date, chosen: _Chosen) -> Letter:
    language = chosen.member.user.language
    freshness, at = get_freshness(request.workspace), clock.now()
    board = get_board(
        request.workspace,
        freshness=freshness,
        newest=week,
        periods=WEEKS,
        today=request.workspace.today(at=at),
        language=language,
    )
    if chosen.is_executive:
        facts = get_executive_facts(request.workspace, week=week)
        edition = ExecutiveEdition(board, facts, freshness=freshness, at=at)
        return edition.letter(chosen.reader)
    owed = get_owed(request.workspace, week=week)
    return Edition(board, freshness=freshness, at=at, owed=owed).letter(chosen.reader)
