"""Broken rules, said in a sentence for the person who broke them."""


class DomainError(Exception):
    """
    A rule of the product does not allow this.

    The message is shown to people as it is: one sentence, translated, with a full stop.
    ``field`` names the input that is to blame, when one is.
    """

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class ConflictError(DomainError):
    """Somebody else changed the same thing first; nothing was written."""


class NotAllowedError(DomainError):
    """The acting person's role does not reach far enough for what the call would do."""
