"""What stands on the site: the demo, the same in Thai, an empty workspace, and many small ones."""

import dataclasses
import datetime as dt
import json
from contextlib import contextmanager
from decimal import Decimal
from itertools import cycle
from unittest import mock

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction

from core import clock
from core.egress import Answer
from core.intake import ReadOptions
from core.periods import Grain
from goals.models import Kpi, Scorecard, Source, SourcePull
from goals.rules.status import Comparator
from goals.selectors.board import get_board
from goals.selectors.points import get_freshness
from goals.services import breakdowns, imports, rollups, sources
from goals.services.kpis import archive_kpi, create_kpi
from goals.services.measurement_rows import Author, NewValue
from goals.services.measurements import record
from goals.services.scorecard_links import make_link, revoke_link
from goals.services.targets import set_target
from mops import preparations
from mops.demo import build, story
from mops.front_door import DRAFT
from mops.gallery import LONG_TAIL, THAI
from reviews.models import ChatPost, DigestSubscription, WhyQuestion
from reviews.services import chat, outsiders, why_questions
from reviews.services.subscriptions import subscribe_newcomers
from reviews.services.unsubscribing import unsubscribe_url
from teams.models import ApiToken, Membership, Team, User, Workspace
from teams.policy import Role
from teams.services import invitations, mail, members, tokens, workspaces

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
PASSWORD = "a quiet harbour at dawn"
STUDIOS = 80
SUNDAY = dt.date(2026, 11, 15)
# Weeks before those of the story, which stays as it is told. Every row of this file is in order; of
# the other one, a cell is not a number.
LONG_NAME = "google_ads_campaign_report_of_all_accounts_of_the_company.csv"
GOOD_FILE = "Week,Leads,Referrals\n2024-09-02,150,4\n2024-09-09,151,6\n"
BAD_FILE = "Week,Leads,Referrals\n2024-09-02,n/d,4\n2024-09-09,151,6\n"


def build_all(*, crowded):
    """Build everything, and print what is where as JSON."""
    print(json.dumps(_built(crowded=crowded)))  # noqa: T201  # whoever started it reads this


def build_nothing():
    """Prepare a site that nobody has set up."""
    prepare()
    print(json.dumps({"studios": []}))  # noqa: T201  # whoever started it reads this


def prepare():
    preparations.migrate(lambda _text: None)
    preparations.collect_static(lambda _text: None)


def _built(*, crowded):
    at = clock.now()
    prepare()
    with transaction.atomic():
        thai = _thai_demo(at)
        demo = build.build_demo(at=at)
        empty = _empty(at)
        return {
            "workspaces": {
                "en": _furnish(demo, at, mark=""),
                "th": _furnish(thai, at, mark=THAI[1]),
                "empty": _told_in_both(empty, at),
                **({"crowd": _told_in_both(_crowd(at), at)} if crowded else {}),
            },
            "studios": [_studio(number, at) for number in range(STUDIOS)],
            "starting": _draft(),
            "nobody": {
                language: session_of(_user(f"nobody.{language}@mops.example", language))
                for language in ("en", "th")
            },
        }


def _thai_demo(at):
    """The demo under Thai names, some of them long, for somebody who reads Thai."""
    with _retold():
        workspace = build.build_demo(at=at)
    Workspace.objects.filter(pk=workspace.pk).update(name="โรตาลีฟ ประเทศไทย", slug="thai")
    workspace.refresh_from_db()
    return workspace


@contextmanager
def _retold():
    def named(row, place, **more):
        tail = LONG_TAIL if place % 7 == 3 else ""
        return dataclasses.replace(row, name=f"{THAI[place % len(THAI)]} {place}{tail}", **more)

    people = [
        named(person, place, email=f"{person.key}@thai.example", language="th")
        for place, person in enumerate(story.PEOPLE)
    ]
    lines = [
        named(
            line,
            place,
            definition=f"{THAI[place % len(THAI)]} " * 4,
            team=line.team and f"{THAI[0]} {line.team}",
        )
        for place, line in enumerate(story.LINES)
    ]
    departments = {f"{THAI[0]} {name}": keys for name, keys in story.TEAMS.items()}
    with mock.patch.multiple(story, PEOPLE=people, LINES=lines, TEAMS=departments):
        yield


def _furnish(workspace, at, *, mark):
    """Add what the story does not tell: one of everything that a page can show."""
    owner = Membership.objects.get(workspace=workspace, role=Role.OWNER)
    other = Membership.objects.get(workspace=workspace, user__email__startswith="ola@")
    breakdown = breakdowns.create_breakdown(
        workspace=workspace,
        name=f"Markets {mark}".strip(),
        segments=[("pl", f"Poland {mark}"), ("it", "Italy"), ("th", "ประเทศไทย")],
    )
    old = create_kpi(
        workspace=workspace, code="fax_leads", name=f"Leads by fax {mark}", kind="response",
        unit="count", direction="increase", aggregation="sum", cadence="weekly", owner=owner,
    )  # fmt: skip
    archive_kpi(kpi=old, at=at)
    tokens.create_token(
        membership=owner, name=f"GA4 nightly {mark}", scope=ApiToken.Scope.WRITE, by=owner,
        expires_at=at + dt.timedelta(days=90), at=at,
    )  # fmt: skip
    invited = invitations.invite(
        text="new.colleague@rotaleaf.example", role=other.role, by=owner, at=at
    )[0]
    files = {
        "matched": _file(owner, GOOD_FILE, "mkt-2024-26.csv", at),
        "checked": _file(owner, GOOD_FILE, f"{mark}checked.csv", at, until="checked"),
        "refused": _file(owner, BAD_FILE, "refused.csv", at, until="checked"),
        "done": _file(owner, GOOD_FILE, "done.csv", at, until="done"),
    }
    _link(owner, at)
    failing = _failing(owner, f"{mark or 'Google Ads'}, every night{LONG_TAIL}"[:80], at)
    rollups.drain(workspace=workspace, at=at)
    subscribe_newcomers(workspace)
    letter = mail.queue(
        workspace=workspace,
        recipient=owner.user.email,
        subject=f"Your import {LONG_NAME}",
        text="It says little.",
        at=at,
    )
    room = chat.add_room(kind="slack", team=None, address="https://hooks.chat.example/x", by=owner)
    ChatPost.objects.create(
        room=room, send_after=at, finished_at=at, state="failed",
        last_error="The server does not answer.",
    )  # fmt: skip
    reader = outsiders.add(
        email="board@investor.example", language=owner.user.language, by=owner, at=at
    )
    leaving = DigestSubscription.objects.filter(membership=other).first()
    return {
        "slug": workspace.slug,
        "session": session_of(owner.user),
        "viewer": session_of(User.objects.get(email=owner.user.email.replace("you@", "anna@"))),
        "member": other.pk,
        "team": Team.objects.for_workspace(workspace).order_by("pk").first().pk,
        "kpi": Kpi.objects.get(workspace=workspace, code="trial_sign_ups").number,
        "formula": Kpi.objects.get(workspace=workspace, code="cost_per_trial").number,
        "scorecard": Scorecard.objects.for_workspace(workspace).first().number,
        "breakdown": breakdown.number,
        "segment": breakdown.segments.first().number,
        "source": Source.objects.filter(workspace=workspace).order_by("pk").first().number,
        "failing": failing.number,
        "files": {name: row.number for name, row in files.items()},
        "letter": letter.pk,
        "reset": _reset_key(other.user),
        "join": invitations.link_of(invited).rstrip("/").rpartition("/")[2],
        "confirm": outsiders.link_of(reader).rstrip("/").rpartition("/")[2],
        "unsubscribe": unsubscribe_url(leaving.pk).rstrip("/").rpartition("/")[2],
        "why": _why_link(workspace, at).rstrip("/").rpartition("/")[2],
    }


def _link(owner, at):
    """Let two dashboards read a scorecard, and end one of them."""
    read = Scorecard.objects.for_workspace(owner.workspace).first()
    for name in ("Board report in Google Sheets", "Screen in the hall"):
        link, _secret = make_link(scorecard=read, name=name, by=owner, at=at)
    revoke_link(link=link, at=at)


def _why_link(workspace, at):
    """Have the owner asked about a number that is off track and that nobody explained."""
    today = workspace.today(at=at)
    board = get_board(
        workspace, freshness=get_freshness(workspace), periods=1, today=today, language="en",
        newest=workspace.calendar.last_complete(Grain.WEEK, today=today),
    )  # fmt: skip
    unsaid = board.unsaid()[0]
    asked = WhyQuestion.objects.create(
        kpi=unsaid.kpi, start=unsaid.current.start, noticed_at=at, asked_at=at,
        asked_of=unsaid.kpi.owner,
    )  # fmt: skip
    return why_questions.link_of(asked)


def _reset_key(user):
    return f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"


def _file(owner, text, name, at, until=""):
    row = imports.upload(
        content=text.encode(), filename=name, options=ReadOptions(), by=owner, at=at
    )
    if until:
        mapping = {"date": 0, "segment": [], "values": {"1": "leads", "2": "referrals"}, "kpi": [],
                   "value": None, "new_segments": False}  # fmt: skip
        row = imports.match(row=row, mapping=mapping)
        imports.run_next(at=at, only=row)
        row.refresh_from_db()
    if until == "done":
        row = imports.apply(row=row)
        imports.run_next(at=at, only=row)
    return row


def _failing(owner, name, at):
    """A source whose file has other headings each time that it is pulled."""
    source = sources.create_source(
        name=name, address="https://ads.example/report.csv", hour=6, owner=owner, by=owner,
        state=Source.State.PAUSED, at=at,
    )  # fmt: skip
    source = sources.change_source(source=source, version=1, state=Source.State.ACTIVE, at=at)
    for days in range(3, 0, -1):
        asked_at = at - dt.timedelta(days=days)
        pull = SourcePull.objects.create(
            workspace=source.workspace, source=source, asked_at=asked_at
        )
        file = f"Day,Cost {days},Clicks\n2026-11-02,5,6\n".encode()
        sources.receive(pull=pull, answer=Answer(200, {}, file), at=asked_at)
    return source


def _empty(at):
    owner = User.objects.create_user("owner@empty.example", name="Emma Empty")
    return workspaces.open_workspace(
        name="Empty", timezone="Europe/Warsaw", currency="EUR", owner=owner, first_steps=True, at=at
    )


def _crowd(at):
    """A workspace with a thousand KPIs, most of them with ten weeks of values."""
    owner = User.objects.create_user("owner@crowd.example", name="Cleo Crowd")
    member = workspaces.open_workspace(
        name="Crowd", timezone="Europe/Warsaw", currency="EUR", owner=owner, at=at
    )
    kpis = [
        Kpi(workspace=member.workspace, owner=member, number=number, position=number,
            code=f"kpi_{number}", name=f"Leads of restaurant {number}", kind=kind, unit="count",
            direction="increase", aggregation="sum", cadence="weekly", on_home=number <= 60)
        for number, kind in zip(range(1, 1001), cycle(Kpi.Kind.values), strict=False)
    ]  # fmt: skip
    Kpi.objects.bulk_create(kpis)
    values = [
        NewValue(kpi.code, week, Decimal(100 + kpi.number % 37))
        for kpi in kpis
        for week in _weeks_before(SUNDAY, 10)
    ]
    record(values, by=Author(membership=member, source="Import"), at=at)
    rollups.drain(workspace=member.workspace, at=at)
    return member


def _told(member):
    return {"slug": member.workspace.slug, "session": session_of(member.user)}


def _told_in_both(owner, at):
    """Tell of a workspace that somebody who reads Thai owns as well."""
    twin = members.join(
        workspace=owner.workspace,
        user=_user(f"th.{owner.user.email}", "th"),
        role=Role.OWNER,
        at=at,
    )
    return {"slug": owner.workspace.slug, "en": session_of(owner.user), "th": session_of(twin.user)}


def _user(email, language):
    return User.objects.create_user(email, name="Emma Empty", language=language)


def _weeks_before(sunday, count):
    return [sunday - dt.timedelta(days=6 + 7 * back) for back in range(1, count + 1)]


def _studio(number, at):
    """A small workspace for one test to change: four KPIs whose last week is missing."""
    email = f"nora{number}@studio.example"
    user = User.objects.create_user(email, PASSWORD, name="Nora Nowak")
    owner = workspaces.open_workspace(
        name=f"Studio {number}", timezone="Europe/Warsaw", currency="EUR", owner=user, at=at
    )
    weeks = _weeks_before(SUNDAY, 9)
    lines = [
        ("leads", "Leads", "count", 180),
        ("ad_spend", "Ad spend", "currency", 2400),
        ("open_rate", "Open rate", "percent", 31),
        ("visits", "Visits", "count", 900),
    ]
    kpis = [
        create_kpi(
            workspace=owner.workspace, code=code, name=name, kind="response", unit=unit,
            direction="increase", aggregation="average" if unit == "percent" else "sum",
            cadence="weekly", owner=owner, on_home=True, position=place,
        )
        for place, (code, name, unit, _level) in enumerate(lines)
    ]  # fmt: skip
    set_target(
        kpi=kpis[0], comparator=Comparator.AT_LEAST, value=Decimal(185), valid_from=weeks[-1],
        reason="Agreed.", by=owner, at=at,
    )  # fmt: skip
    values = [
        NewValue(code, week, Decimal(level + place % 4))
        for code, _name, _unit, level in lines
        for place, week in enumerate(weeks)
    ]
    # Off track, in the earliest of the weeks.
    values[len(weeks) - 1] = NewValue("leads", weeks[-1], Decimal(120))
    record(values, by=Author(membership=owner, source="Import"), at=at)
    rollups.drain(workspace=owner.workspace, at=at)
    return {**_told(owner), "email": email, "password": PASSWORD}


def _draft():
    """The session of somebody between the first two steps of an empty installation."""
    session = SessionStore()
    session[DRAFT] = {"name": "Rosemary Ltd", "timezone": "Europe/Warsaw", "currency": "EUR"}
    session.save()
    return session.session_key


def session_of(user):
    """Sign somebody in, and give the cookie's value."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = BACKEND
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return session.session_key
