"""What the mails of one run say, each in its reader's language."""

from abc import ABC, abstractmethod
from dataclasses import replace
from datetime import datetime
from functools import cached_property

from django.conf import settings
from django.utils import translation

from core import mailer
from goals.selectors.board import Board, get_board
from goals.selectors.points import get_freshness
from reviews.models import DigestDelivery, DigestRun, DigestSubscription
from reviews.rules.letter import Letter, Reader
from reviews.selectors.digest import WEEKS, Edition
from reviews.selectors.executive import ExecutiveEdition, ExecutiveFacts, get_executive_facts
from reviews.selectors.owed import get_owed
from reviews.selectors.reminder import ReminderFacts, get_reminder_facts, write_reminder
from reviews.selectors.runs import RunFacts, Sender, get_run
from reviews.services import messages
from reviews.services.ledger import Taken
from teams.policy import Role
from teams.services import mail

Variant = DigestSubscription.Variant


class Issue(ABC):
    """A run with its numbers, as they were when it was opened."""

    def __init__(self, run: RunFacts, run_id: int, *, at: datetime) -> None:
        self.run, self.run_id, self._at = run, run_id, at
        self.today = run.workspace.today(at=at)
        self.stays = not mail.leaves(run.workspace)
        self.freshness = get_freshness(run.workspace)

    def message(self, taken: Taken) -> mailer.Message | None:
        """Write one mail in its reader's language; None if it is not wanted, or has no content."""
        if not taken.is_wanted(on=self.today):
            return None
        with translation.override(taken.language):
            letter = self._letter(taken)
            if letter is None or letter.is_empty:
                return None
            return messages.build(
                letter,
                sender=_sender_to(taken, self.run.sender),
                recipient=taken.email,
                message_id=messages.message_id(taken.id),
                subscription_id=taken.subscription_id,
            )

    @abstractmethod
    def _letter(self, taken: Taken) -> Letter | None:
        """Write in the active language; None if there is nothing to say any more."""


def open_issue(run_id: int, *, at: datetime) -> Issue:
    run = get_run(run_id)
    kind = ReminderIssue if run.occasion == DigestRun.Occasion.REMINDER else DigestIssue
    return kind(run, run_id, at=at)


class DigestIssue(Issue):
    """The digests of a week: one board, put into words once for each language."""

    def __init__(self, run: RunFacts, run_id: int, *, at: datetime) -> None:
        super().__init__(run, run_id, at=at)
        self._board: Board = get_board(
            run.workspace,
            freshness=self.freshness,
            newest=run.week,
            periods=WEEKS,
            today=self.today,
            language=settings.LANGUAGE_CODE,
        )
        self._owed = get_owed(run.workspace, week=run.week)
        self._editions: dict[tuple[bool, str], Edition] = {}

    def _letter(self, taken: Taken) -> Letter:
        key = (taken.variant == Variant.EXECUTIVE, taken.language)
        if key not in self._editions:
            self._editions[key] = self._edition(*key)
        return self._editions[key].letter(reader_of(taken))

    def _edition(self, is_executive: bool, language: str) -> Edition:  # noqa: FBT001  # a key
        board = self._board.in_language(language)
        if is_executive:
            return ExecutiveEdition(board, self._executive, freshness=self.freshness, at=self._at)
        return Edition(
            board,
            freshness=self.freshness,
            at=self._at,
            owed=self._owed,
            lost=self.run.lost_before,
        )

    def letter_of_team(self, team_id: int | None, language: str) -> Letter:
        """Write what a team's digest says, to nobody in particular; the language is active."""
        key = (False, language)
        if key not in self._editions:
            self._editions[key] = self._edition(*key)
        return self._editions[key].letter(
            Reader(
                membership_id=None,
                first_name="",
                role=Role.VIEWER,
                variant=Variant.TEAM,
                team_id=team_id,
            )
        )

    @cached_property
    def _executive(self) -> ExecutiveFacts:
        return get_executive_facts(self.run.workspace, week=self.run.week)


class ReminderIssue(Issue):
    """The reminders before the numbers of a week are due; afterwards there is nothing to say."""

    def __init__(self, run: RunFacts, run_id: int, *, at: datetime) -> None:
        super().__init__(run, run_id, at=at)
        self._facts: ReminderFacts = get_reminder_facts(run.workspace, week=run.week, at=at)

    def _letter(self, taken: Taken) -> Letter | None:
        if self._at >= self.run.due_at:
            return None
        return write_reminder(self._facts, reader_of(taken), due_at=self.run.due_at)


def _sender_to(taken: Taken, sender: Sender) -> Sender:
    """Name no member in what may be read outside."""
    return replace(sender, reply_to="") if taken.variant == Variant.EXECUTIVE else sender


def reader_of(taken: Taken) -> Reader:
    """See in whose eyes the letter is written."""
    return Reader(
        membership_id=taken.membership_id,
        first_name=taken.name.split(" ", maxsplit=1)[0],
        role=taken.role,
        variant=taken.variant,
        team_id=taken.team_id,
        missed_one=taken.state_before == DigestDelivery.State.UNKNOWN,
    )
