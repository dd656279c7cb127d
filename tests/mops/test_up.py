"""`manage.py up`, as somebody at a terminal sees it: starts, kills, stops and full ports."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import psycopg
import pytest
from redis import Redis
from redis.exceptions import RedisError

from mops import programs
from mops.celery import app
from mops.embedded import paths
from mops.embedded.servers import end_leftovers
from tests.beside import SECONDS, all_gone, eventually, free_port, lives

TINY = "tests.mops.tiny"


class Up:
    """One run of `manage.py up` on the tiny project, in a var folder and on a port of its own."""

    def __init__(self, var: Path, port: int, **variables: str) -> None:
        self.var = var
        self.port = port
        self.output = var.with_suffix(f".{time.monotonic_ns()}.log")
        with self.output.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up"],
                cwd=paths.BASE_DIR,
                env=environment(var, PORT=str(port), **variables),
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def wait_for(self, *texts: str) -> str:
        """Read along until all the texts have been shown."""
        deadline = time.monotonic() + SECONDS
        while not all(text in self.shown() for text in texts):
            assert time.monotonic() < deadline, self.shown()
            assert self.process.poll() is None, self.shown()
            time.sleep(0.05)
        return self.shown()

    def wait_until_ready(self) -> "Up":
        self.wait_for("mops is ready at", "beat: Starting", "celery@")
        return self

    def shown(self) -> str:
        return self.output.read_text()

    def stop(self, *signals: signal.Signals) -> float:
        """Send the signals, and give the seconds that it took to end."""
        began = time.monotonic()
        for number in signals:
            shown = self.shown().count("Stopping.")
            self.process.send_signal(number)
            while self.shown().count("Stopping.") == shown == 0 and self.process.poll() is None:
                time.sleep(0.01)
        self.process.wait(SECONDS)
        return time.monotonic() - began

    def descendants(self) -> list[psutil.Process]:
        return list(psutil.Process(self.process.pid).children(recursive=True))

    def child(self, word: str) -> psutil.Process | None:
        """Give the living child that has ``word`` on its command line."""
        assert self.process.poll() is None, self.shown()
        children = filter(lives, psutil.Process(self.process.pid).children())
        return next((child for child in children if word in " ".join(child.cmdline())), None)

    def has_another(self, word: str, than: psutil.Process) -> bool:
        return self.child(word) not in (than, None)

    def execute(self, query: str) -> list[tuple[object, ...]]:
        with psycopg.connect(paths.database_url(self.var), autocommit=True) as connection:
            cursor = connection.execute(query)
            return cursor.fetchall() if cursor.description else []

    def redis(self) -> Redis:
        return Redis.from_url(paths.redis_url(self.var))

    def get(self) -> bytes:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/livez", timeout=5) as answer:
            return bytes(answer.read())


def environment(var: Path, **more: str) -> dict[str, str]:
    """Give the environment of a shell in which nobody has set up anything."""
    unset = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "SITE_URL", "PYTHONDONTWRITEBYTECODE"}
    kept = {name: text for name, text in os.environ.items() if name not in unset}
    return {**kept, "MOPS_VAR": str(var), "DJANGO_SETTINGS_MODULE": TINY, **more}


@pytest.fixture(scope="module")
def start_up() -> Iterator[Callable[..., Up]]:
    """Give a way to start mops; whatever is still running at the end is killed."""
    home = Path(tempfile.mkdtemp(prefix="mops-up-"))
    home.chmod(0o711)
    started: list[Up] = []

    def start(var: str, port: int | None = None, **variables: str) -> Up:
        started.append(Up(home / var, port or free_port(), **variables))
        return started[-1]

    yield start
    for up in started:
        up.process.kill()
        up.process.wait()
        end_leftovers(up.var)
    shutil.rmtree(home)


@pytest.fixture(scope="module")
def mops(start_up: Callable[..., Up]) -> Up:
    """One mops for all tests that leave it running."""
    return start_up("shared").wait_until_ready()


pytestmark = pytest.mark.servers


def test_every_line_names_its_speaker(mops):
    lines = mops.shown().splitlines()

    assert f"mops     | mops is ready at http://localhost:{mops.port}" in lines
    assert {line.partition(" | ")[0].strip() for line in lines} == {"mops", "web", "worker", "beat"}


@pytest.mark.parametrize(
    ("name", "word"), [("web", "gunicorn"), ("worker", "quiet worker"), ("beat", "quiet beat")]
)
def test_a_killed_program_is_started_again(mops, name, word):
    victim = mops.child(word)
    relatives = victim.children(recursive=True)

    victim.kill()

    mops.wait_for(f"mops     | {name} was killed by SIGKILL; starting it again.")
    assert eventually(lambda: mops.has_another(word, than=victim))
    assert all_gone(relatives)
    assert eventually(lambda: programs.answers(mops.port))
    assert mops.get() == b"ok"


def test_a_killed_postgres_comes_back_with_its_data(mops):
    mops.execute("CREATE TABLE kept AS SELECT 42 AS answer")

    mops.child("postgres").kill()

    mops.wait_for("mops     | postgres was killed by SIGKILL; starting it again.")
    assert eventually(lambda: _reads(mops, "SELECT answer FROM kept") == [(42,)])


def test_a_killed_valkey_comes_back_with_its_data(mops):
    mops.redis().rpush("kept", "one")
    victim = mops.child("valkey-server")

    victim.kill()

    mops.wait_for("mops     | valkey was killed by SIGKILL; starting it again.")
    assert eventually(lambda: mops.has_another("valkey-server", than=victim))
    assert eventually(lambda: _pings(mops))
    assert mops.redis().lrange("kept", 0, -1) == [b"one"]


def test_a_second_start_in_the_same_checkout_says_who_runs_already(mops, start_up):
    second = start_up("shared")
    second.process.wait(SECONDS)

    assert second.process.returncode == 1
    assert second.shown() == (
        f"mops is already running in this folder: process {mops.process.pid}, http://localhost.\n"
    )


def test_a_taken_port_is_said_before_anything_is_started(mops, start_up):
    second = start_up("elsewhere", port=mops.port)
    second.process.wait(SECONDS)

    assert second.process.returncode == 1
    assert second.shown().startswith(
        f"Port {mops.port} is taken by another program. Try: make run PORT="
    )
    assert [file.name for file in second.var.iterdir()] == ["lock"]


def test_two_checkouts_run_side_by_side(mops, start_up):
    second = start_up("side")
    second.wait_for("mops is ready")

    second.execute("CREATE TABLE only_here ()")

    assert second.get() == mops.get() == b"ok"
    with pytest.raises(psycopg.errors.UndefinedTable):
        mops.execute("SELECT FROM only_here")
    second.stop(signal.SIGTERM, signal.SIGTERM)


def test_a_command_uses_the_running_servers(mops):
    done = _manage(mops.var, "migrate", "--check")

    assert done.returncode == 0, done.stderr
    assert mops.execute("SELECT 42") == [(42,)]


def test_ctrl_c_ends_a_busy_mops_within_five_seconds(start_up):
    up = start_up("busy").wait_until_ready()
    _keep_busy(up)
    everything = up.descendants()

    seconds = up.stop(signal.SIGINT)

    assert seconds < 5
    assert up.process.returncode == 0
    assert all_gone(everything)
    assert up.shown().endswith("mops     | Stopped.\n")


def test_a_second_ctrl_c_ends_it_at_once(start_up):
    up = start_up("hurried").wait_until_ready()
    _keep_busy(up)
    everything = up.descendants()

    seconds = up.stop(signal.SIGINT, signal.SIGINT)

    assert seconds < 2
    assert all_gone(everything)


def test_ctrl_c_during_the_preparations_leaves_nothing_running(start_up):
    up = start_up("early", TINY_NEVER_READY="1")
    up.wait_for("Bringing the database up to date.")
    everything = up.descendants()

    seconds = up.stop(signal.SIGINT)

    assert seconds < 5
    assert up.shown().endswith("Stopped before mops was ready.\n")
    assert all_gone(everything)


def test_kill_9_of_the_supervisor_leaves_no_orphan_and_no_damage(start_up):
    up = start_up("killed").wait_until_ready()
    up.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    _keep_busy(up)
    everything = up.descendants()

    up.process.kill()
    up.process.wait()
    again = start_up("killed", port=up.port)

    again.wait_for("mops is ready")
    assert len(everything) > 8
    assert all_gone(everything)
    assert again.execute("SELECT answer FROM kept") == [(42,)]
    again.stop(signal.SIGINT, signal.SIGINT)


def test_commands_start_servers_only_if_they_need_them(tmp_path):
    var = tmp_path / "var"

    checked = _manage(var, "check")
    untouched = not (var / "postgres").exists()
    migrated = _manage(var, "migrate", "--verbosity=0")

    assert checked.returncode == 0, checked.stderr
    assert untouched
    assert migrated.returncode == 0, migrated.stderr
    assert (var / "postgres").exists()
    assert not (var / "postgres" / "postmaster.pid").exists()


def test_what_is_missing_is_said_in_one_sentence(tmp_path):
    started = _manage(
        tmp_path,
        "up",
        DJANGO_SETTINGS_MODULE="mops.settings.prod",
        DATABASE_URL="postgresql://db/mops",
    )

    assert started.returncode == 1
    assert started.stderr.startswith("Set SECRET_KEY to a long random text")
    assert started.stderr.count("\n") == 1


def _manage(var: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=paths.BASE_DIR,
        env=environment(var, **variables),
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )


def _keep_busy(up: Up) -> None:
    with app.connection_for_write(paths.broker_url(paths.redis_url(up.var))) as connection:
        app.send_task("nap", connection=connection, ignore_result=True)
    up.wait_for("Task nap")


def _reads(up: Up, query: str) -> list[tuple[object, ...]]:
    try:
        return up.execute(query)
    except psycopg.OperationalError:
        return []


def _pings(up: Up) -> bool:
    try:
        return up.redis().ping()
    except RedisError:
        return False
