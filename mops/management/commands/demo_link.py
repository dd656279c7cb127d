"""Print a sign-in link to the demo workspace."""

from typing import Any

from django.core.management.base import BaseCommand

from mops.demo import build, entrance


class Command(BaseCommand):
    help = "Prints an address that opens the demo workspace, once."

    def handle(self, *_args: Any, **_options: Any) -> None:
        if build.find_demo() is not None:
            self.stdout.write(f"Open the demo (works once): {entrance.make_link()}")
