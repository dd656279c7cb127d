"""Send a week's digests from the shell, or show what would go out."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import clock
from core.errors import DomainError
from reviews.models import DigestDelivery
from reviews.selectors.runs import get_log
from reviews.services import planning, sending
from teams.models import Workspace

BAR = 30
State = DigestDelivery.State


class Command(BaseCommand):
    help = (
        "Sends the digests of a week that is over: those that still wait at once, those that"
        " failed anew, those that may have arrived never again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--week", required=True, help="such as 2026-W46")
        parser.add_argument("--workspace", help="its address, such as rotaleaf; else all")
        parser.add_argument(
            "--dry-run", action="store_true", help="list what would go out, write and send nothing"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        chosen = Workspace.objects.order_by("pk")
        if slug := options["workspace"]:
            chosen = chosen.filter(slug=slug)
            if not chosen.exists():
                raise CommandError(f"There is no workspace {slug}.")
        for workspace in chosen:
            self.stdout.write(workspace.slug)
            week = self._week(workspace, options["week"])
            try:
                if options["dry_run"]:
                    self._rehearse(workspace, week)
                else:
                    self._send(workspace, week)
            except DomainError as error:
                raise CommandError(str(error)) from error

    def _week(self, workspace: Workspace, key: str) -> date:
        try:
            return workspace.calendar.week_from_key(key)
        except ValueError as error:
            raise CommandError(f"{key} is no week; write it as 2026-W46.") from error

    def _rehearse(self, workspace: Workspace, week: date) -> None:
        mails = sending.rehearse(workspace=workspace, week=week, at=clock.now())
        for message, size in mails:
            self.stdout.write(f"  {message.recipient}: {message.subject} ({size / 1000:.0f} kB)")
        self.stdout.write(f"  Dry run: {len(mails)} would go out; nothing was sent.")

    def _send(self, workspace: Workspace, week: date) -> None:
        run = planning.release(workspace=workspace, week=week, at=clock.now())
        total = run.deliveries.filter(state=State.WAITING).count()
        shown = 0

        def show() -> None:
            nonlocal shown
            shown += 1
            if shown <= total:
                filled = BAR * shown // total
                self.stdout.write(
                    f"\r  [{'#' * filled}{'.' * (BAR - filled)}] {shown}/{total}", ending=""
                )

        # It ends after some minutes at the latest, this command when all is done.
        while sending.send_waiting(at=clock.now(), tell=show):
            pass
        self.stdout.write("")
        log = get_log(workspace, week, page=1)
        for state, count in log.counts:
            self.stdout.write(f"  {state}: {count}")
