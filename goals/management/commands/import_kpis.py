"""Import a file of numbers from the shell, by the same engine as the pages."""

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from core import clock
from core.errors import DomainError
from core.intake import ReadOptions
from goals.models import Import
from goals.selectors.import_account import progress_text
from goals.services import imports, rollups
from teams.models import Membership, Workspace
from teams.policy import Role

State = Import.State
PROGRESS = ["state", "done", "summary", "last_error"]
PATIENCE_SECONDS = 0.2
LISTED_PROBLEMS = 20
HIDDEN = {"skipped", "definitions", "seen"}


class Command(BaseCommand):
    help = "Imports a CSV, TSV, XLSX or .csv.gz file of KPI values: all of it, or nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--workspace", required=True, help="its address, such as rotaleaf")
        parser.add_argument("--mapping", type=Path, help="JSON: where the columns go; else guessed")
        parser.add_argument(
            "--options", type=Path, help="JSON: how the file is read; else detected"
        )
        parser.add_argument("--user", help="e-mail address of a lead; else the first owner")
        parser.add_argument("--dry-run", action="store_true", help="check and count, write nothing")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            self._import(options)
        except DomainError as error:
            raise CommandError(str(error)) from error

    def _import(self, options: dict[str, Any]) -> None:
        by = self._member(options["workspace"], options["user"])
        row = imports.take(
            content=self._content(options["file"]),
            filename=options["file"].name,
            options=ReadOptions.from_json(self._json(options["options"])),
            mapping=self._json(options["mapping"]),
            writes_when_checked=False,
            by=by,
            at=clock.now(),
        )
        self._run(row, until=State.CHECKED)
        self._tell(row)
        if row.summary["problems"]:
            raise CommandError("Nothing was written.")
        if options["dry_run"]:
            self.stdout.write("Dry run: nothing was written.")
            return
        imports.apply(row=row)
        self._run(row, until=State.DONE)
        rollups.drain(workspace=by.workspace, at=clock.now())
        self.stdout.write(f"Written: {json.dumps(row.summary['outcome'])}")

    def _run(self, row: Import, *, until: State) -> None:
        """Do the work that waits; where a worker is quicker, wait for it."""
        row.refresh_from_db(fields=PROGRESS)
        while row.is_working:
            if not imports.run_next(at=clock.now(), only=row, told=self._show):
                time.sleep(PATIENCE_SECONDS)
            row.refresh_from_db(fields=PROGRESS)
        if row.state != until:
            stopped = "Somebody stopped this import. Nothing was written."
            raise CommandError(row.last_error or stopped)

    def _show(self, row: Import) -> None:
        self.stdout.write(f"  {progress_text(row)[1]}")

    def _tell(self, row: Import) -> None:
        summary = {name: value for name, value in row.summary.items() if name not in HIDDEN}
        self.stdout.write(json.dumps(summary, indent=2, ensure_ascii=False))
        for skipped in row.summary["skipped"]:
            lines = f"{skipped['first']}-{skipped['last']}"
            self.stdout.write(f"left out, lines {lines}: {skipped['reason']}")
        for problem in row.problems.order_by("line", "pk")[:LISTED_PROBLEMS]:
            column = f", column {problem.column}" if problem.column else ""
            self.stderr.write(f"line {problem.line}{column}: {problem.detail}")

    def _content(self, path: Path) -> bytes:
        try:
            size = path.stat().st_size
            if size > settings.UPLOAD_LIMIT_BYTES:
                raise CommandError(f"{path.name} is larger than 25 MB.")
            return path.read_bytes()
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error

    def _json(self, path: Path | None) -> Any:
        if path is None:
            return {}
        try:
            return json.loads(path.read_text())
        except (OSError, ValueError) as error:
            raise CommandError(f"{path}: {error}") from error

    def _member(self, slug: str, email: str | None) -> Membership:
        workspace = Workspace.objects.filter(slug=slug).first()
        if workspace is None:
            raise CommandError(f"There is no workspace {slug}.")
        members = Membership.objects.active().for_workspace(workspace).at_least(Role.LEAD)
        if email:
            members = members.filter(user__email__iexact=email)
        found: Membership | None = members.order_by("-role", "pk").first()
        if found is None:
            raise CommandError("Nobody of that address may import into this workspace.")
        return found
