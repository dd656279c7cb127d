"""How pieces of a file appear in sentences."""

SHOWN_CHARACTERS = 40


def shown(text: str) -> str:
    """Give a cell's text as a sentence may quote it: on one line and not too long."""
    line = " ".join(text[: 2 * SHOWN_CHARACTERS].split())
    return line if len(line) <= SHOWN_CHARACTERS else line[: SHOWN_CHARACTERS - 1] + "…"
