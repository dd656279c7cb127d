"""Starts the servers that the settings do without, for a command, a test run or the supervisor."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Protocol

from mops.embedded import family
from mops.embedded.children import Child, Program
from mops.embedded.errors import StartError
from mops.embedded.lock import InUseError, borrowing, nobody_borrowing, ownership
from mops.embedded.postgres import Postgres
from mops.embedded.valkey import Valkey

# Long enough for crash recovery after a power cut in the middle of a large import.
PATIENCE_SECONDS = 60.0
# What a server whose owner was killed gets to finish in.
LEFTOVER_SECONDS = 6.0
STOP_SECONDS = 10.0
POLL_SECONDS = 0.03


class Server(Protocol):
    """What a child must offer to be waited for."""

    program: Program

    def answers(self) -> bool: ...

    def settle(self) -> None: ...


def embedded_servers(var: Path, *, database: bool, broker: bool) -> list[Server]:
    """Give the servers that mops has to start itself, in the order in which they start."""
    servers: list[Server] = []
    if database:
        servers.append(Postgres(var))
    if broker:
        servers.append(Valkey(var))
    return servers


@contextmanager
def available(servers: Sequence[Server], *, var: Path, owner: str) -> Iterator[None]:
    """
    Let the block use the servers: started for it, or those of whoever has them running.

    Raises:
        StartError: they do not start, or their owner's do not answer.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    with ExitStack() as stack:
        while not (_own(stack, servers, var, owner) or _borrow(stack, servers, var)):
            # Their owner is about to start or to stop them.
            if time.monotonic() > deadline:
                raise StartError(f"Another process has taken {var} and its servers do not answer.")
            time.sleep(POLL_SECONDS)
        yield


def _own(stack: ExitStack, servers: Sequence[Server], var: Path, owner: str) -> bool:
    try:
        stack.enter_context(ownership(var, owner=owner))
    except InUseError:
        return False
    stack.enter_context(_running_until_the_last_leaves(servers, var))
    return True


def _borrow(stack: ExitStack, servers: Sequence[Server], var: Path) -> bool:
    with ExitStack() as attempt:
        if not attempt.enter_context(borrowing(var)):
            return False
        if not all(server.answers() for server in servers):
            return False
        stack.push(attempt.pop_all())
        return True


@contextmanager
def _running_until_the_last_leaves(servers: Sequence[Server], var: Path) -> Iterator[None]:
    with ExitStack() as after_the_stop, running(servers, var=var):
        try:
            yield
        finally:
            after_the_stop.enter_context(nobody_borrowing(var))


@contextmanager
def running(servers: Sequence[Server], *, var: Path) -> Iterator[list[Child]]:
    """Run the servers for the length of the block; the caller owns ``var``."""
    end_leftovers(var)
    children: list[Child] = []
    try:
        for server in servers:
            children.append(Child(server.program, var=var))
            _start(server, children[-1])
        yield children
    finally:
        for child in reversed(children):
            child.stop(grace=STOP_SECONDS)


def end_leftovers(var: Path) -> None:
    """See off what an owner that was killed left behind, before anything is started anew."""
    family.end(var / "run", grace=LEFTOVER_SECONDS)


def _start(server: Server, child: Child) -> None:
    log = server.program.log
    if log is not None:
        log.unlink(missing_ok=True)  # each start begins a fresh log
    process = child.start()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not server.answers():
        if process.poll() is not None or time.monotonic() > deadline:
            raise StartError(_did_not_start(server.program))
        time.sleep(POLL_SECONDS)
    server.settle()


def _did_not_start(program: Program) -> str:
    said = program.log.read_text(errors="replace") if program.log else ""
    last = "\n".join(f"  {line}" for line in said.splitlines()[-8:])
    return (
        f"The embedded {program.name} server did not start. Its last lines ({program.log}):\n{last}"
    )
