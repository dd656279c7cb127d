"""One PostgreSQL cluster, reachable by a unix socket only."""

import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

import psycopg

from mops.embedded import accounts, binaries, paths
from mops.embedded.children import Program
from mops.embedded.errors import StartError

# docker-compose.yml gives its server the same, so that text sorts and folds alike everywhere.
INITDB_OPTIONS = [
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
]
# For data that nobody will miss after a crash.
CARELESS = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
SUPERUSER = "postgres"


class Postgres:
    """The cluster in ``var/postgres``, with the role and the database of mops in it."""

    def __init__(self, var: Path, *, throw_away: bool = False) -> None:
        self.var = var
        self.throw_away = throw_away
        self.data = var / "postgres"
        self.sockets = paths.socket_folder(var)
        self.account = accounts.server_account(self.data)
        self.program = Program(
            name="postgres",
            command=self._command,
            stop_signal=signal.SIGINT,  # "fast": ends the sessions, then writes everything out
            orphan_signal=signal.SIGINT,
            log=var / "postgres.log",
        )

    def answers(self) -> bool:
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def settle(self) -> None:
        """Make the role and the database of mops, if this is the cluster's first start."""
        with self._connect() as connection:
            # Not a superuser: what mops may do here it may do on an operator's server too.
            if not _exists(connection, "SELECT FROM pg_roles WHERE rolname = 'mops'"):
                connection.execute("CREATE ROLE mops LOGIN CREATEDB")
            if not _exists(connection, "SELECT FROM pg_database WHERE datname = 'mops'"):
                connection.execute("CREATE DATABASE mops OWNER mops")

    def _command(self) -> Sequence[str]:
        accounts.private_folder(self.sockets, account=self.account)
        if not self.data.exists():
            self._initdb()
        _forget_recycled_pid(self.data)
        quoted = str(self.sockets).replace('"', '""')
        return self._as_account(
            "postgres",
            "-D",
            str(self.data),
            *("-c", "listen_addresses="),
            *("-c", f'unix_socket_directories="{quoted}"'),
            *("-c", "unix_socket_permissions=0700"),
            *(CARELESS if self.throw_away else []),
        )

    def _initdb(self) -> None:
        # Built beside its place and then renamed, so that a start that was killed half way does
        # not leave something that looks like a cluster.
        draft = self.data.with_name("postgres.new")
        shutil.rmtree(draft, ignore_errors=True)
        accounts.private_folder(draft, account=self.account)
        command = self._as_account(
            "initdb",
            f"--pgdata={draft}",
            f"--username={SUPERUSER}",
            "--auth=trust",  # whoever may enter the socket's folder is us
            "--no-instructions",
            # A second saved. A power cut in the first half minute may ask for a new start, with
            # nothing in it yet that anybody would miss.
            "--no-sync",
            *INITDB_OPTIONS,
        )
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            raise StartError(f"PostgreSQL could not make its data folder: {done.stderr.strip()}")
        draft.rename(self.data)

    def _as_account(self, program: str, *arguments: str) -> list[str]:
        path = binaries.postgres_program(program)
        return accounts.as_account(
            [str(path), *arguments], account=self.account, reaching=[path, self.var], dies_by="INT"
        )

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host=str(self.sockets),
            dbname="postgres",
            user=SUPERUSER,
            autocommit=True,
            connect_timeout=5,
        )


def _exists(connection: psycopg.Connection, query: str) -> bool:
    return connection.execute(query).fetchone() is not None


def _forget_recycled_pid(data: Path) -> None:
    """
    Remove a pid file that a killed server left and whose number somebody else has now.

    PostgreSQL would take that process for a running server and refuse to start. While the number
    is a PostgreSQL's on this very folder, or nobody's, the decision stays with PostgreSQL.
    """
    file = data / "postmaster.pid"
    try:
        pid = int(file.read_text().splitlines()[0])
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError, IndexError):
        return
    if os.fsencode(data) not in command.split(b"\0"):
        file.unlink()
