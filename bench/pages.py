"""Server CPU of pages and of the API's lists, beside a plain page and the usual DRF list."""

import gc
import statistics
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import caches
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client, RequestFactory, override_settings

from bench import anchor
from bench.report import Report
from bench.world import LAST, NOW, make_kpis, make_workspace, write_history
from core import clock
from goals.models import Target
from goals.services.rebuild import rebuild
from mops.demo.build import build_demo
from mops.preparations import collect_static
from teams.models import ApiToken, Membership, User
from teams.policy import Role
from teams.services.tokens import create_token

ROUNDS, CALLS = 21, 6
LISTS = ("/usual/?workspace={workspace}", "/api/v1/kpis/")
# (what, measured, beside what, goal)
LINES = (
    ("Home", "Home", "anchor", "<= 1.4"),
    ("Home from cache", "Home, kept", "anchor", "<= 0.55"),
    ("scorecard", "scorecard", "anchor", "<= 1.4"),
    ("scorecard from cache", "scorecard, kept", "anchor", "<= 0.55"),
    ("scorecard of 60 KPIs", "60 KPIs", "anchor", ""),
    ("scorecard of 240 KPIs", "240 KPIs", "anchor", ""),
    ("scorecard of 240 KPIs from cache", "240 KPIs, kept", "anchor", ""),
    ("API list of 50 KPIs", "list", "usual list", "<= 0.5"),
)


@dataclass(frozen=True)
class Case:
    """An address as one person's browser asks for it, by way of one stack of middleware."""

    handler: WSGIHandler
    path: str
    headers: dict[str, str]
    forgetful: bool = False

    def cpu_milliseconds(self) -> float:
        """Give the process time of one request, the database's own left out."""
        if self.forgetful:
            caches["numbers"].clear()
        environ = RequestFactory().get(self.path, headers=self.headers).environ
        told: list[str] = []
        started = time.process_time()
        answer = self.handler(environ, lambda status, _headers: told.append(status))
        b"".join(answer)
        answer.close()
        used = time.process_time() - started
        assert told == ["200 OK"], (self.path, told)
        return used * 1000


def measure(report: Report) -> None:
    collect_static(print)
    with override_settings(ROOT_URLCONF="bench.anchor", TEMPLATES=anchor.TEMPLATES):
        found = _medians(_cases())
    for what, measured, beside, goal in LINES:
        figure = f"{found[measured] / found[beside]:.2f} ({found[measured]:.2f} ms)"
        report.add(f"{what}, CPU against the {beside} ({found[beside]:.2f} ms)", figure, goal)


def _cases() -> dict[str, Case]:
    demo = build_demo(at=clock.now())
    visitor = Membership.objects.for_workspace(demo).get(role=Role.OWNER)
    sixty, many, fifty = (_workspace(count) for count in (60, 240, 50))
    with override_settings(MIDDLEWARE=anchor.MIDDLEWARE):
        plain = WSGIHandler()
    ours = WSGIHandler()

    def case(handler: WSGIHandler, path: str, who: Membership, *, forgetful: bool = False) -> Case:
        signed_in = _token(who) if handler is ours and path in LISTS else _session(who.user)
        headers = {"host": "localhost", "accept-encoding": "gzip", **signed_in}
        return Case(handler, path.format(workspace=who.workspace.slug), headers, forgetful)

    scorecard = "/w/{workspace}/kpis/"
    return {
        "anchor": case(plain, "/anchor/?workspace={workspace}", visitor),
        "Home": case(ours, "/w/{workspace}/", visitor, forgetful=True),
        "Home, kept": case(ours, "/w/{workspace}/", visitor),
        "scorecard": case(ours, scorecard, visitor, forgetful=True),
        "scorecard, kept": case(ours, scorecard, visitor),
        "60 KPIs": case(ours, scorecard, sixty, forgetful=True),
        "240 KPIs": case(ours, scorecard, many, forgetful=True),
        "240 KPIs, kept": case(ours, scorecard, many),
        "usual list": case(ours, LISTS[0], fifty),
        "list": case(ours, LISTS[1], fifty),
    }


def _session(user: User) -> dict[str, str]:
    client = Client()
    client.force_login(user)
    return {"cookie": f"{settings.SESSION_COOKIE_NAME}={client.session.session_key}"}


def _token(member: Membership) -> dict[str, str]:
    _token, secret = create_token(
        membership=member, name="bench", scope=ApiToken.Scope.READ,
        expires_at=NOW.replace(year=2030), by=member, at=NOW,
    )  # fmt: skip
    return {"authorization": f"Bearer {secret}"}


def _workspace(kpis: int) -> Membership:
    """Open a workspace of daily KPIs with targets and half a year of numbers."""
    owner = make_workspace(f"pages-{kpis}")
    made = make_kpis(owner, segments=1, kpis=kpis)
    Target.objects.bulk_create(
        Target(
            kpi=kpi, number=1, valid_from=LAST.replace(year=2025), comparator="at_least",
            value=50 * kpi.number, set_by=owner, set_at=NOW,
        )
        for kpi in made
    )  # fmt: skip
    write_history(owner, days=200)
    rebuild(workspace=owner.workspace, at=NOW)
    return owner


def _medians(cases: Mapping[str, Case]) -> dict[str, float]:
    """Ask in rounds, each case in its turn, so that all have the same neighbours."""
    for case in cases.values():
        case.cpu_milliseconds()
    gc.disable()
    times: dict[str, list[float]] = {name: [] for name in cases}
    for _round in range(ROUNDS):
        for name, case in cases.items():
            # A kept page finds its fragment again after the others made it be forgotten.
            case.cpu_milliseconds()
            times[name].append(_mean(case.cpu_milliseconds() for _call in range(CALLS)))
        gc.collect()
    gc.enable()
    return {name: statistics.median(found) for name, found in times.items()}


def _mean(times: Iterable[float]) -> float:
    return statistics.mean(times)
