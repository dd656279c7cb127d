"""The kinds of problems that the API answers with; each has a place on a page that explains it."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PAGE = "/api/docs/problems/"


@dataclass(frozen=True, slots=True)
class Kind:
    """``title`` is for machines and never translated; ``meaning`` is for whoever writes one."""

    status: int
    name: str
    title: str
    meaning: str | Promise

    @property
    def uri(self) -> str:
        return f"{PAGE}#{self.name}"


KINDS = (
    Kind(400, "bad-request", "The request could not be read", _(
        "The body, a header or a parameter does not have the form that this address takes; errors "
        "names the fields. The same request sent again gets the same answer."
    )),
    Kind(401, "not-signed-in", "No valid token or session", _(
        "Send a token in the header Authorization, after the word Bearer. A token that was sent "
        "is unknown, revoked or too old."
    )),
    Kind(403, "forbidden", "Your role does not allow this", _(
        "The role of the token’s owner, or the scope of the token, does not reach this far."
    )),
    Kind(404, "not-found", "There is nothing here", _(
        "The address is wrong, or the token’s workspace has no such thing. What belongs to others "
        "does not exist here."
    )),
    Kind(405, "method-not-allowed", "This method is not offered here", _(
        "The header Allow of the answer lists the methods that the address takes."
    )),
    Kind(406, "not-acceptable", "No acceptable answer format", _(
        "Answers are JSON. Leave the header Accept out, or ask for application/json."
    )),
    Kind(409, "conflict", "Somebody else changed this first", _(
        "Somebody changed the thing meanwhile, or a request with the same Idempotency-Key is still "
        "at work. Read the thing again and decide anew."
    )),
    Kind(411, "length-required", "The length of the body is missing", _(
        "Send the header Content-Length; a body that comes in chunks is not taken."
    )),
    Kind(412, "version-mismatch", "The version you hold is out of date", _(
        "If-Match holds an old ETag. Read the thing again and send its new one."
    )),
    Kind(413, "too-large", "The body is too large", _("Send the rows in several requests.")),
    Kind(415, "unsupported-media-type", "This body format is not understood", _(
        "Send JSON, with Content-Type: application/json."
    )),
    Kind(422, "invalid", "Some values are not valid", _(
        "The request was read, but values in it break a rule; detail and errors say which. Nothing "
        "was written."
    )),
    Kind(428, "version-required", "The version you hold is missing", _(
        "A change of a shared thing needs the ETag of the version that was read, in If-Match."
    )),
    Kind(429, "too-many-requests", "Too many requests", _(
        "Wait for the seconds that Retry-After gives."
    )),
    Kind(500, "error", "Something went wrong on our side", _(
        "The fault is in mops. A write has happened whole or not at all; with an Idempotency-Key "
        "it can be sent again without harm."
    )),
    Kind(503, "unavailable", "The database is restarting", _(
        "Try again after the seconds that Retry-After gives; with an Idempotency-Key nothing "
        "happens twice."
    )),
)  # fmt: skip
_BY_STATUS = {kind.status: kind for kind in KINDS}


def kind_of(status: int) -> Kind:
    """Give the kind that a status stands for; one without a kind of its own is a fault of ours."""
    return _BY_STATUS.get(status, _BY_STATUS[500])
