"""Make, list and revoke API tokens from the shell."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import clock
from core.errors import DomainError
from teams.models import ApiToken, Membership, Workspace
from teams.services import tokens

USUAL_LIFE = timedelta(days=365)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError("write a day such as 2027-01-31") from None


class Command(BaseCommand):
    help = "Makes, lists and revokes API tokens; a new one is printed once, on the last line."

    def add_arguments(self, parser: ArgumentParser) -> None:
        deeds = parser.add_subparsers(dest="deed", required=True)
        create = deeds.add_parser("create", help="make a token and print it")
        revoke = deeds.add_parser("revoke", help="end a token at once")
        for deed in (
            create,
            revoke,
            deeds.add_parser("list", help="show tokens, not their secrets"),
        ):
            deed.add_argument("--workspace", required=True, help="its address, such as rotaleaf")
        create.add_argument("--user", required=True, help="e-mail address of whom it acts as")
        create.add_argument("--name", required=True, help="what uses it, such as GA4 nightly")
        create.add_argument("--scope", required=True, choices=ApiToken.Scope.values)
        create.add_argument(
            "--kpi", action="append", default=[], help="code of a KPI, for scope measurements"
        )
        create.add_argument("--expires", type=_day, help="such as 2027-01-31; else in a year")
        revoke.add_argument("id", help="the part of the token between its two underscores")

    def handle(self, *_args: Any, **options: Any) -> None:
        workspace = Workspace.objects.filter(slug=options["workspace"]).first()
        if workspace is None:
            raise CommandError(f"There is no workspace {options['workspace']}.")
        deed = {"create": self._create, "list": self._list, "revoke": self._revoke}
        try:
            deed[options["deed"]](workspace, options)
        except DomainError as error:
            raise CommandError(str(error)) from error

    def _create(self, workspace: Workspace, options: dict[str, Any]) -> None:
        now = clock.now()
        member = self._member(workspace, options["user"])
        day = options["expires"] or workspace.today(at=now) + USUAL_LIFE
        token, text = tokens.create_token(
            membership=member,
            name=options["name"],
            scope=ApiToken.Scope(options["scope"]),
            kpi_codes=options["kpi"],
            expires_at=tokens.end_of_day(day, workspace, at=now),
            by=member,
            at=now,
        )
        self.stdout.write(f"{token.name} acts as {member.user.email} until the end of {day}.")
        self.stdout.write("This is the only time that it is shown:")
        self.stdout.write(text)

    def _member(self, workspace: Workspace, email: str) -> Membership:
        here = Membership.objects.active().for_workspace(workspace)
        found: Membership | None = here.filter(user__email__iexact=email).first()
        if found is None:
            raise CommandError(f"There is no member of the address {email}.")
        return found

    def _list(self, workspace: Workspace, _options: dict[str, Any]) -> None:
        here = ApiToken.objects.for_workspace(workspace).select_related("membership__user")
        usable = set(here.usable(at=clock.now()))
        for token in here.order_by("-created_at", "-pk"):
            ends = token.expires_at.astimezone(workspace.zone).date()
            state = f"until {ends}" if token in usable else "ended"
            line = [token.public_id, token.scope, state, token.membership.user.email, token.name]
            self.stdout.write("  ".join(line))

    def _revoke(self, workspace: Workspace, options: dict[str, Any]) -> None:
        here = ApiToken.objects.for_workspace(workspace)
        token = here.filter(public_id=options["id"]).first()
        if token is None:
            raise CommandError(f"There is no token {options['id']}.")
        tokens.revoke_token(token=token, at=clock.now())
        self.stdout.write(f"{token.name} is revoked.")
