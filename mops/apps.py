"""The composition root as a Django app, for its commands."""

from django.apps import AppConfig


class MopsConfig(AppConfig):
    name = "mops"
