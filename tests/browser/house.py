"""The site that browsers visit: servers, web and worker of its own, from start to stop."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from mops import programs
from mops.embedded import paths
from mops.embedded.postgres import Postgres
from mops.embedded.servers import running
from mops.embedded.valkey import Valkey
from tests.beside import SECONDS, eventually, free_port

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

    def execute(self, query: str, *values: object) -> None:
        with psycopg.connect(paths.database_url(self.var), autocommit=True) as connection:
            connection.execute(query, values)


@contextmanager
def open_site(*, crowded: bool = False) -> Iterator[Site]:
    """Start a site with everything on it; ``crowded``: with a workspace of 1,000 KPIs as well."""
    with _opened(f"build_all(crowded={crowded})") as site:
        yield site


@contextmanager
def open_fresh_site() -> Iterator[Site]:
    """Start a site as it is right after its installation: nobody was there yet."""
    with _opened("build_nothing()") as site:
        yield site


@contextmanager
def _opened(scene: str) -> Iterator[Site]:
    with tempfile.TemporaryDirectory(prefix="mops-site-") as name:
        var = Path(name)
        var.chmod(0o711)
        port = free_port()
        servers = [Postgres(var, throw_away=True), Valkey(var, throw_away=True)]
        with running(servers, var=var):
            environment = _environment(var, port)
            world = _stage(environment, scene)
            with _started(environment, port, var):
                yield Site(f"http://localhost:{port}", var, world, list(world["studios"]))


def _environment(var: Path, port: int) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": paths.database_url(var),
        "REDIS_URL": paths.redis_url(var),
        "MOPS_VAR": str(var),
        "PORT": str(port),
        "SECRET_KEY": "for tests only; never used to protect anything real",
        "SITE_STARTED_AT": str(time.time()),
        "DJANGO_SETTINGS_MODULE": "tests.browser.site",
    }


def _stage(environment: dict[str, str], scene: str) -> dict[str, Any]:
    deed = f"from tests.browser import stage; stage.{scene}"
    command = [sys.executable, "-m", "django", "shell", "--verbosity=0", "--command", deed]
    staged = subprocess.run(
        command, env=environment, cwd=paths.BASE_DIR, stdout=subprocess.PIPE, check=True
    )
    world: dict[str, Any] = json.loads(staged.stdout)
    return world


@contextmanager
def _started(environment: dict[str, str], port: int, var: Path) -> Iterator[None]:
    log = var / "site.log"
    # Without beat: whatever a page needs is rung for at once.
    commands = [p.command() for p in programs.programs(port=port, var=var) if p.name != "beat"]
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
