"""What a digest consists of: for the HTML, the text and the preview alike."""

from dataclasses import dataclass

from teams import policy
from teams.policy import Action


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom a digest is written, and which one."""

    # None for somebody outside.
    membership_id: int | None
    first_name: str
    role: int
    variant: str = "personal"
    # The team variant without a team tells of the whole workspace.
    team_id: int | None = None
    # The digest of the week before may not have arrived.
    missed_one: bool = False

    def may(self, action: Action) -> bool:
        return policy.allows(self.role, action)


@dataclass(frozen=True, slots=True)
class Row:
    """One KPI in a digest, in words."""

    status: str
    status_word: str
    glyph: str
    name: str
    sentence: str
    now: str
    before: str
    target: str
    # Empty for whoever cannot open it.
    url: str
    # Why it is off track, if somebody said so.
    why_line: str = ""
    # Its latest values as signs, and in words for whoever cannot see them.
    trend: str = ""
    trend_label: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence about the digest itself; takes the address that it is about."""

    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """Everything that one digest says to one reader."""

    subject: str
    preheader: str
    heading: str
    subheading: str
    counts: str
    notes: tuple[Note, ...]
    mine_heading: str
    mine: tuple[Row, ...]
    rows: tuple[Row, ...]
    on_track: str
    now_label: str
    before_label: str
    compared: str
    scorecard_url: str
    # Empty, like the addresses, where the reader has no account.
    button: str
    button_url: str
    why: str
    manage_url: str
    # No KPI belongs to what this digest tells of.
    is_empty: bool
    # Sentences that stand above all else.
    intro: tuple[str, ...] = ()

    @property
    def is_quiet(self) -> bool:
        return not self.rows and not self.mine
