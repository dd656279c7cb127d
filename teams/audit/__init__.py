"""Who changed what: read from the events that database triggers write."""

from teams.audit.registry import Audited, Deed, counts, register
from teams.audit.trail import Change, Entry, Place, forget, latest

__all__ = [
    "Audited",
    "Change",
    "Deed",
    "Entry",
    "Place",
    "counts",
    "forget",
    "latest",
    "register",
]
