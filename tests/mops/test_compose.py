"""docker-compose.yml: its commands run, against embedded servers, as they are written there."""

import os
import re
import shlex
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from mops.embedded import paths
from mops.embedded.postgres import INITDB_OPTIONS, Postgres
from mops.embedded.servers import running
from mops.embedded.valkey import Valkey
from tests.beside import SECONDS, eventually, free_port

SERVICES = yaml.safe_load((paths.BASE_DIR / "docker-compose.yml").read_text())["services"]


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """Give a folder with the two servers running in it, and the tables of mops in the database."""
    with tempfile.TemporaryDirectory(prefix="mops-compose-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        servers = [Postgres(folder, throw_away=True), Valkey(folder, throw_away=True)]
        with running(servers, var=folder):
            command = words_of("migrate", folder)
            subprocess.run(command, env=environment_in(folder), cwd=paths.BASE_DIR, check=True)
            yield folder


def environment_in(folder: Path) -> dict[str, str]:
    """Give a container's environment, with addresses that lead to the embedded servers."""
    outside = {
        "DATABASE_URL": paths.database_url(folder),
        "REDIS_URL": paths.redis_url(folder),
        "SECRET_KEY": "for tests only",
        "SITE_URL": "http://localhost",
        "EMAIL_URL": "smtp://127.0.0.1:1025",
        "PORT": str(free_port()),
    }
    assert outside.keys() <= SERVICES["web"]["environment"].keys()
    return {
        **outside,
        "DJANGO_SETTINGS_MODULE": "mops.settings.prod",
        "HOSTNAME": socket.gethostname(),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONUNBUFFERED": "1",
    }


def words_of(service: str, home: Path) -> list[str]:
    return shlex.split(inside(home, SERVICES[service]["command"]))


def inside(home: Path, text: str) -> str:
    """Let the /tmp of the container be a folder of the test's, and undo Compose's $$."""
    return text.replace("/tmp/", f"{home}/").replace("$$", "$")  # noqa: S108


@pytest.mark.servers
@pytest.mark.parametrize(
    ("service", "first_words"), [("web", "Booting"), ("worker", "ready."), ("beat", "Starting")]
)
def test_a_process_becomes_healthy_and_stops_when_asked(home, service, first_words):
    environment = environment_in(home)
    kind, *check = [inside(home, word) for word in SERVICES[service]["healthcheck"]["test"]]
    check = ["sh", "-c", *check] if kind == "CMD-SHELL" else check

    def is_healthy() -> bool:
        done = subprocess.run(check, env=environment, cwd=paths.BASE_DIR, capture_output=True)
        return done.returncode == 0

    log = home / f"{service}.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            words_of(service, home), env=environment, cwd=paths.BASE_DIR, stderr=output
        ) as process,
    ):
        started = eventually(lambda: first_words in log.read_text())
        became_healthy = started and eventually(is_healthy)
        alive = _livez(environment["PORT"]) if service == "web" else b"ok"
        process.terminate()
        code = process.wait(SECONDS)

    assert became_healthy, log.read_text()
    assert alive == b"ok"
    assert code == 0


def _livez(port: str) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=5) as answer:
        return bytes(answer.read())


def test_the_database_sorts_and_folds_as_the_embedded_one_does():
    assert SERVICES["postgres"]["environment"]["POSTGRES_INITDB_ARGS"].split() == INITDB_OPTIONS


@pytest.mark.parametrize("service", ["web", "worker", "beat"])
def test_no_process_starts_before_the_tables_are_there(service):
    needed: dict[str, Any] = SERVICES[service]["depends_on"]

    assert needed["migrate"] == {"condition": "service_completed_successfully"}
    assert SERVICES["migrate"]["depends_on"]["postgres"] == {"condition": "service_healthy"}


def test_every_variable_is_in_the_example_file():
    explained = (paths.BASE_DIR / ".env.example").read_text()
    settings = (paths.BASE_DIR / "mops" / "settings" / "base.py").read_text()
    read = set(re.findall(r'env\.\w+\("([A-Z_]+)"', settings))

    assert {"DATABASE_URL", "SECRET_KEY", "LOG_LEVEL"} <= read
    assert not [name for name in read if f"{name}=" not in explained]
