#!/usr/bin/env python
"""Runs the commands of mops, with PostgreSQL and Valkey around those that need them."""

import os
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from mops.embedded import paths
from mops.embedded.errors import StartError
from mops.embedded.servers import available, embedded_servers

# They read and write files only, or, like `up`, look after the servers themselves.
# makemigrations is not among them: it compares the files with the history in the database.
NEED_NO_SERVERS = {
    "check",
    "collectstatic",
    "compilemessages",
    "diffsettings",
    "findstatic",
    "help",
    "makemessages",
    "spectacular",
    "startapp",
    "up",
    "version",
}
ASK_FOR_HELP = {"-h", "--help", "--version"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mops.settings.prod")
    try:
        with _servers_for(sys.argv[1:]):
            execute_from_command_line(sys.argv)
    except (StartError, ImproperlyConfigured) as error:
        sys.exit(str(error))


def _servers_for(arguments: Sequence[str]) -> AbstractContextManager[None]:
    command = arguments[0] if arguments else "help"
    if command in NEED_NO_SERVERS or ASK_FOR_HELP.intersection(arguments):
        return nullcontext()
    var = paths.var_folder()
    servers = embedded_servers(
        var, database=settings.EMBEDDED_DATABASE, broker=settings.EMBEDDED_BROKER
    )
    owner = f"manage.py {command}, process {os.getpid()}"
    return available(servers, var=var, owner=owner) if servers else nullcontext()


if __name__ == "__main__":
    main()
