"""People and workspaces for tests."""

import datetime as dt

import factory

from teams.models import ApiToken, Invitation, Membership, Team, User, Workspace
from teams.policy import Role
from teams.services.tokens import create_token

LONG_AGO = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
MONTH = dt.timedelta(days=30)


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"person{n}@example.com")
    name = factory.Sequence(lambda n: f"Person {n}")


class WorkspaceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Workspace

    name = factory.Sequence(lambda n: f"Workspace {n}")
    slug = factory.Sequence(lambda n: f"workspace-{n}")
    timezone = "Europe/Warsaw"
    currency = "EUR"


class MembershipFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Membership

    workspace = factory.SubFactory(WorkspaceFactory)
    user = factory.SubFactory(UserFactory)
    role = Role.MEMBER
    joined_at = LONG_AGO


class TeamFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Team

    workspace = factory.SubFactory(WorkspaceFactory)
    name = factory.Sequence(lambda n: f"Team {n}")


class InvitationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Invitation

    workspace = factory.SubFactory(WorkspaceFactory)
    email = factory.Sequence(lambda n: f"invited{n}@example.com")
    role = Role.MEMBER
    invited_by = factory.SubFactory(
        MembershipFactory, workspace=factory.SelfAttribute("..workspace"), role=Role.ADMIN
    )
    invited_at = LONG_AGO
    expires_at = LONG_AGO + dt.timedelta(days=365)


class ApiTokenFactory(factory.django.DjangoModelFactory):
    """A row as it is listed; ``make_token`` makes one that opens something."""

    class Meta:
        model = ApiToken

    membership = factory.SubFactory(MembershipFactory)
    name = factory.Sequence(lambda n: f"Token {n}")
    scope = "read"
    public_id = factory.Sequence(lambda n: f"id{n}")
    secret_hash = "5" * 64
    created_at = LONG_AGO
    expires_at = LONG_AGO + dt.timedelta(days=365)


def make_token(membership, at, *, scope="read", **given):
    """Give a token of a month that a member made for themselves, and its text."""
    values = {"name": "nightly", "by": membership, "expires_at": at + MONTH, **given}
    return create_token(membership=membership, scope=ApiToken.Scope(scope), at=at, **values)
