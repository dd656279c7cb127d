"""The embedded servers: where they live, who owns them, and what survives."""

import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured
from kombu import Connection
from redis import Redis

from mops.embedded import accounts, family, paths
from mops.embedded.children import Child, Program
from mops.embedded.errors import StartError
from mops.embedded.lock import InUseError, borrowing, nobody_borrowing, ownership
from mops.embedded.postgres import Postgres
from mops.embedded.servers import available, end_leftovers, running
from mops.embedded.valkey import Valkey
from tests.beside import SECONDS, all_gone


@pytest.fixture
def var() -> Iterator[Path]:
    # Not tmp_path: pytest's folders are long, and root's are closed to the servers' account.
    folder = Path(tempfile.mkdtemp(prefix="mops-var-"))
    folder.chmod(0o711)
    yield folder
    end_leftovers(folder)
    shutil.rmtree(folder)


def test_the_addresses_name_the_socket_of_the_var_folder(monkeypatch):
    monkeypatch.setenv("MOPS_VAR", "/srv/a folder/var")

    assert paths.database_url() == "postgresql://mops@/mops?host=%2Fsrv%2Fa%20folder%2Fvar%2Fsock"
    assert paths.redis_url() == "unix:///srv/a%20folder/var/sock/redis.sock?db=0"


@pytest.mark.parametrize(
    ("redis_url", "broker_url"),
    [
        ("unix:///srv/redis.sock?db=0", "redis+socket:///srv/redis.sock?virtual_host=0"),
        ("redis://broker:6379/0", "redis://broker:6379/0"),
        ("rediss://:secret@broker/1", "rediss://:secret@broker/1"),
    ],
)
def test_celery_gets_its_own_spelling_of_a_socket(redis_url, broker_url):
    assert paths.broker_url(redis_url) == broker_url


def test_sockets_move_to_a_short_folder_when_their_path_would_be_too_long():
    deep = Path("/srv") / ("d" * 100)

    folder = paths.socket_folder(deep)

    assert paths.socket_folder(Path("/srv/mops/var")) == Path("/srv/mops/var/sock")
    assert folder.parent == Path("/tmp")  # noqa: S108
    assert folder == paths.socket_folder(deep)
    assert folder != paths.socket_folder(Path("/srv") / ("e" * 100))


def test_the_secret_key_is_made_once_and_for_its_owner_only(var, monkeypatch):
    monkeypatch.setenv("MOPS_VAR", str(var))
    monkeypatch.delenv("DATABASE_URL", raising=False)

    key = paths.secret_key()

    assert len(key) >= 50
    assert paths.secret_key() == key
    assert stat.S_IMODE((var / "secret_key").stat().st_mode) == 0o600
    assert [file.name for file in var.iterdir()] == ["secret_key"]


def test_there_is_no_made_up_secret_key_beside_an_operators_database(var, monkeypatch):
    monkeypatch.setenv("MOPS_VAR", str(var))
    monkeypatch.setenv("DATABASE_URL", "postgresql://db/mops")

    with pytest.raises(ImproperlyConfigured, match="Set SECRET_KEY"):
        paths.secret_key()

    assert not list(var.iterdir())


def test_a_second_owner_is_told_who_the_first_one_is(var):
    with (
        ownership(var, owner="process 7"),
        pytest.raises(InUseError, match="already running in this folder: process 7"),
        ownership(var, owner="process 8"),
    ):
        pass

    with ownership(var, owner="process 9"):
        assert (var / "lock").read_text() == "process 9"


def test_a_folder_of_another_users_is_refused_with_a_sentence(var, monkeypatch):
    def refuse(*_args: object, **_options: object) -> None:
        raise PermissionError(13, "Permission denied", str(var / "lock"))

    monkeypatch.setattr(Path, "open", refuse)

    with pytest.raises(StartError, match="lock belongs to another user"), ownership(var, owner=""):
        pass


def test_an_owner_waits_for_those_who_borrow(var):
    left = threading.Event()

    def stop_the_servers() -> None:
        with nobody_borrowing(var):
            left.set()

    with borrowing(var) as borrowed:
        owner = threading.Thread(target=stop_the_servers)
        owner.start()
        waited = not left.wait(0.2)
    owner.join(SECONDS)

    assert borrowed
    assert waited
    assert left.is_set()


def test_nobody_borrows_servers_that_are_being_stopped(var):
    with nobody_borrowing(var), borrowing(var) as borrowed:
        assert not borrowed


def test_a_socket_folder_that_somebody_else_made_is_refused(var):
    (var / "sock").symlink_to("/srv")

    with pytest.raises(StartError, match="belongs to another user"):
        accounts.private_folder(var / "sock", account=pwd.getpwuid(os.getuid()))


def test_killing_a_child_takes_its_descendants_along_even_from_another_session(var):
    script = "setsid sh -c 'echo here; exec sleep 600' & wait"
    child = Child(Program(name="parent", command=lambda: ["sh", "-c", script]), var=var)
    process = child.start()
    assert process.stdout
    with process.stdout as pipe:
        assert pipe.readline() == b"here\n"
        relatives = [psutil.Process(pid) for pid in family.members(child.family_file)]

        process.kill()
        child.kill()

    assert len(relatives) == 2
    assert all_gone(relatives)


@pytest.mark.servers
def test_data_survives_a_stop_and_a_kill(var):
    with running([Postgres(var), Valkey(var)], var=var):
        _execute(var, "CREATE TABLE kept AS SELECT 'łódź' AS word")
        _redis(var).rpush("queue", "one")

    with running([Postgres(var), Valkey(var)], var=var) as children:
        _execute(var, "INSERT INTO kept VALUES ('ćma')")
        for child in children:
            _kill_9(child)

    with running([Postgres(var), Valkey(var)], var=var):
        words = _execute(var, "SELECT upper(word) FROM kept ORDER BY word").fetchall()
        queued = _redis(var).lrange("queue", 0, -1)

    assert words == [("ĆMA",), ("ŁÓDŹ",)]  # by code point, but both in capitals
    assert queued == [b"one"]


@pytest.fixture(scope="module")
def deep() -> Iterator[Path]:
    """Give a folder with both servers running, whose path is too long for a socket."""
    with tempfile.TemporaryDirectory(prefix="mops-var-") as home:
        Path(home).chmod(0o711)
        folder = Path(home) / "a folder, with a comma" / ("d" * 100)
        servers = [Postgres(folder, throw_away=True), Valkey(folder, throw_away=True)]
        with running(servers, var=folder):
            yield folder
        shutil.rmtree(paths.socket_folder(folder))


@pytest.mark.servers
def test_servers_answer_in_a_folder_whose_path_is_too_long_for_a_socket(deep):
    assert _execute(deep, "SELECT current_database()").fetchone() == ("mops",)
    assert _redis(deep).ping()
    with Connection(paths.broker_url(paths.redis_url(deep))) as broker:
        broker.ensure_connection(max_retries=1)


@pytest.mark.servers
def test_mops_is_an_ordinary_role_that_may_create_databases(deep):
    query = "SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = 'mops'"

    assert _execute(deep, query).fetchone() == (False, True, False)


@pytest.mark.servers
def test_nobody_else_reaches_the_servers(deep):
    assert _execute(deep, "SHOW listen_addresses").fetchone() == ("",)
    assert _redis(deep).config_get("port") == {"port": "0"}
    assert stat.S_IMODE(paths.socket_folder(deep).stat().st_mode) == 0o700


@pytest.mark.servers
def test_a_pid_file_whose_number_somebody_else_has_now_does_not_matter(var):
    with running([Postgres(var, throw_away=True)], var=var) as [postgres]:
        _kill_9(postgres)
    pid_file = var / "postgres" / "postmaster.pid"
    _dead, *rest = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(os.getpid()), *rest]))

    with running([Postgres(var, throw_away=True)], var=var):
        assert _execute(var, "SELECT 1").fetchone() == (1,)


@pytest.mark.servers
def test_an_initdb_that_was_killed_half_way_is_begun_again(var):
    (var / "postgres.new").mkdir()
    (var / "postgres.new" / "PG_VERSION").write_text("18\n")

    with running([Postgres(var, throw_away=True)], var=var):
        assert _execute(var, "SELECT 1").fetchone() == (1,)


@pytest.mark.servers
def test_a_server_that_does_not_start_shows_its_last_words(var):
    with running([Postgres(var, throw_away=True)], var=var):
        pass
    (var / "postgres" / "PG_VERSION").write_text("11\n")

    with (
        pytest.raises(StartError, match="postgres server did not start") as caught,
        running([Postgres(var, throw_away=True)], var=var),
    ):
        pass

    assert "not compatible with this version" in str(caught.value)
    assert not family.members(var / "run")


@pytest.mark.servers
def test_a_second_command_uses_the_servers_of_the_first(var):
    with available([Valkey(var)], var=var, owner="one"):
        first = family.members(var / "run" / "valkey")
        with available([Valkey(var)], var=var, owner="two"):
            second = family.members(var / "run" / "valkey")
        assert _redis(var).ping()

    assert len(first) == 1
    assert second == first
    assert not family.members(var / "run")


@pytest.mark.servers
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as somebody else")
@pytest.mark.parametrize("user", ["root", "nobody"])
def test_root_and_other_users_can_run_the_servers(var, user):
    home = var / "home"  # as closed as root's own home
    home.mkdir(mode=0o700)
    shutil.chown(home, user)
    script = (
        "from pathlib import Path; from mops.embedded.servers import *; import sys;"
        "var = Path(sys.argv[1]);"
        "servers = embedded_servers(var, database=True, broker=True);"
        "context = running(servers, var=var); context.__enter__();"
        "print(*(server.answers() for server in servers));"
        "context.__exit__(None, None, None)"
    )
    # The user may lack the way to this interpreter, which is then lent like PostgreSQL's.
    command = accounts.as_account(
        [sys.executable, "-c", script, str(home / "var")],
        account=pwd.getpwnam(user),
        reaching=[Path(sys.executable).resolve(), paths.BASE_DIR],
        dies_by="KILL",
    )

    done = subprocess.run(
        command,
        cwd=paths.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )

    assert done.stdout == "True True\n", done.stderr
    assert (home / "var" / "postgres").owner() == "nobody"
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


@pytest.mark.servers
@pytest.mark.parametrize("ending", ["passes", "ctrl-c"])
def test_a_test_run_gets_servers_and_leaves_nothing_behind(var, ending):
    """The plugin that every test of mops runs under, tried on a project of one test."""
    (var / "test_one.py").write_text(
        "import os, time, psycopg, redis\n"
        "def test_one():\n"
        "    psycopg.connect(os.environ['DATABASE_URL']).close()\n"
        "    redis.Redis.from_url(os.environ['REDIS_URL']).close()\n"
        "    print('servers:', os.environ['REDIS_URL'], flush=True)\n"
        f"    time.sleep({600 if ending == 'ctrl-c' else 0})\n"
    )
    options = ["-s", "-p", "mops.pytest_embedded", "-c", os.devnull, "--rootdir", str(var)]
    without_urls = {name: text for name, text in os.environ.items() if not name.endswith("_URL")}

    with subprocess.Popen(
        [sys.executable, "-m", "pytest", *options, str(var / "test_one.py")],
        cwd=paths.BASE_DIR,
        env={**without_urls, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        stdout=subprocess.PIPE,
        text=True,
    ) as run:
        assert run.stdout
        said = next(line for line in run.stdout if "servers:" in line)
        servers = psutil.Process(run.pid).children(recursive=True)
        if ending == "ctrl-c":
            run.send_signal(signal.SIGINT)
        run.stdout.read()
        code = run.wait(SECONDS)

    folder = Path(said.split("unix://")[1].split("/sock/")[0])
    assert code == (pytest.ExitCode.INTERRUPTED if ending == "ctrl-c" else pytest.ExitCode.OK)
    assert not folder.exists()
    assert all_gone(servers)


def _kill_9(child: Child) -> None:
    assert child.process
    child.process.kill()
    child.process.wait()


def _execute(var: Path, query: str) -> psycopg.Cursor:
    with psycopg.connect(paths.database_url(var), autocommit=True) as connection:
        cursor = psycopg.ClientCursor(connection)
        cursor.execute(query)
        return cursor


def _redis(var: Path) -> Redis:
    return Redis.from_url(paths.redis_url(var))
