"""The words that totals rows begin with, in the languages of the tools that write them."""

import re
from enum import Enum, auto

_LABEL = re.compile(
    r"\s*(?:(?:grand |sub)?totals?|sum|razem|suma|ogółem|łącznie|totale|totali|somma|รวมทั้งหมด"
    r"|รวม|ยอดรวม|ผลรวม|gesamt|summe|insgesamt|sous-total)(?!\w)(?P<plain>\s*(?:[:–—(-].*)?\Z)?",
    re.IGNORECASE | re.DOTALL,
)


class TotalsLabel(Enum):
    """How surely a text is the label of a totals row."""

    PLAIN = auto()  # "Total", "Total: Account"
    NAME = auto()  # "Total visitors", which may be a name like any other


def totals_label(text: str) -> TotalsLabel | None:
    # Most first cells are dates; a look at one character is much cheaper than the pattern.
    match = None if text[:1].isdigit() else _LABEL.match(text)
    if match is None:
        return None
    return TotalsLabel.NAME if match["plain"] is None else TotalsLabel.PLAIN
