"""The room as a Django app."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"
