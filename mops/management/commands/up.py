"""`make run`: servers, web, worker and beat in one terminal, from an empty folder."""

import io
import os
import signal
import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connections

from mops import programs
from mops.embedded import paths
from mops.embedded.errors import StartError
from mops.embedded.lock import ownership
from mops.embedded.servers import embedded_servers, end_leftovers, running
from mops.preparations import PREPARATIONS, greetings
from mops.supervisor import STOP_SIGNALS, Supervisor, Terminal

WIDTH_OF_NAMES = len("postgres")


class Command(BaseCommand):
    """Starts everything, keeps it running, and stops it again."""

    help = "Run mops: PostgreSQL and Valkey if needed, the web server, the worker and beat."
    # `make check` runs them; here they would only make the start slower.
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.terminal = Terminal(sys.stdout.buffer, width=WIDTH_OF_NAMES)
        os.environ["PYTHONUNBUFFERED"] = "1"  # for the children: their lines are shown at once
        # Until the supervisor takes over, every wish to stop is a Ctrl-C.
        for number in STOP_SIGNALS:
            signal.signal(number, signal.default_int_handler)
        try:
            self._run()
        except StartError as error:
            sys.exit(str(error))
        except KeyboardInterrupt:
            sys.exit("Stopped before mops was ready.")
        # Everything is stopped and written out. Python would take up to a second more to take its
        # modules apart, with somebody waiting at the terminal.
        os._exit(0)

    def _run(self) -> None:
        var = paths.var_folder()
        with ownership(var, owner=f"process {os.getpid()}, {settings.SITE_URL}"):
            # Those of a supervisor that was killed may still hold the port and the data.
            end_leftovers(var)
            self.port = programs.chosen_port()
            self.greeted = False
            servers = embedded_servers(
                var, database=settings.EMBEDDED_DATABASE, broker=settings.EMBEDDED_BROKER
            )
            with running(servers, var=var) as children:
                self._prepare()
                supervisor = Supervisor(servers=children, var=var, terminal=self.terminal)
                supervisor.run(
                    programs.programs(port=self.port, var=var), each_turn=self._greet_when_ready
                )
        self.terminal.say("Stopped.")

    def _prepare(self) -> None:
        for prepare in PREPARATIONS:
            prepare(self.terminal.say)
        connections.close_all()

    def _greet_when_ready(self) -> None:
        if self.greeted or not programs.answers(self.port):
            return
        self.greeted = True
        self.terminal.say(f"mops is ready at http://localhost:{self.port}")
        for command in greetings():
            self.terminal.say(_output_of(command))
        connections.close_all()


def _output_of(command: str) -> str:
    said = io.StringIO()
    try:
        call_command(command, stdout=said)
    except (CommandError, DatabaseError) as error:
        # A greeting that fails is no reason to stop what runs.
        return f"{command} failed: {error}"
    return said.getvalue()
