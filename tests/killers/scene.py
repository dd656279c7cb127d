"""What one round plays on: a workspace that is written to, and workspaces whose digest is due."""

import datetime as dt
from decimal import Decimal

from django.db import transaction

from core import clock
from core.intake import ReadOptions
from core.periods import Grain
from goals.models import DirtyMark, Import, Series
from goals.services import imports, sources
from goals.services.measurement_rows import Author, NewValue
from goals.services.measurements import record
from reviews.models import DigestRun, WhyQuestion, WhyWatch
from reviews.rules.asking import PATIENCE
from teams.policy import Role
from teams.services import mail
from tests.beside import eventually
from tests.factories.goals import (
    BreakdownFactory,
    KpiFactory,
    SegmentFactory,
    SourceFactory,
    TargetFactory,
)
from tests.factories.reviews import ChatRoomFactory
from tests.factories.teams import MembershipFactory, WorkspaceFactory, make_token
from tests.killers import invariants
from tests.killers.stack import WORKERS, Others
from tests.killers.writer import SEGMENTS, Writer

WRITERS = ("ann", "bob", "cat")
ROWS_OF_A_FILE = 60
RECIPIENTS = 8
QUIET_SECONDS = 60


class Scene:
    """
    The workspace, its writers, files, sources and mails, and what goes out from other workspaces.
    """

    def __init__(self, stack, *, seed):
        self.stack, self.seed = stack, seed
        self.imports, self.pulls, self.digests, self.mails, self.questions = [], [], [], [], []
        with transaction.atomic():
            self.workspace = WorkspaceFactory(slug=f"round-{seed}")
            self.owner = MembershipFactory(workspace=self.workspace, role=Role.OWNER)
            self.breakdown = BreakdownFactory(workspace=self.workspace)
            for code in SEGMENTS:
                SegmentFactory(breakdown=self.breakdown, code=code)
            self.today = self.workspace.today(at=clock.now())
            self.writers = [self._writer(name) for name in WRITERS]

    def _writer(self, name):
        common = {"workspace": self.workspace, "owner": self.owner}
        KpiFactory(code=f"{name}_daily", cadence="daily", **common)
        KpiFactory(code=f"{name}_weekly", cadence="weekly", **common)
        KpiFactory(
            code=f"{name}_market", cadence="daily", breakdown=self.breakdown,
            segment_total="sum", **common,
        )  # fmt: skip
        KpiFactory(
            code=f"{name}_ratio", cadence="weekly", aggregation="formula",
            formula=f"100 * {name}_daily / {name}_weekly", **common,
        )  # fmt: skip
        _row, token = make_token(self.owner, clock.now(), scope="write", name=name)
        return Writer(self.stack, name=name, token=token, seed=self.seed, today=self.today)

    # -- work for the workers -------------------------------------------------------------------

    @property
    def kinds_of_work(self):
        return [
            self.add_import, self.add_source, self.add_digest, self.add_question, self.add_mails
        ]  # fmt: skip

    def add_import(self):
        """Upload a file for a KPI of its own and have it checked."""
        code = f"file_{len(self.imports)}"
        with transaction.atomic():
            KpiFactory(code=code, cadence="daily", workspace=self.workspace, owner=self.owner)
            content = "".join(f"{day},{value}\n" for day, value in self.rows_of_file(code))
            row = imports.upload(
                content=f"date,{code}\n{content}".encode(), filename=f"{code}.csv",
                options=ReadOptions(), by=self.owner, at=clock.now(),
            )  # fmt: skip
            imports.match(row=row, mapping={"date": "date", "values": {code: code}})
        self.imports.append((code, row.pk))

    def rows_of_file(self, code):
        number = int(code.rpartition("_")[2])
        for n in range(ROWS_OF_A_FILE):
            yield self.today - dt.timedelta(days=n), 1000 * number + n

    def add_source(self):
        """Have a file pulled whose columns are known."""
        code = f"pulled_{len(self.pulls)}"
        path = f"/{self.workspace.slug}/{code}.csv"
        content = "".join(f"{day},{value}\n" for day, value in self.rows_of_file(code))
        self.stack.others.files[path] = f"date,{code}\n{content}".encode()
        with transaction.atomic():
            KpiFactory(code=code, cadence="daily", workspace=self.workspace, owner=self.owner)
            # What an import of such a file would teach; nobody sees this one.
            lesson = imports.match(
                row=imports.upload(
                    content=self.stack.others.files[path], filename=code, options=ReadOptions(),
                    by=self.owner, at=clock.now(),
                ),
                mapping={"date": "date", "values": {code: code}},
            )  # fmt: skip
            source = SourceFactory(
                workspace=self.workspace, owner=self.owner, name=code, host=Others.HOST,
                address=self.stack.others.address_of(path), next_at=None,
                headers=imports.headers_of(lesson), mapping=lesson.mapping | {"create": None},
            )  # fmt: skip
            lesson.delete()
            pull = sources.ask_for_pull(source=source, by=self.owner, at=clock.now())
        self.pulls.append((code, pull.pk))

    def apply_checked_imports(self):
        mine = Import.objects.filter(pk__in=[pk for _code, pk in self.imports])
        for row in mine.filter(state=Import.State.CHECKED):
            imports.apply(row=row)

    def add_digest(self):
        """
        Open a workspace whose digest of last week is due at once, for its people and a chat.

        A number of that week is missing and due in an hour, so somebody is reminded.
        """
        due = (clock.now() + dt.timedelta(hours=1)).astimezone(self.workspace.zone)
        slug = f"digest-{self.seed}-{len(self.digests)}"
        with transaction.atomic():
            workspace = WorkspaceFactory(
                slug=slug, week_start=(due.weekday() - 3) % 7,
                numbers_due_weekday=due.weekday(), numbers_due_time=due.time(),
            )  # fmt: skip
            people = MembershipFactory.create_batch(RECIPIENTS, workspace=workspace)
            kpi = KpiFactory(workspace=workspace, owner=people[0])
            # Nobody is written to before there is a number to tell of.
            Series.objects.create(kpi=kpi, first_on=self.today - dt.timedelta(days=30))
            ChatRoomFactory(
                added_by=people[0], host=Others.HOST,
                address=self.stack.others.address_of(f"/{slug}"),
            )  # fmt: skip
        self.digests.append(workspace)

    def add_question(self):
        """Open a workspace with a number that has been off track for a while without a word."""
        with transaction.atomic():
            workspace = WorkspaceFactory(
                slug=f"why-{self.seed}-{len(self.questions)}", working_days=list(range(7)),
                works_from=dt.time.min, works_until=dt.time.max,
            )  # fmt: skip
            owner = MembershipFactory(workspace=workspace, role=Role.LEAD)
            kpi = KpiFactory(workspace=workspace, owner=owner)
            start = workspace.calendar.last_complete(Grain.WEEK, today=self.today)
            TargetFactory(kpi=kpi, comparator="at_least", value=100, valid_from=start)
            author = Author(membership=owner, source="My numbers")
            record([NewValue(kpi.code, start, Decimal(5))], by=author, at=clock.now())
            earlier = clock.now() - 2 * PATIENCE
            WhyWatch.objects.create(workspace=workspace, looked_at=earlier)
            WhyQuestion.objects.create(kpi=kpi, start=start, noticed_at=earlier)
        self.questions.append(owner)

    def add_mails(self):
        with transaction.atomic():
            self.mails += [
                mail.queue(workspace=None, recipient="new@example.com", subject="Hello",
                           text="Good morning.", at=clock.now())
                for _n in range(3)
            ]  # fmt: skip

    # -- afterwards -----------------------------------------------------------------------------

    def come_to_rest(self):
        """Kill the workers, let the minutes pass that dead workers' leases last, and wait."""
        for name in WORKERS:
            self.stack.kill(name)
        invariants.let_leases_end()
        for name in WORKERS:
            self.stack.start(name)
        self.wait_until_quiet()

    def wait_until_quiet(self):
        assert eventually(self._is_quiet, seconds=QUIET_SECONDS), self._what_waits()

    def _is_quiet(self):
        self.apply_checked_imports()
        runs = DigestRun.objects.filter(workspace__in=self.digests)
        files = Import.objects.filter(workspace=self.workspace)
        asked_of = WhyQuestion.objects.filter(asked_of__in=self.questions)
        # Asked in this order, because a file that was being checked waits for us afterwards.
        return (
            runs.count() == len(DigestRun.Occasion) * len(self.digests)
            and asked_of.count() == len(self.questions)
            and invariants.is_quiet()
            and not files.filter(state=Import.State.CHECKED).exists()
        )

    def _what_waits(self):
        open_rows = [
            DirtyMark.objects.all(),
            *(model._default_manager.exclude(claim=None, claimed_until=None)
              .exclude(state__in=["sent", "done"]) for model in invariants.LEASED),
        ]  # fmt: skip
        waiting = [f"{rows.model.__name__}: {list(rows.values())[:3]}" for rows in open_rows]
        return "\n".join([*waiting, *(self.stack.said(name)[-3000:] for name in WORKERS)])
