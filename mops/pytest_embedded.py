"""Gives a test run a PostgreSQL and a Valkey of its own; loaded by `-p mops.pytest_embedded`."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest

from mops.embedded import paths
from mops.embedded.postgres import Postgres
from mops.embedded.servers import Server, running
from mops.embedded.valkey import Valkey

# So many has a Valkey that is not told otherwise.
DATABASES = 16


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """
    Start what the environment does not name, before pytest-django reads the settings.

    The addresses go into the environment, where the workers of pytest-xdist find them and start
    nothing of their own.
    """
    _choose_database_of_valkey()
    missing = {name for name in ("DATABASE_URL", "REDIS_URL") if not os.environ.get(name)}
    if not missing:
        return
    stack = ExitStack()
    # Called at the end of the run, also after ctrl-C and after a mistake on the command line.
    early_config.add_cleanup(stack.close)

    var = Path(tempfile.mkdtemp(prefix="mops-test-"))
    for folder in (var, paths.socket_folder(var)):  # the second is not always in the first
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
    var.chmod(0o711)
    servers: list[Server] = []
    if "DATABASE_URL" in missing:
        lay_migrated(var)
        servers.append(Postgres(var, throw_away=True))
        os.environ["DATABASE_URL"] = paths.database_url(var)
        os.environ["TEST_TEMPLATE"] = paths.DATABASE
    if "REDIS_URL" in missing:
        servers.append(Valkey(var, throw_away=True))
        os.environ["REDIS_URL"] = paths.redis_url(var)
    stack.enter_context(running(servers, var=var))


def _choose_database_of_valkey() -> None:
    """Give each worker of pytest-xdist a database of its own in the Valkey that they share."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    url, found, _first = os.environ.get("REDIS_URL", "").partition("?db=0")
    if found:
        os.environ["REDIS_URL"] = f"{url}?db={int(worker) % DATABASES}"


def lay_migrated(var: Path) -> None:
    """
    Put a cluster whose database is migrated where ``Postgres(var)`` looks for its data.

    To apply every migration takes ten seconds; a copy takes none. What is copied stays in the
    checkout's own ``var`` until a migration or a requirement changes.
    """
    kept = paths.var_folder()
    kept.mkdir(mode=0o711, parents=True, exist_ok=True)
    migrated = kept / f"migrated-{_digest_of_migrations()}"
    with (kept / "migrated.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not migrated.exists():
            for outdated in kept.glob("migrated-*"):
                shutil.rmtree(outdated)
            _make_migrated(migrated)
        # Unlike shutil it keeps the owner, who is not root.
        subprocess.run(["cp", "--archive", migrated, var / "postgres"], check=True)  # noqa: S603, S607


def _digest_of_migrations() -> str:
    files = [paths.BASE_DIR / "requirements.txt", *paths.BASE_DIR.glob("*/migrations/*.py")]
    return hashlib.sha256(b"".join(file.read_bytes() for file in sorted(files))).hexdigest()[:12]


def _make_migrated(place: Path) -> None:
    draft = place.with_name("migrated-draft")
    draft.mkdir(mode=0o711)
    with running([Postgres(draft, throw_away=True)], var=draft):
        subprocess.run(
            [sys.executable, "-m", "django", "migrate", "--verbosity=0"],
            cwd=paths.BASE_DIR,
            env={
                **os.environ,
                "DATABASE_URL": paths.database_url(draft),
                "DJANGO_SETTINGS_MODULE": "mops.settings.test",
            },
            check=True,
        )
    (draft / "postgres").rename(place)
    shutil.rmtree(draft)
