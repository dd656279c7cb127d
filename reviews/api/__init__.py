"""Endpoints over several rooms."""
