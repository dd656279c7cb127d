"""Print the address at which an empty installation is set up."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.urls import reverse

from mops.setup_token import setup_token
from teams.services.workspaces import is_set_up


class Command(BaseCommand):
    help = "Prints the address that sets mops up from any browser, until somebody did."

    def handle(self, *_args: Any, **_options: Any) -> None:
        if not is_set_up():
            address = reverse("start", query={"token": setup_token()})
            self.stdout.write(f"Set mops up at: {settings.SITE_URL}{address}")
