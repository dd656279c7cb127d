"""
Sources: a file is pulled from an address when it is due, and imported as the one before it.

People set them up (``definitions``) and ask for a pull; what is due is found by the heartbeat
(``due``). A worker fetches the file (``pulling``) and hands it to the imports (``receiving``);
when that import has ended, the pull has its outcome, and the owner is told (``outcomes``).
"""

from goals.services.sources.definitions import (
    SourceRuleError,
    change_source,
    create_source,
    hand_over_sources,
    reschedule,
)
from goals.services.sources.due import ask_for_pull, plan_due
from goals.services.sources.outcomes import forget_pulls, settle
from goals.services.sources.pulling import run_next
from goals.services.sources.receiving import receive

__all__ = [
    "SourceRuleError",
    "ask_for_pull",
    "change_source",
    "create_source",
    "forget_pulls",
    "hand_over_sources",
    "plan_due",
    "receive",
    "reschedule",
    "run_next",
    "settle",
]
