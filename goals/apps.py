"""The room as a Django app."""

from django.apps import AppConfig


class GoalsConfig(AppConfig):
    name = "goals"
