"""Load, reset or remove the demo workspace."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import clock
from mops.demo import build
from teams.models import Workspace


class Command(BaseCommand):
    help = "Loads the demo workspace, an invented company with two years of numbers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="only where there is no workspace")
        parser.add_argument("--reset", action="store_true", help="remove it first")
        parser.add_argument("--remove", action="store_true", help="only remove it")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["once"] and Workspace.objects.exists():
            return
        if options["remove"]:
            build.remove_demo()
            self.stdout.write("The demo is removed.")
            return
        if build.find_demo() is not None and not options["reset"]:
            raise CommandError("The demo is there already. --reset builds it anew.")
        build.reset_demo(at=clock.now())
        self.stdout.write("The demo workspace is loaded.")
