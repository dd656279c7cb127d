"""The site that browsers visit: servers, web and worker of its own, from start to stop."""

import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from mops import programs
from mops.embedded import paths
from mops.embedded.postgres import Postgres
from mops.embedded.servers import running
from mops.embedded.valkey import Valkey
from mops.pytest_embedded import lay_migrated
from tests.beside import SECONDS, beating_fast, eventually, free_port

# Monday of ISO week 47, 09:00 in Warsaw: the moment at which every site starts.
OPENED_AT = dt.datetime(2026, 11, 16, 8, tzinfo=dt.UTC)
# A busy machine is slow, which is no fault of what is tested.
PATIENCE = 120
CHROMIUM = {
    "executable_path": "/usr/bin/chromium",
    "args": [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ],
}


@dataclass(frozen=True)
class Site:
    """A running site, and what stands on it (see tests/browser/stage.py)."""

    url: str
    var: Path
    world: dict[str, Any]
    unused: list[dict[str, Any]] = field(default_factory=list)

    def studio(self) -> dict[str, Any]:
        """Give a small workspace that nobody has touched yet."""
        assert self.unused, "All studios are taken: raise STUDIOS in tests/browser/stage.py."
        return self.unused.pop()

    def set_clock(self, moment: dt.datetime) -> None:
        """Have the site live at a moment from now on; its clock goes on from there."""
        _set_clock(self.var, moment)

    def execute(self, query: str, *values: object) -> None:
        with psycopg.connect(paths.database_url(self.var), autocommit=True) as connection:
            connection.execute(query, values)

    def count(self, table: str) -> int:
        """Count the rows of a table."""
        with psycopg.connect(paths.database_url(self.var)) as connection:
            counted = connection.execute(
                sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
            )
            return int(counted.fetchall()[0][0])


@contextmanager
def open_site(*, crowded: bool = False) -> Iterator[Site]:
    """Start a site with everything on it; ``crowded``: with a workspace of 1,000 KPIs as well."""
    with _opened(f"stage.build_all(crowded={crowded})") as site:
        yield site


@contextmanager
def open_beating_site(scene: str, **variables: str) -> Iterator[Site]:
    """
    Start a site on which what is due happens by itself, within a second, as beat rings for it.

    ``scene`` is a call that builds what stands there; ``variables`` join its environment.
    """
    with _opened(scene, beats=True, **variables) as site:
        yield site


@contextmanager
def open_fresh_site() -> Iterator[Site]:
    """Start a site as it is right after its installation: nobody was there yet."""
    with _opened("stage.build_nothing()") as site:
        yield site


@contextmanager
def _opened(scene: str, *, beats: bool = False, **variables: str) -> Iterator[Site]:
    with tempfile.TemporaryDirectory(prefix="mops-site-") as name:
        var = Path(name)
        var.chmod(0o711)
        port = free_port()
        lay_migrated(var)
        servers = [Postgres(var, throw_away=True), Valkey(var, throw_away=True)]
        with running(servers, var=var):
            environment = _environment(var, port) | variables
            _set_clock(var, OPENED_AT)
            world = _stage(environment, scene)
            with _started(environment, port, var, beats=beats):
                yield Site(f"http://localhost:{port}", var, world, list(world["studios"]))


def _environment(var: Path, port: int) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": paths.database_url(var),
        "REDIS_URL": paths.redis_url(var),
        "MOPS_VAR": str(var),
        "PORT": str(port),
        "SECRET_KEY": "for tests only; never used to protect anything real",
        "DJANGO_SETTINGS_MODULE": "tests.browser.site",
    }


def _set_clock(var: Path, moment: dt.datetime) -> None:
    # Renamed into its place, so that nobody reads half of it.
    written = var / "clock.new"
    written.write_text(f"{moment.isoformat()} {dt.datetime.now(dt.UTC).isoformat()}")
    written.replace(var / "clock")


def _stage(environment: dict[str, str], scene: str) -> dict[str, Any]:
    deed = f"from tests.browser import stage, week; {scene}"
    command = [sys.executable, "-m", "django", "shell", "--verbosity=0", "--command", deed]
    staged = subprocess.run(
        command, env=environment, cwd=paths.BASE_DIR, stdout=subprocess.PIPE, check=True
    )
    world: dict[str, Any] = json.loads(staged.stdout)
    return world


@contextmanager
def _started(environment: dict[str, str], port: int, var: Path, *, beats: bool) -> Iterator[None]:
    log = var / "site.log"
    beat, *others = programs.programs(port=port, var=var)
    commands = [program.command() for program in others]
    # Most sites are without beat: whatever a page needs is rung for at once.
    if beats:
        commands.append(beating_fast(beat.command()))
    with log.open("wb") as output:
        children = [
            subprocess.Popen(
                command, env=environment, cwd=paths.BASE_DIR, stdout=output, stderr=output
            )
            for command in commands
        ]
    try:
        assert eventually(lambda: programs.answers(port), seconds=PATIENCE), log.read_text()
        yield
    finally:
        for child in children:
            child.terminate()
        for child in children:
            child.wait(SECONDS)
