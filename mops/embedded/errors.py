"""What keeps mops from starting: sentences for the person at the terminal."""


class StartError(Exception):
    """Mops cannot start; the message says why and what to do, and is shown without a traceback."""
