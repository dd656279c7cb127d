"""`manage.py api_token`: making, listing and revoking tokens from the shell."""

import datetime as dt
import io
import re

import pytest
from django.core.management import CommandError, call_command

from teams.models import ApiToken
from teams.services import tokens
from tests.factories.teams import LONG_AGO, ApiTokenFactory, MembershipFactory

CREATE = {"--workspace": "rosemary", "--user": "mia@example.com", "--scope": "write",
          "--name": "GA4 nightly"}  # fmt: skip


def run(*arguments):
    said = io.StringIO()
    call_command("api_token", *arguments, stdout=said)
    return said.getvalue()


def create(**given):
    options = {**CREATE, **{f"--{name}": value for name, value in given.items()}}
    return run("create", *[part for pair in options.items() for part in pair if pair[1]])


def test_a_token_is_printed_once_alone_on_the_last_line_R99(frozen, member):
    lines = create().splitlines()

    assert re.fullmatch(r"mops_[A-Za-z0-9]{10}_[A-Za-z0-9]{40}", lines[-1])
    token = tokens.find_token(lines[-1], at=frozen)
    assert (token.membership, token.name, token.scope) == (member, "GA4 nightly", "write")
    assert lines[-1] not in run("list", "--workspace", "rosemary")


def test_a_token_lives_for_a_year_unless_a_day_is_given(frozen, member):
    create()
    create(expires="2026-12-31")

    ends = [token.expires_at for token in ApiToken.objects.order_by("pk")]
    # 23:59 in Warsaw.
    assert ends == [
        dt.datetime(2027, 11, 16, 22, 59, tzinfo=dt.UTC),
        dt.datetime(2026, 12, 31, 22, 59, tzinfo=dt.UTC),
    ]


def test_a_token_for_numbers_names_its_kpis_R99(frozen, member):
    create(scope="measurements", kpi="clicks")

    assert ApiToken.objects.get().kpi_codes == ["clicks"]


def test_the_address_of_a_person_is_read_in_any_case(frozen, member):
    create(user="MIA@example.com")

    assert ApiToken.objects.get().membership == member


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"workspace": "nowhere"}, "There is no workspace nowhere."),
        ({"user": "nobody@example.com"}, "There is no member of the address nobody@example.com."),
        ({"user": "gone@example.com"}, "There is no member of the address gone@example.com."),
        ({"user": "stan@example.com"}, "There is no member of the address stan@example.com."),
        ({"scope": "everything"}, "invalid choice: 'everything'"),
        ({"scope": "measurements"}, "Choose the KPIs that a token for numbers may write"),
        ({"kpi": "clicks"}, "Choose the KPIs that a token for numbers may write"),
        ({"expires": "2026-11-15"}, "Choose a day in the future."),
        ({"expires": "9999-12-31"}, "Choose a day within the next five years."),
        ({"expires": "soon"}, "write a day such as 2027-01-31"),
        ({"name": "x" * 81}, "at most 80 characters"),
        ({"name": None}, "required: --name"),
    ],
)
def test_what_cannot_be_is_said_and_makes_no_token(
    frozen, workspace, member, stranger, given, said
):
    MembershipFactory(workspace=workspace, user__email="gone@example.com", ended_at=LONG_AGO)

    with pytest.raises(CommandError, match=re.escape(said)):
        create(**given)

    assert not ApiToken.objects.exists()


def test_tokens_are_listed_with_their_ends(frozen, member, stranger):
    for membership, name, ends, revoked in [
        (member, "usable", frozen.replace(year=2027), None),
        (member, "expired", LONG_AGO, None),
        (member, "revoked", frozen.replace(year=2027), LONG_AGO),
        (stranger, "theirs", frozen.replace(year=2027), None),
    ]:
        ApiTokenFactory(
            membership=membership, name=name, public_id=name, expires_at=ends, revoked_at=revoked
        )

    assert run("list", "--workspace", "rosemary").splitlines() == [
        "revoked  read  ended  mia@example.com  revoked",
        "expired  read  ended  mia@example.com  expired",
        "usable  read  until 2027-11-16  mia@example.com  usable",
    ]


def test_a_token_is_revoked_by_its_name_in_the_list(frozen, member):
    text = create().splitlines()[-1]

    run("revoke", "--workspace", "rosemary", text.split("_")[1])

    assert tokens.find_token(text, at=frozen) is None


def test_only_tokens_of_the_named_workspace_are_revoked(frozen, member, stranger):
    """Show reliability row FM-01: a foreign token is an unknown one."""
    text = create().splitlines()[-1]
    elsewhere = stranger.workspace.slug

    with pytest.raises(CommandError, match="There is no token"):
        run("revoke", "--workspace", elsewhere, text.split("_")[1])

    assert tokens.find_token(text, at=frozen) is not None
