"""What most tests start from: one workspace with its people, and a clock that stands still."""

import datetime as dt
import socket

import pytest
import time_machine
import trustme
from django.db import transaction
from django.utils import translation

from core import egress
from goals.services.measurement_rows import Author
from teams.policy import Role
from tests import https
from tests.beside import free_port
from tests.factories.teams import MembershipFactory, WorkspaceFactory
from tests.smtp import Server, smtp_settings

# Monday of ISO week 47, 09:00 in Warsaw: week 46 is the last that is over.
NOW = dt.datetime(2026, 11, 16, 8, tzinfo=dt.UTC)


@pytest.hookimpl(trylast=True)  # after the shuffling
def pytest_collection_modifyitems(items):
    """Begin with the files that take minutes: a process that got one last would end long after."""
    items.sort(key=lambda item: not {"browser", "servers"} & item.keywords.keys())


@pytest.fixture(autouse=True)
def _nobodys_language():
    """A request leaves its reader's language behind, and the next test would speak it."""
    yield
    translation.deactivate()


@pytest.fixture
def now():
    return NOW


@pytest.fixture
def frozen():
    """Let the doors read NOW."""
    with time_machine.travel(NOW, tick=False):
        yield NOW


@pytest.fixture(scope="module")
def made_once(django_db_setup, django_db_blocker):
    """Let a module's own fixtures make rows at NOW; what ``db`` opens for a test lies within."""
    with (
        django_db_blocker.unblock(),
        time_machine.travel(NOW, tick=False),
        transaction.atomic(),
    ):
        yield
        transaction.set_rollback(True)


@pytest.fixture
def workspace(db):
    return WorkspaceFactory(name="Rosemary", slug="rosemary")


def _member(workspace, role, name):
    return MembershipFactory(
        workspace=workspace,
        role=role,
        user__name=name,
        user__email=f"{name.split()[0].lower()}@example.com",
    )


@pytest.fixture
def viewer(workspace):
    return _member(workspace, Role.VIEWER, "Vera Viewer")


@pytest.fixture
def partner(workspace):
    return _member(workspace, Role.PARTNER, "Paul Partner")


@pytest.fixture
def member(workspace):
    return _member(workspace, Role.MEMBER, "Mia Member")


@pytest.fixture
def lead(workspace):
    return _member(workspace, Role.LEAD, "Leo Lead")


@pytest.fixture
def admin(workspace):
    return _member(workspace, Role.ADMIN, "Ada Admin")


@pytest.fixture
def owner(workspace):
    return _member(workspace, Role.OWNER, "Olga Owner")


@pytest.fixture
def stranger(db):
    """Somebody with every right, in another workspace."""
    return MembershipFactory(
        role=Role.OWNER, user__name="Stan Stranger", user__email="stan@example.com"
    )


@pytest.fixture
def author(member):
    return Author(membership=member, source="test")


@pytest.fixture
def server(settings):
    """An SMTP server that takes everything."""
    with Server() as server:
        settings.SMTP = smtp_settings(server.port)
        yield server


@pytest.fixture
def nobody_listens(settings):
    """Mail is set up, but there is no server."""
    settings.SMTP = smtp_settings(free_port())


@pytest.fixture
def authority():
    return trustme.CA()


@pytest.fixture
def web(authority, settings, tmp_path):
    """An https server on this machine that may be asked."""
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    settings.EGRESS_ALLOWED = ["127.0.0.1/32"]
    settings.EGRESS_CA_FILE = str(tmp_path / "ca.pem")
    settings.ALLOWED_HOSTS = ["testserver"]
    egress._context.cache_clear()
    server = https.Server(authority.issue_cert("127.0.0.1"))
    yield server
    server.close()
    egress._context.cache_clear()


@pytest.fixture
def listener(monkeypatch):
    """Count every connection that is opened to any address, and refuse it."""
    opened = []

    def refuse(_socket, address):
        opened.append(address)
        raise OSError

    monkeypatch.setattr(socket.socket, "connect", refuse)
    return opened
