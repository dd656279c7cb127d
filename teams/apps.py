"""The room as a Django app."""

import importlib

from django.apps import AppConfig


class TeamsConfig(AppConfig):
    name = "teams"

    def ready(self) -> None:
        # drf-spectacular learns of its extensions by their import.
        importlib.import_module("teams.api.openapi")
