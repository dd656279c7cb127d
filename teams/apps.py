"""The room as a Django app."""

from django.apps import AppConfig


class TeamsConfig(AppConfig):
    name = "teams"
