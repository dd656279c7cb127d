"""One Valkey server, reachable by a unix socket only."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from mops.embedded import accounts, binaries, paths
from mops.embedded.children import Program


class Valkey:
    """The broker and cache, with its journal in ``var/valkey``."""

    def __init__(self, var: Path, *, throw_away: bool = False) -> None:
        self.var = var
        self.throw_away = throw_away
        self.data = var / "valkey"
        self.socket = paths.socket_folder(var) / paths.VALKEY_SOCKET
        self.account = accounts.server_account(self.data)
        self.program = Program(name="valkey", command=self._command, log=var / "valkey.log")

    def answers(self) -> bool:
        once = Retry(NoBackoff(), 0)
        client = redis.Redis(unix_socket_path=str(self.socket), socket_timeout=1, retry=once)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()

    def settle(self) -> None:
        """Nothing to make: an empty Valkey is a complete one."""

    def _command(self) -> Sequence[str]:
        accounts.private_folder(self.socket.parent, account=self.account)
        accounts.private_folder(self.data, account=self.account)
        program = binaries.valkey_server()
        command = [
            str(program),
            *("--port", "0"),
            *("--unixsocket", str(self.socket)),
            *("--unixsocketperm", "700"),
            *("--dir", str(self.data)),
            *("--save", ""),
            *("--maxmemory-policy", "noeviction"),
            *self._journal(program),
        ]
        return accounts.as_account(
            command, account=self.account, reaching=[program, self.var], dies_by="TERM"
        )

    def _journal(self, program: Path) -> list[str]:
        if self.throw_away:
            return ["--appendonly", "no"]
        # An older server does not start on a newer one's files, so each has a folder of its own.
        return ["--appendonly", "yes", "--appenddirname", f"journal-{_major(program)}"]


def _major(program: Path) -> str:
    """Give ``valkey9`` for a program that calls itself ``Valkey server v=9.1.2 …``."""
    command = [str(program), "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - ours
    product, _server, version, *_rest = done.stdout.split()
    return f"{product.lower()}{version.removeprefix('v=').partition('.')[0]}"
