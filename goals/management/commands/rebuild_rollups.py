"""Recompute rollups from the measurements."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import clock
from core.errors import DomainError
from goals.services.rebuild import rebuild
from teams.models import Workspace

BAR = 30


class Command(BaseCommand):
    help = "Recomputes all rollups of one workspace, or of all; pages stay readable meanwhile."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--workspace", help="its address, such as rotaleaf; else all")

    def handle(self, *_args: Any, **options: Any) -> None:
        chosen = Workspace.objects.order_by("pk")
        if slug := options["workspace"]:
            chosen = chosen.filter(slug=slug)
            if not chosen.exists():
                raise CommandError(f"There is no workspace {slug}.")
        for workspace in chosen:
            self.stdout.write(workspace.slug)
            try:
                rebuild(workspace=workspace, at=clock.now(), tell=self._show)
            except DomainError as error:
                raise CommandError(str(error)) from error

    def _show(self, done: int, steps: int) -> None:
        filled = BAR * done // steps
        self.stdout.write(f"  [{'#' * filled}{'.' * (BAR - filled)}] {done}/{steps}")
