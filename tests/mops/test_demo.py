"""The demo workspace: its banner, building it anew, and leaving nothing behind."""

import re
from unittest.mock import Mock

import pytest
from django.db import connection
from django.test import Client

from goals.models import Kpi, Measurement, Series
from mops.demo import build
from teams.models import Membership, User, Workspace
from teams.policy import Role
from tests.conftest import NOW
from tests.doors import text_of
from tests.factories.goals import DEFINITION, KpiFactory
from tests.factories.teams import MembershipFactory, WorkspaceFactory

NEW_KPI = {
    "code": "visits", "name": "Visits", **DEFINITION, "gaps": "unknown", "segment_total": "none",
    "band": "10", "position": "0",
}  # fmt: skip
BANNER = re.compile(r'class="m-banner".*?</div>', re.DOTALL)


def rows():
    """Count the rows of every table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        counts = {}
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}"')  # names of tables
            counts[table] = cursor.fetchone()[0]
    return counts


def signed_in(email):
    client = Client()
    client.force_login(User.objects.get(email=email))
    return client


def demo_owner():
    return Membership.objects.get(user__email="you@rotaleaf.example").pk


@pytest.fixture
def demo(db, frozen):
    return build.build_demo(at=NOW)


@pytest.fixture
def visitor(demo):
    return signed_in("you@rotaleaf.example")


@pytest.fixture
def stand_in(db, frozen):
    """Stand in for the demo where its numbers do not matter: building them takes seconds."""
    workspace = WorkspaceFactory(slug="rotaleaf", is_demo=True)
    for role in (Role.OWNER, Role.LEAD):
        MembershipFactory(
            workspace=workspace, role=role, user__email=f"{role.name.lower()}@rotaleaf.example"
        )
    return workspace


def test_the_banner_says_what_this_is_and_what_can_be_done(stand_in):
    visitor = signed_in("owner@rotaleaf.example")

    [banner] = BANNER.findall(visitor.get("/w/rotaleaf/").content.decode())

    assert "A demo: an invented company with invented numbers. No mail is sent." in banner
    assert re.findall(r'<a class="m-link" href="(.*?)"', banner) == [
        "/start/",
        "/w/rotaleaf/demo/reset/",
        "/w/rotaleaf/demo/remove/",
    ]


def test_a_lead_of_the_demo_is_not_offered_what_only_owners_may(stand_in):
    html = signed_in("lead@rotaleaf.example").get("/w/rotaleaf/").content.decode()

    assert "/start/" in html
    assert "/demo/re" not in html


def test_other_workspaces_have_neither_banner_nor_these_pages(owner, frozen):
    client = Client()
    client.force_login(owner.user)

    assert not BANNER.search(client.get("/w/rosemary/").content.decode())
    for deed in ("reset", "remove"):
        assert client.get(f"/w/rosemary/demo/{deed}/").status_code == 404
        assert client.post(f"/w/rosemary/demo/{deed}/").status_code == 404
    assert Workspace.objects.get() == owner.workspace


@pytest.mark.parametrize("deed", ["reset", "remove"])
def test_asking_changes_nothing(stand_in, deed):
    visitor = signed_in("owner@rotaleaf.example")
    before = rows()

    page = visitor.get(f"/w/rotaleaf/demo/{deed}/")

    assert page.status_code == 200
    assert '<form class="m-bar" method="post">' in page.content.decode()
    assert rows() == before


def test_removing_the_demo_leaves_nothing_behind(db, frozen, owner):
    KpiFactory(workspace=owner.workspace, owner=owner)
    before = rows()
    build.build_demo(at=NOW)
    client = signed_in("you@rotaleaf.example")
    made = client.post("/w/rotaleaf/kpis/new/", {**NEW_KPI, "owner": demo_owner()})
    assert made.status_code == 303, made.context["form"].errors

    answer = client.post("/w/rotaleaf/demo/remove/", follow=True)

    assert answer.redirect_chain[-1] == ("/accounts/login/", 302)
    assert "The demo is removed." in answer.content.decode()
    client.session.flush()  # which holds the message
    assert rows() == before


def test_removing_the_demo_of_an_empty_installation_leads_to_the_start(visitor):
    answer = visitor.post("/w/rotaleaf/demo/remove/", follow=True)

    assert answer.redirect_chain[-1][0] == "/start/"
    assert not User.objects.exists()


def test_work_waits_for_whoever_tries_the_demo(visitor):
    page = visitor.get("/w/rotaleaf/me/")
    numbers = visitor.get("/w/rotaleaf/kpis/enter/")

    assert [task.title for task in page.context["work"].tasks] == [
        "Add 1 number for week 46",
        "Say why it is off track",
    ]
    assert "1 of 2 missing" in text_of(numbers)


def test_the_activity_of_the_demo_tells_of_a_number_that_was_taken_back(visitor):
    page = visitor.get("/w/rotaleaf/activity/?kind=numbers")

    [undone] = [item for item in page.context["items"] if item.undone]
    assert undone.lines == ["Ad spend, week 46: EUR\u00a024,800"]
    assert undone.undone.startswith("Undone by Marek Wrona")


def test_resetting_the_demo_undoes_what_visitors_did(visitor):
    before = Measurement.objects.count()
    Kpi.objects.filter(code="mqls").update(name="Something else")
    series = list(Series.objects.filter(kpi__code="mqls"))
    Measurement.objects.filter(series__in=series).delete()

    answer = visitor.post("/w/rotaleaf/demo/reset/", follow=True)

    assert answer.redirect_chain[-1][0] == "/w/rotaleaf/"
    assert "The demo is as it was on the first day." in answer.content.decode()
    assert Measurement.objects.count() == before
    assert Workspace.objects.filter(is_demo=True).count() == 1


def test_a_reset_that_fails_leaves_the_demo_as_it_was(stand_in, monkeypatch):
    before = rows()
    monkeypatch.setattr(build, "build_demo", Mock(side_effect=ZeroDivisionError))

    with pytest.raises(ZeroDivisionError):
        build.reset_demo(at=NOW)

    assert rows() == before
