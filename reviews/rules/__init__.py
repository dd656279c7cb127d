"""Arithmetic of the room: no database, no clock, no request."""
