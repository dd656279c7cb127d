"""Asking people to join, and what becomes of the link they get."""

import datetime as dt
import re
from unittest.mock import Mock

import pytest
from django.db import transaction
from django.urls import reverse

from core.errors import NotAllowedError
from teams.models import Invitation, Membership, OutgoingMail, User
from teams.policy import Role
from teams.services import invitations, mail
from tests.factories.teams import LONG_AGO, MembershipFactory, UserFactory

TWO_WEEKS = dt.timedelta(days=14)
SECOND = dt.timedelta(seconds=1)
LONG_ADDRESS = f"{'x' * 64}@{'.'.join(['y' * 60] * 4)}.example"
PASSWORD = "four green bottles"


def token_of(invitation):
    return invitations.link_of(invitation).rstrip("/").rsplit("/", 1)[1]


def page_of(invitation):
    return reverse("teams:join", args=[token_of(invitation)])


@pytest.fixture
def invited(admin, now):
    [invitation] = invitations.invite(text="nina@example.com", role=Role.LEAD, by=admin, at=now)
    return invitation


def test_a_demo_invites_nobody_outside(admin, server, now):
    admin.workspace.is_demo = True
    admin.workspace.save()
    invitations.invite(text="nina@example.com", role=Role.LEAD, by=admin, at=now)
    mail.send_waiting(at=now)

    assert server.tried == []
    [kept] = OutgoingMail.objects.values_list("recipient", "state")
    assert kept == ("nina@example.com", "kept")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a@example.com", ["a@example.com"]),
        ("a@example.com, b@example.com", ["a@example.com", "b@example.com"]),
        ("a@example.com;b@example.com", ["a@example.com", "b@example.com"]),
        ("a@example.com\nb@example.com\r\n", ["a@example.com", "b@example.com"]),
        ("Ann Lee <A@Example.com>, b@example.com", ["a@example.com", "b@example.com"]),
        ("a@example.com, A@EXAMPLE.COM", ["a@example.com"]),
        (" ,, a@example.com ;\n", ["a@example.com"]),
    ],
)
def test_addresses_are_read_out_of_a_pasted_list(text, expected):
    assert invitations.addresses_in(text) == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a@example.com, nobody", "“nobody” is not an e-mail address."),
        ("Ann <ann>", "“Ann <ann>” is not an e-mail address."),
        (LONG_ADDRESS, f"“{LONG_ADDRESS[:80]}” is not an e-mail address."),
        ("", "Write at least one e-mail address."),
        (" , ;\n", "Write at least one e-mail address."),
    ],
)
def test_a_list_with_a_mistake_is_refused_and_the_mistake_is_named(text, said):
    with pytest.raises(invitations.BadAddressError) as caught:
        invitations.addresses_in(text)

    assert (str(caught.value), caught.value.field) == (said, "addresses")


def test_200_people_are_invited_at_once_and_no_more():
    most = [f"p{n}@example.com" for n in range(200)]

    assert invitations.addresses_in(",".join(most)) == most
    with pytest.raises(invitations.BadAddressError, match="at most 200"):
        invitations.addresses_in(",".join([*most, "q@example.com"]))


def test_one_bad_address_means_that_nobody_is_invited(admin, now):
    with pytest.raises(invitations.BadAddressError):
        invitations.invite(text="a@example.com, nobody", role=Role.VIEWER, by=admin, at=now)

    assert not Invitation.objects.exists()
    assert not OutgoingMail.objects.exists()


def test_an_invitation_holds_for_two_weeks(invited, workspace, admin, now):
    stored = Invitation.objects.get()

    assert (stored.workspace, stored.email) == (workspace, "nina@example.com")
    assert (stored.role, stored.invited_by) == (Role.LEAD, admin)
    assert (stored.invited_at, stored.accepted_at) == (now, None)
    assert stored.expires_at == dt.datetime(2026, 11, 30, 8, tzinfo=dt.UTC)


def test_the_mail_names_inviter_workspace_and_role_and_holds_the_link(invited):
    mail = OutgoingMail.objects.get()
    text = bytes(mail.body).decode().replace("=\r\n", "").replace("=3D", "=")

    assert mail.recipient == "nina@example.com"
    assert mail.subject == "Ada Admin invites you to Rosemary"
    assert "as Lead" in text
    assert "30 November 2026" in text
    assert invitations.link_of(invited) in text


def test_members_are_passed_over_and_others_invited(member, admin, now):
    text = f"{member.user.email.upper()}, new@example.com"

    made = invitations.invite(text=text, role=Role.VIEWER, by=admin, at=now)

    assert [invitation.email for invitation in made] == ["new@example.com"]
    assert [mail.recipient for mail in OutgoingMail.objects.all()] == ["new@example.com"]


def test_who_left_and_who_belongs_elsewhere_are_invited(workspace, stranger, admin, now):
    left = MembershipFactory(workspace=workspace, ended_at=LONG_AGO)
    text = f"{left.user.email}, {stranger.user.email}"

    made = invitations.invite(text=text, role=Role.VIEWER, by=admin, at=now)

    assert [each.email for each in made] == [left.user.email, stranger.user.email]


@pytest.mark.parametrize(
    ("granter", "role"),
    [
        (Role.ADMIN, Role.OWNER),
        (Role.LEAD, Role.VIEWER),
        (Role.MEMBER, Role.VIEWER),
        (Role.PARTNER, Role.VIEWER),
        (Role.VIEWER, Role.VIEWER),
    ],
)
def test_nobody_invites_beyond_their_reach(workspace, now, granter, role):
    """Show reliability row FM-10: guests cannot invite, admins cannot make owners."""
    by = MembershipFactory(workspace=workspace, role=granter)

    with pytest.raises(NotAllowedError):
        invitations.invite(text="a@example.com", role=role, by=by, at=now)

    assert not Invitation.objects.exists()
    assert not OutgoingMail.objects.exists()


def test_inviting_again_renews_the_invitation_and_ends_the_old_link(invited, admin, now):
    old = token_of(invited)
    later = now + dt.timedelta(days=3)

    [again] = invitations.invite(text="Nina@example.com", role=Role.VIEWER, by=admin, at=later)

    assert Invitation.objects.count() == 1
    again.refresh_from_db()
    assert (again.pk, again.role) == (invited.pk, Role.VIEWER)
    assert again.expires_at == later + TWO_WEEKS
    assert invitations.find(old, at=later) is None
    assert invitations.find(token_of(again), at=later) == again


def test_an_expired_invitation_is_renewed_too(invited, admin, now):
    later = now + 2 * TWO_WEEKS

    [again] = invitations.invite(text=invited.email, role=Role.LEAD, by=admin, at=later)

    assert again.pk == invited.pk
    assert invitations.find(token_of(again), at=later) == again


def test_two_workspaces_invite_the_same_person(invited, stranger, now):
    [other] = invitations.invite(text=invited.email, role=Role.VIEWER, by=stranger, at=now)

    assert invitations.find(token_of(invited), at=now) == invited
    assert invitations.find(token_of(other), at=now) == other


@pytest.mark.parametrize(
    ("after", "found"), [(TWO_WEEKS - SECOND, True), (TWO_WEEKS, False), (2 * TWO_WEEKS, False)]
)
def test_a_link_works_until_its_moment(invited, now, after, found):
    assert (invitations.find(token_of(invited), at=now + after) is not None) is found


def test_a_link_changed_by_one_sign_is_not_known(invited, now):
    token = token_of(invited)
    changed = token[:-1] + ("A" if token[-1] != "A" else "B")

    assert invitations.find(token, at=now) == invited
    assert invitations.find(changed, at=now) is None


@pytest.mark.parametrize("token", ["", "x", "a:b:c", "☃"])
def test_nonsense_is_no_invitation(db, now, token):
    assert invitations.find(token, at=now) is None


def test_accepting_makes_a_member_with_the_invited_role(invited, workspace, now):
    user = UserFactory(email=invited.email)

    joined = invitations.accept(invitation=invited, user=user, at=now)

    assert (joined.workspace, joined.user, joined.role) == (workspace, user, Role.LEAD)
    invited.refresh_from_db()
    assert invited.accepted_at == now
    assert invitations.find(token_of(invited), at=now) is None


def test_an_invitation_is_used_once(invited, now):
    invitations.accept(invitation=invited, user=UserFactory(), at=now)
    somebody = UserFactory()

    with pytest.raises(invitations.InvitationEndedError):
        invitations.accept(invitation=invited, user=somebody, at=now)

    assert not somebody.memberships.exists()


def test_an_expired_invitation_cannot_be_accepted(invited, now):
    user = UserFactory(email=invited.email)

    with pytest.raises(invitations.InvitationEndedError):
        invitations.accept(invitation=invited, user=user, at=now + TWO_WEEKS)

    assert not user.memberships.exists()
    invited.refresh_from_db()
    assert invited.accepted_at is None


def test_an_invitation_withdrawn_meanwhile_cannot_be_accepted(invited, admin, now):
    user = UserFactory(email=invited.email)
    invitations.withdraw(invitation=invited, by=admin)

    assert invitations.find(token_of(invited), at=now) is None
    with pytest.raises(invitations.InvitationEndedError):
        invitations.accept(invitation=invited, user=user, at=now)
    assert not user.memberships.exists()


def test_an_accepted_invitation_cannot_be_withdrawn(invited, admin, now):
    invitations.accept(invitation=invited, user=UserFactory(), at=now)

    invitations.withdraw(invitation=invited, by=admin)

    assert Invitation.objects.get() == invited


@pytest.fixture
def invited_owner(owner, now):
    [invitation] = invitations.invite(text="otto@example.com", role=Role.OWNER, by=owner, at=now)
    return invitation


def test_an_admin_does_not_lower_the_invitation_of_an_owner(invited_owner, admin, now):
    """Show reliability row FM-10: reach is judged on what is stored as on what is asked for."""
    text = "new@example.com, Otto@example.com"

    with pytest.raises(NotAllowedError) as caught:
        invitations.invite(text=text, role=Role.MEMBER, by=admin, at=now)

    assert str(caught.value) == "Only an owner can change the invitation of otto@example.com."
    [stored] = Invitation.objects.all()
    assert (stored, stored.role) == (invited_owner, Role.OWNER)
    assert OutgoingMail.objects.count() == 1


def test_an_admin_does_not_withdraw_the_invitation_of_an_owner(invited_owner, admin, now):
    """Show reliability row FM-10: who cannot give a role cannot take it away."""
    with pytest.raises(NotAllowedError):
        invitations.withdraw(invitation=invited_owner, by=admin)

    assert invitations.find(token_of(invited_owner), at=now) == invited_owner


def test_an_owner_withdraws_any_invitation(invited_owner, invited, owner):
    for invitation in (invited_owner, invited):
        invitations.withdraw(invitation=invitation, by=owner)

    assert not Invitation.objects.exists()


def left(admin):
    Membership.objects.filter(pk=admin.pk).update(ended_at=LONG_AGO)


def lowered(admin):
    Membership.objects.filter(pk=admin.pk).update(role=Role.MEMBER)


def cannot_sign_in(admin):
    User.objects.filter(pk=admin.user_id).update(is_active=False)


@pytest.mark.parametrize("loses_it", [left, lowered, cannot_sign_in])
def test_an_invitation_ends_with_the_right_of_who_sent_it(client, frozen, invited, admin, loses_it):
    """Show reliability row FM-17: rights are read when the invitation is taken up."""
    assert client.get(page_of(invited)).status_code == 200

    loses_it(admin)
    answer = client.post(page_of(invited), {"name": "Nina New", "password": PASSWORD})

    assert answer.status_code == 410
    assert not User.objects.filter(email=invited.email).exists()
    with pytest.raises(invitations.InvitationEndedError):
        invitations.accept(invitation=invited, user=UserFactory(), at=frozen)
    invited.refresh_from_db()
    assert invited.accepted_at is None


def test_an_owner_who_became_admin_no_longer_makes_owners(invited_owner, owner, now):
    """Show reliability row FM-17: the invited role is judged by the inviter's role of today."""
    Membership.objects.filter(pk=owner.pk).update(role=Role.ADMIN)

    assert invitations.find(token_of(invited_owner), at=now) is None


def test_an_invitation_that_ends_while_it_is_taken_up_says_so(
    client, frozen, invited, admin, monkeypatch
):
    find = invitations.find

    def found_and_then_withdrawn(token, *, at):
        invitation = find(token, at=at)
        invitations.withdraw(invitation=invitation, by=admin)
        return invitation

    monkeypatch.setattr(invitations, "find", found_and_then_withdrawn)
    answer = client.post(page_of(invited), {"name": "Nina New", "password": PASSWORD})

    assert answer.status_code == 410
    assert not User.objects.filter(email=invited.email).exists()


def test_members_are_known_however_their_address_is_written(workspace, admin, now):
    MembershipFactory(workspace=workspace, user__email="Nina@Example.com")

    assert invitations.invite(text="nina@example.COM", role=Role.VIEWER, by=admin, at=now) == []
    assert not Invitation.objects.exists()


def test_an_invitation_is_renewed_however_its_address_is_written(workspace, admin, invited, now):
    Invitation.objects.filter(pk=invited.pk).update(email="Nina@Example.com")

    [again] = invitations.invite(text="nina@example.com", role=Role.VIEWER, by=admin, at=now)

    assert again.pk == invited.pk
    assert Invitation.objects.get().role == Role.VIEWER


def test_the_page_withdraws_what_is_in_reach_and_offers_no_more(
    client, frozen, workspace, admin, invited, invited_owner
):
    client.force_login(admin.user)
    page = reverse("teams:members", args=[workspace.slug])
    withdraw = {each: reverse("teams:withdraw", args=[workspace.slug, each.pk])
                for each in (invited, invited_owner)}  # fmt: skip

    shown = client.get(page).content.decode()
    assert withdraw[invited] in shown
    assert withdraw[invited_owner] not in shown
    client.post(withdraw[invited])
    answer = client.post(withdraw[invited_owner], follow=True)

    assert "Only an owner can change the invitation of" in answer.content.decode()
    assert list(Invitation.objects.all()) == [invited_owner]


def test_an_invitation_that_is_rolled_back_sends_no_mail(
    admin, now, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks() as bells, transaction.atomic():
        invitations.invite(text="a@example.com", role=Role.VIEWER, by=admin, at=now)
        transaction.set_rollback(True)

    assert bells == []
    assert not OutgoingMail.objects.exists()
    assert not Invitation.objects.exists()


def test_the_page_invites_everybody_in_the_list(client, frozen, workspace, admin):
    client.force_login(admin.user)
    values = {"addresses": "a@example.com\nb@example.com", "role": Role.MEMBER.value}

    answer = client.post(reverse("teams:invite", args=[workspace.slug]), values)

    assert answer.status_code == 302
    found = Invitation.objects.for_workspace(workspace).order_by("email")
    assert [(each.email, each.role) for each in found] == [
        ("a@example.com", Role.MEMBER),
        ("b@example.com", Role.MEMBER),
    ]


def test_the_page_does_not_let_an_admin_invite_an_owner(client, workspace, admin):
    client.force_login(admin.user)
    values = {"addresses": "a@example.com", "role": Role.OWNER.value}

    answer = client.post(reverse("teams:invite", args=[workspace.slug]), values)

    assert answer.status_code == 422
    assert not Invitation.objects.exists()


def test_only_who_manages_members_sees_open_invitations(client, frozen, workspace, invited, lead):
    page = reverse("teams:members", args=[workspace.slug])

    client.force_login(invited.invited_by.user)
    assert invited.email in client.get(page).content.decode()
    client.force_login(lead.user)
    assert invited.email not in client.get(page).content.decode()


def test_somebody_new_joins_by_the_link_and_is_signed_in(client, frozen, workspace, invited):
    answer = client.post(page_of(invited), {"name": "Nina New", "password": PASSWORD})

    assert (answer.status_code, answer.url) == (302, "/w/rosemary/")
    user = User.objects.get(email="nina@example.com")
    assert user.name == "Nina New"
    assert user.check_password(PASSWORD)
    assert Membership.objects.get(workspace=workspace, user=user).role == Role.LEAD
    assert client.get(reverse("teams:members", args=[workspace.slug])).status_code == 200


@pytest.mark.parametrize(
    "password", ["only11signs", "q1w2e3r4t5y6", "", "nina@example.com", "Nina New 1234"]
)
def test_a_weak_password_joins_nobody(client, frozen, invited, password):
    answer = client.post(page_of(invited), {"name": "Nina New", "password": password})

    assert answer.status_code == 422
    assert not User.objects.filter(email="nina@example.com").exists()
    invited.refresh_from_db()
    assert invited.accepted_at is None


def test_a_used_link_is_gone(client, frozen, invited):
    client.post(page_of(invited), {"name": "Nina New", "password": PASSWORD})
    client.logout()

    answer = client.post(page_of(invited), {"name": "Mallory", "password": PASSWORD})

    assert answer.status_code == 410
    assert not User.objects.filter(name="Mallory").exists()


def test_somebody_with_a_sign_in_has_to_use_it(client, frozen, invited):
    """Show reliability row FM-10: a link alone sets no new password for an existing person."""
    user = UserFactory(email=invited.email)

    answer = client.post(page_of(invited), {"name": "Mallory", "password": PASSWORD})

    assert answer.status_code == 302
    assert answer.url.startswith("/accounts/login/?next=/join/")
    user.refresh_from_db()
    assert user.name != "Mallory"
    assert not user.memberships.exists()


def test_somebody_who_got_a_sign_in_meanwhile_has_to_use_it(client, frozen, invited, monkeypatch):
    """Both of two invitations are taken up at one moment; tests/teams/test_at_once.py does that."""
    error = invitations.KnownPersonError("Somebody already uses this e-mail address.")
    monkeypatch.setattr(invitations, "accept_as_new", Mock(side_effect=error))

    answer = client.post(page_of(invited), {"name": "Nina New", "password": PASSWORD})

    assert (answer.status_code, answer.url) == (
        302, f"/accounts/login/?next={page_of(invited)}",
    )  # fmt: skip


def test_a_signed_in_person_joins_by_a_post_and_not_by_a_get(client, frozen, workspace, invited):
    user = UserFactory(email=invited.email)
    client.force_login(user)

    assert client.get(page_of(invited)).status_code == 200
    assert not user.memberships.exists()
    assert client.post(page_of(invited)).status_code == 302
    assert user.memberships.get().workspace == workspace


def test_a_link_does_not_work_for_another_person(client, frozen, workspace, invited, stranger):
    """Show reliability row FM-10: a forwarded link gives its finder nothing."""
    client.force_login(stranger.user)

    assert client.post(page_of(invited)).status_code == 404
    assert not stranger.user.memberships.filter(workspace=workspace).exists()
    invited.refresh_from_db()
    assert invited.accepted_at is None


def test_the_link_leads_to_the_address_of_the_site(invited):
    assert re.fullmatch(r"http://testserver/join/[^/]+/", invitations.link_of(invited))
