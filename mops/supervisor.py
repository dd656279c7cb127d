"""Keeps programs running side by side in one terminal, and ends them together."""

import os
import selectors
import signal
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO, BinaryIO

from mops.embedded.children import Child, Program
from mops.embedded.errors import StartError

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
TICK_SECONDS = 0.2

# A program that lives shorter than this has failed to start rather than died of something.
SHORT_LIFE_SECONDS = 10.0
# How long to wait before the first, second, … start after short lives; then it is given up.
BACK_OFF_SECONDS = (0.2, 1.0, 2.0, 4.0)

# Everything ends within 5 seconds of Ctrl-C, on a busy machine too. What is still at work after the
# first time, often an idle worker that is merely slow to leave, and a server that is still writing
# after the second, is killed: rows are claimed anew, and the database puts itself in order at the
# next start.
PROGRAMS_STOP_SECONDS = 2.2
ALL_STOP_SECONDS = 3.8


class GaveUpError(StartError):
    """A program ends again and again right after its start."""


class Terminal:
    """One terminal for many voices: every line begins with the name of its speaker."""

    def __init__(self, stream: BinaryIO, *, width: int) -> None:
        self.stream = stream
        self.width = width
        self.is_gone = False

    def show(self, speaker: str, line: bytes) -> None:
        try:
            self.stream.write(f"{speaker:<{self.width}} | ".encode() + line + b"\n")
            self.stream.flush()
        except OSError:  # closed, or the far end of a pipe that has seen enough
            self.is_gone = True

    def say(self, text: str) -> None:
        for line in text.splitlines():
            self.show("mops", line.encode())


class StopRequests:
    """Counts how often we were asked to stop: once is a request, twice is an order."""

    def __init__(self) -> None:
        self.count = 0

    def listen(self) -> None:
        for number in STOP_SIGNALS:
            signal.signal(number, self._count)

    def _count(self, _signal: int, _frame: FrameType | None) -> None:
        self.count += 1


@dataclass(eq=False)
class Ward:
    """A child in the supervisor's care."""

    child: Child
    started_at: float = field(default_factory=time.monotonic)
    short_lives: int = 0
    restart_at: float | None = None
    unfinished_line: bytes = b""

    @property
    def name(self) -> str:
        return self.child.program.name


class Supervisor:
    """
    Starts programs beside servers that run already, restarts what dies, and stops all in order.

    It has one thread and no other state than its children: what they write, their end and the
    wish to stop are all looked at in turn, several times a second.
    """

    def __init__(self, *, servers: Iterable[Child], var: Path, terminal: Terminal) -> None:
        self.servers = [Ward(child) for child in servers]
        self.programs: list[Ward] = []
        self.var = var
        self.terminal = terminal
        self.requests = StopRequests()
        self.pipes = selectors.DefaultSelector()

    def run(self, programs: Sequence[Program], *, each_turn: Callable[[], None]) -> None:
        """
        Run the programs until somebody asks us to stop, and leave nothing running.

        Raises:
            GaveUpError: one of them does not stay up.
        """
        self.requests.listen()
        try:
            for program in programs:
                self.programs.append(Ward(Child(program, var=self.var)))
                self._start(self.programs[-1])
            while not self.requests.count and not self.terminal.is_gone:
                self._turn()
                each_turn()
            self.terminal.say("Stopping. Press Ctrl-C again to kill everything at once.")
        finally:
            self._stop()

    def _turn(self) -> None:
        self._show_output(TICK_SECONDS)
        for ward in [*self.servers, *self.programs]:
            if ward.restart_at is not None:
                if time.monotonic() >= ward.restart_at:
                    self._start(ward)
            elif not ward.child.runs:
                self._plan_restart(ward)

    def _start(self, ward: Ward) -> None:
        ward.started_at = time.monotonic()
        ward.restart_at = None
        pipe = ward.child.start().stdout
        if pipe is not None:
            self.pipes.register(pipe, selectors.EVENT_READ, (ward, pipe))

    def _plan_restart(self, ward: Ward) -> None:
        now = time.monotonic()
        lived_shortly = now - ward.started_at < SHORT_LIFE_SECONDS
        ward.short_lives = ward.short_lives + 1 if lived_shortly else 0
        if ward.short_lives > len(BACK_OFF_SECONDS):
            raise GaveUpError(
                f"{ward.name} ended {ward.short_lives} times right after its start, so mops "
                f"stops. {_where_to_look(ward.child.program)}"
            )
        self._show_output(0)
        ward.restart_at = now + BACK_OFF_SECONDS[max(ward.short_lives - 1, 0)]
        self.terminal.say(f"{ward.name} {_end_of(ward.child)}; starting it again.")

    def _show_output(self, patience: float) -> None:
        for key, _events in self.pipes.select(patience):
            self._show_some(*key.data)

    def _show_some(self, ward: Ward, pipe: IO[bytes]) -> None:
        written = os.read(pipe.fileno(), 65536)
        # The end of everything, an empty read, also ends the last line.
        *lines, ward.unfinished_line = (ward.unfinished_line + (written or b"\n")).split(b"\n")
        for line in filter(None, lines):
            self.terminal.show(ward.name, line)
        if not written:
            self.pipes.unregister(pipe)
            pipe.close()

    def _stop(self) -> None:
        """Stop the programs, then the servers that they use, the first started last."""
        began = time.monotonic()
        self._stop_together(self.programs, deadline=began + PROGRAMS_STOP_SECONDS)
        for server in reversed(self.servers):
            self._stop_together([server], deadline=began + ALL_STOP_SECONDS)
        self._show_output(0)
        for key in list(self.pipes.get_map().values()):
            _ward, pipe = key.data
            pipe.close()
        self.pipes.close()

    def _stop_together(self, wards: list[Ward], *, deadline: float) -> None:
        for ward in wards:
            ward.child.ask_to_stop()
        while any(ward.child.runs for ward in wards):
            if self.requests.count > 1 or time.monotonic() > deadline:
                break
            self._show_output(0.05)
        for ward in wards:
            ward.child.kill()


def _end_of(child: Child) -> str:
    code = child.process.returncode if child.process else None
    if code is not None and code < 0:
        return f"was killed by {signal.Signals(-code).name}"
    return f"ended with code {code}"


def _where_to_look(program: Program) -> str:
    return f"See {program.log}." if program.log else "Its last lines are above."
